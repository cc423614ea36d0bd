"""What an open fault costs a day: what the device would give if it did as its healthy peers do."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from analytics.avoided import Emissions
from ingest.contract.identity import DeviceId

_S_AN_HOUR: Final = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairValue:
    """What a repair is worth a day; None where nobody knows."""

    kg_a_day: Decimal | None  # of the figure's gas
    light_hours_a_day: Decimal | None
    people: int | None  # who go without meanwhile


def repair_value(
    figure: Emissions | None,
    *,
    faulty: Collection[DeviceId],
    required_s: int | None = None,
    people: int | None = None,
) -> RepairValue:
    """Return what repairing one device of a class is worth.

    Args:
        figure: The class's emissions avoided over some recent days; None where it has none.
        faulty: Its devices with an open fault: they are no measure of a healthy one.
        required_s: For how many seconds of a night light is required, for a lamp.
        people: Whom the device serves, where the registry or an inspection says.
    """
    hours = None if required_s is None else Decimal(required_s) / _S_AN_HOUR
    kg = None if figure is None else _healthy_kg(figure, faulty)
    return RepairValue(kg_a_day=kg, light_hours_a_day=hours, people=people)


def _healthy_kg(figure: Emissions, faulty: Collection[DeviceId]) -> Decimal | None:
    """Return the median healthy day's energy, at what the figure's energy was worth."""
    table = figure.verdict.table
    well = np.array([name not in faulty for name in table.names], np.bool_)
    rows = well[table.device] & (figure.verdict.reason == 0) & table.known("energy_mwh")
    if not rows.any() or not figure.credited_mwh:
        return None
    median = int(np.median(table["energy_mwh"][rows]))
    return figure.kg * median / figure.credited_mwh
