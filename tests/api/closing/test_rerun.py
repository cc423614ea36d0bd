"""What readings a re-run asks for."""

from datetime import UTC, datetime

from analytics.periods import parse_period
from analytics.report import Scope
from api.closing.rerun import Part, Target
from api.closing.revisions import Basis
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Entry
from ingest.registry.registry import Registry
from tests.api.closing.october import the_lamp, the_pv_set
from tests.ingest.registry.builders import a_gateway, a_site, a_zone, entered

BASIS = Basis(
    watermark=(), registry_change=1, as_of=0, changes=0, hours=0, software="0.1.0", factors={}
)


def a_target(*devices: Entry) -> Target:
    return Target(
        registry=Registry(entered(a_zone(), a_site(), a_gateway(), *devices)),
        scope=Scope(kind="zone", id="north"),
        days=parse_period("2026-10"),
        basis=BASIS,
    )


def test_a_period_takes_the_days_of_its_normals_and_proofs_and_what_is_held_into_them() -> None:
    """In Laos (UTC+7): 60 days before, 40 days behind, nights; a reading is held for an hour."""
    part = next(iter(a_target(the_lamp()).parts()))

    assert part.reach == Period.between(
        datetime(2026, 8, 1, 17, tzinfo=UTC), datetime(2026, 12, 11, 5, tzinfo=UTC)
    )
    assert part.needed.start <= part.reach.start - 3_600_000_000


def test_a_registry_as_it_was_known_decides_whose_readings_are_asked_for() -> None:
    registry = Registry([*a_target(the_lamp()).registry.entries, *entered(the_pv_set(), change=2)])
    known = {
        change: [each.device_class for each in _parts(registry.as_of(change))] for change in (1, 2)
    }

    assert known == {
        1: [DeviceClass.STREETLIGHT],
        2: [DeviceClass.SCHOOL_PV, DeviceClass.STREETLIGHT],
    }


def _parts(registry: Registry) -> list[Part]:
    target = a_target()
    return list(
        Target(registry=registry, scope=target.scope, days=target.days, basis=target.basis).parts()
    )
