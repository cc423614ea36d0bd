"""Pulling a cloud's readings into the outbox, span by span, each only once."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from gateway.drivers.cloud.config import CloudConfig
from gateway.drivers.cloud.mapping import at
from gateway.drivers.cloud.pages import CloudError, Pages
from gateway.drivers.hj212.aside import AsideFile
from gateway.entering import Entering
from gateway.outbox_errors import OutboxError
from ingest.contract import fields
from ingest.contract.fields import MalformedError
from ingest.contract.identity import DeviceId
from ingest.contract.mapping import read_said
from ingest.contract.period import instant
from ingest.contract.record import Record

_LOG: Final = logging.getLogger(__name__)
_OVERLAP: Final = timedelta(hours=1)  # [assumed] how late a cloud may still add to the past
_ASIDE_BYTES: Final = 1_048_576
_REMEMBERED: Final = 50_000  # records
_TEXT: Final = 60  # characters of a stranger's name


class CloudPuller:
    """Pulls one cloud at whole intervals."""

    def __init__(
        self,
        config: CloudConfig,
        number: int,
        *,
        home: Path,
        entering: Entering,
        last: Mapping[DeviceId, int],
    ) -> None:
        """Pull into a gateway's outbox; last is the latest instant known of each device."""
        self._config = config
        self._entering = entering
        self._pages = Pages(config)
        self._aside = AsideFile(
            home / f"cloud-{number}.jsonl", quota_bytes=_ASIDE_BYTES, renews=True
        )
        self._seen: dict[tuple[DeviceId, int, int], None] = {}
        known = [last[device] for device in config.devices.values() if device in last]
        self._until = instant(min(known)) if len(known) == len(config.devices) else None
        self._strangers: set[str] = set()

    def close(self) -> None:
        """Close the connections."""
        self._pages.close()

    async def run(self) -> None:
        """Pull until cancelled."""
        clock = self._entering.clock
        while True:
            await self.pull()
            await clock.sleep(self._config.interval)

    async def pull(self) -> int:
        """Pull what is new; return how many records entered. What fails is tried again later."""
        now = self._entering.clock.now()
        earliest = now - self._config.history
        start = earliest if self._until is None else max(self._until - _OVERLAP, earliest)
        entered = 0
        try:
            async for rows in self._pages.rows(start, now):
                entered += await self._enter(rows, now)
        except (CloudError, OutboxError, OSError) as error:
            _LOG.warning("%s: %s", self._config.url, error)
            return entered
        self._until = now
        return entered

    async def _enter(self, rows: Sequence[object], now: datetime) -> int:
        records = [record for row in rows if (record := self._record(row, now)) is not None]
        fresh = {_key(each): each for each in records if _key(each) not in self._seen}
        if fresh:
            await asyncio.to_thread(
                self._entering.outbox.append, list(fresh.values()), entered_at=now
            )
            self._entering.appended()
        self._seen.update(dict.fromkeys(fresh))
        while len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return len(fresh)

    def _record(self, row: object, now: datetime) -> Record | None:
        """Return a row as a record, or write down why it is none."""
        theirs = at(row, self._config.mapping.device)
        device = self._config.devices.get(str(theirs))
        if device is None:
            self._stranger(str(theirs)[:_TEXT])
            return None
        try:
            said = read_said(fields.mapping(row, "row"), self._config.mapping.said)
        except MalformedError as error:
            self._aside.put(
                orjson.dumps(row), reason=str(error), peer=self._config.url, received_at=now
            )
            return None
        return Record(device=device, measured_at=said.measured_at * 1_000, values=said.values)

    def _stranger(self, name: str) -> None:
        if name not in self._strangers and len(self._strangers) < _REMEMBERED:
            self._strangers.add(name)
            _LOG.warning("%s: %r is not in the site file", self._config.url, name)


def _key(record: Record) -> tuple[DeviceId, int, int]:
    return record.device, record.measured_at, hash(tuple(sorted(record.values.items())))
