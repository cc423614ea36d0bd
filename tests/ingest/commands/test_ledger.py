"""The command `ledger`."""

import json
from datetime import date
from pathlib import Path

import pytest

from ingest import ledger
from ingest.catalog import open_catalog
from ingest.commands.ledger import main
from ingest.commands.opening import reading
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.ranges import Ranges
from ingest.home import Home
from ingest.ledger import BootAccount, Settlement

_GATEWAY, _BOOT = GatewayId("kh-gw-1"), BootId("boot-1")
_DAY, _NEXT = date(2026, 10, 30), date(2026, 10, 31)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose first day is settled and whose second still waits for two records."""
    monkeypatch.delenv("ZONEWATCH_CATALOG", raising=False)
    made = Home.create(tmp_path / "home")
    monkeypatch.setenv("ZONEWATCH_HOME", str(made.path))
    write(made, low=5, settled=4, counted=4)
    return made


def write(home: Home, *, low: int, settled: int, counted: int) -> None:
    """Write an account of six records, four of the first day."""
    with reading(home):
        pass
    engine = open_catalog(home.catalog_url())
    with engine.begin() as connection:
        account = BootAccount(
            gateway=_GATEWAY,
            boot=_BOOT,
            head=6,
            low=low,
            stored=Ranges.of((1, settled)),
            days={_DAY: (1, 4), _NEXT: (5, 6)},
        )
        ledger.save(connection, [account])
        moved = Settlement(gateway=_GATEWAY, day=_DAY, stored=counted, readings=8)
        ledger.move(connection, [moved])
    engine.dispose()


def test_the_account_is_printed_as_one_json_document(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json", "--home", str(home.path)]) == 0

    document = json.loads(capsys.readouterr().out)
    names = ("repeated", "quarantined", "thinned", "missing", "redelivered", "unnumbered")
    beside = dict.fromkeys(names, 0)
    first = beside | {"assigned": 4, "stored": 4, "pending": 0, "readings": 8, "balanced": True}
    second = beside | {"assigned": 2, "stored": 0, "pending": 2, "readings": 0, "balanced": True}
    assert document["lines"] == [
        {"gateway": "kh-gw-1", "day": "2026-10-30", **first},
        {"gateway": "kh-gw-1", "day": "2026-10-31", **second},
    ]
    assert document["total"] == first | {
        "assigned": 6,
        "pending": 2,
        "balanced": True,
    }


@pytest.mark.usefixtures("home")
def test_the_account_is_printed_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0

    told = capsys.readouterr().out.splitlines()
    assert told[0].split()[:4] == ["gateway", "day", "assigned", "stored"]
    assert told[1].split()[:4] == ["kh-gw-1", "2026-10-30", "4", "4"]
    assert told[3].split()[:3] == ["total", "6", "4"]
    assert told[-1] == "the account balances"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "days"),
    [
        pytest.param(["--day", "2026-10-31"], ["2026-10-31"], id="a day"),
        pytest.param(["--gateway", "kh-gw-1"], ["2026-10-30", "2026-10-31"], id="a gateway"),
        pytest.param(["--day", "2026-11-01"], [], id="a day without records"),
    ],
)
def test_lines_are_chosen(
    capsys: pytest.CaptureFixture[str], arguments: list[str], days: list[str]
) -> None:
    assert main([*arguments, "--json"]) == 0

    assert [line["day"] for line in json.loads(capsys.readouterr().out)["lines"]] == days


@pytest.mark.parametrize(
    ("low", "settled", "counted", "balanced"),
    [
        pytest.param(6, 4, 4, True, id="one is missing"),
        pytest.param(5, 4, 3, False, id="counters and ranges differ"),
    ],
)
def test_exit_status_1_where_the_account_is_not_in_order(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    low: int,
    settled: int,
    counted: int,
    balanced: bool,
) -> None:
    monkeypatch.delenv("ZONEWATCH_CATALOG", raising=False)
    home = Home.create(tmp_path / "home")
    write(home, low=low, settled=settled, counted=counted)

    assert main(["--json", "--home", str(home.path)]) == 1

    total = json.loads(capsys.readouterr().out)["total"]
    assert total["balanced"] is balanced
    assert total["missing"] == (1 if balanced else 0)


def test_what_is_missing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZONEWATCH_CATALOG", raising=False)
    home = Home.create(tmp_path / "home")
    write(home, low=6, settled=3, counted=3)

    assert main(["--home", str(home.path)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert main(["--json", "--day", "2026-10-31", "--home", str(home.path)]) == 1
    document = json.loads(capsys.readouterr().out)

    assert told[-3:] == [
        "MISSING: kh-gw-1, 2026-10-30, boot boot-1: 4-4",
        "MISSING: kh-gw-1, 2026-10-31, boot boot-1: 5-5",
        "the account balances",
    ]
    assert document["missing_ranges"] == [
        {"gateway": "kh-gw-1", "boot": "boot-1", "day": "2026-10-31", "numbers": [[5, 5]]}
    ]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--gateway", "kh-gw-7"], "unknown gateway 'kh-gw-7'", id="gateway"),
        pytest.param(["--day", "yesterday"], "expected a day like 2026-10-31", id="day"),
        pytest.param(["--home", "nowhere"], "nowhere: no home is there", id="home"),
        pytest.param(["--json", "all"], "unrecognized arguments: all", id="arguments"),
    ],
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    try:
        status: object = main(arguments)
    except SystemExit as stopped:
        status = stopped.code

    assert status == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.startswith("zonewatch ledger: ")
    assert error.count("\n") == 1
