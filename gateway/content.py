"""What a record says, as the outbox keeps it: canonical JSON, so equal content is equal bytes."""

from typing import Any

import orjson

from ingest.contract.identity import DeviceId
from ingest.contract.quality import Quality
from ingest.contract.record import Record


def pack(record: Record) -> bytes:
    """Return a record's values and flags as bytes that depend on nothing but them."""
    flags = {name: int(flag) for name, flag in record.quality.items() if flag != Quality.GOOD}
    said = {"v": dict(record.values), "q": flags} if flags else {"v": dict(record.values)}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def told(content: bytes) -> dict[str, float | None]:
    """Return the values of the record that was packed."""
    values: dict[str, float | None] = orjson.loads(content)["v"]
    return values


def unpack(content: bytes, *, device: DeviceId, measured_at: int) -> Record:
    """Return the record that was packed."""
    said: dict[str, Any] = orjson.loads(content)
    return Record(
        device=device,
        measured_at=measured_at,
        values=said["v"],
        quality={name: Quality(flag) for name, flag in said.get("q", {}).items()},
    )
