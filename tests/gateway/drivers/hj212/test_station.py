"""What a segment says of metrics, without a connection."""

from datetime import UTC, datetime

from gateway.drivers.hj212.config import StationConfig
from gateway.drivers.hj212.segment import read_segment
from gateway.drivers.hj212.station import Station
from gateway.drivers.hj212.station_map import load_maps
from ingest.contract.identity import DeviceId
from ingest.contract.quality import Quality
from ingest.contract.record import Record
from tests.gateway.drivers.hj212.frames import a_segment

NOON = "20260310120000"
RECEIVED_AT = datetime(2026, 3, 10, 12, 0, 5, tzinfo=UTC)


def records(*segments: str) -> list[Record]:
    maps = load_maps()
    station = Station(StationConfig(id=DeviceId("air"), mn="A", map=maps["hj212_air_station"]))
    read = (read_segment(each.encode()) for each in segments)
    return [record for each in read for record in station.records(each, received_at=RECEIVED_AT)]


def test_of_two_values_for_one_metric_and_instant_the_first_holds_with_its_quality() -> None:
    own_time = f"a34004-SampleTime={NOON},a34004-Rtd=2,a34004-Flag=N"

    (record,) = records(a_segment(f"DataTime={NOON};34004-Rtd=1,34004-Flag=D;{own_time}"))

    assert record.values == {"pm25": 1.0}
    assert record.quality == {"pm25": Quality.BAD}


def test_a_code_means_what_it_does_in_its_command() -> None:
    area = f"DataTime={NOON};a34004-Rtd=1,a34004-Avg=2,a34004-Flag=N"

    told = records(*(a_segment(area, cn=command) for command in ("2011", "2051", "2061", "2031")))

    assert [record.values for record in told] == [
        {"pm25": 1.0},
        {"pm25_1min": 2.0},
        {"pm25_1h": 2.0},
    ]


def test_more_codes_than_are_remembered_are_still_looked_up() -> None:
    codes = ";".join(f"x{number}-Rtd=1" for number in range(400))

    (record,) = records(a_segment(f"DataTime={NOON};{codes};a34004-Rtd=3,a34004-Flag=N"))

    assert record.values == {"pm25": 3.0}
