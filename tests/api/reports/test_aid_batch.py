"""A report on an aid batch: its lots and their devices, whatever else stands in the zone."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from analytics.periods import parse_period
from analytics.report import Scope as Asked
from api.accounts.actor import Actor
from api.accounts.scope import EVERYTHING, Scope
from api.closing.seeing import sees
from api.reports.compute import UnknownScopeError, compute, document, parse_scope
from api.reports.part import in_scope
from api.sources import Sources
from ingest.contract.metric import DeviceClass
from ingest.registry.model import AidBatch, Entry
from ingest.registry.registry import Entered, Registry
from tests.api.builders import A_SOURCE, DEVICES, a_lot, a_registry

Json: TypeAlias = Any

BATCH = Asked(kind="aid-batch", id="kh-batch")
OCTOBER = parse_period("2026-10")
OTHERS = "other-batch"


def two_batches() -> Registry:
    """Return the programme with its PV sets in two lots, one of them of another batch."""
    sets = {"kh-pv-1": "kh-lot-2", "kh-pv-2": "kh-lot-3"}
    lots = [
        replace(a_lot(), id="kh-lot-2", device_class=DeviceClass.SCHOOL_PV),
        replace(a_lot(), id="kh-lot-3", aid_batch=OTHERS, device_class=DeviceClass.SCHOOL_PV),
    ]
    moved = [replace(each, lot=sets[each.id]) for each in DEVICES if each.id in sets]
    other = AidBatch(id=OTHERS, name="Panels", country="KH", signed=None, source=A_SOURCE)
    added: list[Entry] = [other, *lots, *moved]
    fresh = [Entered(change=2, valid_from=0, item=item) for item in added]
    return Registry([*a_registry().entries, *fresh])


def the_document(sources: Sources, scope: Asked) -> Json:
    with sources.catalog.connect() as connection:
        found = compute(connection, two_batches(), scope, OCTOBER)
    return document(found, software="0.1.0")


def avoided(told: Json, device_class: str) -> Json:
    return next(
        each
        for each in told["figures"]
        if (each["id"], each["device_class"]) == ("emissions_avoided", device_class)
    )


def test_its_figures_are_of_its_lots_devices(sources: Sources) -> None:
    told = the_document(sources, BATCH)

    assert told["scope"] == {"kind": "aid-batch", "id": "kh-batch"}
    assert [row["lot"] for row in told["delivery"]] == ["kh-lot-1", "kh-lot-2"]
    assert avoided(told, "school_pv")["energy"]["measured"] == "0.030"  # 20 and 10 kWh of kh-pv-1
    assert avoided(told, "school_pv")["coverage"]["handed_over"] == 1
    assert told["availability"][0]["device_class"] == "school_pv"
    assert told["claims"] == []


def test_each_lot_has_figures_of_its_own_that_add_up(sources: Sources) -> None:
    with sources.catalog.connect() as connection:
        found = compute(connection, two_batches(), BATCH, OCTOBER)

    by_lot = {name: result.kg for name, result in found.by_lot.items()}
    assert by_lot["kh-lot-2"] == Decimal("26.22")  # 30 kWh at KH's 0.874
    assert sum(by_lot.values()) == sum(result.kg for result in found.results)


def test_two_batches_in_a_zone_share_nothing(sources: Sources) -> None:
    other = the_document(sources, Asked(kind="aid-batch", id=OTHERS))

    assert [row["lot"] for row in other["delivery"]] == ["kh-lot-3"]
    assert avoided(other, "school_pv")["energy"]["measured"] == "0.005"


def test_a_batch_that_nobody_knows_is_named(sources: Sources) -> None:
    with (
        sources.catalog.connect() as connection,
        pytest.raises(UnknownScopeError, match="aid-batch:nowhere"),
    ):
        compute(connection, a_registry(), parse_scope("aid-batch:nowhere"), OCTOBER)


def test_other_scopes_take_the_registry_as_it_is() -> None:
    registry = a_registry()

    assert in_scope(registry, Asked(kind="zone", id="kh-coast")) is registry


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(EVERYTHING, True, id="who sees everything"),
        pytest.param(Scope.parse(["aid-batch:kh-batch"]), True, id="who has the batch"),
        pytest.param(Scope.parse(["zone:kh-coast"]), True, id="who has the zone of all its lots"),
        pytest.param(Scope.parse(["country:KH"]), True, id="who has the country of all its lots"),
        pytest.param(Scope.parse(["country:LA"]), False, id="not who has another country"),
        pytest.param(Scope.parse(["aid-batch:other"]), False, id="not who has another batch"),
    ],
)
def test_who_may_sign_for_a_batch(seen: Scope, *, expected: bool) -> None:
    actor = Actor(name="somebody", permissions=frozenset(), scopes=(seen,))

    assert sees(actor, a_registry(), BATCH) is expected


def test_a_zones_reader_does_not_see_a_batch_of_the_same_name() -> None:
    elsewhere = replace(a_lot(), id="x", aid_batch="kh-coast", zone=a_registry().zones()[1].id)
    batch = AidBatch(id="kh-coast", name="x", country="LA", signed=None, source=A_SOURCE)
    added: list[Entry] = [batch, elsewhere]
    fresh = [Entered(change=2, valid_from=0, item=item) for item in added]
    registry = Registry([*a_registry().entries, *fresh])
    actor = Actor(
        name="somebody", permissions=frozenset(), scopes=(Scope.parse(["zone:kh-coast"]),)
    )

    assert not sees(actor, registry, Asked(kind="aid-batch", id="kh-coast"))
