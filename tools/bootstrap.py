"""Make .venv and install what a lock file names, by Python's standard library alone.

Usage: python3 tools/bootstrap.py run|dev

pip comes from the wheel beside this file, because not every system's Python brings one.
The syntax is kept old, so that an old Python gets as far as the line that says so.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
SETS_INSTALLED = {"run": ["run"], "dev": ["run", "dev"]}

# How to reach an index is the machine's business; what is installed, and where, is the lock's.
PIP_VARIABLES_KEPT = {
    "PIP_CACHE_DIR",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_EXTRA_INDEX_URL",
    "PIP_INDEX_URL",
    "PIP_PROXY",
    "PIP_RETRIES",
    "PIP_TIMEOUT",
    "PIP_TRUSTED_HOST",
}


def pip_wheel() -> Path:
    """Return pip's wheel after comparing it with the hash beside it."""
    (stated,) = (ROOT / "tools").glob("pip-*.whl.sha256")
    digest, name = stated.read_text(encoding="ascii").split()
    wheel = stated.with_name(name)
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
        sys.exit(f"tools/{name}: not the file whose SHA-256 stands in tools/{stated.name}")
    return wheel


def pip_install(wheel: Path, *arguments: str) -> None:
    """Run `pip install` inside .venv; what pip says goes to stderr."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PIP_") or name in PIP_VARIABLES_KEPT
    }
    habits = ["--no-input", "--disable-pip-version-check", "--root-user-action=ignore"]
    command = [str(PYTHON), "-E", f"{wheel}/pip", "install", *habits, "--no-deps", *arguments]
    status = subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode
    if status != 0:
        sys.exit(f"pip install {' '.join(arguments)}: failed with status {status}")


def main(arguments: "list[str]") -> None:
    """Install the named set of packages, then the project itself, and leave the stamps."""
    if sys.version_info[:2] < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.exit(
            f"zonewatch needs Python 3.11 or newer, {sys.executable} is {found};"
            " name another one: make PYTHON=python3.12 ..."
        )
    if len(arguments) != 1 or arguments[0] not in SETS_INSTALLED:
        sys.exit("usage: python3 tools/bootstrap.py run|dev")
    (name,) = arguments
    wheel = pip_wheel()
    if not PYTHON.exists():
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(VENV)
    lock = ROOT / "requirements" / f"{name}.txt"
    pip_install(wheel, "--require-hashes", "--only-binary=:all:", "--requirement", str(lock))
    pip_install(wheel, "--no-index", "--no-build-isolation", "--editable", str(ROOT))
    for installed in SETS_INSTALLED[name]:
        (VENV / f".{installed}-installed").touch()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
