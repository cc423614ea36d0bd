"""What is written into the catalog's tables is what is read, on either kind of database."""

from datetime import date

import pytest
import sqlalchemy as sa

from analytics.deviceday import DeviceDay, EnergySource
from analytics.service import facts
from analytics.service.alarmtables import METADATA as ANALYTICS
from analytics.service.facts import Progress, Submission
from api.accounts.actor import Actor
from api.quarantine import notes
from api.tables import METADATA as API
from ingest import feed, ledger, presence, quarantine
from ingest.columns import Touched
from ingest.contract.identity import BootId, DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.ranges import EMPTY, Ranges
from ingest.intake import Heard, Refusal
from ingest.tables import METADATA as INGEST
from tests.ingest.arrivals import NOW, a_chunk, a_frame, a_message

_GATEWAY, _BOOT = GatewayId("kh-gw-1"), BootId("boot-1")
_LAMP = DeviceId("kh-lamp-1")
_FIRST, _NEXT = date(2026, 10, 30), date(2026, 10, 31)
_FAR = 2**53  # the highest number that a message can name


@pytest.fixture
def catalog(empty_catalog: sa.Engine) -> sa.Engine:
    for metadata in (INGEST, ANALYTICS, API):
        metadata.create_all(empty_catalog)
    return empty_catalog


def test_accounts_hold_the_highest_numbers(catalog: sa.Engine) -> None:
    account = ledger.BootAccount(
        gateway=_GATEWAY, boot=_BOOT, head=_FAR, low=_FAR, days={_FIRST: (1, _FAR)}
    )
    with catalog.begin() as connection:
        ledger.save(connection, [account, account])

    with catalog.connect() as connection:
        assert ledger.load(connection, [(_GATEWAY, _BOOT)]) == {(_GATEWAY, _BOOT): account}
        assert ledger.load(connection, [(_GATEWAY, BootId("boot-2"))]) == {}
        assert ledger.load(connection, []) == {}


def test_quarantine_counts_its_entries_and_quotes_strangers(catalog: sa.Engine) -> None:
    reason = "unknown device '\N{REPLACEMENT CHARACTER} ខ្មែរ 设备 %s {x} :y'"
    frame = a_frame(a_message(a_chunk()), a_message(b"rubbish"))
    with catalog.begin() as connection:
        quarantine.add(
            connection,
            frame,
            [
                Refusal(message=0, gateway=_GATEWAY, boot=_BOOT, numbers=_some(3), reason=reason),
                Refusal(message=1, gateway=None, boot=None, numbers=EMPTY, reason="no JSON"),
            ],
        )
        quarantine.add(connection, frame, [])

    with catalog.connect() as connection:
        first, second = quarantine.entries(connection)
        assert (first.id, first.reason, first.numbers) == (1, reason, _some(3))
        assert (second.id, second.gateway, second.boot, second.index) == (2, None, None, 1)
        assert quarantine.entries(connection, after=1) == [second]
        assert quarantine.entry(connection, 2**63 - 1) is None
        assert list(quarantine.defects_of(connection, _GATEWAY, [_BOOT])) == [_BOOT]
        assert quarantine.defects_of(connection, _GATEWAY, []) == {}


def _some(last: int) -> Ranges:
    return Ranges.of((1, last))


def test_the_feed_gives_what_came_in_order_and_forgets_what_was_taken(catalog: sa.Engine) -> None:
    touched = [
        Touched(
            device_class=DeviceClass.STREETLIGHT,
            device=_LAMP,
            hour=hour,
            gateway=_GATEWAY,
            day=_FIRST,
            numbered=True,
            records=1,
            readings=12,
        )
        for hour in (3_600_000_000, 1_793_358_000_000_000, 0)
    ]
    with catalog.begin() as connection:
        feed.add(connection, touched)
        feed.add(connection, [])

    with catalog.begin() as connection:
        changes = feed.changes(connection)
        feed.delete(connection, changes[:2])
        feed.delete(connection, [])

    with catalog.connect() as connection:
        (left,) = feed.changes(connection)
    assert [change.hour for change in changes] == [one.hour for one in touched]
    assert (left, left.day, left.device_class) == (changes[2], _FIRST, DeviceClass.STREETLIGHT)


def test_presence_is_listed_by_the_ids_characters(catalog: sa.Engine) -> None:
    ids = ["kh-gw-1", "kh-gw-10", "kh-gw.1", "kh-gw1", "kh-gw_1"]  # not so in a dictionary
    with catalog.begin() as connection:
        presence.note(
            connection, [Heard(gateway=GatewayId(one), at=1, held=()) for one in reversed(ids)]
        )

    with catalog.connect() as connection:
        assert [one.gateway for one in presence.every(connection)] == ids


def test_facts_take_the_place_of_what_was_known(catalog: sa.Engine) -> None:
    fact = DeviceDay(
        device=_LAMP,
        day=_FIRST,
        device_class=DeviceClass.STREETLIGHT,
        records=288,
        covered_s=86_400,
        energy_mwh=10**15,
        energy_source=EnergySource.COUNTER,
        lit_s=None,
    )
    with catalog.begin() as connection:
        facts.put_device_days(connection, [fact])
        facts.put_device_days(connection, [fact])
        facts.put_device_days(connection, [])
        for records in (2, 3):
            facts.put_submissions(connection, {(_LAMP, _FIRST): Submission(records=records)})
        facts.put_progress(connection, Progress(changes=1, hours=1, since=0, as_of=NOW.year))

    with catalog.connect() as connection:
        assert facts.device_days(connection, first=_FIRST, last=_FIRST) == [fact]
        assert facts.device_days(connection, first=_NEXT) == []
        assert facts.submissions(connection, [(_LAMP, _FIRST), (_LAMP, _NEXT)]) == {
            (_LAMP, _FIRST): Submission(records=3)
        }
        assert facts.submissions(connection, []) == {}
        assert facts.progress(connection).as_of == NOW.year


def test_notes_are_numbered_and_kept_in_order(catalog: sa.Engine) -> None:
    text = "seen on site ✓\nគេហទំព័រ"
    with catalog.begin() as connection:
        for entry in (7, 7, 8):
            notes.append(connection, entry=entry, actor=_somebody(), text=text, at=NOW)

    with catalog.connect() as connection:
        assert [(note.id, note.text) for note in notes.of(connection, 7)] == [(1, text), (2, text)]


def _somebody() -> Actor:
    return Actor(name="somebody", permissions=frozenset(), scopes=())
