"""Hourly means in a real InfluxDB: beside the readings, and never among them."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.quality import Quality
from ingest.storage.influx import InfluxStore
from ingest.storage.influx_http import Door, Place
from ingest.storage.influx_means import InfluxMeans
from ingest.storage.opening import opened_means
from ingest.storage.port import StoreError
from simulators.influxd import ORG, TOKEN, Influxd
from tests.ingest.storage.blocks import ALWAYS, a_block, at, kept_in
from tests.servers import needs

_LAMP = DeviceId("lamp-1")
_WRITTEN = {"load_power": 40.0, "battery_soc": 80.0}


@pytest.fixture(name="place")
def _place(influx_server: Influxd, request: pytest.FixtureRequest) -> Place:
    name = f"means-{request.node.name}"
    influx_server.new_bucket(name)
    return Place(url=influx_server.url, org=ORG, bucket=name)


@pytest.fixture(name="means")
def _means(place: Place) -> Iterator[InfluxMeans]:
    with closing(InfluxMeans(place, token=TOKEN)) as means:
        yield means


def _drawn(place: Place, query: str) -> list[float]:
    with closing(Door(place, token=TOKEN, connections=1)) as door:
        (document,) = door.ask(query)
    (result,) = json.loads(document)["results"]
    return [value for series in result.get("series", []) for _, value in series["values"]]


@needs("influxd")
def test_readings_and_means_do_not_meet(place: Place, means: InfluxMeans) -> None:
    means.write(a_block((_LAMP, 0, _WRITTEN)))
    with closing(InfluxStore(place.url, org=ORG, bucket=place.bucket, token=TOKEN)) as store:
        store.write([a_block((_LAMP, 30, {"load_power": 60.0}))])

        kept = kept_in(store.read(DeviceClass.STREETLIGHT, [_LAMP], ALWAYS))
        last = store.latest(DeviceClass.STREETLIGHT, [_LAMP])

    assert kept == {("lamp-1", "load_power", 30): ((60.0).hex(), 1)}
    assert [(one.metric, one.value) for one in last] == [("load_power", 60.0)]
    assert _drawn(place, 'SELECT load_power FROM "streetlight_1h"') == [40.0]


@needs("influxd")
def test_a_mean_is_replaced_taken_back_and_given_again(place: Place, means: InfluxMeans) -> None:
    query = 'SELECT load_power FROM "streetlight_1h" WHERE ("load_power_q" > 3) = false'
    drawn = []
    for value in (40.0, 45.5, (float("nan"), Quality.MISSING), 50.0):
        means.write(a_block((_LAMP, 0, {"load_power": value})))
        drawn.append(_drawn(place, query))

    assert drawn == [[40.0], [45.5], [], [50.0]]


@needs("influxd")
def test_what_the_server_refuses_holds_nothing_up(
    place: Place, means: InfluxMeans, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Door(place, token=TOKEN, connections=1)) as door:
        door.insert(f'streetlight_1h,device=lamp-1 load_power="a text" {at(0)}\n'.encode())

    means.write(a_block((_LAMP, 0, _WRITTEN)))

    assert "hourly means are not copied" in caplog.text


@pytest.mark.parametrize("setting", ["memory:", "duckdb:readings.duckdb"])
def test_where_grafana_does_not_ask_nothing_is_copied(setting: str) -> None:
    with opened_means(setting) as means:
        assert means is None


def test_a_copy_needs_the_stores_own_token() -> None:
    setting = "influx+http://127.0.0.1:1?org=o&bucket=b"

    with pytest.raises(StoreError, match="ZONEWATCH_STORE_TOKEN"), opened_means(setting, {}):
        raise AssertionError
