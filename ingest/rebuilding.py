"""A store made whole from the archive.

What is stored was decided when a record was settled, and the account keeps it: a record that it
has as stored is written again, one that was quarantined is not, whatever the registry says by now.
So the figures come out as they were. What lies behind the catalog's watermark is taken in as ever.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ingest import feed, ledger, quarantine
from ingest.archive import Frame, Position
from ingest.contract.chunk import Chunk, without_rows
from ingest.contract.ranges import EMPTY, Ranges
from ingest.intake import Intake, Opened, open_messages, take_in
from ingest.judging import RecordKey
from ingest.ledger import BootAccount, BootKey
from ingest.pipeline import Pipeline, Step, keys_of
from ingest.quarantine import State
from ingest.singles import Unnumbered
from ingest.storage.port import ReadingsRejectedError

_GROUP: Final = 256  # messages written at once


class NothingRegisteredError(Exception):
    """The registry is empty: every record would go to quarantine."""

    def __init__(self) -> None:
        super().__init__("no gateway is registered: import the registry first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What came of it."""

    written: int  # records, again, as the account has them, or as no gateway numbered them
    taken_in: int  # groups of messages that the catalog did not know of
    lost: Mapping[BootKey, Ranges]  # stored by the account, and not to be had from the archive
    refused: int = 0  # unnumbered records that were stored, and by today's registry could not be


def rebuild(pipeline: Pipeline) -> Rebuilt:
    """Write everything again that the account has as stored, then take in what it does not know.

    The store may hold some of it already. The hours that are touched go on the change feed, without
    counting anything twice.
    """
    if not pipeline.registry().gateways():
        raise NothingRegisteredError
    with pipeline.catalog.connect() as connection:
        accounts = ledger.load(connection)
        aside = quarantine.whole_messages(connection)
    selection = _Selection(accounts=accounts, aside=aside)
    written: dict[BootKey, Ranges] = {}
    singles = refused = 0
    for frames in _groups(_known(pipeline)):
        for intake in _write(pipeline, selection.of(pipeline, frames)):
            for key, account in intake.accounts.items():
                written[key] = written.get(key, EMPTY) | account.stored
            if not intake.accounts:
                singles += sum(len(each.part.number) for each in intake.arrivals)
                refused += len(intake.refusals)
    return Rebuilt(
        written=singles + sum(numbers.count for numbers in written.values()),
        taken_in=sum(step is Step.WRITTEN_DOWN for step in pipeline.recover()),
        lost={
            key: numbers
            for key, account in accounts.items()
            if (numbers := account.stored - written.get(key, EMPTY))
        },
        refused=refused,
    )


@dataclass(slots=True, kw_only=True)
class _Selection:
    """Chooses, message by message, the rows that are stored."""

    accounts: Mapping[BootKey, BootAccount]
    aside: Mapping[tuple[Position, int], State]
    chosen: dict[BootKey, Ranges] = field(default_factory=dict)

    def of(self, pipeline: Pipeline, frames: Sequence[Frame]) -> list[Opened]:
        return [
            asked
            for frame in frames
            for one in open_messages(frame, pipeline.archive.message)
            if (asked := self._asked(frame.start, one)) is not None
        ]

    def _asked(self, place: Position, one: Opened) -> Opened | None:
        return self._whole(place, one) if isinstance(one.body, Unnumbered) else self._rows(one)

    def _whole(self, place: Position, one: Opened) -> Opened | None:
        """Return a record that no gateway numbered, None where it was not stored here."""
        if one.verdict is None:
            return one if (place, one.index) not in self.aside else None
        marker = one.verdict.marker
        replayed = self.aside.get((marker.place, marker.index)) is State.REPLAYED
        return replace(one, verdict=None) if replayed else None

    def _rows(self, one: Opened) -> Opened | None:
        """Return a message with the rows to be written, None where there are none.

        A record that came twice was written once, and again where a person had it replayed.
        """
        if one.gateway is None or not isinstance(one.body, Chunk):
            return None
        key = (one.gateway, one.body.account.boot)
        stored = self.accounts[key].stored if key in self.accounts else EMPTY
        wanted = one.body.numbers & stored
        if one.verdict is None:
            wanted -= self.chosen.get(key, EMPTY)
        elif one.verdict.marker.numbers:
            wanted &= one.verdict.marker.numbers
        self.chosen[key] = self.chosen.get(key, EMPTY) | wanted
        body = _only(one.body, wanted)
        return replace(one, body=body, defects=(), verdict=None) if wanted else None


def _only(chunk: Chunk, wanted: Ranges) -> Chunk:
    parts = [
        without_rows(part, {row for row, n in enumerate(part.number) if n not in wanted})
        for part in chunk.parts
    ]
    return replace(chunk, parts=tuple(part for part in parts if part is not None))


def _known(pipeline: Pipeline) -> Iterator[Frame]:
    """Yield the frames that the catalog knows of."""
    watermark = pipeline.watermark()
    for frame in pipeline.archive.frames():
        if watermark is None or frame.end > watermark:
            return
        yield frame


def _groups(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    group: list[Frame] = []
    for frame in frames:
        group.append(frame)
        if sum(len(each.messages) for each in group) >= _GROUP:
            yield group
            group = []
    yield group


def _write(pipeline: Pipeline, opened: Sequence[Opened]) -> list[Intake]:
    """Write the messages' rows in order, and have the hours that they touch computed again.

    Each message is laid out by itself: a record that was replayed is there twice.
    """
    registry = pipeline.registry()
    refused: dict[RecordKey, str] = {}
    while True:
        intakes = [
            take_in(
                [one],
                registry=registry,
                accounts={},
                mappings=pipeline.mappings,
                codecs=pipeline.codecs,
                refused=refused,
            )
            for one in opened
        ]
        try:
            pipeline.store.write([block for intake in intakes for block in intake.blocks])
        except ReadingsRejectedError as error:
            found = dict.fromkeys(keys_of(error.refused), str(error))
            if found.keys() <= refused.keys():
                raise
            refused |= found
        else:
            break
    touched = {
        replace(hour, records=0, readings=0) for intake in intakes for hour in intake.touched
    }
    with pipeline.catalog.begin() as connection:
        feed.add(connection, sorted(touched, key=lambda hour: (hour.device, hour.hour)))
    return intakes
