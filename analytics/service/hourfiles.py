"""Hours as Parquet files: a folder per zone and month, a file per UTC day and device class.

DuckDB writes and reads them. A file is replaced whole, by renaming, so a reader never sees half.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from analytics.hours import COLUMNS, RECORD, no_hours
from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, Period, utc_day
from ingest.durable import sync

_KEPT_IN_MEMORY: Final = 64  # files
_KEY: Final = ["device", "hour"]
CounterKey = tuple[DeviceId, str]


class HourFiles:
    """The hours of every zone under one directory. One process writes; calls come one at a time.

    Where the disk does not take what is to be replaced, OSError is raised and nothing has changed.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._duckdb = duckdb.connect()
        self._duckdb.execute("SET enable_progress_bar = false")  # it would write among results
        self._recent: OrderedDict[Path, pd.DataFrame] = OrderedDict()

    def read(self, zone: ZoneId, device_class: DeviceClass, span: Period) -> pd.DataFrame:
        """Return a class's hours that start in a half-open span."""
        days = [self._load(self._path(zone, device_class, day)) for day in _days(span)]
        found = pd.concat([day for day in days if len(day)] or [no_hours()], ignore_index=True)
        return found[(found["hour"] >= span.start) & (found["hour"] < span.end)]

    def replace(
        self,
        zone: ZoneId,
        device_class: DeviceClass,
        computed: Collection[tuple[DeviceId, int]],
        hours: pd.DataFrame,
    ) -> None:
        """Put hours in the place of whatever was known of the computed (device, hour)."""
        keys = pd.DataFrame(list(computed), columns=_KEY)
        new_day, key_day = hours["hour"] // DAY_US, keys["hour"] // DAY_US
        for number in sorted(key_day.unique().tolist()):
            path = self._path(zone, device_class, utc_day(number * DAY_US))
            gone = pd.MultiIndex.from_frame(keys[key_day == number])
            known = self._load(path)
            kept = known[~pd.MultiIndex.from_frame(known[_KEY]).isin(gone)]
            parts = [part for part in (kept, hours[new_day == number]) if len(part)]
            self._save(path, pd.concat(parts or [no_hours()], ignore_index=True))

    def running_before(
        self, zone: ZoneId, device_class: DeviceClass, before: int, wanted: Collection[CounterKey]
    ) -> dict[CounterKey, float]:
        """Return some counters' last running maximum in hours that start before an instant."""
        missing = set(wanted)
        found: dict[CounterKey, float] = {}
        for path in reversed(self._paths(zone, device_class)):
            if not missing:
                break
            if path.name[:10] <= utc_day(before - 1).isoformat():
                hours = self._load(path)
                told = _running(hours[hours["hour"] < before])
                found |= {key: told[key] for key in missing & told.keys()}
                missing -= told.keys()
        return found

    def next_hours(
        self, zone: ZoneId, device_class: DeviceClass, after: int, wanted: Collection[DeviceId]
    ) -> dict[DeviceId, int]:
        """Return, by device, the first hour with records that starts at an instant or later."""
        missing = set(wanted)
        found: dict[DeviceId, int] = {}
        for path in self._paths(zone, device_class):
            if not missing:
                break
            if path.name[:10] >= utc_day(after).isoformat():
                hours = self._load(path)
                there = hours[(hours["hour"] >= after) & (hours["metric"] == RECORD)]
                first = there.groupby("device")["hour"].min().to_dict()
                found |= {device: first[device] for device in missing & first.keys()}
                missing -= first.keys()
        return found

    def close(self) -> None:
        """Let go of DuckDB."""
        self._duckdb.close()

    def _path(self, zone: ZoneId, device_class: DeviceClass, day: date) -> Path:
        name = f"{day.isoformat()}-{device_class}.parquet"
        return self._directory / zone / f"{day:%Y-%m}" / name

    def _paths(self, zone: ZoneId, device_class: DeviceClass) -> list[Path]:
        name = f"{device_class}.parquet"
        on_disk = (self._directory / zone).glob(f"*/*-{name}")
        return sorted(path for path in on_disk if path.name[11:] == name)

    def _load(self, path: Path) -> pd.DataFrame:
        if path in self._recent:
            self._recent.move_to_end(path)
            return self._recent[path]
        if path.exists():
            query = "SELECT * FROM read_parquet(?)"
            hours = self._duckdb.execute(query, [str(path)]).df()
            hours = hours.reindex(columns=list(COLUMNS)).astype(dict(COLUMNS))
        else:
            hours = no_hours()
        return self._remember(path, hours)

    def _save(self, path: Path, hours: pd.DataFrame) -> None:
        ordered = hours.sort_values(["device", "hour", "metric"], ignore_index=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        self._duckdb.register("ordered", ordered)
        try:
            self._duckdb.execute(
                f"COPY ordered TO '{_quoted(partial)}' (FORMAT parquet, COMPRESSION zstd)"
            )
        except duckdb.IOException as error:
            raise OSError(str(error)) from error
        finally:
            self._duckdb.unregister("ordered")
        sync(partial)
        partial.replace(path)
        sync(path.parent)
        self._remember(path, ordered)

    def _remember(self, path: Path, hours: pd.DataFrame) -> pd.DataFrame:
        self._recent[path] = hours
        self._recent.move_to_end(path)
        while len(self._recent) > _KEPT_IN_MEMORY:
            self._recent.popitem(last=False)
        return hours


def _running(hours: pd.DataFrame) -> dict[CounterKey, float]:
    told = hours[hours["running"].notna()].sort_values("hour")
    last = told.drop_duplicates(["device", "metric"], keep="last")
    return dict(
        zip(zip(last["device"], last["metric"], strict=True), last["running"].tolist(), strict=True)
    )


def _days(span: Period) -> Iterable[date]:
    day = utc_day(span.start)
    while span.start < span.end and day <= utc_day(span.end - 1):
        yield day
        day += timedelta(days=1)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
