"""The programme's deliveries as published."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import ingest.registry
from ingest.registry.csv_import import check
from ingest.registry.model import AidBatch, Basis, Lot
from ingest.registry.registry import Entered, Registry

FOLDER = Path(ingest.registry.__file__).parent / "programme"


@pytest.fixture(scope="module")
def programme() -> Registry:
    checked = check(sorted(FOLDER.glob("*.csv")), Registry())
    return Registry(
        Entered(change=1, valid_from=row.valid_from, item=row.item)
        for row in checked.rows
        if row.item is not None
    )


def batch_of(programme: Registry, lot: Lot) -> AidBatch:
    batch = programme.aid_batch(lot.aid_batch)
    assert batch is not None
    return batch


def test_8755_pieces_of_equipment_were_given(programme: Registry) -> None:
    pieces: Counter[str] = Counter()
    for lot in programme.lots():
        pieces[batch_of(programme, lot).country] += lot.quantity

    assert pieces == {"KH": 6_722, "LA": 2_033}
    assert pieces.total() == 8_755


def test_every_class_has_its_published_number(programme: Registry) -> None:
    pieces: Counter[str] = Counter()
    for lot in programme.lots():
        pieces[f"{lot.zone} {lot.device_class}"] += lot.quantity

    assert pieces == {
        "kh-sihanoukville streetlight": 4_300,
        "kh-sihanoukville school_pv": 200,
        "kh-sihanoukville household_pv": 2_000,
        "kh-sihanoukville e_motorbike": 200,
        "kh-sihanoukville air_station": 10,
        "kh-sihanoukville flue_gas_analyzer": 10,
        "kh-sihanoukville mobile_air_station": 2,
        "la-saysettha streetlight": 2_000,
        "la-saysettha bus": 12,
        "la-saysettha truck": 8,
        "la-saysettha car": 8,
        "la-saysettha air_station": 5,
    }


def test_agreements_have_the_day_that_was_published(programme: Registry) -> None:
    assert {batch.id: batch.signed for batch in programme.aid_batches()} == {
        "kh-1": None,
        "kh-2": date(2022, 11, 9),
        "la-1": date(2020, 7, 16),
        "la-2": None,
        "sc-1": date(2021, 1, 9),
    }


def test_vehicles_were_shipped_and_handed_over_as_one_lot_is(programme: Registry) -> None:
    vehicles = [lot for lot in programme.lots() if lot.device_class in {"bus", "truck", "car"}]

    assert {lot.shipped for lot in vehicles} == {date(2021, 7, 23)}
    assert {lot.handed_over for lot in vehicles} == {date(2022, 4, 29)}
    assert sum(lot.quantity for lot in vehicles) == 28


def test_a_power_that_nobody_published_is_called_assumed(programme: Registry) -> None:
    rated = [lot for lot in programme.lots() if lot.rated_power_w is not None]

    assert {lot.rated_power_basis for lot in rated} == {Basis.ASSUMED}
    assert all("assumed" in lot.source for lot in rated)
    assert {str(lot.device_class): str(lot.rated_power_w) for lot in rated} == {
        "streetlight": "60",
        "school_pv": "5000",
        "household_pv": "50",
    }


def test_every_lot_names_its_source(programme: Registry) -> None:
    assert all(lot.source.startswith("programme announcements") for lot in programme.lots())


def test_seychelles_is_a_zone_without_equipment(programme: Registry) -> None:
    assert {zone.country for zone in programme.zones()} == {"KH", "LA", "SC"}
    assert not [lot for lot in programme.lots() if lot.zone == "sc-mahe"]
