"""What a repair is worth a day, on paper."""

from datetime import date
from decimal import Decimal

from analytics.repairvalue import repair_value
from tests.analytics.cases import a_day, credited
from tests.builders import a_device


def test_a_dark_lamp_costs_what_its_healthy_neighbors_give() -> None:
    """Neighbors give 0.5, 0.6 and 0.7 kWh a night: 0.6 x 0.588 kg, and 10 hours of light."""
    lamps = [a_device(f"kh-lamp-{n}") for n in range(1, 5)]
    energies = (500_000, 600_000, 700_000, 10_000)
    facts = [a_day(lamp, energy_mwh=mwh) for lamp, mwh in zip(lamps, energies, strict=True)]
    (figure,) = credited(lamps, facts)

    told = repair_value(figure, faulty={lamps[3].id}, required_s=36_000, people=120)

    assert told.kg_a_day == Decimal("0.3528")
    assert told.light_hours_a_day == Decimal(10)
    assert told.people == 120


def test_without_a_healthy_peer_nobody_knows() -> None:
    lamp = a_device()
    (figure,) = credited([lamp], [a_day(lamp, date(2026, 10, 30), energy_mwh=600_000)])

    assert repair_value(figure, faulty={lamp.id}).kg_a_day is None
