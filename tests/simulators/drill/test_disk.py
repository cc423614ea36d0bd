"""A disk of the drill's own: full when filled, and without what was not synced when cut off."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.drill.disk import Disk, mounted

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own needs root")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with mounted(tmp_path / "disk", mebibytes=16) as disk:
        if disk is None:
            pytest.skip("no loop device on this machine")
        yield disk


def test_a_full_disk_takes_nothing_until_it_is_freed(disk: Disk) -> None:
    path = disk.folder / "file"
    disk.fill()

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        path.write_bytes(bytes(65_536))

    disk.free()
    path.write_bytes(bytes(65_536))
    assert path.stat().st_size == 65_536


def test_a_power_cut_leaves_what_was_synced_and_loses_the_rest(disk: Disk) -> None:
    path = disk.folder / "file"
    with path.open("wb", buffering=0) as file:
        file.write(b"kept")
        os.fsync(file.fileno())
        folder = os.open(disk.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        file.write(b" and lost")
    assert path.read_bytes() == b"kept and lost"

    disk.cut_power()

    assert path.read_bytes() == b"kept"


def test_a_disk_is_gone_at_the_end(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", mebibytes=16) as disk:
        if disk is None:
            pytest.skip("no loop device on this machine")
        assert disk.folder.is_mount()

    assert not (tmp_path / "disk").is_mount()
