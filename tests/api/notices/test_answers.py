"""Answers: a link shows and takes, a reply's digit takes; nothing else does."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from analytics.alarms.alarm import AlarmId, CauseKind
from analytics.faults.fault import Consequence, Priority
from api.accounts.throttle import ADDRESS, Throttle
from api.app import create_app
from api.notices.desk import Desk, digit_in
from ingest.audit.journal import entries
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Language, PersonRole
from tests.api.notices.builders import a_cause, a_notice, a_person, an_alarm
from tests.api.notices.town import MINUTE, Town

SECRET = "0123456789abcdef"  # noqa: S105 - of nobody real
KNOWN = {"X-Zonewatch-Secret": SECRET}
KHMER = a_person(channels=("sms:crew", "telegram:crew"))
TARGETS = {"sms:crew": "+855 12 345 678", "telegram:crew": "-100123"}
MINISTRY = a_person(
    "ministry", role=PersonRole.MINISTRY, language=Language.ENGLISH, channels=("mail:x",)
)
LARGEST_PAGE = 30_000  # bytes, with its style


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, KHMER, MINISTRY)
    made.source.tell(a_notice())
    made.after(MINUTE)
    yield made
    made.sources.catalog.dispose()


def a_telephone(town: Town, secret: str | None = SECRET) -> TestClient:
    """Return a browser without any account."""
    desk = Desk(
        source=town.source,
        links=town.links,
        secret=secret,
        targets=TARGETS,
        wrong=Throttle(town.clock, ADDRESS),
    )
    return TestClient(
        create_app(town.sources, desk=desk), base_url="https://zw.example", follow_redirects=False
    )


def link_in(town: Town, place: int = 0) -> str:
    return town.rows()[place].long.rsplit("https://zw.example", 1)[1]


def acknowledged(town: Town, alarm: int = 7) -> str | None:
    return town.source.alarms[AlarmId(alarm)].acknowledged_by


def test_a_link_shows_the_alarm_in_the_persons_language_and_takes_nothing(town: Town) -> None:
    telephone = a_telephone(town)

    answers = [telephone.get(link_in(town)) for _ in ("preview", "scanner", "person")]

    answer = answers[-1]
    assert answer.status_code == 200
    assert '<html lang="km">' in answer.text
    assert "ភ្លើងរលត់ពេលយប់: SHV-0001 Airport Road" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert acknowledged(town) is None


def test_a_page_and_its_style_are_small(town: Town) -> None:
    telephone = a_telephone(town)

    page, style = telephone.get(link_in(town)), telephone.get("/board/board.css")

    assert style.status_code == 200
    assert len(page.content) + len(style.content) < LARGEST_PAGE


def test_the_button_takes_the_alarm_in_the_name_of_who_was_told(town: Town) -> None:
    telephone, link = a_telephone(town), link_in(town)

    answer = telephone.post(link)
    again = telephone.post(link)

    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    assert again.status_code == 303
    assert acknowledged(town) == "technician-1"
    assert "Technician on duty បានទទួលនៅ 2026-10-03 00:01" in telephone.get(link).text
    with town.sources.catalog.connect() as connection:
        deeds = [each.deed for each in entries(connection)]
    assert [(each.actor, each.action, each.object) for each in deeds] == [
        ("technician-1", "alarm.acknowledge", "alarm:7")
    ]


@pytest.mark.parametrize("change", ["", "x", "/../7"])
def test_a_link_that_was_changed_is_nothing(town: Town, change: str) -> None:
    telephone = a_telephone(town)
    link = f"/told/{link_in(town)[6:20]}{change}"

    assert telephone.get(link).status_code in (404, 307)
    assert telephone.post(link).status_code in (404, 307, 405)
    assert acknowledged(town) is None


def test_a_link_ends_after_a_week_and_says_so_in_every_language(town: Town) -> None:
    link = link_in(town)
    town.clock.set(town.clock.now() + timedelta(days=7))

    answer = a_telephone(town).post(link)

    assert answer.status_code == 404
    for text in ("This link is no longer valid.", "此链接已失效。", "ລິ້ງນີ້ໝົດອາຍຸແລ້ວ."):
        assert text in answer.text
    assert acknowledged(town) is None


def test_links_cannot_be_tried_out(town: Town) -> None:
    telephone = a_telephone(town)

    answers = [telephone.get("/told/abc").status_code for _ in range(40)]

    assert answers[:20] == [404] * 20
    assert answers[-1] == 429


def test_a_link_of_somebody_else_is_of_no_use_for_another_alarm(town: Town) -> None:
    town.source.tell(a_notice(an_alarm(id=AlarmId(8)), number=2))
    town.after(MINUTE)

    a_telephone(town).post(link_in(town, 1))

    assert (acknowledged(town, 7), acknowledged(town, 8)) == (None, "technician-1")


def test_a_limit_of_the_air_is_read_and_not_mended(town: Town) -> None:
    limit = an_alarm(
        id=AlarmId(9),
        cause=a_cause("limit_exceeded", CauseKind.STATION, "kh-air-1"),
        consequence=Consequence.ENVIRONMENT,
        priority=Priority.HIGH,
        device_class=DeviceClass.AIR_STATION,
        devices=(DeviceId("kh-air-1"),),
    )
    town.source.tell(a_notice(limit, number=2))
    town.after(MINUTE)

    assert [each.person for each in town.rows()] == ["technician-1", "ministry"]
    page = a_telephone(town).get(link_in(town, 1)).text
    assert "I have read it" in page
    assert "I take it" not in page


@pytest.mark.parametrize(
    "reply",
    [
        {"from": "+85512345678", "text": "1"},
        {"sender": "85512345678", "message": " ១ "},
        {"msisdn": "855-12-345-678", "body": "1\n"},
    ],
)
def test_a_digit_by_sms_takes_the_alarm(town: Town, reply: Mapping[str, str]) -> None:
    answer = a_telephone(town).post("/v1/notices/replies/sms", json=reply, headers=KNOWN)

    assert answer.json() == {"alarm": 7, "acknowledged": True}
    assert acknowledged(town) == "technician-1"


def test_a_gateway_may_post_a_form(town: Town) -> None:
    form = {"From": "+85512345678", "Body": "1"}

    answer = a_telephone(town).post("/v1/notices/replies/sms", data=form, headers=KNOWN)

    assert answer.json()["acknowledged"] is True


def test_a_digit_in_a_chat_takes_the_alarm(town: Town) -> None:
    update = {"update_id": 1, "message": {"chat": {"id": -100123}, "text": "1"}}
    shown = {"X-Telegram-Bot-Api-Secret-Token": SECRET}

    answer = a_telephone(town).post("/v1/notices/replies/telegram", json=update, headers=shown)

    assert answer.json() == {"alarm": 7, "acknowledged": True}


@pytest.mark.parametrize(
    "reply",
    [
        {"from": "+85599999999", "text": "1"},
        {"from": "+85512345678", "text": "2"},
        {"from": "+85512345678", "text": "11"},
        {"from": "+85512345678", "text": "STOP"},
    ],
)
def test_a_reply_that_is_no_digit_of_somebodys_takes_nothing(
    town: Town, reply: Mapping[str, str]
) -> None:
    answer = a_telephone(town).post("/v1/notices/replies/sms", json=reply, headers=KNOWN)

    assert answer.json() == {"alarm": None, "acknowledged": False}
    assert acknowledged(town) is None


@pytest.mark.parametrize("update", [{}, [], {"message": {"chat": 1}}, {"edited_message": {}}, "x"])
def test_an_update_that_is_no_message_is_none_of_ours(town: Town, update: object) -> None:
    answer = a_telephone(town).post("/v1/notices/replies/telegram", json=update, headers=KNOWN)

    assert answer.json() == {"alarm": None, "acknowledged": False}


@pytest.mark.parametrize("kind", ["sms", "telegram"])
@pytest.mark.parametrize(
    ("set_", "shown"), [(SECRET, {}), (SECRET, {"X-Zonewatch-Secret": "wrong"}), (None, KNOWN)]
)
def test_a_reply_without_the_secret_is_refused(
    town: Town, kind: str, set_: str | None, shown: Mapping[str, str]
) -> None:
    body = {"from": "+85512345678", "text": "1"}
    telephone = a_telephone(town, set_)

    answers = [
        telephone.post(f"/v1/notices/replies/{kind}", json=body, headers=shown).status_code
        for _ in range(40)
    ]

    assert (answers[0], answers[-1]) == (403, 403 if set_ is None else 429)
    assert acknowledged(town) is None


@pytest.mark.parametrize(
    ("text", "digit"),
    [("1", 1), (" 9 ", 9), ("៣", 3), ("໗", 7), ("", None), ("ok", None), ("½", None)],
)
def test_a_digit_is_read_in_every_script(text: str, digit: int | None) -> None:
    assert digit_in(text) == digit
