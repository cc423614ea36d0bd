"""Device-days, where figures get their digits, against what the gateways' truth log makes of them.

By hand, on fractions, sharing no code with analytics: a counter's increase belongs to the day of
the reading that shows it. What the gateway itself flagged, as around a stepped clock, shows none:
the next good reading does.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ingest.catalog import open_catalog
from simulators.drill.field import every_device
from simulators.drill.taken import Taken

_ZONE: Final = ZoneInfo("Asia/Phnom_Penh")
_COUNTER: Final = "energy_generated"
_MWH_A_KWH: Final = 1_000_000
_DAYS: Final = sa.text("SELECT device, day, records, energy_mwh FROM device_day")
_FIGURES: Final = sa.text(
    "SELECT figure, device_class, value, unit FROM zone_figure"
    " WHERE figure IN ('emissions_avoided', 'energy_credited', 'energy_measured')"
)

DeviceDays = Mapping[tuple[str, date], tuple[int, int]]
"""Records and mWh, by device and day."""

Figures = Mapping[tuple[str, str], tuple[str | None, str]]
"""The digits that are quoted and their unit, by figure and device class.

Those that follow from readings alone: how much of the time is covered changes as time goes on.
"""


def device_days(url: str) -> DeviceDays:
    """Return what analytics wrote down of the devices whose gateways keep a log."""
    engine = open_catalog(url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(_DAYS).all()
    finally:
        engine.dispose()
    logged = set(every_device())
    return {
        (row.device, _day(row.day)): (int(row.records), int(row.energy_mwh))
        for row in rows
        if row.device in logged
    }


def zone_figures(url: str) -> Figures:
    """Return the zone's figures so far."""
    engine = open_catalog(url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(_FIGURES).all()
    finally:
        engine.dispose()
    return {(row.figure, row.device_class): (row.value, row.unit) for row in rows}


def by_hand(records: Iterable[Taken]) -> DeviceDays:
    """Return what records amount to."""
    counts: dict[tuple[str, date], int] = {}
    kwh: dict[tuple[str, date], Fraction] = {}
    before: dict[str, Fraction] = {}
    for one in sorted(records, key=lambda each: each.measured_at):
        key = (one.device, _local_day(one.measured_at))
        counts[key] = counts.get(key, 0) + 1
        kwh.setdefault(key, Fraction(0))
        told = None if _COUNTER in one.doubtful else one.values.get(_COUNTER)
        if told is not None:
            now = Fraction(str(told))
            kwh[key] += max(now - before.get(one.device, now), Fraction(0))
            before[one.device] = now
    return {key: (n, round(kwh[key] * _MWH_A_KWH)) for key, n in counts.items()}


def differences(found: DeviceDays, expected: DeviceDays) -> list[str]:
    """Return where two accounts of device-days differ, a line each."""
    return [
        f"{device} on {day}: {found.get((device, day))} records and mWh, not {expected_one}"
        for (device, day) in sorted(found.keys() | expected.keys())
        if found.get((device, day)) != (expected_one := expected.get((device, day)))
    ]


def _local_day(at: int) -> date:
    return datetime.fromtimestamp(at / 1e6, UTC).astimezone(_ZONE).date()


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
