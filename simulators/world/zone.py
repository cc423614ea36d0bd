"""A zone that lives: its days one after the other, and what its devices say at each step."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar, cast

import numpy as np

from ingest.contract.identity import DeviceId
from ingest.contract.period import instant, micros
from simulators.causes import Cause, conditions_of, silent_at
from simulators.world.arrays import Floats, Micros
from simulators.world.conditions import Conditions
from simulators.world.day import Group, simulate_day, sky_over
from simulators.world.model import INVERTERS, LAMPS, SimulatedZone, first_state

Values = Mapping[str, float | None]  # by metric of the catalog

_Day = TypeVar("_Day")

_DAY: Final = timedelta(days=1)
_STEP: Final = timedelta(minutes=5)
_DAYS_KEPT: Final = 2


class World:
    """The physical truth of one zone from an instant on, computed one local day at a time.

    What a device does depends on the seed, its own name and its zone's, and on nothing else: not on
    its neighbors, and not on how far the world is followed.
    """

    def __init__(
        self,
        zone: SimulatedZone,
        *,
        seed: int,
        start: datetime,
        step: timedelta = _STEP,
        causes: Sequence[Cause] = (),
    ) -> None:
        """Begin a world.

        Args:
            zone: What lives in it.
            seed: What chance depends on.
            start: The instant of step 0, aware, whole steps after a local midnight.
            step: Time between two steps; divides a day.
            causes: What happens to devices.
        """
        self.zone = zone
        self.seed = seed
        self.step = step
        self.causes = tuple(causes)
        self._midnight = zone.local_midnight(start)
        self._first, rest = divmod(start - self._midnight, step)
        if rest or _DAY % step:
            raise ValueError(f"steps of {step} from a local midnight do not meet {start}")
        self._states = [first_state(zone, seed)]  # at the start of each day
        self._days: dict[int, tuple[Group, ...]] = {}
        self._rows: dict[int, list[dict[DeviceId, Values]]] = {}

    @property
    def steps_per_day(self) -> int:
        """How many steps a local day has."""
        return _DAY // self.step

    def instant(self, step: int) -> int:
        """Return when a step is [microseconds since the epoch, UTC]."""
        return micros(self._midnight) + (self._first + step) * (
            self.step // timedelta(microseconds=1)
        )

    def at(self, step: int) -> Mapping[DeviceId, Values]:
        """Return what every device measures at a step, the silent ones included."""
        day, row = divmod(self._first + step, self.steps_per_day)
        if day not in self._rows:
            self._rows[day] = _rows(self.day(day), self.steps_per_day)
            _forget(self._rows)
        return self._rows[day][row]

    def silent(self, step: int) -> frozenset[DeviceId]:
        """Return the devices that do not answer at a step."""
        return silent_at(self.causes, self.instant(step))

    def day(self, number: int) -> tuple[Group, ...]:
        """Return a local day's values in columns; day 0 is the one in which the world starts."""
        if number < 0:
            raise ValueError(f"the world does not reach back to day {number}")
        while len(self._states) <= number:
            self._live(len(self._states) - 1)
        if number not in self._days:
            self._live(number)
        return self._days[number]

    def instants(self, number: int) -> Micros:
        """Return the instants of a local day's steps."""
        start = micros(self._midnight) + number * (_DAY // timedelta(microseconds=1))
        return start + np.arange(self.steps_per_day) * (self.step // timedelta(microseconds=1))

    def _live(self, number: int) -> None:
        """Compute a day from the state before it."""
        instants = self.instants(number)
        local = instant(int(instants[0])) + self.zone.utc_offset
        sky = sky_over(self.zone, seed=self.seed, day=local.date(), instants=instants)
        groups, after = simulate_day(self.zone, sky, self._states[number], self._ailing(instants))
        if len(self._states) == number + 1:
            self._states.append(after)
        self._days[number] = groups
        _forget(self._days)

    def _ailing(self, instants: Micros) -> Mapping[str, Conditions]:
        kinds = {"lamps": LAMPS, "inverters": INVERTERS}
        return {
            kind: conditions_of(
                self.causes, [device.id for device in self.zone.of(classes)], instants
            )
            for kind, classes in kinds.items()
        }


def _forget(days: dict[int, _Day]) -> None:
    """Let go of all but the days asked for last."""
    while len(days) > _DAYS_KEPT:
        del days[next(iter(days))]


def _rows(groups: Sequence[Group], steps: int) -> list[dict[DeviceId, Values]]:
    """Return a day's values step by step."""
    rows: list[dict[DeviceId, Values]] = [{} for _ in range(steps)]
    for group in groups:
        names = tuple(group.values)
        table = np.stack([group.values[name] for name in names], axis=-1)
        for device, lines in zip(group.devices, _or_none(table), strict=True):
            for row, line in zip(rows, lines, strict=True):
                row[device] = dict(zip(names, line, strict=True))
    return rows


def _or_none(table: Floats) -> list[list[list[float | None]]]:
    """Return numbers as lists, with None where nothing was measured."""
    absent = np.isnan(table)
    if not absent.any():
        return cast("list[list[list[float | None]]]", table.tolist())
    told = table.astype(object)
    told[absent] = None
    return cast("list[list[list[float | None]]]", told.tolist())
