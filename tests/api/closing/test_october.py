"""October played through: three people, late data, a revision, and the same digits again.

The counter adds 1 kWh an hour. October by local days (UTC+7) is 30 September 17:00 to 31 October
17:00; its readings tell of 744 h, from 16:30 to 16:30. In revision 1 the last is of 05:30, so it
lacks 11 h: the gap's advance lies wholly with the closing reading, in November, until it is filled.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from analytics.closing.states import State
from api.closing import revisions
from api.closing.keeper import Keeper
from tests.api.closing.commands import Json, differences, run, sign, told
from tests.api.closing.october import PERIOD, SILENT_FROM, SILENT_TO, running, sources_of

REPORT = ("report", *PERIOD)


def figure(document: Json, name: str, device_class: str) -> Json:
    return next(
        each
        for each in document["figures"]
        if (each["id"], each["device_class"]) == (name, device_class)
    )


def report(home: Path, *words: str) -> str:
    status, out, err = run(home, *REPORT, *words)
    assert status == 0, err
    return out


def bring_in_what_came_late(home: Path) -> None:
    with running(home) as zone:
        zone.clock.set(datetime(2026, 11, 5, tzinfo=UTC))
        zone.number = 10_000
        zone.arrive(SILENT_FROM, SILENT_TO)


def test_october_is_signed_revised_and_re_run_to_the_same_digits(signed: Path) -> None:
    first = report(signed)
    assert json.loads(first)["status"] == "approved"
    assert figure(json.loads(first), "energy_generated", "school_pv")["value"] == "0.733"

    bring_in_what_came_late(signed)
    assert report(signed) == first
    status, second = told(signed, "close", *PERIOD, "--by", "pa")

    assert (status, second["revision"], second["status"]) == (0, 2, "prepared")
    assert second["cause"]["text"] == "data that came or changed after it was prepared"
    assert second["cause"]["days"] == ["2026-10-31"]
    assert second["cause"]["devices"] == ["lamp-1", "pv-1"]
    assert second["cause"]["recomputed_hours"] < 250
    now = json.loads(report(signed))
    assert figure(now, "energy_generated", "school_pv")["value"] == "0.744"
    assert report(signed, "--revision", "1") == first
    for source in ((), ("--from-archive",)):
        for number in ("1", "2"):
            assert differences(signed, *PERIOD, "--revision", number, *source) == []


def test_each_revision_has_a_bundle_that_re_runs_without_a_home(
    signed: Path, tmp_path: Path
) -> None:
    bring_in_what_came_late(signed)
    sign(signed)
    for number in ("1", "2"):
        file = tmp_path / f"{number}.zip"
        words = ("--revision", number, "-o", str(file))
        assert run(signed, "bundle", *PERIOD, *words)[0] == 0
        key = str(signed / "keys" / "signing.pub")
        assert differences(None, str(file), "--key", key) == []


def test_nothing_that_did_not_change_makes_a_revision(signed: Path) -> None:
    status, _, err = run(signed, "close", *PERIOD, "--by", "pa")

    assert status == 1
    assert "it is approved" in err


def test_a_signed_period_that_moved_is_revised_by_itself_and_its_signers_are_told(
    signed: Path,
) -> None:
    bring_in_what_came_late(signed)
    with running(signed) as zone:
        keeper = Keeper(sources=sources_of(zone), home=zone.home)

        assert [keeper.look() for _ in range(3)] == [[], [2], []]
        with zone.catalog.connect() as connection:
            first, second = revisions.history(connection, "zone:north", "2026-10")
            told_of = revisions.told_of(connection, second.id)

    assert (first.state, second.state) == (State.APPROVED, State.REVISED)
    assert told_of == ["chan", "pa", "sok"]
    sign(signed)
    assert json.loads(report(signed))["status"] == "approved"
