"""Credits in whole kilograms, carried on through a sequence: VMR0017, and CDM without leakage."""

from decimal import Decimal

from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, decimal, optional, text
from analytics.methods.netting import WITHOUT_LEAKAGE, Interval, embodied, net


def calculator() -> Calculator:
    """Return a calculator whose rows of one `sequence` come in order and carry over."""
    return _Sequences().next


class _Sequences:
    """What each sequence carries on."""

    def __init__(self) -> None:
        self._carried: dict[object, int] = {}
        self._step: dict[object, Decimal] = {}

    def next(self, row: Row) -> Result:
        sequence, step = row.get("sequence"), optional(row, "step")
        self._refuse_disorder(sequence, step)
        told = net(_interval(row), carry_g=self._carried.get(sequence, 0))
        self._carried[sequence] = told.carry_g
        if step is not None:
            self._step[sequence] = step
        return {
            "be_g": told.be_g,
            "pe_g": told.pe_g,
            "le_g": told.le_g,
            "er_g": told.er_g,
            "units_kg": told.units_kg,
            "carry_g": told.carry_g,
        }

    def _refuse_disorder(self, sequence: object, step: Decimal | None) -> None:
        before = self._step.get(sequence)
        if before is not None and step is not None and step <= before:
            raise ValueError(f"step: expected one after {before} of its sequence, got {step}")


def _interval(row: Row) -> Interval:
    methodology, technology = text(row, "methodology"), text(row, "technology")
    leakage = embodied(methodology, technology)
    given = optional(row, "embodied_g_per_kwh")
    if given is not None and methodology not in WITHOUT_LEAKAGE:
        leakage = given
    fuel = optional(row, "fuel_g") or Decimal(0)
    if fuel < 0:
        raise ValueError(f"fuel_g: expected at least 0, got {fuel}")
    return Interval(
        net_wh=decimal(row, "net_wh"),
        fuel_g=fuel,
        grid_g_per_mwh=decimal(row, "ef_grid_g_per_mwh"),
        fuel_g_per_t=decimal(row, "coef_fuel_g_per_t") if fuel else Decimal(0),
        embodied_g_per_kwh=leakage,
    )
