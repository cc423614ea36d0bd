"""The gateways' own truth log: every record whose outbox commit returned.

One JSON document a line, written by a single call at once, so that a killed gateway leaves whole
lines: `said` when a device has answered, `trying` before a commit, `taken` when it has returned.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from ingest.contract.quality import Quality
from ingest.contract.record import Record

Key = tuple[str, int]
"""A device, and the instant it said something at. [microseconds, UTC]"""

Doubtful = frozenset[str]
"""The metrics of a record that the gateway itself flagged: kept, and left out of figures."""

LOG_VARIABLE: Final = "ZONEWATCH_DRILL_LOG"
"""Tells a gateway of the drill where its log is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A record that a gateway took."""

    gateway: str
    boot: str
    number: int
    device: str
    measured_at: int  # microseconds, UTC
    values: Mapping[str, float | None]
    doubtful: Doubtful = frozenset()

    @property
    def key(self) -> Key:
        """What identifies it in a store."""
        return self.device, self.measured_at


@dataclass(slots=True, kw_only=True)
class Log:
    """What the gateways' logs hold, or a stretch of them."""

    records: list[Taken] = field(default_factory=list)
    tried: dict[Key, Doubtful] = field(default_factory=dict)  # whether or not the commit returned
    said: int = 0  # by devices, when asked

    @property
    def heads(self) -> dict[tuple[str, str], int]:
        """The last number taken of each gateway and boot."""
        heads: dict[tuple[str, str], int] = {}
        for one in self.records:
            key = (one.gateway, one.boot)
            heads[key] = max(one.number, heads.get(key, 0))
        return heads

    @property
    def not_taken(self) -> int:
        """How often a device said something that did not become a record."""
        answers = sum(len(one.values) > 1 for one in self.records)  # besides, whether it answers
        return max(self.said - answers, 0)


Mark = Mapping[Path, int]
"""Up to where each log was complete at some time. [bytes]"""

_TAKEN: Final = b'{"boot"'


def mark(folder: Path) -> Mark:
    """Return where the last commit of each log of a folder ends: what follows is under way."""
    return {path: _complete(path.read_bytes()) for path in sorted(folder.glob("*.jsonl"))}


def _complete(log: bytes) -> int:
    last = log.rfind(_TAKEN)
    return log.find(b"\n", last) + 1 if last >= 0 else 0


def read(folder: Path, *, since: Mark | None = None, until: Mark | None = None) -> Log:
    """Read the logs of a folder, from a mark, or the beginning, to another, or the end."""
    log = Log()
    whole = {path: path.stat().st_size for path in sorted(folder.glob("*.jsonl"))}
    for path, end in (whole if until is None else until).items():
        for line in _lines(path, (since or {}).get(path, 0), end):
            _note(log, path.stem, line)
    return log


def _note(log: Log, gateway: str, line: Mapping[str, Any]) -> None:
    log.said += line.get("said", 0)
    log.tried.update(
        ((device, at), frozenset(doubtful)) for device, at, doubtful in line.get("trying", ())
    )
    log.records += [
        Taken(
            gateway=gateway,
            boot=line["boot"],
            number=number,
            device=device,
            measured_at=at,
            values=values,
            doubtful=frozenset(doubtful),
        )
        for number, device, at, values, doubtful in line.get("taken", ())
    ]


def _lines(path: Path, start: int, end: int) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        file.seek(start)
        for line in file.read(end - start).splitlines():
            yield orjson.loads(line)


def trying(records: Sequence[Record]) -> bytes:
    """Form the line of records about to be committed."""
    rows = [(one.device, one.measured_at, _doubtful(one)) for one in records]
    return orjson.dumps({"trying": rows}, option=orjson.OPT_APPEND_NEWLINE)


def taken(boot: str, numbers: Iterable[int], records: Sequence[Record]) -> bytes:
    """Form the line of records committed under their numbers."""
    rows = [
        (number, one.device, one.measured_at, one.values, _doubtful(one))
        for number, one in zip(numbers, records, strict=True)
    ]
    return orjson.dumps({"boot": boot, "taken": rows}, option=orjson.OPT_APPEND_NEWLINE)


def _doubtful(record: Record) -> list[str]:
    """Name the metrics flagged by the gateway, as analytics leaves them out of hours."""
    good = (Quality.GOOD, Quality.UNCHECKED)
    return sorted(name for name, flag in record.quality.items() if flag not in good)


def said() -> bytes:
    """Form the line of a device that has answered."""
    return b'{"said":1}\n'
