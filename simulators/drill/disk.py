"""A disk of its own for some files: it can be full, and its power can fail.

It is an ext4 file system in a file, mounted through a loop device: what the file holds is what has
been written through, so a copy of it is the disk as a power cut would leave it, without what was
only in memory. Only root can have one.
"""

import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MEBIBYTE: Final = 1 << 20
_BALLAST: Final = "ballast"


class Disk:
    """A mounted file system; use mounted() to have one."""

    def __init__(self, folder: Path, image: Path) -> None:
        self.folder: Final = folder
        self._image = image

    def fill(self) -> None:
        """Leave no room on it."""
        with (self.folder / _BALLAST).open("wb", buffering=0) as ballast:
            size = _MEBIBYTE
            while size >= 1:
                try:
                    ballast.write(bytes(size))
                except OSError:
                    size //= 2

    def free(self) -> None:
        """Give the room back."""
        (self.folder / _BALLAST).unlink(missing_ok=True)

    def cut_power(self) -> None:
        """Lose what was not written through. Nobody may have files open on it any more."""
        left = self._image.with_suffix(".left")
        shutil.copyfile(self._image, left)
        self.unmount()
        left.replace(self._image)
        self.mount()

    def mount(self) -> None:
        """Mount it, with what a journal can repair repaired."""
        _run("mount", "-o", "loop", str(self._image), str(self.folder))

    def unmount(self) -> None:
        """Take it out, if it is mounted."""
        if self.folder.is_mount():
            _run("umount", str(self.folder))


@contextmanager
def mounted(folder: Path, *, mebibytes: int) -> Generator[Disk | None]:
    """Have a disk at a folder for as long as the context lasts; None where that cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    disk = Disk(folder, folder.with_name(f"{folder.name}.ext4"))
    if not _made(disk, folder.with_name(f"{folder.name}.ext4"), mebibytes):
        yield None
        return
    try:
        yield disk
    finally:
        disk.unmount()


def _made(disk: Disk, image: Path, mebibytes: int) -> bool:
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        return False
    with image.open("wb") as file:
        file.truncate(mebibytes * _MEBIBYTE)
    try:
        _run("mkfs.ext4", "-q", "-m", "0", str(image))
        disk.mount()
    except subprocess.CalledProcessError:
        return False
    shutil.rmtree(disk.folder / "lost+found")
    return True


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
