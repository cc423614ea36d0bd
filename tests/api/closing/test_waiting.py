"""A period is neither prepared nor closed while analytics has not taken all that came of it."""

from datetime import UTC, datetime
from pathlib import Path

from ingest import feed
from ingest.columns import Touched
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import hour_of, micros, utc_day
from tests.api.closing.commands import run
from tests.api.closing.october import LAMP, PERIOD, PV, october, running

IN_IT = datetime(2026, 10, 10, 12, tzinfo=UTC)
BEHIND_IT = datetime(2026, 11, 2, 12, tzinfo=UTC)


def touch(home: Path, device: DeviceId, at: datetime) -> None:
    """Write down that something came, as ingest does, before analytics looks."""
    known = {LAMP: DeviceClass.STREETLIGHT, PV: DeviceClass.SCHOOL_PV}
    hour = hour_of(micros(at))
    row = Touched(
        device_class=known[device],
        device=device,
        hour=hour,
        gateway=GatewayId("gw1"),
        day=utc_day(hour),
        numbered=True,
        records=1,
        readings=1,
    )
    with running(home) as zone, zone.catalog.begin() as connection:
        feed.add(connection, [row])


def test_neither_is_it_prepared_nor_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with october(home):
        pass

    touch(home, LAMP, IN_IT)
    status, _, err = run(home, "close", *PERIOD, "--by", "pa")
    assert (status, "1 hours of its devices wait" in err) == (1, True)

    with running(home) as zone:
        zone.wait_until(datetime(2026, 11, 4, tzinfo=UTC))
    assert run(home, "close", *PERIOD, "--by", "pa")[0] == 0
    touch(home, PV, IN_IT)
    assert run(home, "check", *PERIOD, "--by", "chan")[0] == 1


def test_what_came_of_other_days_does_not_hold_it_up(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with october(home):
        pass

    touch(home, LAMP, BEHIND_IT)

    assert run(home, "close", *PERIOD, "--by", "pa")[0] == 0
