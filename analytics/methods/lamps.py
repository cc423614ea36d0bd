"""Energy and emissions of lamps: metered service, nameplate, and lamps replaced one for one.

Energies in MWh, powers in W, factors in t/MWh, which is kg/kWh.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_W_A_MW: Final = 1_000_000
_KG_A_T: Final = Decimal(1_000)
_MINUTES_AN_HOUR: Final = 60


class LampError(ValueError):
    """Inputs that no lamps have."""


def metered_mwh(load_watt: Decimal, lit_minutes: Decimal) -> Decimal:
    """Return the light given, as energy of the load while it was seen lit."""
    return load_watt * lit_minutes / _MINUTES_AN_HOUR / _W_A_MW


def nameplate_mwh(
    *, count: Decimal, watt: Decimal, hours: Decimal, availability: Decimal = Decimal(1)
) -> Decimal:
    """Return the energy of lamps by their nameplate, hours and availability."""
    if not 0 <= availability <= 1:
        raise LampError(f"availability: expected a share from 0 to 1, got {availability}")
    return count * watt * hours * availability / _W_A_MW


def at_the_plant(mwh: Decimal, losses: Decimal) -> Decimal:
    """Return what a grid must generate for an energy used: NES = ES / (1 - TD)."""
    if not 0 <= losses < 1:
        raise LampError(f"tdl: expected a share from 0 to below 1, got {losses}")
    return mwh / (1 - losses)


def outage_share(failures_a_year: Decimal, outage_hours: Decimal, hours: Decimal) -> Decimal:
    """Return the outage factor of lamps: annual failure rate x outage hours / annual hours.

    After AMS-II.L [recalled: verify before publishing].
    """
    return failures_a_year * outage_hours / hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a published claim about lamps implies."""

    energy_mwh: Decimal
    t_co2: Decimal
    tce: Decimal
    kg_co2_per_kwh: Decimal
    t_co2_per_tce: Decimal


def claim(
    *, count: Decimal, watt: Decimal, hours: Decimal, kg_co2_each: Decimal, kgce_each: Decimal
) -> Claim:
    """Return what a claim of so much per lamp and year implies."""
    energy = nameplate_mwh(count=count, watt=watt, hours=hours)
    t_co2, tce = count * kg_co2_each / _KG_A_T, count * kgce_each / _KG_A_T
    if not energy or not tce:
        raise LampError("count, watt, hours_per_year, kgce_per_lamp: expected above 0")
    return Claim(
        energy_mwh=energy,
        t_co2=t_co2,
        tce=tce,
        kg_co2_per_kwh=t_co2 / energy,
        t_co2_per_tce=t_co2 / tce,
    )
