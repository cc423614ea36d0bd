"""Who is silent: one device, all behind a gateway, or rather ourselves."""

import numpy as np
import pytest

from analytics.faults.fault import Fault
from analytics.faults.silence import Listening, silences
from ingest.contract.metric import DeviceClass

_MINUTE = 60_000_000
_LAMPS = [
    (f"lamp-{number}", DeviceClass.STREETLIGHT, 300, f"gw-{number // 5}") for number in range(20)
]


def _told(
    minutes_ago: dict[int, int],
    *,
    now: int = 600,
    standing: list[Fault] | None = None,
    alive: bool = True,
    rows: list[tuple[str, DeviceClass, int, str]] = _LAMPS,
) -> list[Fault]:
    """Return what is said when all were heard a minute ago but for some."""
    listening = Listening.to(rows)
    heard = np.array([now - minutes_ago.get(number, 1) for number in range(len(rows))])
    return silences(
        listening,
        now=now * _MINUTE,
        heard=heard.astype(np.int64) * _MINUTE,
        alive=np.full(len(listening.gateways), alive),
        standing=standing or [],
    )


def _named(faults: list[Fault]) -> list[tuple[str, str]]:
    return [(fault.rule, fault.subject) for fault in faults]


def test_a_device_is_silent_after_three_intervals_and_the_gateways_own_delay() -> None:
    assert _told({3: 19}) == []
    (fault,) = _told({3: 25})

    assert (fault.rule, fault.subject) == ("device_silent", "lamp-3")
    assert (fault.began_at, fault.raised_at) == (575 * _MINUTE, 595 * _MINUTE)


def test_a_slow_device_may_be_silent_for_longer() -> None:
    hourly = [(name, kind, 3_600, gateway) for name, kind, _, gateway in _LAMPS]

    assert _told({3: 170}, rows=hourly) == []
    assert _named(_told({3: 190}, rows=hourly)) == [("device_silent", "lamp-3")]


def test_a_vehicle_may_park_where_there_is_no_network() -> None:
    buses = [(name, DeviceClass.BUS, every, gateway) for name, _, every, gateway in _LAMPS]

    assert _told({3: 300}, rows=buses) == []


def test_a_dead_gateway_is_one_fault_and_mutes_its_devices() -> None:
    faults = _told(dict.fromkeys(range(5), 25))

    assert _named(faults) == [("gateway_down", "gw-0")]
    assert faults[0].began_at == 575 * _MINUTE
    assert faults[0].evidence == {"devices": 5}


def test_a_gateway_is_found_before_its_devices_are() -> None:
    first = next(ago for ago in range(1, 60) if _told(dict.fromkeys(range(5), ago)))

    assert _named(_told(dict.fromkeys(range(5), first))) == [("gateway_down", "gw-0")]


def test_a_living_gateway_does_not_hide_dead_devices() -> None:
    assert _named(_told({0: 25, 1: 25, 2: 25})) == [
        ("device_silent", f"lamp-{number}") for number in range(3)
    ]


def test_a_gateway_with_one_device_is_down_only_when_its_connection_is() -> None:
    one = [*_LAMPS[:15], ("lamp-x", DeviceClass.STREETLIGHT, 300, "gw-3")]

    assert _named(_told({15: 25}, rows=one)) == [("device_silent", "lamp-x")]
    assert _named(_told({15: 25}, rows=one, alive=False)) == [("gateway_down", "gw-3")]


def test_a_gateway_is_back_with_its_devices_and_they_are_judged_anew() -> None:
    (down,) = _told(dict.fromkeys(range(5), 25))
    still = _told(dict.fromkeys(range(5), 55), now=630, standing=[down])
    (back,) = _told({4: 65}, now=640, standing=[down])
    soon = _told({4: 75}, now=650, standing=[back])
    later = _told({4: 95}, now=670, standing=[back])

    assert still == []
    assert (back.rule, back.cleared_at) == ("gateway_down", 639 * _MINUTE)
    assert soon == []
    assert _named(later) == [("device_silent", "lamp-4")]


def test_a_device_that_speaks_again_is_no_longer_silent() -> None:
    (silent,) = _told({3: 25})
    (cleared,) = _told({}, now=610, standing=[silent])

    assert cleared.cleared_at == 609 * _MINUTE
    assert cleared.began_at == silent.began_at


def test_a_fault_that_stands_is_not_told_again() -> None:
    (silent,) = _told({3: 25})

    assert _told({3: 35}, now=610, standing=[silent]) == []


@pytest.mark.parametrize("ago", [16, 25, 600])
def test_when_all_gateways_are_silent_it_is_ourselves(ago: int) -> None:
    assert _told(dict.fromkeys(range(20), ago), now=1_000) == []
