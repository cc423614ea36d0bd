"""Registry files: what is taken, and what is said of what is not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.contract.period import micros
from ingest.registry.csv_export import export
from ingest.registry.csv_files import ALWAYS
from ingest.registry.csv_import import Checked, ImportRefusedError, check
from ingest.registry.kinds import KINDS
from ingest.registry.registry import Entered, Registry
from tests.ingest.registry.builders import (
    a_device,
    a_gateway,
    a_site,
    a_zone,
    entered,
    one_of_each,
)

ZONES = "id,name,country,grid,timezone,latitude,longitude\n"
NORTH = "north,North,LA,LA,Asia/Vientiane,17.9757,102.6331\n"
DEVICES = (
    "id,gateway,device_class,profile,interval_s,rated_power_w,rated_power_basis,"
    "accuracy_percent,grid_connection,schedule\n"
)
LAMP = "lamp-1,gw1,streetlight,srne_streetlight,300,60,assumed,5,off,sunset..sunrise\n"
LOTS = (
    "id,aid_batch,zone,device_class,quantity,signed,handed_over,"
    "rated_power_w,rated_power_basis,source\n"
)
BATCHES = "id,name,country,signed,source\nb1,First,LA,,s\n"

PLACES = Registry(entered(a_zone(), a_site(), a_gateway(), valid_from=ALWAYS))


def a_file(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(*paths: Path, registry: Registry = PLACES) -> list[str]:
    """Return what is wrong with files, without their folder."""
    with pytest.raises(ImportRefusedError) as caught:
        check(paths, registry)
    return str(caught.value).replace(f"{paths[0].parent}/", "").splitlines()


def known_after(checked: Checked) -> Registry:
    return Registry(
        Entered(change=1, valid_from=row.valid_from, item=row.item)
        for row in checked.rows
        if row.item is not None
    )


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param((ZONES + NORTH).encode(), id="utf-8"),
        pytest.param((ZONES + NORTH).encode("utf-8-sig"), id="with a byte order mark"),
        pytest.param((ZONES + NORTH).replace("\n", "\r\n").encode(), id="as Excel ends lines"),
        pytest.param((ZONES + "\n" + NORTH + ",,,,,,\n").encode(), id="with empty lines"),
        pytest.param((ZONES + NORTH.replace(",", " , ")).encode(), id="with spaces"),
    ],
)
def test_a_zone_is_read(tmp_path: Path, encoded: bytes) -> None:
    checked = check([a_file(tmp_path, "zones.csv", encoded)], Registry())

    assert [row.item for row in checked.rows] == [a_zone()]
    assert [row.valid_from for row in checked.rows] == [ALWAYS]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", datetime(2000, 1, 1, tzinfo=UTC)),
        ("2026-10-31", datetime(2026, 10, 31, tzinfo=UTC)),
        ("2026-10-31T07:00:00+07:00", datetime(2026, 10, 31, tzinfo=UTC)),
        ("2026-10-31T00:00:00.5Z", datetime(2026, 10, 31, 0, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_an_entry_says_from_when_it_is_valid(tmp_path: Path, text: str, expected: datetime) -> None:
    file = ZONES.replace("id,", "id,valid_from,", 1) + NORTH.replace("north,", f"north,{text},")

    checked = check([a_file(tmp_path, "zones.csv", file)], Registry())

    assert [row.valid_from for row in checked.rows] == [micros(expected)]


def test_an_exported_registry_is_imported_as_it_was(tmp_path: Path) -> None:
    moved = a_device(id="pv-1", interval_s=60, latitude=Decimal("-0.10"), longitude=Decimal(0))
    at = [ALWAYS, micros(datetime(2026, 10, 31, tzinfo=UTC)), ALWAYS + 1]
    registry = Registry(
        [
            *entered(*one_of_each(), valid_from=at[0]),
            *entered(moved, valid_from=at[1]),
            *entered(a_zone(name="Renamed"), valid_from=at[2]),
        ]
    )

    paths = export(registry, tmp_path / "new" / "folder")
    read = known_after(check(paths, Registry()))

    assert [path.name for path in paths] == [f"{kind.file}.csv" for kind in KINDS]
    assert set(read.entries) == set(registry.entries)


def test_what_is_known_already_is_no_news(tmp_path: Path) -> None:
    registry = Registry(entered(a_zone(), a_zone(id="west"), valid_from=ALWAYS))
    west = NORTH.replace("north,North", "west,West")
    east = NORTH.replace("north,North", "east,East")

    checked = check([a_file(tmp_path, "zones.csv", ZONES + NORTH + west + east)], registry)

    assert checked.counts == {"zones": {"new": 1, "changed": 1, "unchanged": 1}}
    assert [row.id for row in checked.rows] == ["west", "east"]


def test_files_of_one_kind_may_be_several(tmp_path: Path) -> None:
    west = ZONES + NORTH.replace("north", "west")
    paths = [
        a_file(tmp_path, "zones.csv", ZONES + NORTH),
        a_file(tmp_path, "zones.west.csv", west),
    ]

    assert check(paths, Registry()).counts["zones"]["new"] == 2


@pytest.mark.parametrize(
    ("column", "text", "problem"),
    [
        ("id", "No Name", "a name of at most 63"),
        ("id", "", "got nothing"),
        ("name", "", "a text of 1 to 300 characters"),
        ("name", '"two\nlines"', "a text of 1 to 300 characters"),
        ("country", "Laos", "an ISO 3166-1 alpha-2 code like KH, got 'Laos'"),
        ("grid", "la", "an ISO 3166 code"),
        ("timezone", "Asia/Atlantis", "an IANA time zone"),
        ("timezone", "Asia", "an IANA time zone"),
        ("timezone", "../etc/passwd", "an IANA time zone"),
        ("timezone", "Asia/Kolkata", "a whole number of hours from UTC"),
        ("timezone", "Australia/Lord_Howe", "hours are the finest step"),
        ("timezone", "Asia/Pyongyang", "hours are the finest step"),
        ("latitude", "90.01", "a number from -90 to 90 degrees, got '90.01'"),
        ("latitude", "north", "a number"),
        ("latitude", "nan", "a number"),
        ("latitude", "1e1", "a number"),
        ("latitude", "១៧", "a number"),
        ("longitude", "-180.5", "a number from -180 to 180 degrees"),
    ],
)
def test_a_cell_that_is_not_right_is_named_with_file_line_and_column(
    tmp_path: Path, column: str, text: str, problem: str
) -> None:
    values = dict(zip(ZONES.strip().split(","), NORTH.strip().split(","), strict=True))
    row = ",".join({**values, column: text}.values())
    path = a_file(tmp_path, "zones.csv", f"{ZONES}{NORTH.replace('north', 'south')}{row}\n")

    (line,) = refused(path)

    assert line.startswith(f"zones.csv:3: column {column}: expected ")
    assert problem in line


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("streetlight,", "lamp,", "column device_class: expected one of streetlight, household_pv"),
        ("srne_streetlight", "", "column profile: expected a name"),
        (",300,", ",0,", "column interval_s: expected a whole number from 1 to 86400, got '0'"),
        (",300,", ",5.5,", "column interval_s: expected a whole number"),
        (",60,assumed", ",0,assumed", "column rated_power_w: expected a number above 0"),
        (",60,assumed", ",60,", "column rated_power_basis: expected what the rated power rests on"),
        (",60,assumed", ",,assumed", "column rated_power_w: expected the rated power"),
        (",assumed", ",guessed", "column rated_power_basis: expected one of nameplate, assumed"),
        (",5,off", ",101,off", "column accuracy_percent: expected a number from 0 to 100 %"),
        (",off,", ",maybe,", "column grid_connection: expected one of on, off, unknown"),
        ("sunset..sunrise", "always", "column schedule: expected sunset..sunrise, sunset+5h"),
        ("sunset..sunrise", "", "column schedule: expected when light is required"),
        (
            "gw1",
            "gw9",
            "column gateway: expected one of the gateways in these files or in the registry",
        ),
    ],
)
def test_a_device_that_is_not_right_is_refused(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    path = a_file(tmp_path, "devices.csv", DEVICES + LAMP.replace(old, new, 1))

    (line,) = refused(path)

    assert line.startswith(f"devices.csv:2: {problem}")


def test_a_position_is_whole_or_absent(tmp_path: Path) -> None:
    path = a_file(tmp_path, "sites.csv", "id,zone,name,latitude\nmill,north,Mill,17.9\n")

    assert refused(path) == [
        (
            "sites.csv:2: column longitude: expected latitude and longitude together, or neither,"
            " got nothing"
        ),
    ]


def test_a_lot_is_not_handed_over_before_it_is_signed(tmp_path: Path) -> None:
    row = "l1,b1,north,bus,12,2022-04-29,2022-04-28,,,s\n"
    paths = [a_file(tmp_path, "lots.csv", LOTS + row), a_file(tmp_path, "aid_batches.csv", BATCHES)]

    assert refused(*paths) == [
        (
            "lots.csv:2: column handed_over: expected a day not before it was signed, 2022-04-29,"
            " got '2022-04-28'"
        ),
    ]


def test_an_id_that_comes_twice_names_both_lines(tmp_path: Path) -> None:
    path = a_file(tmp_path, "devices.csv", DEVICES + LAMP + LAMP.replace("lamp-1", "b") + LAMP)
    other = a_file(tmp_path, "devices.more.csv", DEVICES + LAMP)

    assert refused(path, other) == [
        "devices.csv:4: column id: expected each once, got 'lamp-1', which line 2 has already",
        (
            "devices.more.csv:2: column id: expected each once, got 'lamp-1',"
            " which line 2 of devices.csv has already"
        ),
    ]


def test_an_id_may_come_again_from_another_instant_on(tmp_path: Path) -> None:
    header = DEVICES.replace("id,", "id,valid_from,")
    rows = LAMP.replace("lamp-1,", "lamp-1,,") + LAMP.replace("lamp-1,", "lamp-1,2026-01-01,")

    checked = check([a_file(tmp_path, "devices.csv", header + rows)], PLACES)

    assert checked.counts["devices"]["new"] == 2


def test_references_are_looked_up_in_all_files_together(tmp_path: Path) -> None:
    lots = a_file(tmp_path, "lots.csv", LOTS + "l1,b1,north,bus,12,,,,,s\n")
    batches = a_file(tmp_path, "aid_batches.csv", BATCHES)

    assert refused(lots) == [
        (
            "lots.csv:2: column aid_batch: expected one of the aid_batches in these files or in the"
            " registry, got 'b1'"
        ),
    ]
    assert len(check([lots, batches], PLACES).rows) == 2


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param(
            "id;name;country\n",
            [
                "zones.csv:1: column id;name;country: expected one of id, name, country, grid",
                "zones.csv:1: column id: expected in the header, got none",
                "zones.csv:1: column name: expected in the header, got none",
            ],
            id="other separator",
        ),
        pytest.param("", ["zones.csv:1: column id: expected in the header"], id="empty"),
        pytest.param(
            ZONES.replace("grid,", "grid,grid,") + "\n",
            ["zones.csv:1: column grid: expected once, got 2 of it"],
            id="column twice",
        ),
        pytest.param(
            ZONES + NORTH + "short,row\n",
            ["zones.csv:3: expected 7 cells, got 2"],
            id="short row",
        ),
        pytest.param(
            ZONES + NORTH + '"open,\n',
            ["zones.csv:3: expected comma-separated values: unexpected end of data"],
            id="open quote",
        ),
        pytest.param(
            (ZONES + NORTH).encode("utf-8-sig") + b"s\xfcd,S\n",
            ["zones.csv:3: expected UTF-8, got the byte 0xfc"],
            id="other encoding",
        ),
    ],
)
def test_a_file_that_is_no_such_table_says_where(
    tmp_path: Path, text: str | bytes, problems: list[str]
) -> None:
    lines = refused(a_file(tmp_path, "zones.csv", text))

    for line, problem in zip(lines, problems, strict=False):
        assert line.startswith(problem)
    assert len(lines) >= len(problems)


def test_a_file_that_could_not_be_read_makes_no_reference_dangle(tmp_path: Path) -> None:
    devices = a_file(tmp_path, "devices.csv", DEVICES + LAMP)
    gateways = a_file(tmp_path, "gateways.csv", "id,site\ngw1,mill\n")

    assert refused(devices, gateways, registry=Registry()) == [
        "gateways.csv:1: column provenance: expected in the header, got none"
    ]


@pytest.mark.parametrize("name", ["lamps.csv", "devices.xlsx", "devices"])
def test_a_name_that_says_not_what_is_in_it_is_refused(tmp_path: Path, name: str) -> None:
    (line,) = refused(a_file(tmp_path, name, DEVICES + LAMP))

    assert line.startswith(f"{name}: expected a file named zones.csv, sites.csv")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path / "zones.csv") == [
        "zones.csv: cannot be read: No such file or directory"
    ]


def test_every_problem_is_told_in_order_and_the_rest_counted(tmp_path: Path) -> None:
    def bad() -> Iterator[str]:
        for number in range(60):
            yield NORTH.replace("north", f"z{number}").replace("17.9757", "x")

    lines = refused(a_file(tmp_path, "zones.csv", ZONES + "".join(bad())))

    assert [line.split(":")[1] for line in lines[:50]] == [str(number) for number in range(2, 52)]
    assert lines[50:] == ["and 10 more"]


def test_a_cell_of_several_lines_does_not_shift_the_numbers(tmp_path: Path) -> None:
    rows = NORTH.replace("North", '"No\nrth"') + NORTH.replace("north", "west").replace(
        "LA,LA", "LA,?"
    )

    assert [
        line.split(": ")[0] for line in refused(a_file(tmp_path, "zones.csv", ZONES + rows))
    ] == [
        "zones.csv:2",
        "zones.csv:4",
    ]


PEOPLE = "id,role,title,language,zones,channels,quiet\n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("boss,manager,Manager,zh,,,", None),
        ("t-1,technician,On duty,lo,north,sms:crew mail,22:00..06:00", None),
        ("t-1,mender,On duty,lo,north,sms,", "column role: expected one of technician, manager"),
        ("t-1,technician,On duty,fr,north,sms,", "column language: expected one of en, zh, km, lo"),
        ("t-1,technician,On duty,lo,north north,sms,", "column zones: expected names with spaces"),
        ("t-1,technician,On duty,lo,south,sms,", "column zones: expected one of the zones in"),
        ("t-1,technician,On duty,lo,north,tgram://secret/1,", "column channels: expected channels"),
        ("t-1,technician,On duty,lo,north,sms:+85612345678,", "column channels: expected channels"),
        ("t-1,technician,On duty,lo,north,mail:a@b.example,", "column channels: expected channels"),
        ("t-1,technician,On duty,lo,north,sms,night", "column quiet: expected hours of a day like"),
    ],
)
def test_people_are_read_and_what_is_wrong_with_them_is_told(
    tmp_path: Path, row: str, told: str | None
) -> None:
    path = a_file(tmp_path, "people.csv", f"{PEOPLE}{row}\n")

    if told is None:
        assert [each.id for each in known_after(check([path], PLACES)).people()] == [
            row.split(",", maxsplit=1)[0]
        ]
    else:
        assert [line.partition(" ")[2].startswith(told) for line in refused(path)] == [True]


def test_a_contract_is_for_a_lot_or_for_a_site(tmp_path: Path) -> None:
    header = "id,lot,site,contractor,response_hours,source\n"
    right = a_file(tmp_path, "contracts.csv", f"{header}c1,,mill,a builder,48,s\n")
    wrong = a_file(tmp_path, "contracts.both.csv", f"{header}c2,,,a builder,48,s\n")

    assert [each.site for each in known_after(check([right], PLACES)).contracts()] == ["mill"]
    assert refused(wrong) == [
        "contracts.both.csv:2: column lot: expected either a lot or a site, got nothing"
    ]
