"""The order of a commit: archive, store, catalog, acknowledgement.

A crash after any step is repaired: what the archive holds beyond the catalog's watermark is taken
in again at the start, in the archive's order, and what never reached the archive is sent again.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

import sqlalchemy as sa

from ingest import entries, feed, ledger, presence, quarantine, taken
from ingest.acking import acks
from ingest.archive import Archive, Frame, Message, Position
from ingest.chirpstack.codec import Codec
from ingest.chirpstack.codec_files import shipped_codecs
from ingest.contract.ack import form_ack
from ingest.contract.clock import Clock
from ingest.contract.identity import GatewayId
from ingest.contract.lifecycle import Birth
from ingest.contract.mapping import FieldMapping
from ingest.contract.ranges import EMPTY, Ranges
from ingest.contract.topic import Kind, Topic
from ingest.intake import Intake, Opened, boots_in, open_messages, take_in
from ingest.judging import RecordKey
from ingest.mapping_files import shipped_mappings
from ingest.meter import Meter
from ingest.quota import USUAL, Admitted, Quota
from ingest.registry.registry import Registry
from ingest.storage.block import Block
from ingest.storage.port import ReadingsRejectedError, ReadingStore
from ingest.tables import WATERMARK
from ingest.wire import encode

_LOG = logging.getLogger(__name__)
_SHOWN: Final = 10  # ranges in a line of the log
_TOLD_AT_ONCE: Final = 500  # gateways in one question to the catalog


class Step(StrEnum):
    """Where a commit stands."""

    ARCHIVED = "archived"
    STORED = "stored"
    WRITTEN_DOWN = "written down"
    ACKNOWLEDGED = "acknowledged"


class Publisher(Protocol):
    """Sends a retained message to a gateway."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Hand the message to the broker."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Takes in groups of messages. One worker owns its archive, and calls come one at a time."""

    worker: str
    archive: Archive
    store: ReadingStore
    catalog: sa.Engine
    registry: Callable[[], Registry]
    publisher: Publisher
    clock: Clock
    meter: Meter | None = None
    mappings: Mapping[str, FieldMapping] = field(default_factory=shipped_mappings)  # by profile
    codecs: Mapping[str, Codec] = field(default_factory=shipped_codecs)  # by profile
    quota: Quota = USUAL

    def commit(self, messages: Sequence[Message]) -> Iterator[Step]:
        """Take in a group of messages, telling after each step that it is done."""
        frame = self.archive.append(messages)
        yield Step.ARCHIVED
        yield from self._take(frame)

    def recover(self) -> Iterator[Step]:
        """Take in what the archive holds and the catalog does not know of."""
        for frame in self.archive.frames(after=self.watermark()):
            yield from self._take(frame)

    def acknowledge(self, gateways: Iterable[GatewayId], boots: Iterable[ledger.BootKey]) -> None:
        """Tell gateways what is settled of every boot they hold, and of some boots besides."""
        extra, ordered = set(boots), sorted(gateways)
        for start in range(0, len(ordered), _TOLD_AT_ONCE):
            some = ordered[start : start + _TOLD_AT_ONCE]
            with self.catalog.connect() as connection:
                told = acks(connection, some, extra, at=self.clock.now())
            for gateway, ack in told.items():
                self.publisher.publish(str(Topic(gateway, Kind.ACK)), encode(form_ack(ack)))

    def acknowledge_all(self) -> None:
        """Repeat every gateway's acknowledgement: its age tells them that ingest is alive."""
        with self.catalog.connect() as connection:
            known = [one.gateway for one in presence.every(connection)]
        self.acknowledge(known, ())

    def watermark(self) -> Position | None:
        """Return where in the archive the catalog's knowledge ends, None before anything."""
        with self.catalog.connect() as connection:
            row = connection.execute(
                sa.select(WATERMARK).where(WATERMARK.c.worker == self.worker)
            ).first()
        return None if row is None else Position(row.archive_file, row.archive_offset)

    def _take(self, frame: Frame) -> Iterator[Step]:
        opened = open_messages(frame, self.archive.message)
        boots = boots_in(opened)
        with self.catalog.connect() as connection:
            accounts = ledger.load(connection, boots)
        registry = self.registry()
        intake = self._keep(opened, accounts, registry)
        yield Step.STORED
        with self.catalog.begin() as connection:
            admitted = self._write_down(connection, frame, intake)
            taken.add(connection, frame, opened, registry_change=registry.change)
        if self.meter:
            self.meter.took(frame, intake, accounts)
        _tell(intake, admitted)
        _tell_missing(intake, accounts)
        yield Step.WRITTEN_DOWN
        self.acknowledge({one.gateway for one in intake.heard}, boots)
        yield Step.ACKNOWLEDGED

    def _keep(
        self,
        opened: Sequence[Opened],
        accounts: Mapping[ledger.BootKey, ledger.BootAccount],
        registry: Registry,
    ) -> Intake:
        """Write what is sound; what the store refuses is set aside, and the rest written again."""
        refused: dict[RecordKey, str] = {}
        while True:
            intake = take_in(
                opened,
                registry=registry,
                accounts=accounts,
                mappings=self.mappings,
                codecs=self.codecs,
                refused=refused,
            )
            try:
                self.store.write(intake.blocks)
            except ReadingsRejectedError as error:
                found = dict.fromkeys(keys_of(error.refused), str(error))
                if found.keys() <= refused.keys():
                    raise
                refused |= found
            else:
                return intake

    def _write_down(self, connection: sa.Connection, frame: Frame, intake: Intake) -> Admitted:
        ledger.save(connection, intake.accounts.values())
        ledger.move(connection, intake.settlements)
        admitted = quarantine.add(connection, frame, intake.refusals, self.quota)
        quarantine.close(connection, intake.verdicts)
        entries.add(connection, intake.entered)
        feed.add(connection, intake.touched)
        presence.note(connection, intake.heard)
        place = {"archive_file": frame.end.file, "archive_offset": frame.end.offset}
        changed = connection.execute(
            sa.update(WATERMARK).where(WATERMARK.c.worker == self.worker).values(place)
        )
        if changed.rowcount == 0:
            connection.execute(sa.insert(WATERMARK).values({"worker": self.worker} | place))
        return admitted


def _tell(intake: Intake, admitted: Admitted) -> None:
    """Log what somebody may have to look after, with gateway, boot and range."""
    for (gateway, _), beyond in admitted.beyond.items():
        _LOG.warning(
            "quarantined, only counted: %d refusals", len(beyond), extra={"gateway": gateway}
        )
    for refusal in admitted.entries:
        numbers = _named(refusal.numbers)
        about = {"gateway": refusal.gateway, "boot": refusal.boot, "range": numbers or None}
        _LOG.warning("quarantined: %s", refusal.reason, extra=about)
    for heard in intake.heard:
        if heard.birth is not None:
            about = {"gateway": heard.gateway, "boot": heard.birth.boot}
            _LOG.info("a gateway is there", extra=about)
            _tell_trouble(heard.birth, about)
        elif heard.death is not None:
            about = {"gateway": heard.gateway, "boot": heard.death.boot}
            _LOG.info("a gateway has gone", extra=about)


def _tell_trouble(birth: Birth, about: Mapping[str, object]) -> None:
    if birth.not_taken:
        _LOG.warning("its outbox had no room for %d records", birth.not_taken, extra=about)
    for step in birth.clock_steps:
        _LOG.warning("its clock was stepped by %+.3f s to %s", step.by_s, step.at, extra=about)


def _tell_missing(intake: Intake, before: Mapping[ledger.BootKey, ledger.BootAccount]) -> None:
    """Raise the alarm on records that a gateway does not hold any more and that never arrived."""
    for key, account in intake.accounts.items():
        known = before[key].missing if key in before else EMPTY
        if lost := account.missing - known:
            about = {"gateway": account.gateway, "boot": account.boot, "range": _named(lost)}
            _LOG.error("missing: %d records that nobody holds any more", lost.count, extra=about)


def _named(numbers: Ranges) -> str:
    shown = ", ".join(f"{first}-{last}" for first, last in numbers.pairs[:_SHOWN])
    return f"{shown}, …" if len(numbers.pairs) > _SHOWN else shown


def keys_of(block: Block) -> Iterator[RecordKey]:
    """Yield the record of each row."""
    for device, at in zip(block.devices.tolist(), block.measured_at.tolist(), strict=True):
        yield block.names[device], at
