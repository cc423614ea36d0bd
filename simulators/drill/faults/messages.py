"""Messages that nobody should send: fuzzed ones, from a gateway that has gone mad."""

import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from itertools import islice
from typing import Any, Final

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ingest.contract.clock import SystemClock
from simulators.drill.faults.fault import Fault
from simulators.drill.field import FUZZ, devices_of
from simulators.drill.setting import Setting

_MANY: Final = 10_000
_FEW: Final = 1_000
_WAVE: Final = 200
_PAUSE_S: Final = 0.3  # between waves, for the broker to hand on: it saves all it holds at once
_PATIENCE_S: Final = 60.0
_KINDS: Final = ("chunk", "chunk", "chunk", "chunk", "birth", "death", "ack", "reading", "nonsense")
_ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    2**31,
    2**53,
    2**63,
    2**64,
    10**30,
    1e308,
    "",
    "x" * 5_000,
    "\u0000",
    "b20260101t000000-ffffffff",
    [],
    [[]],
    [[2, 1]],
    [[1, 2**62]],
    {},
    {"": {}},
)


def fuzzed(rng: random.Random, many: int) -> Iterator[tuple[str, bytes]]:
    """Yield topics and payloads of many messages, some of which may be sound by chance."""
    ways: tuple[Callable[[random.Random], bytes], ...] = (_noise, _torn, _flipped, _odd, _odd, _odd)
    for _ in range(many):
        payload = rng.choice(ways)(rng)
        yield f"zw/1/{FUZZ}/up/{rng.choice(_KINDS)}", payload


def _noise(rng: random.Random) -> bytes:
    first = rng.choice((b"", b"{", b"\x78\x9c", b"\x78\x01"))
    return first + rng.randbytes(rng.randrange(200))


def _torn(rng: random.Random) -> bytes:
    whole = _sealed(rng, _chunk(rng))
    return whole[: rng.randrange(len(whole))]


def _flipped(rng: random.Random) -> bytes:
    whole = bytearray(_sealed(rng, _chunk(rng)))
    for _ in range(rng.randint(1, 4)):
        whole[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
    return bytes(whole)


def _odd(rng: random.Random) -> bytes:
    """Put something odd in some place of a sound chunk."""
    body = _chunk(rng)
    for _ in range(rng.randint(1, 2)):
        place, key = rng.choice(list(_places(body)))
        place[key] = deepcopy(rng.choice(_ODD))
    return _sealed(rng, body)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for key, each in value.items():
            yield value, key
            yield from _places(each)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield value, place
            yield from _places(each)


def _chunk(rng: random.Random) -> dict[str, Any]:
    now = SystemClock().now()
    rows = rng.randint(1, 4)
    first = rng.randint(1, 1_000)
    return {
        "boot": f"mad-{rng.randrange(8)}",
        "head": first + rows - 1,
        "low": first,
        "thinned": [],
        "days": {now.date().isoformat(): [1, first + rows - 1]},
        "sent_at": now.isoformat().replace("+00:00", "Z"),
        "held": [f"mad-{rng.randrange(8)}"],
        "parts": [
            {
                "device": devices_of(FUZZ)[0],
                "number": list(range(first, first + rows)),
                "measured_at": [int(now.timestamp() * 1_000) + row for row in range(rows)],
                "values": {"active_power": [rng.uniform(0, 9_000) for _ in range(rows)]},
                "quality": {"active_power": [[0, 3]]},
            }
        ],
    }


def _sealed(rng: random.Random, body: object) -> bytes:
    try:
        text = orjson.dumps(body)
    except (TypeError, ValueError):  # a number that orjson does not know
        text = repr(body).replace("'", '"').encode()
    return text if rng.random() < 0.5 else zlib.compress(text)  # noqa: PLR2004


def _strike(setting: Setting, _: ExitStack) -> None:
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=FUZZ, protocol=MQTTProtocolVersion.MQTTv5
    )
    client.username_pw_set(FUZZ)
    client.connect("127.0.0.1", setting.broker.port)
    client.loop_start()
    rng = random.Random(setting.rng.random())
    messages = fuzzed(rng, _MANY if setting.thorough else _FEW)
    while wave := list(islice(messages, _WAVE)):
        sent = [client.publish(topic, told, qos=1) for topic, told in wave]
        for one in sent:
            one.wait_for_publish(_PATIENCE_S)
        setting.live(_PAUSE_S)
    client.disconnect()
    client.loop_stop()


FAULTS: Final = (Fault(name="fuzzed_messages", strike=_strike),)
