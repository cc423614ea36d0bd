"""A vendor's cloud on this machine, pulled into a real outbox."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from gateway.config import load
from gateway.drivers.cloud.config import CloudConfig
from gateway.drivers.cloud.mapping import Paging, load_cloud_mapping
from gateway.drivers.cloud.puller import CloudPuller
from gateway.entering import Entering
from gateway.fields import ConfigError
from gateway.instants import Instants
from gateway.outbox import Outbox
from ingest.contract.clock import ManualClock
from ingest.contract.identity import BootId, DeviceId
from ingest.contract.period import instant
from ingest.contract.ranges import Ranges
from simulators.boxes.cloud import CloudBox
from tests.gateway.builders import FIRST_BOOT, SECOND_BOOT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOKEN = "secret-token"  # noqa: S105
MAPPING = """
source = "made for this test"
items = "data.list"
device = "sn"
[time]
field = "ts"
format = "unix_ms"
[[value]]
field = "lamp.power_mw"
metric = "load_power"
scale = 0.001
[[value]]
field = "soc"
metric = "battery_soc"
[paging]
kind = "page"
parameter = "page"
[window]
from = "start"
to = "end"
format = "unix_ms"
"""
LAMPS = {"SN-1": DeviceId("kh-lamp-1"), "SN-2": DeviceId("kh-lamp-2")}


def a_row(minutes: int, *, sn: str = "SN-1", power: object = 60_000) -> dict[str, object]:
    at = int((NOW + timedelta(minutes=minutes)).timestamp() * 1_000)
    return {"sn": sn, "ts": at, "lamp": {"power_mw": power}, "soc": 87}


@dataclass(kw_only=True)
class Pulling:
    puller: CloudPuller
    outbox: Outbox
    clock: ManualClock
    home: Path

    def records(self) -> list[tuple[str, datetime, Mapping[str, float | None]]]:
        rows = self.outbox.rows(FIRST_BOOT, within=Ranges.of((1, 1_000)), limit=1_000)
        return [(r.record.device, instant(r.record.measured_at), r.record.values) for r in rows]

    def aside(self) -> list[dict[str, Any]]:
        path = self.home / "cloud-0.jsonl"
        return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@contextmanager
def pulling(
    path: Path,
    box: CloudBox,
    *,
    mapping: str = MAPPING,
    boot: BootId = FIRST_BOOT,
    **changed: object,
) -> Generator[Pulling]:
    file = path / "vendor.toml"
    file.write_text(mapping, encoding="utf-8")
    config = CloudConfig(
        url=box.url,
        mapping=load_cloud_mapping(file),
        devices=LAMPS,
        token=TOKEN,
        requests_per_minute=6_000,
        timeout=timedelta(seconds=5),
    )
    config = replace(config, **cast("Any", changed))
    clock = ManualClock(NOW)
    with Outbox(path / "outbox.db", boot=boot) as outbox:
        last = outbox.last_instants()
        entering = Entering(
            outbox=outbox, instants=Instants(outbox.stretches()), clock=clock, appended=lambda: None
        )
        puller = CloudPuller(config, 0, home=path, entering=entering, last=last)
        yield Pulling(puller=puller, outbox=outbox, clock=clock, home=path)
        puller.close()


async def test_rows_become_records_of_our_devices_in_our_units(tmp_path: Path) -> None:
    with CloudBox(token=TOKEN) as box, pulling(tmp_path, box) as there:
        box.rows = [a_row(-10), a_row(-5, sn="SN-2", power=31_500)]

        assert await there.puller.pull() == 2

        assert there.records() == [
            ("kh-lamp-1", NOW - timedelta(minutes=10), {"load_power": 60.0, "battery_soc": 87.0}),
            ("kh-lamp-2", NOW - timedelta(minutes=5), {"load_power": 31.5, "battery_soc": 87.0}),
        ]


@pytest.mark.parametrize("paging", [*Paging])
async def test_a_long_answer_is_read_to_its_end(tmp_path: Path, paging: Paging) -> None:
    mapping = MAPPING.replace('kind = "page"', f'kind = "{paging}"')
    if paging is Paging.CURSOR:
        mapping = mapping.replace('= "page"\n[window]', '= "cursor"\nnext = "data.next"\n[window]')
    if paging is Paging.NONE:
        mapping = mapping.replace('parameter = "page"\n', "")
    size = 100 if paging is Paging.NONE else 2
    with (
        CloudBox(token=TOKEN, page_size=size, cursors=paging is Paging.CURSOR) as box,
        pulling(tmp_path, box, mapping=mapping) as there,
    ):
        box.rows = [a_row(-minute) for minute in range(5)]

        assert await there.puller.pull() == 5


async def test_nothing_enters_twice_and_the_past_is_looked_at_again(tmp_path: Path) -> None:
    with CloudBox(token=TOKEN) as box, pulling(tmp_path, box) as there:
        box.rows = [a_row(-10)]
        await there.puller.pull()
        there.clock.set(NOW + timedelta(minutes=15))
        box.rows += [a_row(-20), a_row(5)]

        assert await there.puller.pull() == 2

        (start, *_) = [int(asked["start"]) for asked in box.asked if asked["page"] == "1"][1:]
        assert start == int((NOW - timedelta(hours=1)).timestamp() * 1_000)


async def test_a_correction_is_a_new_record(tmp_path: Path) -> None:
    with CloudBox(token=TOKEN) as box, pulling(tmp_path, box) as there:
        box.rows = [a_row(-10)]
        await there.puller.pull()
        box.rows = [a_row(-10, power=61_000)]

        assert await there.puller.pull() == 1


async def test_after_a_restart_it_goes_on_where_every_device_was(tmp_path: Path) -> None:
    with CloudBox(token=TOKEN) as box:
        box.rows = [a_row(-300), a_row(-200, sn="SN-2")]
        with pulling(tmp_path, box) as there:
            await there.puller.pull()
        box.asked.clear()
        with pulling(tmp_path, box, boot=SECOND_BOOT) as again:
            await again.puller.pull()

        assert int(box.asked[0]["start"]) == a_row(-360)["ts"]


async def test_a_row_that_says_nothing_sensible_is_kept_with_the_reason(tmp_path: Path) -> None:
    with CloudBox(token=TOKEN) as box, pulling(tmp_path, box) as there:
        box.rows = [a_row(-10, power="a lot"), a_row(-5)]

        assert await there.puller.pull() == 1

        (found,) = there.aside()
        assert found["reason"] == "lamp.power_mw: expected a finite number"
        assert b"a lot" in bytes.fromhex(found["frame"])


async def test_devices_that_are_not_ours_are_told_once_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with CloudBox(token=TOKEN) as box, pulling(tmp_path, box) as there:
        box.rows = [a_row(-10, sn="SN-9"), a_row(-5, sn="SN-9")]

        assert await there.puller.pull() == 0

    assert caplog.text.count("'SN-9' is not in the site file") == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((500, {}, b""), "answers with status 500"),
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), "answers with status 302"),
        ((200, {}, b"<html>"), "what is no JSON"),
        ((200, {}, b"[]"), "no rows at data.list"),
        ((200, {}, b'{"data": {"list": 3}}'), "no rows at data.list"),
        ((200, {}, b"x" * 8_400_000), "more than 8388608 bytes"),
    ],
)
async def test_what_goes_wrong_is_told_and_tried_again(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    answer: tuple[int, dict[str, str], bytes],
    reason: str,
) -> None:
    with CloudBox(token=TOKEN) as box, pulling(tmp_path, box) as there:
        box.rows = [a_row(-10)]
        box.answers = [answer]

        assert await there.puller.pull() == 0
        assert await there.puller.pull() == 1

    assert reason in caplog.text
    assert TOKEN not in caplog.text


async def test_a_busy_cloud_is_asked_again_after_the_pause_it_wants(tmp_path: Path) -> None:
    with CloudBox(token=TOKEN) as box, pulling(tmp_path, box) as there:
        box.rows = [a_row(-10)]
        box.answers = [(429, {"Retry-After": "0"}, b"")]

        assert await there.puller.pull() == 1


async def test_without_the_right_token_nothing_comes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with CloudBox(token="another") as box, pulling(tmp_path, box) as there:  # noqa: S106
        assert await there.puller.pull() == 0

    assert "answers with status 401" in caplog.text


async def test_endless_pages_are_not_read_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mapping = MAPPING.replace('parameter = "page"', 'parameter = "page"\nmost_pages = 3')
    with (
        CloudBox(token=TOKEN, page_size=1) as box,
        pulling(tmp_path, box, mapping=mapping) as there,
    ):
        box.rows = [a_row(-minute) for minute in range(9)]

        assert await there.puller.pull() == 3

    assert "more than 3 pages" in caplog.text


SITE = """
gateway = "gw1"
home = "gw1"
[broker]
url = "mqtt://10.0.0.1"
[[line]]
url = "modbus+tcp://10.0.0.2"
device = [{ id = "kh-lamp-1", profile = "srne_streetlight", unit = 1 }]
[[cloud]]
url = "https://cloud.example/v1/readings"
mapping = "vendor.toml"
token_variable = "VENDOR_TOKEN"
[cloud.devices]
"SN-1" = "kh-lamp-1"
"""


def site_file(folder: Path, text: str) -> Path:
    (folder / "vendor.toml").write_text(MAPPING, encoding="utf-8")
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_same_lamp_by_two_ways_is_one_lamp_in_the_site_file(tmp_path: Path) -> None:
    config = load(site_file(tmp_path, SITE), {"VENDOR_TOKEN": TOKEN})

    assert [device.id for device in config.devices] == ["kh-lamp-1"]
    assert dict(config.clouds[0].devices) == {"SN-1": "kh-lamp-1"}
    assert config.clouds[0].token == TOKEN
    assert TOKEN not in repr(config)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("https://", "http://", "cloud[0].url"),
        ("https://", "https://me:pw@", "cloud[0].url"),
        ("VENDOR_TOKEN", "OTHER_TOKEN", "cloud[0].token_variable"),
        ('"SN-1" = "kh-lamp-1"', '"SN-1" = "Lamp 1"', "cloud[0].devices.SN-1"),
        ('"SN-1" = "kh-lamp-1"', "", "cloud[0].devices."),
    ],
)
def test_what_is_wrong_with_a_cloud_is_told_by_its_key(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    assert old in SITE
    with pytest.raises(ConfigError) as raised:
        load(site_file(tmp_path, SITE.replace(old, new, 1)), {"VENDOR_TOKEN": TOKEN})

    assert raised.value.key == key


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('metric = "load_power"', 'metric = "power"', "value[0].metric"),
        ('items = "data.list"', 'items = "data..list"', "items"),
        ('format = "unix_ms"\n[[value]]', 'format = "iso"\n[[value]]', "time.format"),
        ('kind = "page"', 'kind = "scroll"', "paging.kind"),
        ('kind = "page"', 'kind = "cursor"', "paging.next"),
        ('from = "start"', 'fro = "start"', "window.from"),
        ('source = "made', 'color = "red"\nsource = "made', "color"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_told_by_its_key(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    assert old in MAPPING
    path = tmp_path / "vendor.toml"
    path.write_text(MAPPING.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        load_cloud_mapping(path)

    assert raised.value.key == key
