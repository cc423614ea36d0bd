from collections.abc import Sequence

import pytest

from analytics.deviceday import DeviceDay
from analytics.result import ZoneResult, open_window, zone_result
from dashboards.board import zone as page
from dashboards.board.programme import Heard
from dashboards.board.states import State
from dashboards.board.zone import zone_view
from ingest.contract.period import Period, micros
from ingest.registry.registry import Registry
from tests.api.builders import FACTS, NOW, SINCE, UPTIME, a_registry, a_store
from tests.builders import a_basis

REGISTRY: Registry = a_registry()
NOW_US = micros(NOW)


def a_result(facts: Sequence[DeviceDay] = FACTS) -> ZoneResult:
    zone = REGISTRY.zone("kh-coast")
    assert zone is not None
    basis = a_basis(REGISTRY, facts=facts, uptime=UPTIME, as_of=NOW_US)
    return zone_result(basis, zone, open_window(zone, Period(micros(SINCE), NOW_US)))


def everything_heard() -> Heard:
    store = a_store()
    readings = {
        device.id: store.latest(device.device_class, [device.id]) for device in a_result().devices
    }
    return Heard(readings=readings, presence={}, now=NOW_US)


def test_the_broken_devices_come_first() -> None:
    view = zone_view(REGISTRY, a_result(), [], everything_heard(), None)

    assert [(row.device.id, row.state) for row in view.devices] == [
        ("kh-lamp-1", State.FAULT),
        ("kh-pv-2", State.SILENT),
        ("kh-lamp-2", State.NEVER),
        ("kh-air-1", State.REACHABLE),
        ("kh-pv-1", State.REACHABLE),
    ]


def test_a_long_list_is_cut_and_says_how_long_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "ROWS_SHOWN", 2)

    view = zone_view(REGISTRY, a_result(), [], everything_heard(), None)

    assert (len(view.devices), view.handed_over) == (2, 5)


def test_a_zone_of_which_nothing_was_measured_has_no_figure() -> None:
    unmeasured = a_result(facts=())

    view = zone_view(REGISTRY, unmeasured, [], everything_heard(), None)

    assert (view.headline.avoided, view.headline.credited_kwh) == (None, None)
    assert [figure.avoided for figure in view.figures] == [None, None]
