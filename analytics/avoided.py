"""Emissions avoided as a value: lines, what they rest on, and what was judged row by row.

Masses are exact: whole numbers times decimal factors, never rounded on the way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Final

from analytics.daytable import DayTable, Integers
from analytics.factors.grid import Gas, GridFactor
from analytics.figures import EXACT, Coverage, Status
from analytics.methods.method import Factor, Method
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass

ENOUGH_PERCENT: Final = 90
"""Below this share of accepted data a result is for review."""

_PPM: Final = 1_000_000
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One product of a figure: a whole number times a factor, added or taken away."""

    name: str
    quantity: int
    unit: str
    factor: Factor
    scale: Decimal  # kg = quantity x factor x scale
    adds: bool
    squares: int  # sum over devices of (quantity x accuracy in millionths) squared
    u95_percent: Decimal = Decimal(0)  # an error that all of its rows share
    sampled: bool = False  # whether that error is a sample's

    @property
    def kg(self) -> Decimal:
        """What the line gives, negative where it takes away. [kg]"""
        with localcontext(EXACT):
            kg = self.quantity * self.factor.value * self.scale
            return kg if self.adds else -kg

    @property
    def metering_squared(self) -> Decimal:
        """Half width of its interval by metering, squared. [kg squared]"""
        with localcontext(EXACT):
            metered = self.squares * (self.factor.value * self.scale / _PPM) ** 2
            return metered + (self.kg * self.u95_percent / _HUNDRED) ** 2

    @property
    def factor_kg(self) -> Decimal:
        """Half width by the factor's error, where its source gives one; signed. [kg]"""
        return self.kg * (self.factor.u95_percent or Decimal(0)) / _HUNDRED

    def priced(self, factor: GridFactor) -> "Line":
        """Return the line with another factor in the place of its grid's."""
        return replace(self, factor=factor) if isinstance(self.factor, GridFactor) else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A device-day of a figure: its measured energy, and why it earned nothing."""

    device: DeviceId
    day: date
    energy_mwh: int | None
    distance_m: int | None
    why_not_credited: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """What was looked at, row by row: credited (0), or the reason by number."""

    table: DayTable
    reason: Integers
    reasons: Sequence[str]  # the first is no reason

    def __iter__(self) -> Iterator[Judged]:
        energy, known = self.table["energy_mwh"], self.table.known("energy_mwh")
        distance, drove = self.table["distance_m"], self.table.known("distance_m")
        for row, number in enumerate(self.reason.tolist()):
            yield Judged(
                device=self.table.names[int(self.table.device[row])],
                day=date.fromordinal(int(self.table.day[row])),
                energy_mwh=int(energy[row]) if known[row] else None,
                distance_m=int(distance[row]) if drove[row] else None,
                why_not_credited=self.reasons[int(number)] or None,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions:
    """Emissions avoided by one device class of a zone under one method in a period, unrounded."""

    device_class: DeviceClass
    method: Method
    lines: tuple[Line, ...]
    measured_mwh: int
    estimated_mwh: int
    credited_mwh: int  # 0 where energy was used and not given
    distance_m: int
    coverage: Coverage
    assumed_inputs: tuple[str, ...] = ()
    decisive_inputs: tuple[str, ...] = ()  # assumed ones that go into the figure
    reasons: tuple[str, ...] = ()  # why something was not credited
    verdict: Verdict = field(repr=False, compare=False)

    @property
    def kg(self) -> Decimal:
        """The emissions avoided; negative where more was emitted. [kg of the factors' gas]"""
        with localcontext(EXACT):
            return sum((line.kg for line in self.lines), start=Decimal(0))

    @property
    def metering_squared(self) -> Decimal:
        """Half width of the interval by metering and estimating, squared. [kg squared]"""
        with localcontext(EXACT):
            squares = (line.metering_squared for line in self.lines)
            return sum(squares, start=Decimal(0))

    @property
    def gas(self) -> Gas:
        """The gas the figure is in: CO2e as soon as one factor counts it."""
        gases = {line.factor.gas for line in self.lines}
        return Gas.CO2E if Gas.CO2E in gases else Gas.CO2

    @property
    def factors(self) -> list[Factor]:
        """The factors it was made with, each once."""
        return list(dict.fromkeys(line.factor for line in self.lines))

    @property
    def measured(self) -> bool:
        """Whether there is anything to make a figure of: missing is not zero."""
        return len(self.verdict.table) > 0 or any(line.sampled for line in self.lines)

    @property
    def review(self) -> tuple[str, ...]:
        """Why the figure is not to be published as it is."""
        share = self.coverage.share_percent
        found = [f"assumed input: {text}" for text in self.decisive_inputs]
        if self.measured and (share is None or share < ENOUGH_PERCENT):
            found.append(f"coverage is below {ENOUGH_PERCENT} % of what was handed over")
        return tuple(found)

    @property
    def status(self) -> Status:
        """Whether the figure can be published, as far as its data go."""
        if not self.measured:
            return Status.NO_DATA
        return Status.FOR_REVIEW if self.review else Status.PUBLISHABLE

    def priced(self, factor: GridFactor) -> "Emissions":
        """Return the figure with another factor in the place of its grid's."""
        return replace(self, lines=tuple(line.priced(factor) for line in self.lines))
