"""What if: another factor, method or assumption, and nothing that is kept changes."""

import json
from pathlib import Path

import pytest

from api.reports import cli as reports_cli
from api.whatif import cli
from ingest.home import Home
from tests.api.test_cli import home as a_home

home = a_home


def asked(home: Home, *choices: str, zone: str = "kh-coast") -> list[str]:
    sets = [word for choice in choices for word in ("--set", choice)]
    return ["--zone", zone, "--period", "2026-10", "--home", str(home.path), *sets]


def report(home: Home, capfd: pytest.CaptureFixture[str]) -> str:
    reports_cli.main(["--zone", "kh-coast", "--period", "2026-10", "--home", str(home.path)])
    return capfd.readouterr().out


def test_another_role_is_computed_beside_the_figure(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    """In Laos a day's 100 kWh: at 0.876 t/MWh 0.0876 t, at 1.069 0.1069 t; 500 t/MWh for more."""
    status = cli.main([*asked(home, "factor.school_pv=500", zone="la-city"), "--json"])

    told = json.loads(capfd.readouterr().out)
    assert status == 0
    (pv,) = [each for each in told["figures"] if each["device_class"] == "school_pv"]
    assert (pv["as_it_is"], pv["what_if"], pv["difference"]) == ("0.1", "50.0", "49.9")
    assert (told["period"], told["set"]) == ("2026-10", ["factor.school_pv=500"])


def test_another_role_is_computed_since_all_was_handed_over(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    words = asked(home, "factor.school_pv=500", zone="la-city")
    status = cli.main([*[w.replace("2026-10", "since-handover") for w in words], "--json"])

    told = json.loads(capfd.readouterr().out)
    assert status == 0
    assert told["period"] == "2026-01-15..2026-10-01"
    (pv,) = [each for each in told["figures"] if each["device_class"] == "school_pv"]
    assert pv["what_if"] == "50.0"


def test_nothing_published_changes(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    before = report(home, capfd)

    cli.main(asked(home, "role.school_pv=om", "method.streetlight=AMS-II.L"))
    capfd.readouterr()

    assert report(home, capfd) == before


def test_a_table_is_for_people(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    cli.main(asked(home, "role.school_pv=om"))

    assert "what if" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("role.school_pv=country", "one of the roles"),
        ("role.charger=om", "one of the device classes"),
        ("method.streetlight=AMS-I.L", "expected one of zw-street"),
        ("factor.bus=much", "a number"),
        ("bus.l_per_100km=-1", "at least 0"),
        ("tiers=four_tier", "one of three_tier, two_tier"),
        ("tdl_percent=100", "at most 99"),
        ("source=somewhere", "one of the sources"),
        ("nonsense=1", "method., role. or factor."),
    ],
)
def test_what_chooses_nothing_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], choice: str, expected: str
) -> None:
    home = Home.create(tmp_path / "home")

    assert cli.main(asked(home, choice)) == 2
    assert expected in capfd.readouterr().err
