"""Devices by days: how each device of a class spent each day, side by side.

A row a device, a column a day; all in whole seconds, so sums do not depend on their order.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.daytable import DayTable, Integers
from analytics.thresholds import threshold
from analytics.uptime.availability import Times, share
from analytics.uptime.proof import proven
from ingest.contract.identity import DeviceId
from ingest.registry.model import Device

Seconds = npt.NDArray[np.int64]
Energies = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """How devices spent what was asked of them together. Exact; shares are of the whole."""

    pieces: int
    due_s: int
    up_s: int  # heard to be up
    proven_s: int  # silent, and proven up by a counter afterwards
    down_s: int  # down, and not excluded
    excluded_s: int
    known_down_s: int  # down, excluded or not

    @property
    def times(self) -> Times:
        """The time as a contract counts it."""
        up = self.up_s + self.proven_s
        known = up + self.down_s + self.excluded_s
        return Times(up=up, down=self.down_s, excluded=self.excluded_s, unknown=self.due_s - known)

    @property
    def technical(self) -> Times:
        """The time as it was, with nothing taken out."""
        up = self.up_s + self.proven_s
        return Times(up=up, down=self.known_down_s, unknown=self.due_s - up - self.known_down_s)

    @property
    def proven_share(self) -> Fraction | None:
        """The share proven up: unknown and excluded time counts as not proven."""
        return share(self.up_s + self.proven_s, self.due_s)

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            pieces=self.pieces + other.pieces,
            due_s=self.due_s + other.due_s,
            up_s=self.up_s + other.up_s,
            proven_s=self.proven_s + other.proven_s,
            down_s=self.down_s + other.down_s,
            excluded_s=self.excluded_s + other.excluded_s,
            known_down_s=self.known_down_s + other.known_down_s,
        )


NOTHING: Final = Spent(
    pieces=0, due_s=0, up_s=0, proven_s=0, down_s=0, excluded_s=0, known_down_s=0
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Seconds by device and day, shape (d, n); up, proven, down and excluded never exceed due."""

    devices: Sequence[Device]
    days: Sequence[date]
    due: Seconds
    up: Seconds
    proven: Seconds
    down: Seconds
    excluded: Seconds
    known_down: Seconds

    @property
    def unknown(self) -> Seconds:
        """Asked for, and nobody knows."""
        return self.due - self.up - self.proven - self.down - self.excluded

    def spent(self, only: Collection[str] | None = None) -> Spent:
        """Return how the devices of some names, or all of them, spent all of the days."""
        named = [only is None or device.id in only for device in self.devices]
        sums = self._sums[np.flatnonzero(named)]
        return _spent(len(sums), sums.sum(axis=0))

    def each(self) -> Iterator[tuple[Device, Spent]]:
        """Yield each device, and how it spent all of the days."""
        for device, sums in zip(self.devices, self._sums, strict=True):
            yield device, _spent(1, sums)

    @property
    def _sums(self) -> Seconds:
        """Seconds of all days by device, in the order of Spent's fields. Shape (d, 6)."""
        parts = (self.due, self.up, self.proven, self.down, self.excluded, self.known_down)
        return np.stack([part.sum(axis=1) for part in parts], axis=1)

    def excusing(self, nights: Collection[date]) -> "Grid":
        """Return the grid with what is down on some days taken out by the contract."""
        columns = np.array([day in nights for day in self.days], np.bool_)
        if not columns.any():
            return self
        taken = np.where(columns[None, :], self.down, 0)
        return replace(self, down=self.down - taken, excluded=self.excluded + taken)

    def of(self, days: Sequence[date], due: Seconds) -> "Grid":
        """Return the grid of some of its days, with what of them is due at all."""
        first = self.days.index(days[0])
        columns = slice(first, first + len(days))
        left = due.copy()
        parts = {}
        for name in ("up", "proven", "down", "excluded"):
            taken = np.minimum(left, getattr(self, name)[:, columns])
            left = left - taken
            parts[name] = taken
        known_down = np.minimum(due - parts["up"] - parts["proven"], self.known_down[:, columns])
        return replace(self, days=list(days), due=due, known_down=known_down, **parts)


def _spent(pieces: int, sums: Seconds) -> Spent:
    due, up, proved, down, excluded, known_down = (int(each) for each in sums)
    return Spent(
        pieces=pieces,
        due_s=due,
        up_s=up,
        proven_s=proved,
        down_s=down,
        excluded_s=excluded,
        known_down_s=known_down,
    )


def grid(
    devices: Sequence[Device],
    days: Sequence[date],
    *,
    due: Seconds,
    facts: DayTable,
    rows: Integers,
    rated: Mapping[DeviceId, float],
) -> Grid:
    """Return how devices spent some days.

    Args:
        devices: Whose rows; what was never heard is unknown.
        days: Consecutive days, as many as `due` has columns.
        due: Seconds asked of each device on each day. Shape (d, n).
        facts: Uptime days; those of other devices and days are not looked at.
        rows: Which of them are of the devices' class.
        rated: Energy per second asked, of devices without a normal of their own. [mWh/s]
    """
    rows, cells = _places(facts, rows, devices, days)
    names = ("up_s", "down_s", "excluded_s", "known_down_s", "tail_s")
    seconds = {name: np.zeros(due.shape, np.int64) for name in names}
    seconds["tail_s"][:] = due
    energies = {name: np.full(due.shape, np.nan) for name in ("counter_mwh", "gauge_mwh")}
    for name, values in seconds.items():
        values[cells] = facts[name][rows]
    for name, amounts in energies.items():
        amounts[cells] = facts.measured(name)[rows]
    return _grid(devices, days, due, seconds, energies, rated)


def _places(
    facts: DayTable, rows: Integers, devices: Sequence[Device], days: Sequence[date]
) -> tuple[Integers, tuple[Integers, Integers]]:
    """Return which rows are of devices and days that are looked at, and the cells they fill."""
    number = {device.id: row for row, device in enumerate(devices)}
    row = np.array([number.get(name, -1) for name in facts.names], np.int64)[facts.device[rows]]
    column = facts.day[rows] - days[0].toordinal()
    inside = (row >= 0) & (column >= 0) & (column < len(days))
    return rows[inside], (row[inside], column[inside])


def _grid(
    devices: Sequence[Device],
    days: Sequence[date],
    due: Seconds,
    seconds: Mapping[str, Seconds],
    energies: Mapping[str, Energies],
    rated: Mapping[DeviceId, float],
) -> Grid:
    up = np.minimum(seconds["up_s"], due)
    down = np.minimum(seconds["down_s"], due - up)
    excluded = np.minimum(seconds["excluded_s"], due - up - down)
    unknown = due - up - down - excluded
    own = _normal(due, up, unknown, energies["gauge_mwh"])
    given = np.array([rated.get(device.id, np.nan) for device in devices])
    proof = proven(
        unknown=unknown,
        tail=np.minimum(seconds["tail_s"], unknown),
        told=energies["counter_mwh"],
        heard=energies["gauge_mwh"],
        normal=np.where(np.isnan(own), given, own),
    )
    return Grid(
        devices=devices,
        days=days,
        due=due,
        up=up,
        proven=proof,
        down=down,
        excluded=excluded,
        known_down=np.minimum(seconds["known_down_s"], due - up - proof),
    )


def _normal(due: Seconds, up: Seconds, unknown: Seconds, energy: Energies) -> Energies:
    """Return each device's median energy per second asked, of days known and up at all."""
    whole = (due > 0) & (unknown <= threshold("normal_hardly") * due) & (up > 0) & ~np.isnan(energy)
    rates = np.where(whole, energy / np.maximum(due, 1), np.nan)
    result = np.full(len(due), np.nan)
    rows = whole.any(axis=1)
    if rows.any():
        result[rows] = np.nanmedian(rates[rows], axis=1)
    return result
