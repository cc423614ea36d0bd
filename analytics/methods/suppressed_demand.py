"""PV where there is no grid: energy delivered, by the yearly tiers of whom it supplies.

After AMS-I.L version 5.0. It takes the energy delivered and a dated proof that there is no grid.
Energy whose charging counts as zero with the vehicles it drives is credited there, once.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from analytics.daytable import DayTable, Integers
from analytics.factors.grid import Gas
from analytics.methods.method import Method, Parameter, Quantity, Rows, Setting
from analytics.methods.tiers import DEFAULT_VARIANT, SOURCE, Tiers, tiers_of
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, GridConnection

_MWH_A_KWH: Final = 1_000_000
KG_A_MWH_T: Final = Decimal(1) / _MWH_A_KWH
"""What makes kg of mWh times t/MWh, which are kg/kWh."""


def _excludes(device: Device, day: date) -> str | None:
    if device.feeds is not None:
        return "charges vehicles off the grid: credited once, with them"
    if device.building_type is None:
        return "not known what kind of building it supplies"
    if device.evidence_on is None or device.evidence_on > day:
        return "no dated proof that there is no grid"
    return None


def _quantities(rows: Rows, setting: Setting) -> Sequence[Quantity]:
    variant = setting.choices.parameters.get("tiers", DEFAULT_VARIANT)
    energy = np.where(rows.credited, rows.table.filled("energy_mwh"), 0)
    before = _before(rows.table, energy)
    found: list[Quantity] = []
    for kind in sorted({device.building_type for device in rows.versions if device.building_type}):
        own = np.array([device.building_type is kind for device in rows.versions], np.bool_)
        theirs = np.where(own[rows.version], energy, 0)
        found += _of_tiers(kind, tiers_of(kind, variant), before, theirs)
    return found


def _before(table: DayTable, energy: Integers) -> Integers:
    """Return what each device was credited with earlier in the calendar year of each row."""
    if not len(table):
        return energy
    years, place = np.unique(table.day, return_inverse=True)
    year = np.array([date.fromordinal(int(day)).year for day in years], np.int64)[place]
    total = np.cumsum(energy) - energy
    starts = np.flatnonzero(
        (np.diff(table.device, prepend=-1) != 0) | (np.diff(year, prepend=0) != 0)
    )
    lengths = np.diff([*starts.tolist(), len(table)])
    return total - np.repeat(total[starts], lengths)


def _of_tiers(kind: str, tiers: Tiers, before: Integers, energy: Integers) -> list[Quantity]:
    found: list[Quantity] = []
    low = 0
    for number, tier in enumerate(tiers.tiers, start=1):
        end = 2**61 if tier.until_kwh is None else max(low, int(tier.until_kwh * _MWH_A_KWH))
        share = np.clip(before + energy, low, end) - np.clip(before, low, end)
        factor = tier_factor(kind, number, tier.t_per_mwh, tiers)
        found.append(
            Quantity(name="tier", values=share, unit="mWh", factor=factor, scale=KG_A_MWH_T)
        )
        low = end
    return found


def tier_factor(kind: str, number: int, t_per_mwh: Decimal, tiers: Tiers) -> Parameter:
    """Return the factor of a building type's tier, numbered from 1."""
    return Parameter(
        name=f"{kind}, tier {number}",
        value=t_per_mwh,
        unit="t/MWh",
        gas=Gas.CO2,
        source=SOURCE,
        version=tiers.version,
        evidence=tiers.evidence,
    )


SUPPRESSED_DEMAND: Final = Method(
    id="AMS-I.L",
    version="5.0",
    source="CDM AMS-I.L version 5.0",
    evidence="code",
    role=None,
    device_classes=frozenset({DeviceClass.HOUSEHOLD_PV, DeviceClass.SCHOOL_PV}),
    applies=lambda device: device.grid_connection is GridConnection.OFF,
    excludes=_excludes,
    quantities=_quantities,
    yearly=True,
)
