"""Plain top-level names, and lock files that say the same everywhere."""

import ast
import hashlib
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "ingest", "analytics", "api", "dashboards", "simulators")
LOCKS = ("run.txt", "dev.txt")
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", re.MULTILINE)
OPTION = re.compile(r"^\s*-(?!-hash=sha256:[0-9a-f]{64})", re.MULTILINE)


def lock(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["zonewatch", *PACKAGES, "tests", "tools"])
def test_no_other_distribution_claims_a_top_level_name(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"zonewatch"}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_top_level_package_begins_with_its_docstring_alone(package: str) -> None:
    module = ast.parse((ROOT / package / "__init__.py").read_bytes())

    assert ast.get_docstring(module)
    assert len(module.body) == 1


def test_the_command_line_is_a_table_of_subcommands() -> None:
    lines = (ROOT / "zonewatch.py").read_text(encoding="utf-8").splitlines()

    assert len(lines) < 100


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_hashes_and_no_address(name: str) -> None:
    text = lock(name)

    assert "://" not in text
    assert OPTION.search(text) is None
    assert len(PIN.findall(text)) <= text.count("--hash=sha256:")


def test_what_runs_is_what_was_tested() -> None:
    assert set(PIN.findall(lock("run.txt"))) < set(PIN.findall(lock("dev.txt")))


def test_pip_is_the_file_its_hash_names() -> None:
    (wheel,) = (ROOT / "tools").glob("pip-*.whl")

    stated = wheel.with_name(f"{wheel.name}.sha256").read_text(encoding="ascii")

    assert stated == f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}\n"
