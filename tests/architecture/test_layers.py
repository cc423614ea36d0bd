"""Who may import whom, and that the contracts notice when somebody does not care."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "ingest", "analytics", "api", "dashboards", "simulators")


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    """Hold the contracts of pyproject.toml against the packages in the tree."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    """A copy of the project in which a test may plant a violation."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


def plant(tree: Path, path: str, statement: str) -> None:
    """Write a module that holds one import, inside packages that may not exist yet."""
    planted = tree / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.with_name("__init__.py").touch()
    planted.write_text(f"{statement}\n", encoding="utf-8")


def test_the_project_keeps_its_contracts() -> None:
    checked = lint_imports(ROOT)

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert " 0 broken" in checked.stdout


@pytest.mark.parametrize(
    ("path", "statement", "complaint"),
    [
        ("analytics/planted.py", "import api", "analytics is not allowed to import api"),
        ("analytics/planted.py", "import gateway", "analytics is not allowed to import gateway"),
        ("gateway/planted.py", "import analytics", "gateway is not allowed to import analytics"),
        ("api/planted.py", "import simulators", "api is not allowed to import simulators"),
        ("ingest/planted.py", "import dashboards", "ingest is not allowed to import dashboards"),
        (
            "ingest/storage/planted.py",
            "import ingest.service.planted",
            "ingest.storage is not allowed to import ingest.service",
        ),
        (
            "ingest/contract/planted.py",
            "import ingest.registry",
            "ingest.contract is not allowed to import ingest.registry",
        ),
        (
            "ingest/contract/planted.py",
            "import numpy",
            "ingest.contract is not allowed to import numpy",
        ),
        ("gateway/planted.py", "import pandas", "gateway is not allowed to import pandas"),
        (
            "gateway/planted.py",
            "import ingest.registry",
            "gateway is not allowed to import ingest",
        ),
        (
            "analytics/planted.py",
            "import sqlalchemy",
            "analytics is not allowed to import sqlalchemy",
        ),
        ("ingest/planted.py", "import zonewatch", "ingest is not allowed to import zonewatch"),
        (
            "simulators/drill/planted.py",
            "import api",
            "simulators.drill is not allowed to import api",
        ),
    ],
)
def test_a_planted_violation_is_named(
    copied_tree: Path, path: str, statement: str, complaint: str
) -> None:
    plant(copied_tree, "ingest/service/planted.py", "import ingest.contract")
    plant(copied_tree, "ingest/registry/planted.py", "import ingest.contract")
    plant(copied_tree, path, statement)

    checked = lint_imports(copied_tree)

    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert complaint in checked.stdout


@pytest.mark.parametrize(
    ("path", "statement"),
    [
        pytest.param("gateway/planted.py", "import ingest.contract", id="gateway speaks"),
        pytest.param("analytics/service/planted.py", "import sqlalchemy", id="service reads"),
        pytest.param("analytics/planted.py", "import numpy", id="analytics computes"),
    ],
)
def test_what_the_design_allows_is_allowed(copied_tree: Path, path: str, statement: str) -> None:
    plant(copied_tree, path, statement)

    checked = lint_imports(copied_tree)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def imported_by(module: Path) -> set[str]:
    """Return the dotted names that a module's import statements mention."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def test_the_contract_needs_only_the_standard_library() -> None:
    foreign = {
        f"{module.name}: {name}"
        for module in (ROOT / "ingest" / "contract").rglob("*.py")
        for name in imported_by(module)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not f"{name}.".startswith("ingest.contract.")
    }

    assert foreign == set()
