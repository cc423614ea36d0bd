"""The command line as people meet it: fast help, and bad input told in one line."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import zonewatch
from ingest.registry import cli as registry_cli

_ROOT = Path(__file__).parent.parent.parent
_HEAVY = {
    *("alembic", "amqtt", "aiomqtt", "asyncio", "duckdb", "fastapi", "jinja2", "numpy", "orjson"),
    *("paho", "pandas", "pvlib", "pydantic", "pymodbus", "sqlalchemy", "tqdm", "uvicorn"),
    *("analytics", "api", "dashboards", "gateway", "ingest", "simulators"),
}

ZONES = (
    "id,name,country,grid,timezone,latitude,longitude\n"
    "north,North,LA,LA,Asia/Vientiane,17.9757,102.6331\n"
)
SITE = """
gateway = "gw1"
home = "gw1"
[broker]
url = "mqtt://127.0.0.1"
[[line]]
url = "modbus+tcp://127.0.0.1:5020"
device = [{{ id = "lamp-1", profile = "{profile}", unit = 1 }}]
"""

Prepare = Callable[[Path], object]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run zonewatch in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "zonewatch", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(_ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def a_file(name: str, text: str = "") -> Prepare:
    """Return what puts a file into a folder."""
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def a_full_folder(folder: Path) -> None:
    (folder / "wrong").mkdir()
    (folder / "wrong" / "letter.txt").write_text("", encoding="utf-8")


def a_home(folder: Path) -> None:
    zones = folder / "zones.csv"
    zones.write_text(ZONES, encoding="utf-8")
    assert registry_cli.main(["import", str(zones), "--home", str(folder / ".zonewatch")]) == 0


def nothing(_: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "arguments", "says"),
    [
        pytest.param(nothing, "frobnicate", "no subcommand 'frobnicate'", id="subcommand"),
        pytest.param(nothing, "ledger", ".zonewatch: no home is there", id="ledger: no home"),
        pytest.param(
            nothing, "quarantine list", ".zonewatch: no home is there", id="quarantine: no home"
        ),
        pytest.param(
            nothing,
            "report --programme --period 2026",
            ".zonewatch: no home is there",
            id="report: no home",
        ),
        pytest.param(
            a_file("wrong"), "ledger --home wrong", "wrong: a file, expected", id="ledger: a file"
        ),
        pytest.param(
            a_full_folder,
            "ledger --home wrong",
            "wrong: a folder without a home's marker",
            id="ledger: a folder that is no home",
        ),
        pytest.param(
            a_file("wrong"),
            "demo --once --home wrong",
            "wrong: cannot be made a home",
            id="demo: a file",
        ),
        pytest.param(
            a_full_folder,
            "demo --once --home wrong",
            "wrong: a folder without a home's marker",
            id="demo: a folder that is no home",
        ),
        pytest.param(
            a_file("site.toml", "gateway = \n"),
            "gateway site.toml --check",
            "site.toml: ",
            id="gateway: broken TOML",
        ),
        pytest.param(
            nothing, "gateway site.toml --check", "site.toml: ", id="gateway: no such file"
        ),
        pytest.param(
            a_file("site.toml", SITE.format(profile="toaster")),
            "gateway site.toml --check",
            "line.device.profile: expected one of",
            id="gateway: unknown profile",
        ),
        pytest.param(
            a_file("zones.csv", ZONES + ZONES.splitlines()[1] + "\n"),
            "registry import zones.csv",
            "zones.csv:3: column id",
            id="registry: duplicate id",
        ),
        pytest.param(
            nothing, "registry import zones.csv", "zones.csv: ", id="registry: no such file"
        ),
        pytest.param(
            a_home,
            "report --zone nowhere --period 2026",
            "'zone:nowhere'",
            id="report: unknown zone",
        ),
        pytest.param(
            a_home, "report --zone north --period soon", "period 'soon'", id="report: bad period"
        ),
        pytest.param(a_home, "quarantine show 7", "no entry 7", id="quarantine: unknown id"),
        pytest.param(a_home, "ledger --gateway gw9", "gateway 'gw9'", id="ledger: gateway"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(
    tmp_path: Path, prepare: Prepare, arguments: str, says: str
) -> None:
    prepare(tmp_path)

    done = run(tmp_path, *arguments.split())

    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert says in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def test_what_was_refused_has_left_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "zones.csv").write_text(ZONES + ZONES.splitlines()[1] + "\n", encoding="utf-8")

    run(tmp_path, "registry", "import", "zones.csv")

    assert [path.name for path in tmp_path.iterdir()] == ["zones.csv"]


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys, zonewatch; zonewatch.main(['--help']); sys.stderr.write(repr([*sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=_ROOT, capture_output=True, text=True, check=True
    )

    loaded = {
        name.partition(".")[0] for name in done.stderr.strip("[]").replace("'", "").split(", ")
    }
    assert "zonewatch" in loaded
    assert loaded & _HEAVY == set()


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_every_subcommand(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert zonewatch.main(arguments) == 0

    told = capsys.readouterr().out
    assert all(f"\n  {name} " in told for name in zonewatch.COMMANDS)


@pytest.mark.parametrize("name", zonewatch.COMMANDS)
def test_every_subcommand_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        zonewatch.main([name, "--help"])

    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: zonewatch {name}")
