"""The registry as a value with valid time and known time."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.registry.model import Provenance
from ingest.registry.registry import DanglingReferenceError, Entered, Registry
from tests.ingest.registry.builders import a_device, a_gateway, a_site, a_zone, entered

PLACES = entered(a_zone(), a_site(), a_gateway())


def interval_s(registry: Registry, at: int | None = None) -> int | None:
    device = registry.device("lamp-1", at)
    return None if device is None else device.interval_s


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(99, None, id="before it is valid there is none"),
        pytest.param(100, 300, id="the first instant belongs to it"),
        pytest.param(199, 300, id="it holds until the next"),
        pytest.param(200, 600, id="the next holds from its first instant"),
        pytest.param(None, 600, id="without an instant the last holds"),
    ],
)
def test_the_entry_that_is_valid_at_an_instant_holds(at: int | None, expected: int | None) -> None:
    registry = Registry(
        [
            *entered(a_device(interval_s=600), change=1, valid_from=200),
            *entered(a_device(interval_s=300), change=2, valid_from=100),
        ]
    )

    assert interval_s(registry, at) == expected


def test_of_two_entries_for_the_same_start_the_higher_change_holds() -> None:
    corrected = entered(a_device(interval_s=60), change=7)
    first = entered(a_device(interval_s=300), change=3)

    assert interval_s(Registry([*corrected, *first])) == 60


def test_what_was_known_earlier_can_be_asked_for() -> None:
    registry = Registry(
        [
            *entered(a_device(interval_s=300), change=3),
            *entered(a_device(interval_s=60), change=7),
        ]
    )

    assert registry.change == 7
    assert interval_s(registry.as_of(6)) == 300
    assert registry.as_of(6).change == 3
    assert registry.as_of(2).devices() == ()
    assert registry.as_of(2).change == 0


def test_lists_are_sorted_by_id_and_hold_what_is_valid() -> None:
    registry = Registry(
        [
            *entered(a_device(id="b")),
            *entered(a_device(id="c"), valid_from=50),
            *entered(a_device(id="a")),
        ]
    )

    assert [device.id for device in registry.devices()] == ["a", "b", "c"]
    assert [device.id for device in registry.devices(49)] == ["a", "b"]
    assert [device.id for device in registry.devices(50)] == ["a", "b", "c"]
    assert registry.devices(-1) == ()


def test_a_device_belongs_to_the_zone_its_gateway_stands_in_at_that_time() -> None:
    registry = Registry(
        [
            *PLACES,
            *entered(a_zone(id="south"), a_site(id="port", zone="south"), a_device()),
            *entered(a_gateway(site="port"), change=2, valid_from=1_000),
        ]
    )
    device = a_device()

    assert registry.zone_of(device, 999).id == "north"
    assert registry.zone_of(device, 1_000).id == "south"
    assert registry.zone_of(a_gateway(site="port")).id == "south"
    assert registry.devices_of_zone("north", 999) == (device,)
    assert registry.devices_of_zone("south", 999) == ()
    assert registry.devices_of_zone("north") == ()
    assert registry.devices_of_zone("south") == (device,)


def test_a_device_that_moves_to_another_gateway_is_served_by_one_at_a_time() -> None:
    registry = Registry(
        [
            *PLACES,
            *entered(a_gateway(id="gw2", provenance=Provenance.SIMULATED), a_device()),
            *entered(a_device(gateway="gw2"), change=2, valid_from=10),
        ]
    )

    assert len(registry.devices_of_gateway("gw1", 9)) == 1
    assert registry.devices_of_gateway("gw1", 10) == ()
    assert len(registry.devices_of_gateway("gw2", 10)) == 1
    assert registry.provenance_of(a_device(gateway="gw2"), 10) is Provenance.SIMULATED


def test_a_device_older_than_its_gateways_entry_still_has_a_zone() -> None:
    registry = Registry([*entered(a_zone(), a_site(), a_gateway(), valid_from=100)])

    assert registry.zone_of(a_device(), 5).id == "north"


@pytest.mark.parametrize(
    ("device", "site", "expected"),
    [
        pytest.param(("1", "2"), ("3", "4"), ("1", "2"), id="its own"),
        pytest.param((None, None), ("3", "4"), ("3", "4"), id="else its site's"),
        pytest.param((None, None), (None, None), ("17.9757", "102.6331"), id="else its zone's"),
    ],
)
def test_a_device_has_the_nearest_position_known(
    device: tuple[str | None, str | None],
    site: tuple[str | None, str | None],
    expected: tuple[str, str],
) -> None:
    own, around = (
        [None if text is None else Decimal(text) for text in pair] for pair in (device, site)
    )
    lamp = a_device(latitude=own[0], longitude=own[1])
    mill = a_site(latitude=around[0], longitude=around[1])
    registry = Registry(entered(a_zone(), mill, a_gateway(), lamp))

    assert registry.position_of(lamp) == tuple(map(Decimal, expected))


def test_a_reference_to_nothing_says_what_is_missing() -> None:
    registry = Registry(entered(a_device()))

    with pytest.raises(DanglingReferenceError, match="no gateway gw1"):
        registry.zone_of(a_device())


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), unique=True),
    st.integers(-1, 6),
)
def test_lists_and_single_lookups_agree_with_a_plain_search(
    entries: list[tuple[int, int]], at: int
) -> None:
    made = [
        Entered(change=change, valid_from=start, item=a_device(interval_s=10 * change + start + 1))
        for change, start in entries
    ]
    registry = Registry(made)

    valid = [entry for entry in made if entry.valid_from <= at]
    expected = max(valid, key=lambda entry: (entry.valid_from, entry.change), default=None)

    assert registry.device("lamp-1", at) == (expected.item if expected else None)
    assert registry.devices(at) == ((expected.item,) if expected else ())
