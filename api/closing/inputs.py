"""Where a re-run's readings come from: the reading store, or messages out of the archive."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from analytics.counter_changes import CounterChange
from analytics.counters import advance
from analytics.service.hourfiles import CounterKey, HourFiles
from api.closing import beside
from api.closing.rerun import Inputs, Part, PartKey, Target
from ingest.archive import Frame, Message, Position, Reading, read_message
from ingest.contract.identity import DeviceId
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.contract.topic import MAJOR_VERSION, ROOT
from ingest.intake import Opened, open_messages, take_in
from ingest.ledger import BootAccount, BootKey
from ingest.markers import is_marker, parse_marker
from ingest.registry.model import Device
from ingest.registry.registry import Registry
from ingest.storage.memory import MemoryStore
from ingest.storage.port import ReadingStore
from ingest.taken import Place

_GROUP: Final = 500  # messages taken in at once, for speed; the result does not depend on it
_EPOCH: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """A message and where it lies."""

    place: Position
    index: int
    message: Message


def from_store(store: ReadingStore, files: HourFiles, target: Target) -> Inputs:
    """Read what a period needs from the store, and its counters' beginnings from kept hours."""
    parts = list(target.parts())
    return Inputs(
        blocks={part.key: store.read(part.device_class, part.names, part.needed) for part in parts},
        opening={
            part.key: files.running_before(
                part.zone.id, part.device_class, part.reach.start, part.counters
            )
            for part in parts
        },
    )


def needed_ids(target: Target) -> set[str]:
    """Return the ids that messages come under: a target's devices and their gateways, ever."""
    devices = {name for part in target.parts() for name in part.names}
    gateways = {
        entry.item.gateway
        for entry in target.registry.entries
        if isinstance(entry.item, Device) and entry.item.id in devices
    }
    return {str(each) for each in devices | gateways}


def archived(
    directory: Path, target: Target, damaged: list[Position] | None = None
) -> Iterator[Archived]:
    """Yield the messages that may speak of a target, as far as it was taken in then, in order."""
    wanted = needed_ids(target)
    for mark in target.basis.watermark:
        reading = Reading(directory, mark.worker)
        for frame in reading.frames(Position(mark.file, mark.offset)):
            for index, message in enumerate(frame.messages):
                if _named(message, directory) in wanted:
                    yield Archived(place=frame.start, index=index, message=message)
        if damaged is not None:
            damaged += reading.damaged


def fold(
    messages: Iterable[Archived],
    find: Callable[[Position, int], Message],
    *,
    registry: Registry,
    changes: Mapping[Place, int],
) -> MemoryStore:
    """Take messages in as ingest did, each under the registry that was known then."""
    store = MemoryStore()
    accounts: dict[BootKey, BootAccount] = {}
    group: list[Opened] = []
    known = registry
    for one in messages:
        place = (one.place.file, one.place.offset, one.index)
        then = registry.as_of(changes.get(place, registry.change))
        if then.change != known.change or len(group) >= _GROUP:
            accounts = _taken_in(store, group, known, accounts)
            group = []
        known = known if then.change == known.change else then
        frame = Frame(start=one.place, end=one.place, messages=(one.message,))
        group += open_messages(frame, find)
    _taken_in(store, group, known, accounts)
    return store


def from_messages(
    store: MemoryStore,
    target: Target,
    opening: Mapping[PartKey, Mapping[CounterKey, float]] | None = None,
) -> Inputs:
    """Return what a period needs of messages taken in, from the first on where no opening is given.

    Args:
        store: The readings.
        target: What is run again.
        opening: The counters' running maxima before; None where the readings tell them.
    """
    parts, changes = list(target.parts()), beside.counter_changes(target.beside)
    return Inputs(
        blocks={part.key: store.read(part.device_class, part.names, part.needed) for part in parts},
        opening={part.key: _opening(store, part, changes) for part in parts}
        if opening is None
        else opening,
    )


def finder(directory: Path) -> Callable[[Position, int], Message]:
    """Return what finds a message in an archive by its place."""
    return lambda place, index: read_message(directory, place, index)


def _named(message: Message, directory: Path) -> str:
    """Return the id that a message is from; a decision is of whom it decides about."""
    if is_marker(message):
        marker = parse_marker(message)
        return _named(read_message(directory, marker.place, marker.index), directory)
    return message.topic.removeprefix(f"{ROOT}/{MAJOR_VERSION}/").partition("/")[0]


def _taken_in(
    store: MemoryStore,
    group: list[Opened],
    registry: Registry,
    accounts: dict[BootKey, BootAccount],
) -> dict[BootKey, BootAccount]:
    numbered = [replace(one, index=index) for index, one in enumerate(group)]
    intake = take_in(numbered, registry=registry, accounts=accounts)
    store.write(intake.blocks)
    return intake.accounts


def _opening(
    store: MemoryStore, part: Part, changes: Sequence[CounterChange]
) -> dict[CounterKey, float]:
    """Follow the counters from their first reading to the period's beginning."""
    metrics = {metric for _, metric in part.counters}
    if not metrics:
        return {}
    span = Period(_EPOCH, part.reach.start)
    block = store.read(part.device_class, part.names, span, metrics)
    own = [each for each in changes if each.at < span.end and each.device in part.names]
    found = {(each.device, each.metric): each.new_start for each in own}
    since = {(each.device, each.metric): each.at for each in own}
    for metric in metrics & block.values.keys():
        flags = block.flags[metric]
        good = (flags == Quality.GOOD) | (flags == Quality.UNCHECKED)
        for place, name in enumerate(block.names):
            key = (DeviceId(name), metric)
            own_rows = (block.devices == place) & (block.measured_at >= since.get(key, _EPOCH))
            values = block.values[metric][good & own_rows]
            if len(values):
                told = advance(np.asarray(values, np.float64), running=found.get(key))
                found[key] = float(told.running[-1])
    return found
