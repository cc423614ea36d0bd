"""Messages for tests: with defaults, and any that the contract can form."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from ingest.contract.ack import Ack
from ingest.contract.chunk import Account, Chunk, Defect, Part
from ingest.contract.identity import BootId, DeviceId
from ingest.contract.lifecycle import Birth, Death, Served
from ingest.contract.ranges import Ranges

EVENING = datetime(2026, 10, 30, 11, 0, tzinfo=UTC)
EVENING_MS = 1_793_358_000_000


def a_chunk_message(**changed: object) -> dict[str, object]:
    """Return a chunk of two lamps' three records as it arrives."""
    message: dict[str, object] = {
        "boot": "b1",
        "head": 9,
        "low": 4,
        "thinned": [[2, 3]],
        "days": {"2026-10-30": [1, 9]},
        "held": ["b1"],
        "sent_at": "2026-10-30T11:10:00Z",
        "parts": [
            a_part_message(),
            a_part_message(
                device="lamp-2",
                number=[9],
                measured_at=[EVENING_MS],
                values={"load_power": [58.5]},
                quality={},
            ),
        ],
    }
    return message | changed


def a_part_message(**changed: object) -> dict[str, object]:
    """Return two records of a lamp, the second doubtful."""
    part: dict[str, object] = {
        "device": "lamp-1",
        "number": [7, 8],
        "measured_at": [EVENING_MS, EVENING_MS + 300_000],
        "values": {"load_power": [60.0, 61], "lamp_on": [1, None]},
        "quality": {"load_power": [[1, 3]]},
    }
    return part | changed


def a_reading_message(**changed: object) -> dict[str, object]:
    """Return what a lamp says that publishes by itself, in plain words."""
    message: dict[str, object] = {
        "measured_at": EVENING_MS,
        "values": {"load_power": 60.5, "lamp_on": 1, "battery_soc": None},
    }
    return message | changed


def a_birth_message(**changed: object) -> dict[str, object]:
    """Return the birth of a gateway with one lamp."""
    message: dict[str, object] = {
        "boot": "b1",
        "connection": 3,
        "software": "0.1.0",
        "sent_at": "2026-10-30T11:00:00Z",
        "held": [],
        "devices": [a_served_message()],
    }
    return message | changed


def a_served_message(**changed: object) -> dict[str, object]:
    """Return a lamp as its gateway serves it."""
    served: dict[str, object] = {
        "device": "lamp-1",
        "profile": "srne_streetlight",
        "metrics": ["load_power"],
        "interval_s": 300,
        "clock_offset_s": None,
    }
    return served | changed


def a_death_message(**changed: object) -> dict[str, object]:
    """Return the death of that gateway."""
    message: dict[str, object] = {"boot": "b1", "connection": 3}
    return message | changed


def an_ack_message(**changed: object) -> dict[str, object]:
    """Return an acknowledgement of six records, one of them quarantined."""
    message: dict[str, object] = {
        "sent_at": "2026-10-30T11:00:00Z",
        "settled": {"b1": [[1, 3], [5, 7]]},
        "quarantined": {"b1": [{"numbers": [[6, 6]], "reason": "unknown device lamp-9"}]},
    }
    return message | changed


names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,62}", fullmatch=True)
boots = names.map(BootId)
devices = names.map(DeviceId)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=200)
ranges = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 8)).map(lambda pair: (pair[0], sum(pair))),
    max_size=4,
).map(lambda pairs: Ranges.of(*pairs))
readings = st.one_of(
    st.none(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)
)

deaths = st.builds(Death, boot=boots, connection=st.integers(0, 2**53))
services = st.builds(
    Served,
    device=devices,
    profile=texts,
    metrics=st.lists(texts, max_size=3).map(tuple),
    interval=st.timedeltas(timedelta(milliseconds=1), timedelta(days=366)),
    clock_offset_s=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)
births = st.builds(
    Birth,
    boot=boots,
    connection=st.integers(0, 2**53),
    software=texts,
    sent_at=moments,
    held=st.lists(boots, max_size=3).map(tuple),
    devices=st.lists(services, max_size=3).map(tuple),
)
acks = st.builds(
    Ack,
    sent_at=moments,
    settled=st.dictionaries(boots, ranges, max_size=3),
    quarantined=st.dictionaries(
        boots, st.lists(st.builds(Defect, numbers=ranges, reason=texts), max_size=2).map(tuple)
    ),
)


@st.composite
def parts(draw: st.DrawFn, number: list[int]) -> Part:
    """Return a part with these numbers, each row of which says something."""
    rows = len(number)
    column = st.lists(readings, min_size=rows, max_size=rows)
    pair = st.tuples(st.integers(0, rows - 1), st.sampled_from([1, 2, 3, 4, 9]))
    metrics = draw(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=3, unique=True)
    )
    sure = st.lists(st.integers(0, 100), min_size=rows, max_size=rows)
    return Part(
        device=draw(devices),
        number=number,
        measured_at=draw(st.lists(st.integers(0, 2**52 - 1), min_size=rows, max_size=rows)),
        values={**{metric: draw(column) for metric in metrics}, "load_power": draw(sure)},
        quality=draw(st.dictionaries(st.sampled_from([*metrics, "x"]), st.lists(pair, max_size=3))),
    )


@st.composite
def chunks(draw: st.DrawFn) -> Chunk:
    """Return any chunk that holds together."""
    numbers = draw(st.lists(st.integers(1, 10**6), max_size=9, unique=True))
    head = max(numbers, default=0) + draw(st.integers(0, 5))
    days = draw(st.sets(st.dates(date(1970, 1, 1), date(2999, 12, 31)), min_size=1, max_size=3))
    return Chunk(
        account=Account(
            boot=draw(boots),
            head=head,
            low=draw(st.integers(1, head + 1)),
            thinned=draw(ranges).within(1, head),
            days=dict.fromkeys(days, (1, max(head, 1))),
        ),
        sent_at=draw(moments),
        held=tuple(draw(st.lists(boots, max_size=2))),
        parts=tuple(draw(parts(numbers[row : row + 3])) for row in range(0, len(numbers), 3)),
    )
