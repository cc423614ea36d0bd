"""The metric catalogue holds together."""

import re

import pytest

from ingest.contract.catalog import METRICS, metric, metrics_of
from ingest.contract.metric import DeviceClass, Kind, Metric

# Atoms of UCUM 2.2 that the catalogue uses, and the prefixes it puts before them.
ATOMS = {"1", "%", "A", "B", "By", "Cel", "Hz", "J", "Pa", "V", "W", "deg", "g", "h", "m", "s"}
PREFIXES = {"", "d", "h", "k", "m", "u"}
SIMPLE = {prefix + atom for prefix in PREFIXES for atom in ATOMS - {"1", "%"}} | {"1", "%"}
ALL = [
    pytest.param(device_class, one, id=f"{device_class}-{one.name}")
    for device_class, own in METRICS.items()
    for one in own
]


def is_ucum(unit: str) -> bool:
    """Tell whether a unit is a product or quotient of known units with whole exponents."""
    parts = [re.fullmatch(r"(1|%|[A-Za-z]+)([2-9]?)", part) for part in re.split(r"[./]", unit)]
    return all(part is not None and part[1] in SIMPLE for part in parts)


@pytest.mark.parametrize("device_class", DeviceClass)
def test_every_class_has_metrics_with_names_of_their_own(device_class: DeviceClass) -> None:
    names = [one.name for one in METRICS[device_class]]

    assert names
    assert len(set(names)) == len(names)
    assert list(metrics_of(device_class)) == names


@pytest.mark.parametrize(("device_class", "one"), ALL)
def test_a_metric_is_sound(device_class: DeviceClass, one: Metric) -> None:
    assert is_ucum(one.unit), one.unit
    assert one.low < one.high
    assert re.fullmatch(r"[a-z][a-z0-9_]*", one.name)
    assert metric(device_class, one.name) is one


@pytest.mark.parametrize(("device_class", "one"), ALL)
def test_no_metric_takes_a_name_that_stores_need(device_class: DeviceClass, one: Metric) -> None:
    assert one.name not in {"device", "measured_at", "place", "time"}, device_class
    assert not one.name.endswith("_q")


@pytest.mark.parametrize(("device_class", "one"), ALL)
def test_counters_and_states_start_at_zero(device_class: DeviceClass, one: Metric) -> None:
    assert one.kind is Kind.GAUGE or one.low == 0, device_class


def test_a_name_means_the_same_in_every_class() -> None:
    meanings: dict[str, set[tuple[str, Kind]]] = {}
    for own in METRICS.values():
        for one in own:
            meanings.setdefault(one.name, set()).add((one.unit, one.kind))

    assert {name for name, meant in meanings.items() if len(meant) > 1} == set()


def test_what_a_class_does_not_have_is_none() -> None:
    assert metric(DeviceClass.BUS, "load_power") is None


@pytest.mark.parametrize(
    ("unit", "known"),
    [("kW.h", True), ("ug/m3", True), ("hPa", True), ("kWh", False), ("°C", False), ("", False)],
)
def test_units_are_told_from_lookalikes(unit: str, *, known: bool) -> None:
    assert is_ucum(unit) is known
