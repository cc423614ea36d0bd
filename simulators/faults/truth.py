"""When limits of the air were truly exceeded: running means counted once more, in floats."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np

from analytics.air.days import POLLUTANTS
from analytics.condition import national_limits
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period
from simulators.faults.field import FieldDay
from simulators.faults.layout import ZONE, Layout
from simulators.world.arrays import Flags, Floats

_STEPS_AN_HOUR: Final = 12
_HOURS: Final = {"1h": 1, "8h": 8, "24h": 24}
_ROUNDING: Final = 0.999
_AROUND: Final = 3  # hours, for what was not heard


class Exceeded:
    """Gathers hourly means of all stations."""

    def __init__(self, layout: Layout) -> None:
        self._stations = [each.id for each in layout.of(DeviceClass.AIR_STATION)]
        self._hours: dict[str, list[Floats]] = {pollutant: [] for pollutant in POLLUTANTS}
        self._start: int | None = None

    def day(self, day: Mapping[DeviceClass, FieldDay]) -> None:
        """Take in a day."""
        own = day.get(DeviceClass.AIR_STATION)
        if own is None:
            return
        self._start = int(own.at[0]) if self._start is None else self._start
        for pollutant in POLLUTANTS:
            values = own.values[pollutant].reshape(len(self._stations), -1, _STEPS_AN_HOUR)
            self._hours[pollutant].append(values.mean(axis=2))

    def found(self) -> dict[str, list[Period]]:
        """Return when any limit was exceeded, by station."""
        result: dict[str, list[Period]] = {station: [] for station in self._stations}
        if self._start is None:
            return result
        for pollutant, days in self._hours.items():
            hours = np.concatenate(days, axis=1)
            for limit in national_limits(ZONE.country, pollutant, date(2026, 6, 1)):
                length = _HOURS.get(limit.averaging)
                if length is not None:
                    running = _running(hours, length)
                    above = np.asarray(running > float(limit.value) * _ROUNDING, np.bool_)
                    self._note(result, above)
        return result

    def _note(self, result: dict[str, list[Period]], above: Flags) -> None:
        for row, hour in zip(*np.nonzero(above), strict=True):
            at = (self._start or 0) + int(hour) * HOUR_US
            span = Period(at - _AROUND * HOUR_US, at + (_AROUND + 1) * HOUR_US)
            result[self._stations[int(row)]].append(span)


def exceeded(layout: Layout) -> Exceeded:
    """Return what gathers the truth of a zone's air."""
    return Exceeded(layout)


def _running(hours: Floats, length: int) -> Floats:
    sums = np.cumsum(np.pad(hours, ((0, 0), (length, 0))), axis=1)
    counted = np.minimum(np.arange(1, hours.shape[1] + 1), length)
    return np.asarray((sums[:, length:] - sums[:, :-length]) / counted, np.float64)
