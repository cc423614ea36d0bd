"""The daily digest: one signed page on all that is kept, chained to the day's before it.

It names the end of each archive, the day's facts, every revision and the journal's last row by
their hashes. Who keeps an exported digest can show later that something behind it was changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa

from analytics.closing.canonical import canonical
from analytics.days import span_of
from analytics.service import facts
from api.closing import pages, revisions
from api.closing.found import Found, Kind
from api.closing.pages import FACTS, PageDamagedError, fact_row, packed
from api.closing.signing import Signer, is_signed
from api.closing.tables import DIGEST
from ingest.archive import Position, Reading, workers
from ingest.audit.tables import AUDIT
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros, parse_rfc3339, rfc3339
from ingest.registry.registry import Registry

FORMAT: Final = 1


class DigestRefusedError(ValueError):
    """A day that no digest can be made of; the message is one line."""


class DigestUnreadableError(Exception):
    """A file that is no digest; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A signed digest. Signature and key are in hexadecimal."""

    body: bytes
    signature: str
    key: str

    @property
    def told(self) -> dict[str, Any]:
        """What it says."""
        told: dict[str, Any] = orjson.loads(self.body)
        return told

    @property
    def sha256(self) -> str:
        """What the next one calls it by."""
        return sha256(self.body).hexdigest()

    def exported(self) -> bytes:
        """Return the file that others keep."""
        parts = {"digest": self.told, "signature": self.signature, "key": self.key}
        return orjson.dumps(parts, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def read(cls, path: Path) -> "Digest":
        """Read an exported digest, or raise DigestUnreadableError."""
        try:
            parts = orjson.loads(path.read_bytes())
            told, signature, key = parts["digest"], parts["signature"], parts["key"]
            number = told["format"]
        except (KeyError, TypeError, ValueError) as error:
            raise DigestUnreadableError(f"{path}: no digest of Zonewatch: {error}") from error
        if number != FORMAT:
            raise DigestUnreadableError(f"{path}: a digest of format {number}")
        return cls(body=canonical(told), signature=str(signature), key=str(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where digests are made: the archive's folder, the registry, the key."""

    archive_dir: Path
    registry: Registry
    signer: Signer
    software: str


def every(connection: sa.Connection) -> list[Digest]:
    """Return all digests, the first first."""
    rows = connection.execute(sa.select(DIGEST).order_by(DIGEST.c.number))
    return [Digest(body=row.body, signature=row.signature, key=row.key) for row in rows]


def digest_of(connection: sa.Connection, keeping: Keeping, day: date, *, at: datetime) -> Digest:
    """Return a day's digest, made where it is not there yet, or raise DigestRefusedError.

    A day is over in every zone before it has one, and days follow each other.
    """
    known = {each.told["day"]: each for each in every(connection)}
    if day.isoformat() in known:
        return known[day.isoformat()]
    last = list(known.values())[-1] if known else None
    if last is not None and day.isoformat() < last.told["day"]:
        newest = last.told["day"]
        raise DigestRefusedError(f"{day}: digests follow each other, the last is of {newest}")
    if _end(keeping.registry, day) > micros(at):
        raise DigestRefusedError(f"{day}: the day is not over")
    body = canonical(
        {
            "format": FORMAT,
            "number": len(known) + 1,
            "day": day.isoformat(),
            "made_at": rfc3339(at),
            "software": keeping.software,
            "previous": None if last is None else last.sha256,
            "archive": list(_archives(keeping.archive_dir)),
            "facts": list(_facts(connection, keeping.registry, day)),
            "figures": _figures(connection),
            "journal": _journal(connection),
            "registry_change": keeping.registry.change,
        }
    )
    made = Digest(body=body, signature=keeping.signer.sign(body), key=keeping.signer.public)
    connection.execute(
        sa.insert(DIGEST).values(
            number=len(known) + 1,
            day=day.isoformat(),
            body=made.body,
            signature=made.signature,
            key=made.key,
        )
    )
    return made


def chain_found(known: list[Digest]) -> Iterator[Found]:
    """Yield the digests that are not signed as they stand, or not chained to the one before."""
    previous = None
    for number, each in enumerate(known, start=1):
        told = each.told
        if (told["number"], told["previous"]) != (number, previous):
            yield _found(each, "chain", previous, told["previous"])
        yield from signature_found(each)
        previous = each.sha256


def signature_found(digest: Digest, trusted: str | None = None) -> Iterator[Found]:
    """Yield what is wrong with a digest's signature, by a key that is trusted or its own."""
    if not is_signed(digest.body, signature=digest.signature, key=digest.key):
        yield Found(kind=Kind.SIGNATURE, what=f"digest of {digest.told['day']}", found="not signed")
    if trusted not in (None, digest.key):
        yield Found(kind=Kind.SIGNATURE, what="key", expected=trusted, found=digest.key)


def kept_found(connection: sa.Connection, digest: Digest, archive_dir: Path) -> Iterator[Found]:
    """Yield what a home no longer holds as a digest says it did."""
    if digest.sha256 not in {each.sha256 for each in every(connection)}:
        yield _found(digest, "digest", digest.sha256, None)
    for mark in digest.told["archive"]:
        yield from _archive_found(digest, mark, archive_dir)
    for page in digest.told["facts"]:
        try:
            pages.get(connection, [page["sha256"]])
        except PageDamagedError:
            yield _found(digest, f"facts of {page['zone']}", page["sha256"], None)
    now = {_key(each): each["sha256"] for each in _figures(connection)}
    for each in digest.told["figures"]:
        if now.get(_key(each)) != each["sha256"]:
            yield _found(digest, " ".join(_key(each)), each["sha256"], now.get(_key(each)))
    yield from _journal_found(connection, digest)


def _archive_found(digest: Digest, mark: dict[str, Any], directory: Path) -> Iterator[Found]:
    reading = Reading(directory, mark["worker"])
    for _ in reading.frames(Position(mark["file"], mark["offset"])):
        pass
    for place in reading.damaged:
        yield _found(digest, f"{place.file}, the frame at byte {place.offset}", "chained", None)
    if reading.link != mark["link"]:
        what = f"archive of {mark['worker']} until byte {mark['offset']} of {mark['file']}"
        yield _found(digest, what, mark["link"], reading.link)


def _journal_found(connection: sa.Connection, digest: Digest) -> Iterator[Found]:
    told = digest.told["journal"]
    if told is not None:
        found = connection.scalar(sa.select(AUDIT.c.hash).where(AUDIT.c.number == told["number"]))
        if found != told["hash"]:
            yield _found(digest, f"journal row {told['number']}", told["hash"], found)


def _end(registry: Registry, day: date) -> int:
    """Return when a day is over in every zone. [microseconds, UTC]"""
    ends = [
        span_of(day, ZoneInfo(zone.timezone), DeviceClass.SCHOOL_PV).end
        for zone in registry.zones()
    ]
    return max(ends, default=micros(parse_rfc3339(f"{day}T23:59:59Z")))


def _archives(directory: Path) -> Iterator[dict[str, Any]]:
    for worker in workers(directory):
        reading = Reading(directory, worker)
        for _ in reading.frames():
            pass
        if reading.end is not None:
            end = reading.end
            yield {
                "worker": worker,
                "file": end.file,
                "offset": end.offset,
                "link": reading.link,
            }


def _facts(connection: sa.Connection, registry: Registry, day: date) -> Iterator[dict[str, str]]:
    """Keep a page of each zone's facts of a day, and yield what it is called."""
    found = facts.device_days(connection, first=day, last=day)
    for zone in registry.zones():
        at = span_of(day, ZoneInfo(zone.timezone), DeviceClass.SCHOOL_PV).start
        ours = {device.id for device in registry.devices_of_zone(zone.id, at)}
        body = packed([fact_row(fact) for fact in found if fact.device in ours])
        name = pages.called(body)
        pages.put(connection, {name: body})
        yield {"kind": FACTS, "zone": zone.id, "day": day.isoformat(), "sha256": name}


def _figures(connection: sa.Connection) -> list[dict[str, str]]:
    return [
        {
            "scope": each.scope,
            "period": each.period,
            "revision": str(each.number),
            "sha256": pages.called(each.content),
        }
        for each in revisions.every(connection)
    ]


def _journal(connection: sa.Connection) -> dict[str, Any] | None:
    query = sa.select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else {"number": row.number, "hash": row.hash}


def _key(figure: dict[str, str]) -> tuple[str, str, str]:
    return figure["scope"], figure["period"], figure["revision"]


def _found(digest: Digest, what: str, expected: object, found: object) -> Found:
    return Found(
        kind=Kind.DIGEST, what=what, day=digest.told["day"], expected=expected, found=found
    )
