"""Readings of a fleet in columns, with the sun over them: what fast rules look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.faults.fleet import Fleet, Place
from analytics.faults.machine import Flags, Floats, Indices, Instants, Rows
from analytics.faults.rules import Rule
from ingest.contract.period import DAY_US
from ingest.contract.quality import Quality
from ingest.storage.block import Block

_GRID_US: Final = 300_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """Readings by device and instant, in that order; what is suspect, bad or missing is NaN."""

    fleet: Fleet
    device: Indices  # of the fleet, one a row
    at: Instants  # microseconds
    received_at: Instants  # microseconds, by our clock
    block: Block

    def __len__(self) -> int:
        return len(self.at)

    def column(self, metric: str) -> Floats:
        """Return a metric's values, NaN where nothing usable was said."""
        values = self.block.values.get(metric)
        if values is None:
            return np.full(len(self), np.nan)
        flags = self.block.flags[metric]
        usable = (flags == Quality.GOOD) | (flags == Quality.UNCHECKED)
        return values if usable.all() else np.where(usable, values, np.nan)

    def flags(self, metric: str) -> npt.NDArray[np.int8]:
        """Return what was said of a metric's values; 0 where nothing was."""
        flags = self.block.flags.get(metric)
        return np.zeros(len(self), np.int8) if flags is None else flags

    def number(self, rule: Rule, name: str) -> Floats:
        """Return a rule's number, for the device of each row."""
        return self.fleet.number(rule, name)[self.device]

    @cached_property
    def rated_w(self) -> Floats:
        """Rated power of each row's device; NaN where not known. [W]"""
        return self.fleet.rated_w[self.device]

    @cached_property
    def elevation(self) -> Floats:
        """The sun's true elevation at each row. [deg]"""
        return self._sky[0]

    @cached_property
    def clear_sky(self) -> Floats:
        """Global irradiance that a clear sky would give, after Haurwitz. [W/m²]"""
        return self._sky[1]

    @cached_property
    def _sky(self) -> tuple[Floats, Floats]:
        elevation, irradiance = np.zeros(len(self)), np.zeros(len(self))
        if not len(self):
            return elevation, irradiance
        where = self.fleet.place[self.device]
        days = range(int(self.at.min()) // DAY_US, (int(self.at.max()) + _GRID_US) // DAY_US + 1)
        grid = np.arange(days.start * DAY_US, days.stop * DAY_US, _GRID_US)
        for number, place in enumerate(self.fleet.places):
            rows = where == number
            if not rows.any():
                continue
            high, light = np.concatenate([_sun(place, day) for day in days], axis=1)
            elevation[rows] = np.interp(self.at[rows], grid, high)
            irradiance[rows] = np.interp(self.at[rows], grid, light)
        return elevation, irradiance

    def rows(
        self,
        known: Flags,
        *,
        raises: Flags,
        clears: Flags,
        evidence: Mapping[str, Floats] | None = None,
        since: Instants | None = None,
    ) -> Rows:
        """Return what a rule says of the rows of which it can say anything."""
        return Rows(
            subject=self.device,
            at=self.at,
            received_at=self.received_at,
            raises=raises,
            clears=clears,
            since=since,
            evidence=evidence or {},
        ).where(known)


@lru_cache(maxsize=1_024)
def _sun(place: Place, day: int) -> Floats:
    """Return true elevation and clear-sky irradiance every five minutes of a UTC day."""
    import pandas as pd  # noqa: PLC0415 - with pvlib below: a second of start-up that few need
    from pvlib.clearsky import haurwitz  # noqa: PLC0415
    from pvlib.solarposition import get_solarposition  # noqa: PLC0415

    instants = np.arange(day * DAY_US, (day + 1) * DAY_US, _GRID_US)
    grid = pd.to_datetime(instants, unit="us", utc=True)
    found = get_solarposition(grid, place.latitude, place.longitude)
    light = haurwitz(found["apparent_zenith"])["ghi"]
    return np.stack([np.asarray(found["elevation"], np.float64), np.asarray(light, np.float64)])


def seen(fleet: Fleet, block: Block, received_at: Instants | int) -> Seen:
    """Return readings as rules look at them; devices that are not of the fleet are left out.

    Args:
        fleet: Whose readings.
        block: By device and instant, each once, its names in order.
        received_at: When they came, by our clock: one instant, or one a row. [microseconds]
    """
    number = {name: place for place, name in enumerate(fleet.names)}
    places = np.array([number.get(name, -1) for name in block.names], np.int64)
    device = places[block.devices] if len(block) else np.empty(0, np.int64)
    received = np.broadcast_to(np.asarray(received_at, np.int64), (len(block),))
    if len(device) and (device < 0).any():
        kept = device >= 0
        block, device, received = _some(block, kept), device[kept], received[kept]
    return Seen(fleet=fleet, device=device, at=block.measured_at, received_at=received, block=block)


def _some(block: Block, rows: Flags) -> Block:
    return Block(
        device_class=block.device_class,
        names=block.names,
        devices=block.devices[rows],
        measured_at=block.measured_at[rows],
        values={metric: values[rows] for metric, values in block.values.items()},
        flags={metric: flags[rows] for metric, flags in block.flags.items()},
    )
