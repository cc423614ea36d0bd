"""The offline bundle: all that a published period rests on, for a verifier's own machine.

A zip file of canonical JSON: the document, its device-days and hours, the registry as it was known,
the tables of factors, the counters' beginnings, and every archived message that speaks of the
period. `manifest.json` holds the SHA-256 of each entry and is signed. Nothing is ever extracted.
"""

import base64
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import pandas as pd

from analytics.closing.canonical import canonical
from analytics.hours import COLUMNS
from analytics.service.hourfiles import CounterKey
from api.closing.beside import KINDS
from api.closing.inputs import Archived
from api.closing.pages import FACTORS, FACTS, REGISTRY, PageName, Rows
from api.closing.rerun import Outcome, PartKey
from api.closing.revisions import Revision
from api.closing.signing import Signer
from ingest.archive import Message, Position
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros, parse_rfc3339
from ingest.registry.kinds import BY_NAME
from ingest.registry.registry import Entered, Registry

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature.json"
_LARGEST: Final = 1 << 31  # bytes, inflated
_MOST_ENTRIES: Final = 100_000
_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the same revision, the same bytes

Opening = Mapping[PartKey, Mapping[CounterKey, float]]


class BundleUnreadableError(Exception):
    """A file that is no bundle, or of which too little is left; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a bundle holds."""

    manifest: Mapping[str, Any]
    content: bytes
    facts: Rows
    registry: Registry
    factors: Rows
    opening: Opening
    hours: Mapping[PartKey, pd.DataFrame]
    messages: tuple[Archived, ...]
    changes: Mapping[tuple[str, int, int], int]
    beside: Mapping[str, Rows]  # what people entered, by kind


@dataclass(slots=True, kw_only=True)
class Opened:
    """A bundle's entries, and what is wrong with them."""

    entries: dict[str, bytes]
    manifest: dict[str, Any]
    changed: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """Name, expected and found SHA-256 of each entry that is not what the manifest says."""
    signature: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """What goes into a bundle."""

    revision: Revision
    pages: Mapping[PageName, bytes]
    opening: Opening
    outcome: Outcome
    messages: Iterable[tuple[Archived, int]]  # each with the registry's change it was judged by


def pack(packing: Packing, signer: Signer) -> bytes:
    """Return a bundle's bytes."""
    entries = dict(_entries(packing))
    revision = packing.revision
    manifest = canonical(
        {
            "format": FORMAT,
            "revision": revision.told(),
            "sha256": revision.sha256,
            "basis": orjson.loads(revision.basis.written()),
            "entries": {name: sha256(body).hexdigest() for name, body in entries.items()},
        }
    )
    signature = canonical({"key": signer.public, "signature": signer.sign(manifest)})
    return _zipped({**entries, MANIFEST: manifest, SIGNATURE: signature})


def open_bundle(path: Path) -> Opened:
    """Read a bundle and compare it with its manifest, or raise BundleUnreadableError."""
    entries = _unzipped(path)
    try:
        manifest = orjson.loads(entries[MANIFEST])
        listed = dict(manifest["entries"])
        signed = orjson.loads(entries[SIGNATURE])
        opened = Opened(
            entries=entries,
            manifest=manifest,
            signature=str(signed["signature"]),
            key=str(signed["key"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BundleUnreadableError(f"{path}: no bundle of Zonewatch: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BundleUnreadableError(f"{path}: a bundle of format {manifest.get('format')}")
    for name in sorted(listed.keys() | (entries.keys() - {MANIFEST, SIGNATURE})):
        body = entries.get(name)
        found = None if body is None else sha256(body).hexdigest()
        if found != listed.get(name):
            opened.changed.append((name, listed.get(name), found))
    return opened


def unpack(opened: Opened) -> Bundle:
    """Return what a bundle holds, or raise BundleUnreadableError."""
    try:
        return _unpacked(opened)
    except (KeyError, TypeError, ValueError) as error:
        raise BundleUnreadableError(f"it cannot be read: {error!r}") from error


def _unpacked(opened: Opened) -> Bundle:
    entries = opened.entries
    lines = [orjson.loads(line) for line in entries["messages.jsonl"].splitlines()]
    messages = tuple(_archived(line) for line in lines)
    hours = [name for name in sorted(entries) if name.startswith("hours/")]
    return Bundle(
        manifest=opened.manifest,
        content=entries["content.json"],
        facts=[
            row
            for name in sorted(entries)
            if name.startswith(f"{FACTS}/")
            for row in orjson.loads(entries[name])
        ],
        registry=Registry(_entered(row) for row in orjson.loads(entries[f"{REGISTRY}.json"])),
        factors=orjson.loads(entries[f"{FACTORS}.json"]),
        opening=_opening(orjson.loads(entries["opening.json"])),
        hours={_part(name): _table(orjson.loads(entries[name])) for name in hours},
        messages=messages,
        changes={
            (one.place.file, one.place.offset, one.index): int(line["registry_change"])
            for one, line in zip(messages, lines, strict=True)
        },
        beside={
            kind: orjson.loads(entries[f"{kind}.json"])
            for kind in KINDS
            if f"{kind}.json" in entries
        },
    )


def _entries(packing: Packing) -> Iterator[tuple[str, bytes]]:
    yield "content.json", packing.revision.content
    for name, body in packing.pages.items():
        parts = [part for part in (name.kind, name.zone, name.day) if part]
        yield f"{'/'.join(parts)}.json", body
    yield "opening.json", canonical(_opening_rows(packing.opening))
    for (zone, device_class), hours in sorted(packing.outcome.hours.items()):
        yield f"hours/{zone}/{device_class}.json", canonical(_columns(hours))
    lines = [canonical(_line(one, change)) for one, change in packing.messages]
    yield "messages.jsonl", b"".join(line + b"\n" for line in lines)


def _line(one: Archived, change: int) -> dict[str, Any]:
    return {
        **asdict(one.place),
        "index": one.index,
        "registry_change": change,
        "topic": one.message.topic,
        "received_at": one.message.received_at,
        "payload": base64.b64encode(one.message.payload).decode(),
    }


def _archived(line: Mapping[str, Any]) -> Archived:
    payload = base64.b64decode(line["payload"], validate=True)
    message = Message(topic=line["topic"], payload=payload, received_at=line["received_at"])
    return Archived(
        place=Position(line["file"], line["offset"]), index=line["index"], message=message
    )


def _entered(row: Mapping[str, Any]) -> Entered:
    return Entered(
        change=row["change"],
        valid_from=micros(parse_rfc3339(row["valid_from"])),
        item=BY_NAME[row["kind"]].read(row["body"]),
    )


def _opening_rows(opening: Opening) -> Rows:
    return [
        {"zone": zone, "class": device_class, "device": device, "metric": metric, "running": value}
        for (zone, device_class), own in sorted(opening.items())
        for (device, metric), value in sorted(own.items())
    ]


def _opening(rows: Rows) -> Opening:
    found: dict[PartKey, dict[CounterKey, float]] = {}
    for row in rows:
        own = found.setdefault((row["zone"], DeviceClass(row["class"])), {})
        own[DeviceId(row["device"]), row["metric"]] = float(row["running"])
    return found


def _columns(hours: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        name: [None if isinstance(each, float) and np.isnan(each) else each for each in values]
        for name, values in ((name, hours[name].tolist()) for name in COLUMNS)
    }


def _table(columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame({name: columns[name] for name in COLUMNS}).astype(dict(COLUMNS))


def _part(name: str) -> PartKey:
    _, zone, device_class = name.removesuffix(".json").split("/")
    return zone, DeviceClass(device_class)


def _zipped(entries: Mapping[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(entries.items()):
            archive.writestr(zipfile.ZipInfo(name, _TIME), body, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _unzipped(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
            if len(listed) > _MOST_ENTRIES or sum(each.file_size for each in listed) > _LARGEST:
                raise BundleUnreadableError(f"{path}: larger than any bundle")
            if len({each.filename for each in listed}) != len(listed):
                raise BundleUnreadableError(f"{path}: an entry is there twice")
            return {each.filename: archive.read(each) for each in listed}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise BundleUnreadableError(f"{path}: no bundle of Zonewatch: {error}") from error
