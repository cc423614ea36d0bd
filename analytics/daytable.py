"""Facts of devices' days in columns: what a figure over many of them is computed from.

Row i is device[i] on day[i]; rows are ordered by device and day, each pair once. What was not
measured is MISSING, which is no number anybody measures and never zero.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from ingest.contract.identity import DeviceId

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MISSING: Final = -(2**62)
COLUMNS: Final = (
    "covered_s",
    "energy_mwh",
    "lit_s",
    "estimated_mwh",
    "imported_mwh",
    "distance_m",
)


class DayFact(Protocol):
    """What is known of one device on one of its days."""

    @property
    def device(self) -> DeviceId:
        """Whose day it is."""
        ...

    @property
    def day(self) -> date:
        """Which day of the device."""
        ...


class OverlapError(ValueError):
    """Two facts tell of one device and day, so that its energy would count twice."""

    def __init__(self, device: str, day: date) -> None:
        super().__init__(f"two device-days of {device} on {day}")
        self.device = device
        self.day = day


@dataclass(frozen=True, slots=True, eq=False)
class DayTable:
    """Facts of devices' days, of one kind, in columns."""

    names: Sequence[DeviceId]  # ascending
    device: Integers  # index into names, shape (n,)
    day: Integers  # proleptic ordinal, shape (n,)
    columns: Mapping[str, Integers]  # shape (n,) each

    def __len__(self) -> int:
        return len(self.day)

    def __getitem__(self, column: str) -> Integers:
        return self.columns[column]

    @classmethod
    def of(cls, facts: Iterable[DayFact], columns: Sequence[str] = COLUMNS) -> "DayTable":
        """Return the table of some facts, in any order; raises OverlapError.

        Args:
            facts: Facts of one kind.
            columns: Their attributes that are whole numbers, or None where nothing was measured.
        """
        known = list(facts)
        names = sorted({fact.device for fact in known})
        numbers = {name: number for number, name in enumerate(names)}
        return cls.made(
            names,
            np.array([numbers[fact.device] for fact in known], np.int64),
            np.array([fact.day.toordinal() for fact in known], np.int64),
            {
                name: np.array([_or_missing(getattr(fact, name)) for fact in known], np.int64)
                for name in columns
            },
        )

    @classmethod
    def made(
        cls,
        names: Sequence[str],
        device: Integers,
        day: Integers,
        columns: Mapping[str, Integers],
    ) -> "DayTable":
        """Return the table of columns whose rows and names are in any order.

        Raises OverlapError.
        """
        ordered = sorted(names)
        place = {name: number for number, name in enumerate(ordered)}
        device = np.array([place[name] for name in names], np.int64)[device]
        order = np.lexsort((day, device))
        table = cls(
            [DeviceId(name) for name in ordered],
            device[order],
            day[order],
            {name: column[order] for name, column in columns.items()},
        )
        table.refuse_overlap()
        return table

    def refuse_overlap(self) -> None:
        """Raise OverlapError where a device and day are there twice."""
        same = (np.diff(self.device) == 0) & (np.diff(self.day) == 0)
        if same.any():
            row = int(np.flatnonzero(same)[0])
            raise OverlapError(
                self.names[int(self.device[row])], date.fromordinal(int(self.day[row]))
            )

    def where(self, rows: Mask | slice) -> "DayTable":
        """Return some of the rows, in their order."""
        if not isinstance(rows, slice) and rows.all():  # as large a copy serves nobody
            return self
        return DayTable(
            self.names,
            self.device[rows],
            self.day[rows],
            {name: column[rows] for name, column in self.columns.items()},
        )

    def of_devices(self, names: Collection[str]) -> "DayTable":
        """Return the rows of some devices."""
        wanted = np.fromiter((name in names for name in self.names), np.bool_, len(self.names))
        return self.where(wanted[self.device])

    def between(self, first: date, last: date) -> "DayTable":
        """Return the rows of some days, both included."""
        inside = (self.day >= first.toordinal()) & (self.day <= last.toordinal())
        return self.where(inside)

    def apart(self) -> "Iterator[tuple[DeviceId, DayTable]]":
        """Yield each device that has rows, and its rows."""
        starts = np.flatnonzero(np.diff(self.device, prepend=-1)).tolist()
        for start, end in pairwise([*starts, len(self)]):
            yield self.names[int(self.device[start])], self.where(slice(start, end))

    def known(self, column: str) -> Mask:
        """Tell in which rows something was measured."""
        found: Mask = self.columns[column] != MISSING
        return found

    def filled(self, column: str) -> Integers:
        """Return a column with 0 where nothing was measured, to add up what was."""
        values = self.columns[column]
        return np.where(values == MISSING, 0, values)

    def measured(self, column: str) -> Floats:
        """Return a column's numbers as they are, NaN where nothing was measured."""
        values = self.columns[column]
        return np.where(values == MISSING, np.nan, values)

    def by_device(self, values: Integers) -> dict[DeviceId, int]:
        """Add up values by device, exactly."""
        if not len(self):
            return {}
        starts = np.flatnonzero(np.diff(self.device, prepend=-1))
        sums = np.add.reduceat(values, starts).tolist()
        return {
            self.names[number]: total
            for number, total in zip(self.device[starts].tolist(), sums, strict=True)
        }


def _or_missing(value: int | None) -> int:
    return MISSING if value is None else value
