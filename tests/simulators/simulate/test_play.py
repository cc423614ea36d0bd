"""A recording as what a device says at each step."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.profile_file import load_profiles
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros, parse_rfc3339
from ingest.registry.csv_import import check
from ingest.registry.model import Device, Gateway, GridConnection, Provenance
from ingest.registry.registry import Registry
from simulators.boxes.registers import RegisterValueError
from simulators.replay import Recording, read_recording
from simulators.simulate.plan import FILES
from simulators.simulate.play import RecordedPlay, UnplayableError, check_playable
from tests.simulators.recordings import a_recording_file, serf_east

_PV = DeviceId("pv")
_GAP = [("10:00:00", "1200.5"), ("10:15:00", "1201.5"), ("11:00:00", "-2.9")]


def a_play(recording: Recording) -> RecordedPlay:
    return RecordedPlay(device=_PV, recording=recording, step=timedelta(minutes=15))


def a_pv_set() -> Device:
    return Device(
        id=_PV,
        gateway=GatewayId("gw"),
        device_class=DeviceClass.HOUSEHOLD_PV,
        profile="sunspec_three_phase",
        painted_number=None,
        lot=None,
        latitude=None,
        longitude=None,
        interval_s=900,
        rated_power_w=None,
        rated_power_basis=None,
        accuracy_percent=Decimal(5),
        grid_connection=GridConnection.ON,
        schedule="",
        handed_over=None,
    )


def checked(recording: Recording) -> None:
    check_playable(recording, a_pv_set(), load_profiles()["sunspec_three_phase"])


def test_each_step_says_what_was_recorded_at_its_instant(tmp_path: Path) -> None:
    play = a_play(read_recording(a_recording_file(tmp_path / "gap.csv", _GAP)))

    assert play.instant(4) == micros(parse_rfc3339("2016-07-01T18:00:00Z"))
    assert [play.at(step)[_PV]["active_power"] for step in range(3)] == [1200.0, 1202.0, None]
    assert play.at(4)[_PV]["active_power"] == -3.0


def test_a_device_has_no_value_and_answers_where_nothing_was_recorded(tmp_path: Path) -> None:
    play = a_play(read_recording(a_recording_file(tmp_path / "gap.csv", _GAP)))

    for step in (-1, 2, 3, 5):
        assert play.at(step) == {_PV: {"active_power": None}}
        assert not play.silent(step)


def test_serf_east_can_be_played() -> None:
    checked(read_recording(serf_east()))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        pytest.param(
            [("10:00:00", "1"), ("10:05:00", "1")], "every 900 s, .* not every 300 s", id="interval"
        ),
        pytest.param(
            [("10:01:00", "1"), ("10:16:00", "1")],
            "multiples of 900 s, not 2016-07-01T17:01:00Z",
            id="between polls",
        ),
    ],
)
def test_what_a_gateway_would_not_hear_is_refused(
    tmp_path: Path, rows: list[tuple[str, str]], why: str
) -> None:
    recording = read_recording(a_recording_file(tmp_path / "odd.csv", rows))

    with pytest.raises(UnplayableError, match=why):
        checked(recording)


def test_what_no_register_can_say_is_refused(tmp_path: Path) -> None:
    rows = [("10:00:00", "1"), ("10:15:00", "40000")]
    recording = read_recording(a_recording_file(tmp_path / "big.csv", rows))

    with pytest.raises(RegisterValueError, match="active_power = 40000"):
        checked(recording)


def test_everything_of_the_recordings_registry_is_recorded() -> None:
    items = [row.item for row in check(sorted(FILES.glob("*.csv")), Registry()).rows]
    gateways = [item for item in items if isinstance(item, Gateway)]

    assert [gateway.provenance for gateway in gateways] == [Provenance.RECORDED]
    assert len([item for item in items if isinstance(item, Device)]) == 1
