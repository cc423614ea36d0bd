"""A recording that nobody here made, read by our code and, here, by plain arithmetic."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest

from ingest.contract.period import instant
from simulators.replay import Recording, RecordingError, read_recording

HEADING = "measured_on,ac_power\n"


def the_recording() -> Path:
    spec = find_spec("pvanalytics")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "serf_east_15min_ac_power.csv"


def daily_wh(path: Path) -> Mapping[str, Decimal]:
    """Watts of each quarter of an hour, by the local day as it is written."""
    days: dict[str, Decimal] = defaultdict(Decimal)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            days[row["measured_on"][:10]] += Decimal(row["ac_power"]) / 4
    return days


def served_wh(recording: Recording) -> Mapping[str, float]:
    days: dict[str, float] = defaultdict(float)
    for step, at in enumerate(recording.instants):
        local = instant(at) + recording.utc_offset
        power = recording.step_values(step)["active_power"]
        assert power is not None
        days[local.date().isoformat()] += power * recording.interval_s / 3_600
    return days


def test_the_recording_of_serf_east_is_read_whole() -> None:
    recording = read_recording(the_recording())

    assert len(recording) == 10_000
    assert recording.interval_s == 900
    assert recording.utc_offset == timedelta(hours=-7)
    assert instant(recording.instants[0]) == datetime(2016, 7, 1, 7, 0, tzinfo=UTC)
    assert instant(recording.instants[-1]) == datetime(2016, 10, 13, 10, 45, tzinfo=UTC)
    assert recording.active_power_w[0] == -2.8601
    assert max(recording.active_power_w) == 5_426.4


def test_what_is_served_is_the_energy_of_the_file_but_for_whole_watts() -> None:
    path = the_recording()
    recording = read_recording(path).local_days(0, 7)

    served = served_wh(recording)
    recorded = {day: float(wh) for day, wh in daily_wh(path).items() if day <= "2016-07-07"}

    assert len(recording) == 7 * 96
    assert served.keys() == recorded.keys()
    for day, wh in recorded.items():
        # Half a watt for a day at the worst, and in fact much less.
        assert served[day] == pytest.approx(wh, abs=12.0)
        assert served[day] == pytest.approx(wh, rel=0.0005)


def test_night_is_served_as_recorded_slightly_negative() -> None:
    values = read_recording(the_recording()).step_values(0)

    assert values == {"active_power": -3.0, "energy_generated": None}


def test_local_days_are_cut_at_local_midnight() -> None:
    part = read_recording(the_recording()).local_days(1, 2)

    assert instant(part.instants[0]) == datetime(2016, 7, 2, 7, 0, tzinfo=UTC)
    assert instant(part.instants[-1]) == datetime(2016, 7, 4, 6, 45, tzinfo=UTC)


def test_a_gap_is_not_filled(tmp_path: Path) -> None:
    path = tmp_path / "gap.csv"
    path.write_text(
        HEADING
        + "2016-07-01 00:00:00-07:00,1\n2016-07-01 00:15:00-07:00,2\n"
        + "2016-07-01 00:30:00-07:00,3\n2016-07-01 05:00:00-07:00,4\n\n"
    )

    recording = read_recording(path)

    assert recording.active_power_w == (1.0, 2.0, 3.0, 4.0)
    assert recording.interval_s == 900


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "line 1: expected at least two rows", id="nothing"),
        pytest.param(
            HEADING + "2016-07-01 00:00:00,1\n", "line 2: expected an instant with off", id="naive"
        ),
        pytest.param(HEADING + "noon,1\n", "line 2: expected an instant with offset", id="text"),
        pytest.param(
            HEADING + "2016-07-01 00:00:00-07:00,bright\n", "line 2: expected AC power", id="word"
        ),
        pytest.param(
            HEADING + "2016-07-01 00:00:00-07:00,nan\n", "line 2: expected AC power", id="NaN"
        ),
        pytest.param(
            HEADING + "2016-07-01 00:00:00-07:00,1,2\n", "line 2: expected an instant", id="columns"
        ),
        pytest.param(
            HEADING + "2016-07-01 00:15:00-07:00,1\n2016-07-01 00:15:00-07:00,2\n",
            "line 3: expected an instant after 2016-07-01 00:15:00-07:00",
            id="twice",
        ),
    ],
)
def test_what_is_no_recording_is_refused_by_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)

    with pytest.raises(RecordingError, match=message):
        read_recording(path)


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(bytes(range(256)) * 1_000)

    with pytest.raises(RecordingError):
        read_recording(path)
