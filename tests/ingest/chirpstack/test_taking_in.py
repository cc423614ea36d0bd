"""ChirpStack's uplinks, from the message to the store and the account."""

import base64
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from ingest import ledger, quarantine
from ingest.archive import Message
from ingest.chirpstack.codec_files import CodecError, load_codec, load_codecs
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, instant, micros, rfc3339
from ingest.control import Desk, Form
from ingest.ledger import Line
from ingest.pipeline import Pipeline
from ingest.quarantine import State
from ingest.rebuilding import rebuild
from ingest.storage.memory import MemoryStore
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import EVENING_MS, MINUTE_MS, NOW, a_chunk, a_message, a_part
from tests.ingest.chirpstack.events import UP, of_device
from tests.ingest.embedded import Mailbox, a_pipeline, account_of

_LAMP = "kh-lamp-7"
_EUI = "0101010101010101"
_REGISTRY = a_registry(a_device(_LAMP, profile="lamp_template"), a_device("kh-lamp-1"))


def a_payload(watts: float = 60.0, *, minute: int = 0) -> str:
    """Return what a lamp of the template sends: 12.8 V, 31 deg C, lit at full brightness."""
    seconds = EVENING_MS // 1_000 + 60 * minute
    content = struct.pack(">IHHbB", seconds, 1280, round(watts * 10), 31, 0x80 | 100)
    return base64.b64encode(content).decode()


def an_uplink(
    watts: float = 60.0,
    *,
    minute: int = 0,
    tag: str | None = _LAMP,
    **changed: Any,  # noqa: ANN401 - whatever JSON holds
) -> dict[str, Any]:
    """Return the documented event with a lamp's payload, and the tag that names the device."""
    event = of_device(tags={"device": tag} if tag else {})
    return event | {"fPort": 2, "data": a_payload(watts, minute=minute)} | changed


def published(body: object, *, eui: str = _EUI, event: str = "up") -> Message:
    topic = f"application/{UP['deviceInfo']['applicationId']}/device/{eui}/event/{event}"
    return Message(topic=topic, payload=orjson.dumps(body), received_at=micros(NOW))


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    with a_pipeline(tmp_path, _REGISTRY) as opened:
        yield opened


def kept(pipeline: Pipeline, metric: str = "load_power") -> dict[tuple[str, int], float]:
    """Return what is stored of a metric, by device and milliseconds."""
    names = [DeviceId(each) for each in (_LAMP, "kh-lamp-1", _EUI)]
    block = pipeline.store.read(DeviceClass.STREETLIGHT, names, Period(0, micros(NOW)))
    columns = (block.devices.tolist(), block.measured_at.tolist(), block.values[metric].tolist())
    return {
        (block.names[device], at // 1_000): value
        for device, at, value in zip(*columns, strict=True)
    }


def reasons(pipeline: Pipeline) -> list[tuple[str | None, str]]:
    with pipeline.catalog.connect() as connection:
        return [(each.gateway, each.reason) for each in quarantine.entries(connection)]


def a_desk(pipeline: Pipeline) -> Desk:
    def commit(form: Form) -> None:
        if messages := form():
            list(pipeline.commit(messages))

    return Desk(
        catalog=pipeline.catalog,
        clock=pipeline.clock,
        commit=commit,
        find=pipeline.archive.message,
        store=pipeline.store,
        registry=pipeline.registry,
    )


def test_an_uplink_is_stored_with_its_quality_and_counted_beside_the_account(
    pipeline: Pipeline,
) -> None:
    message = published(an_uplink())
    list(pipeline.commit([message]))

    assert kept(pipeline) == {(_LAMP, EVENING_MS): 60.0}
    assert kept(pipeline, "battery_voltage") == {(_LAMP, EVENING_MS): 12.8}
    assert kept(pipeline, "lamp_on") == {(_LAMP, EVENING_MS): 1.0}
    assert account_of(pipeline) == Line(readings=5, unnumbered=1)
    (frame,) = pipeline.archive.frames()
    assert frame.messages == (message,)


def test_an_implausible_value_is_kept_and_flagged(pipeline: Pipeline) -> None:
    list(pipeline.commit([published(an_uplink(6_000.0))]))

    block = pipeline.store.read(DeviceClass.STREETLIGHT, [DeviceId(_LAMP)], Period(0, micros(NOW)))
    assert block.flags["load_power"].tolist() == [4]


def test_an_uplink_that_comes_again_is_one_record_in_the_store(pipeline: Pipeline) -> None:
    list(pipeline.commit([published(an_uplink()), published(an_uplink())]))
    list(pipeline.commit([published(an_uplink())]))

    assert kept(pipeline) == {(_LAMP, EVENING_MS): 60.0}


def test_a_lamp_by_lora_and_by_its_gateway_is_one_lamp(tmp_path: Path) -> None:
    """Its profile is that of the gateway's line; ChirpStack's names the codec."""
    event = an_uplink(minute=5, tag="kh-lamp-1")
    event["deviceInfo"] |= {"deviceProfileName": "lamp_template"}
    with a_pipeline(tmp_path, a_registry(a_device("kh-lamp-1"))) as opened:
        by_gateway = a_message(a_chunk(a_part([59.0])))
        list(opened.commit([by_gateway, published(event)]))

        assert kept(opened) == {
            ("kh-lamp-1", EVENING_MS): 59.0,
            ("kh-lamp-1", EVENING_MS + 5 * MINUTE_MS): 60.0,
        }
        account = account_of(opened)
        assert (account.stored, account.unnumbered, account.balanced) == (1, 1, True)


def test_a_device_may_be_called_by_its_eui(tmp_path: Path) -> None:
    registry = a_registry(a_device(_EUI, profile="lamp_template"))
    with a_pipeline(tmp_path, registry) as opened:
        list(opened.commit([published(an_uplink(tag=None), eui=_EUI.upper())]))

        assert kept(opened) == {(_EUI, EVENING_MS): 60.0}


_OBJECT = """\
id = "its_server"
source = "the maker's codec for ChirpStack"
[[object]]
field = "lamp.mW"
metric = "load_power"
scale = 0.001
"""


def test_what_the_servers_own_codec_made_is_read_by_name_at_the_servers_time(
    tmp_path: Path,
) -> None:
    (tmp_path / "its_server.toml").write_text(_OBJECT)
    registry = a_registry(a_device(_LAMP, profile="its_server"))
    event = an_uplink(object={"lamp": {"mW": 60_500}, "note": "x"})
    event.pop("data")
    with a_pipeline(tmp_path, registry) as opened:
        ready = replace(opened, codecs=load_codecs(tmp_path))
        list(ready.commit([published(event)]))

        ((_, at),) = kept(ready)
        assert rfc3339(instant(at * 1_000)) == "2022-07-18T09:34:15.775000Z"
        assert list(kept(ready).values()) == [60.5]


@pytest.mark.parametrize(
    ("message", "gateway", "reason"),
    [
        pytest.param(
            published(an_uplink(tag="kh-lamp-9")),
            "chirpstack",
            "unknown device kh-lamp-9",
            id="a stranger",
        ),
        pytest.param(
            published(an_uplink(tag="kh-lamp-1")),
            "kh-gw-1",
            "no codec is called srne_streetlight or 'Test device-profile', as its profiles are"
            " (device kh-lamp-1)",
            id="no codec",
        ),
        pytest.param(
            published(an_uplink(), eui="0202020202020202"),
            "chirpstack",
            "deviceInfo.devEui: expected the topic's, 0202020202020202",
            id="another's topic",
        ),
        pytest.param(
            published(an_uplink(fPort=3)),
            "kh-gw-1",
            "lamp_template: nothing is known of port 3 (device kh-lamp-7)",
            id="port",
        ),
        pytest.param(
            published(an_uplink(data="qg==")),
            "kh-gw-1",
            "lamp_template: 1 bytes on port 2, at least 10 (device kh-lamp-7)",
            id="short",
        ),
        pytest.param(
            published(an_uplink(data="")),
            "kh-gw-1",
            "lamp_template: no payload (device kh-lamp-7)",
            id="no payload",
        ),
        pytest.param(
            published(an_uplink(minute=10_000)),
            "kh-gw-1",
            "impossible time: measured 2026-11-06T09:40:00Z, after it was received"
            " (device kh-lamp-7)",
            id="a clock ahead",
        ),
        pytest.param(
            published(an_uplink(), event="join"),
            "chirpstack",
            "topic: expected application/APPLICATION/device/DEVEUI/event/up",
            id="another event's topic",
        ),
        pytest.param(
            published(an_uplink(margin=10)),
            "chirpstack",
            "event: expected an uplink, not a status",
            id="another event",
        ),
        pytest.param(
            published([1]),
            "chirpstack",
            "payload: expected plain JSON starting with '{', or a zlib stream",
            id="a list",
        ),
    ],
)
def test_what_cannot_be_stored_is_set_aside_whole(
    pipeline: Pipeline, message: Message, gateway: str, reason: str
) -> None:
    list(pipeline.commit([published(an_uplink()), message]))

    assert kept(pipeline) == {(_LAMP, EVENING_MS): 60.0}
    assert reasons(pipeline) == [(gateway, reason)]
    assert account_of(pipeline) == Line(readings=5, unnumbered=1)


def test_a_rebuild_has_it_and_not_what_was_set_aside(pipeline: Pipeline) -> None:
    list(pipeline.commit([published(an_uplink()), published(an_uplink(tag="kh-lamp-9"))]))
    again = replace(pipeline, store=MemoryStore())

    rebuilt = rebuild(again)

    assert kept(again) == {(_LAMP, EVENING_MS): 60.0}
    assert (rebuilt.written, rebuilt.refused) == (1, 0)


def test_a_stranger_that_is_registered_later_is_replayed_once(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry(a_device("kh-lamp-1"))) as before:
        list(before.commit([published(an_uplink())]))
        knowing = replace(before, registry=lambda: _REGISTRY)

        (outcome,) = a_desk(knowing).replay([], actor="operator")

        assert outcome.state is State.REPLAYED
        assert a_desk(knowing).replay([], actor="operator") == []
        assert kept(knowing) == {(_LAMP, EVENING_MS): 60.0}
        assert account_of(knowing) == Line(readings=5, unnumbered=1)


def test_nobody_is_acknowledged_for_it(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with a_pipeline(tmp_path, _REGISTRY, mailbox=mailbox) as opened:
        list(opened.commit([published(an_uplink())]))

    assert mailbox.published == []


def test_two_codecs_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "lamp_template.toml").write_text(_OBJECT)

    with pytest.raises(CodecError, match="there is a codec lamp_template already"):
        load_codecs(tmp_path)


def test_a_codec_has_one_form(tmp_path: Path) -> None:
    path = tmp_path / "its_server.toml"
    path.write_text(_OBJECT + "[[tagged]]\ntag = 1\nsize = 1\n")

    with pytest.raises(CodecError, match=r"\[\[payload\]\], \[\[tagged\]\] or \[\[object\]\]"):
        load_codec(path)


def test_it_is_counted_on_its_day_of_receipt(pipeline: Pipeline) -> None:
    list(pipeline.commit([published(an_uplink())]))

    with pipeline.catalog.connect() as connection:
        assert list(ledger.lines(connection)) == [("kh-gw-1", date(2026, 10, 31))]
