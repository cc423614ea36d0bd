"""No file knows the machine it was written on."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = {".git", ".venv", ".zonewatch", ".hypothesis", "__pycache__", "dist"}
MACHINE = re.compile(r"(?<![\w.}>)-])/(?:root|home|Users|work|mnt|tmp|opt)/\w+")


def walked(folder: Path) -> Iterator[Path]:
    """Yield the files below the folder, without what tools leave there."""
    for path in sorted(folder.iterdir()):
        if path.name in GENERATED or path.name.endswith("_cache"):
            continue
        if path.is_dir():
            yield from walked(path)
        else:
            yield path


def project_files() -> list[Path]:
    """Return what git keeps, or every file where there is no git."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return list(walked(ROOT))
    command = [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()] or list(walked(ROOT))


def machine_paths(path: Path) -> list[str]:
    """Return the absolute paths of a machine that a text file mentions."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []
    return MACHINE.findall(text)


def test_no_file_mentions_a_machine_path() -> None:
    found = {
        str(path.relative_to(ROOT)): mentioned
        for path in project_files()
        if (mentioned := machine_paths(path))
    }

    assert found == {}


@pytest.mark.parametrize("folder", ["root", "home", "Users"])
def test_a_machine_path_is_recognized(tmp_path: Path, folder: str) -> None:
    planted = tmp_path / "planted.toml"

    planted.write_text(f'log = "/{folder}/somebody/log"\npage = "zones/{folder}/lamp"\n')

    assert machine_paths(planted) == [f"/{folder}/somebody"]
