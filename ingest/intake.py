"""What the messages of one archive frame amount to: readings, accounts, quarantine, presence.

A pure function of the messages, the registry and the accounts before them, so taking in the same
archive again gives the same.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from ingest.archive import Frame, Message, Position
from ingest.chirpstack.codec import Codec
from ingest.chirpstack.said import read_published
from ingest.chirpstack.topic import is_of_chirpstack
from ingest.columns import Arrival, Touched, lay_out, unknown_metrics
from ingest.contract.chunk import Chunk, Defect, Part, parse_chunk, without_rows
from ingest.contract.fields import MalformedError, as_text, mapping
from ingest.contract.identity import BootId, DeviceId, GatewayId
from ingest.contract.lifecycle import Birth, Death, parse_birth, parse_death
from ingest.contract.limits import TooLargeError
from ingest.contract.mapping import FieldMapping
from ingest.contract.ranges import EMPTY, Ranges
from ingest.contract.topic import Kind, Topic, UnknownTopicError
from ingest.entered import Entered, is_entered, parse_entered
from ingest.judging import NO_CODECS, NO_MAPPINGS, NOTHING_REFUSED, RecordKey, Rules, judged
from ingest.ledger import BootAccount, BootKey, Settlement
from ingest.markers import Decision, Marker, is_marker, parse_marker
from ingest.registry.model import Device
from ingest.registry.registry import Registry
from ingest.singles import Single, SingleRefusedError, Unnumbered, arrival_of
from ingest.storage.block import Block
from ingest.wire import UndecodableError, decode

CHIRPSTACK: Final = GatewayId("chirpstack")
"""Stands in quarantine for the gateway of uplinks whose device is not known."""

_UNREADABLE = (UnknownTopicError, UndecodableError, MalformedError, TooLargeError)

Body = Chunk | Birth | Death | Unnumbered


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A message, or rows of one, that went to quarantine, and why."""

    message: int  # index in the frame
    gateway: GatewayId | None
    boot: BootId | None
    numbers: Ranges
    reason: str
    refusals: int = 1  # it stands for


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a message tells of its gateway's presence."""

    gateway: GatewayId
    at: int  # received, microseconds
    birth: Birth | None = None
    death: Death | None = None
    held: tuple[BootId, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a decision on a quarantined entry came to."""

    marker: Marker
    at: int  # microseconds
    taken: Ranges = EMPTY  # records that are stored now
    whole: bool = False  # all of the message is stored now


@dataclass(slots=True, kw_only=True)
class Intake:
    """Everything one frame amounts to."""

    accounts: dict[BootKey, BootAccount]
    blocks: Sequence[Block] = ()
    touched: Sequence[Touched] = ()
    settlements: list[Settlement] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    entered: list[tuple[Entered, int]] = field(default_factory=list)  # with the instant of receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A message as far as it could be read; for a decision, the message that it is about."""

    index: int
    message: Message
    gateway: GatewayId | None
    body: Body | None
    defects: tuple[Defect, ...] = ()
    reason: str = ""
    verdict: Verdict | None = None


def _nothing_behind(place: Position, index: int) -> Message:
    raise LookupError(f"no archive to find message {index} at {place} in")


def open_messages(
    frame: Frame, find: Callable[[Position, int], Message] = _nothing_behind
) -> list[Opened]:
    """Read every message of a frame; what cannot be read says why.

    What a decision is about is found in the archive, by the frame's place and an index.
    """
    return [
        _open_marked(index, message, find) if is_marker(message) else _open(index, message)
        for index, message in enumerate(frame.messages)
    ]


def boots_in(opened: Sequence[Opened]) -> set[BootKey]:
    """Return the boots whose accounts the messages speak of."""
    return {
        (one.gateway, one.body.account.boot)
        for one in opened
        if one.gateway is not None and isinstance(one.body, Chunk)
    }


def take_in(
    opened: Sequence[Opened],
    *,
    registry: Registry,
    accounts: Mapping[BootKey, BootAccount],
    mappings: Mapping[str, FieldMapping] = NO_MAPPINGS,
    codecs: Mapping[str, Codec] = NO_CODECS,
    refused: Mapping[RecordKey, str] = NOTHING_REFUSED,
) -> Intake:
    """Fold the messages, in order, into readings and accounts.

    Args:
        opened: The messages.
        registry: Whose devices are whose.
        accounts: The accounts before them.
        mappings: How devices that publish by themselves say things, by their profile.
        codecs: How the payloads of LoRaWAN devices are read, by profile.
        refused: What the store would not keep, and why: it goes to quarantine.
    """
    rules = Rules(registry=registry, mappings=mappings, codecs=codecs, refused=refused)
    intake = Intake(accounts=dict(accounts))
    for one in opened:
        if one.verdict is not None:
            intake.verdicts.append(_take_again(intake, one, one.verdict, rules))
        elif isinstance(one.body, Unnumbered):
            intake.refusals += _take_single(intake, one, one.body, rules)
        elif one.gateway is None or one.body is None:
            intake.refusals.append(_refusal(one, EMPTY, one.reason))
        elif isinstance(one.body, Chunk):
            _take_chunk(intake, one, one.gateway, one.body, rules)
        else:
            intake.heard.append(_heard(one.gateway, one.message.received_at, one.body))
    intake.blocks, intake.touched = lay_out(intake.arrivals)
    intake.settlements += _beside(intake.touched)
    return intake


def _beside(touched: Sequence[Touched]) -> Iterator[Settlement]:
    """Yield what stands beside the equation of the account, by gateway and day of entry."""
    readings: Counter[tuple[GatewayId, date]] = Counter()
    unnumbered: Counter[tuple[GatewayId, date]] = Counter()
    for hour in touched:
        readings[hour.gateway, hour.day] += hour.readings
        unnumbered[hour.gateway, hour.day] += 0 if hour.numbered else hour.records
    for (gateway, day), said in readings.items():
        beside = unnumbered[gateway, day]
        yield Settlement(gateway=gateway, day=day, readings=said, unnumbered=beside)


def _open(index: int, message: Message) -> Opened:
    gateway = None
    if is_entered(message):
        return Opened(index=index, message=message, gateway=None, body=parse_entered(message))
    try:
        if is_of_chirpstack(message.topic):
            gateway = CHIRPSTACK
            uplink = read_published(message.topic, decode(message.payload))
            single = Single(device=DeviceId(uplink.device), body=uplink)
            return Opened(index=index, message=message, gateway=gateway, body=single)
        topic = Topic.parse(message.topic)
        gateway = topic.gateway
        body, defects = _read(topic, message)
    except _UNREADABLE as error:
        return Opened(index=index, message=message, gateway=gateway, body=None, reason=str(error))
    return Opened(index=index, message=message, gateway=gateway, body=body, defects=defects)


def _open_marked(index: int, message: Message, find: Callable[[Position, int], Message]) -> Opened:
    marker = parse_marker(message)
    verdict = Verdict(marker=marker, at=message.received_at)
    if marker.decision is Decision.DROP:
        return Opened(index=index, message=message, gateway=None, body=None, verdict=verdict)
    return replace(_open(index, find(marker.place, marker.index)), verdict=verdict)


def _read(topic: Topic, message: Message) -> tuple[Body, tuple[Defect, ...]]:
    body = decode(message.payload)
    match topic.kind:
        case Kind.CHUNK:
            return parse_chunk(body)
        case Kind.BIRTH:
            return parse_birth(body), ()
        case Kind.DEATH:
            return parse_death(body), ()
        case Kind.READING:
            return Single(device=DeviceId(topic.gateway), body=mapping(body, "reading")), ()
        case Kind.ACK:
            raise UnknownTopicError(message.topic)


def _heard(gateway: GatewayId, at: int, body: Birth | Death) -> Heard:
    if isinstance(body, Birth):
        return Heard(gateway=gateway, at=at, birth=body, held=body.held)
    return Heard(gateway=gateway, at=at, death=body)


def _take_chunk(
    intake: Intake, one: Opened, gateway: GatewayId, chunk: Chunk, rules: Rules
) -> None:
    key = (gateway, chunk.account.boot)
    before = intake.accounts.get(key, BootAccount(gateway=gateway, boot=key[1]))
    account = before.told(chunk.account)
    defects = list(one.defects)
    stored: list[int] = []
    settled = account.settled
    for part in chunk.parts:
        fresh = without_rows(part, _rows_in(part, settled))
        if fresh is None:
            continue
        device, wrong = judged(gateway, fresh, rules, one.message.received_at)
        defects += wrong
        sound = without_rows(fresh, _rows_in(fresh, _numbers(wrong))) if wrong else fresh
        if sound is not None and device is not None:
            stored += sound.number
            intake.arrivals.append(_arrival(sound, device, account))
            _note_unknown(intake, one, sound, device)
    _settle(
        intake,
        one,
        account,
        carried=chunk.numbers,
        stored=Ranges.from_numbers(stored),
        defects=defects,
    )
    intake.heard.append(Heard(gateway=gateway, at=one.message.received_at, held=chunk.held))


def _take_single(intake: Intake, one: Opened, said: Unnumbered, rules: Rules) -> list[Refusal]:
    """Take in what no gateway numbers, or return why not."""
    try:
        intake.arrivals.append(arrival_of(said, rules, received_at=one.message.received_at))
        if isinstance(said, Entered):
            intake.entered.append((said, one.message.received_at))
    except SingleRefusedError as error:
        refusal = _refusal(one, EMPTY, str(error))
        return [replace(refusal, gateway=error.gateway or one.gateway)]
    return []


def _settle(
    intake: Intake,
    one: Opened,
    account: BootAccount,
    *,
    carried: Ranges,
    stored: Ranges,
    defects: Sequence[Defect],
) -> None:
    """Move a chunk's records to settled: each once, whatever arrives again."""
    refused = _numbers(defects) - account.settled - stored
    for defect in defects:
        if numbers := defect.numbers & refused:
            intake.refusals.append(_refusal(one, numbers, defect.reason, account.boot))
    again = (carried | _numbers(one.defects)) & account.settled
    moved = replace(
        account, stored=account.stored | stored, quarantined=account.quarantined | refused
    )
    intake.accounts[account.gateway, account.boot] = moved
    intake.settlements += [
        *(_moved(account, day, stored=n) for day, n in account.by_day(stored).items()),
        *(_moved(account, day, quarantined=n) for day, n in account.by_day(refused).items()),
        *(_moved(account, day, redelivered=n) for day, n in account.by_day(again).items()),
    ]


def _take_again(intake: Intake, one: Opened, verdict: Verdict, rules: Rules) -> Verdict:
    """Take an entry's records in under today's registry.

    All that is sound is written here, whether or not it was stored before, so that a store rebuilt
    under a registry that already knew better ends with the same; the account moves each once.
    """
    if isinstance(one.body, Unnumbered):
        return replace(verdict, whole=not _take_single(intake, one, one.body, rules))
    if one.gateway is None or not isinstance(one.body, Chunk):
        return verdict
    chunk = one.body
    key = (one.gateway, chunk.account.boot)
    account = intake.accounts.get(key, BootAccount(gateway=one.gateway, boot=key[1]))
    account = account.told(chunk.account)
    wanted = verdict.marker.numbers or chunk.numbers | _numbers(one.defects)
    refused = _numbers(one.defects) & wanted
    sound: list[int] = []
    for part in chunk.parts:
        asked = _only(part, wanted)
        if asked is None:
            continue
        device, wrong = judged(one.gateway, asked, rules, one.message.received_at)
        refused |= _numbers(wrong)
        kept = without_rows(asked, _rows_in(asked, _numbers(wrong)))
        if kept is None or device is None:
            continue
        sound += kept.number
        intake.arrivals += _arrivals_again(kept, device, account)
    taken = Ranges.from_numbers(sound)
    _move_to_stored(intake, account, taken - account.stored)
    return replace(verdict, taken=taken, whole=bool(taken) and not refused)


def _arrivals_again(part: Part, device: Device, account: BootAccount) -> list[Arrival]:
    """Return a part's rows as arrivals; those stored before are counted already."""
    again = _only(part, account.stored)
    fresh = without_rows(part, _rows_in(part, account.stored))
    return [
        replace(_arrival(rows, device, account), counted=counted)
        for rows, counted in ((again, False), (fresh, True))
        if rows is not None
    ]


def _move_to_stored(intake: Intake, account: BootAccount, fresh: Ranges) -> None:
    freed = fresh & account.quarantined
    moved = replace(account, stored=account.stored | fresh, quarantined=account.quarantined - freed)
    intake.accounts[account.gateway, account.boot] = moved
    intake.settlements += [
        *(_moved(account, day, stored=n) for day, n in account.by_day(fresh).items()),
        *(_moved(account, day, quarantined=-n) for day, n in account.by_day(freed).items()),
    ]


def _arrival(part: Part, device: Device, account: BootAccount) -> Arrival:
    low, high = min(part.number), max(part.number)
    days = [day for day, (first, last) in account.days.items() if first <= low and high <= last]
    return Arrival(
        part=part,
        device_class=device.device_class,
        gateway=account.gateway,
        days=tuple(days[:1] * len(part.number) or map(account.day_of, part.number)),
    )


def _note_unknown(intake: Intake, one: Opened, part: Part, device: Device) -> None:
    """Keep a pointer to values of metrics the class does not have; their records are stored."""
    if names := unknown_metrics(device.device_class, part):
        reason = f"device {part.device}: not a metric of a {device.device_class}: {min(names)}"
        intake.refusals.append(_refusal(one, EMPTY, reason))


def _refusal(one: Opened, numbers: Ranges, reason: str, boot: BootId | None = None) -> Refusal:
    return Refusal(
        message=one.index, gateway=one.gateway, boot=boot, numbers=numbers, reason=as_text(reason)
    )


def _moved(
    account: BootAccount, day: date, *, stored: int = 0, quarantined: int = 0, redelivered: int = 0
) -> Settlement:
    return Settlement(
        gateway=account.gateway,
        day=day,
        stored=stored,
        quarantined=quarantined,
        redelivered=redelivered,
    )


def _rows_in(part: Part, numbers: Ranges) -> set[int]:
    if not numbers.within(min(part.number), max(part.number)):
        return set()
    return {row for row, number in enumerate(part.number) if number in numbers}


def _only(part: Part, numbers: Ranges) -> Part | None:
    return without_rows(part, set(range(len(part.number))) - _rows_in(part, numbers))


def _numbers(defects: Sequence[Defect]) -> Ranges:
    return Ranges.of(*(pair for defect in defects for pair in defect.numbers.pairs))
