import json
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.service import facts, uptime
from analytics.service.facts import Progress
from api import cli
from api.catalog import ready_catalog
from api.reports import cli as reports_cli
from api.server import listen
from ingest.audit.journal import entries
from ingest.catalog import open_catalog
from ingest.contract.period import micros
from ingest.home import Home
from ingest.registry.tables import append
from ingest.storage.duckdb import DuckdbStore
from tests.api.builders import FACTS, NOW, SINCE, UPTIME, a_registry


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.create(tmp_path / "home")
    catalog = ready_catalog(made.catalog_url({}))
    with catalog.begin() as connection:
        entries = [(entry.valid_from, entry.item) for entry in a_registry().entries]
        known_at = datetime(2026, 9, 1, tzinfo=UTC)
        append(connection, entries, actor="operator", source="a file", known_at=known_at)
        facts.put_device_days(connection, FACTS)
        uptime.put_uptime_days(connection, UPTIME)
        reached = Progress(changes=1, hours=1, since=micros(SINCE), as_of=micros(NOW))
        facts.put_progress(connection, reached)
    catalog.dispose()
    return made


def deeds_in(home: Home) -> list[str]:
    catalog = open_catalog(home.catalog_url({}))
    with catalog.connect() as connection:
        found = [each.deed.object for each in entries(connection)]
    catalog.dispose()
    return found


def test_a_report_is_written_to_standard_output(
    home: Home, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    arguments = ["--zone", "kh-coast", "--period", "2026-10", "--home", str(home.path)]

    status = reports_cli.main(arguments)

    document = json.loads(capfdbinary.readouterr().out)
    assert status == 0
    assert "report:zone:kh-coast/2026-10" in deeds_in(home)
    assert document["scope"] == {"kind": "zone", "id": "kh-coast"}
    assert document["figures"][0]["energy"]["credited"] == "0.031"


def test_a_report_is_written_to_a_file(home: Home, tmp_path: Path) -> None:
    output = tmp_path / "report.json"

    status = reports_cli.main(
        ["--programme", "--period", "2026", "--home", str(home.path), "-o", str(output)]
    )

    assert status == 0
    assert json.loads(output.read_bytes())["provenance"] == "simulated"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--zone", "nowhere", "--period", "2026"], "'zone:nowhere'", id="scope"),
        pytest.param(["--programme", "--period", "soon"], "period 'soon'", id="period"),
        pytest.param(
            ["--programme", "--period", "2026", "-o", "/nowhere/at/all"], "/nowhere", id="output"
        ),
    ],
)
def test_bad_input_to_a_report_is_one_line_and_exit_status_2(
    home: Home, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    status = reports_cli.main([*arguments, "--home", str(home.path)])

    assert status == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("main", [reports_cli.main, cli.main])
def test_a_home_that_is_not_there_is_exit_status_2(
    main: Callable[[list[str]], int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = ["--programme", "--period", "2026"] if main is reports_cli.main else []

    status = main([*own, "--home", str(tmp_path / "none")])

    assert status == 2
    assert "no home is there" in capsys.readouterr().err


def test_checking_a_home_opens_everything_and_stops(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--check", "--home", str(home.path)]) == 0
    assert "ready" in capsys.readouterr().out


def test_a_store_that_another_process_holds_is_named(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from ingest.storage.duckdb import DuckdbStore\n"
        "store = DuckdbStore(Path(sys.argv[1]))\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    DuckdbStore(home.store_path).close()
    with subprocess.Popen(
        [sys.executable, "-c", program, str(home.store_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()

        status = cli.main(["--check", "--home", str(home.path)])

        holder.stdin.close()
    assert status == 2
    assert str(home.store_path) in capsys.readouterr().err


def test_a_check_shows_the_ways_to_people_and_no_secret(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONEWATCH_CHANNEL_HOOK", "json://user:hunter2@127.0.0.1:9/")
    monkeypatch.setenv("ZONEWATCH_URL", "https://zw.example")

    status = cli.main(["--check", "--home", str(home.path)])

    told = capsys.readouterr()
    assert status == 0
    assert "channels hook (JSON)\nlinks    https://zw.example\nreplies  none" in told.out
    assert "hunter2" not in told.out + told.err


def test_a_channel_that_cannot_be_used_is_named_and_not_shown(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONEWATCH_CHANNEL_SMS", "twilio://hunter2")

    status = cli.main(["--check", "--home", str(home.path)])

    error = capsys.readouterr().err
    assert status == 2
    assert error.startswith("zonewatch api: ZONEWATCH_CHANNEL_SMS: expected a URL")
    assert "hunter2" not in error


def test_a_port_in_use_is_named(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        status = cli.main(["--port", str(port), "--home", str(home.path)])

    assert status == 2
    assert f"port {port}" in capsys.readouterr().err


def test_a_server_answers_and_ends_cleanly_when_it_is_told_to(home: Home) -> None:
    command = [sys.executable, "-m", "zonewatch", "api", "--port", "0", "--home", str(home.path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        line = server.stderr.readline()
        port = int(line.rpartition(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(b"GET /health/live HTTP/1.0\r\nHost: x\r\n\r\n")
            answer = connection.makefile("rb").read()

        server.terminate()

        assert server.wait(timeout=20) == 0
        assert server.stderr.read().count("its password is shown only now: ") == 1
    assert b"200 OK" in answer
    assert b'"live"' in answer


def test_an_answer_does_not_wait_for_a_full_packet() -> None:
    with listen(0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()

        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        accepted.close()
