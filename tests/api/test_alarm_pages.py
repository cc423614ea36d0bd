"""The board's pages of alarms and repairs, as a technician uses them."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from fastapi.testclient import TestClient

from analytics.alarms.notice import NoticeKind
from api.sources import Sources
from dashboards.wording.wording import languages
from tests.api.people import (
    PASSWORD,
    a_door,
    a_token,
    a_user,
    bearer,
    form_token_on,
    try_to_log_in,
)
from tests.api.test_alarms import FAULTS, a_fault, with_faults

PAGES = ("/board/alarms", "/board/alarms/1", "/board/repairs", "/board/alarms/statistics")
PHONE_BYTES = 100_000


@pytest.fixture
def board(sources: Sources) -> Iterator[TestClient]:
    """What a technician sees, by token: to check a password takes long."""
    with_faults(sources, *FAULTS)
    with of_a(sources, "technician") as client:
        yield client


def of_a(sources: Sources, role: str) -> TestClient:
    client = a_door(sources)
    client.headers.update(bearer(a_token(sources, a_user(sources, "dara", role), role=role)[1]))
    return client


def posted(board: TestClient, path: str, **fields: str) -> int:
    return board.post(path, data=fields).status_code


def number_of(board: TestClient, subject: str) -> int:
    items = board.get("/v1/alarms").json()["items"]
    return int(next(each["id"] for each in items if each["cause"]["subject"] == subject))


@pytest.mark.parametrize("language", languages())
def test_pages_are_in_the_language_that_is_chosen_and_stay_in_it(
    board: TestClient, language: str
) -> None:
    first = board.get(f"{PAGES[0]}?lang={language}")
    others = [board.get(path) for path in PAGES]

    assert {each.status_code for each in (first, *others)} == {200}
    assert all(f'<html lang="{language}">' in each.text for each in (first, *others))


def test_a_browser_is_answered_in_its_own_language(board: TestClient) -> None:
    page = board.get("/board/alarms", headers={"Accept-Language": "lo, en;q=0.5"}).text

    assert '<html lang="lo">' in page


def test_the_list_shows_what_is_open_by_its_painted_number(board: TestClient) -> None:
    page = board.get("/board/alarms").text

    assert "SHV-0001" in page
    assert "SHV-0002" not in page
    assert "SHV-0002" in board.get("/board/alarms?history=true").text
    assert page.index("Limits of the air exceeded") < page.index("kh-air-1")
    assert page.index("kh-air-1") < page.index("To be repaired") < page.index("SHV-0001")


@pytest.mark.parametrize("path", ["/board/alarms", "/board/repairs"])
def test_a_painted_number_finds_its_own(board: TestClient, path: str) -> None:
    found, nothing = (board.get(f"{path}?number={n}").text for n in ("shv-0001", "SHV-9999"))

    assert "Lamp dark at night" in found
    assert "la-pv-1" not in found
    assert "Nothing is open for this number." in nothing


def test_a_technician_acknowledges_shelves_and_comments_on_the_page(board: TestClient) -> None:
    path = f"/board/alarms/{number_of(board, 'kh-lamp-1')}"

    done = [
        posted(board, path, deed="comment", text="the <road> is flooded"),
        posted(board, path, deed="shelve", hours="24"),
        posted(board, path, deed="unshelve"),
        posted(board, path, deed="acknowledge"),
    ]

    page = board.get(path).text
    assert done == [303, 303, 303, 303]
    assert "Acknowledged by dara" in page
    assert "the &lt;road&gt; is flooded" in page
    assert 'value="acknowledge"' not in page


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"deed": "burn"},
        {"deed": "comment"},
        {"deed": "shelve"},
        {"deed": "shelve", "hours": "-1"},
    ],
)
def test_a_form_that_says_nothing_is_refused(board: TestClient, fields: dict[str, str]) -> None:
    assert posted(board, "/board/alarms/1", **fields) == 422


def test_a_form_needs_the_token_of_its_session(sources: Sources) -> None:
    with_faults(sources, *FAULTS)
    a_user(sources, "dara", password=PASSWORD)
    with a_door(sources) as client:
        try_to_log_in(client, "dara", PASSWORD)
        fields = {"deed": "acknowledge"}
        token = form_token_on(client.get("/board/alarms/1").text)

        foreign = client.post("/board/alarms/1", data=fields)
        own = client.post("/board/alarms/1", data={"form_token": token, **fields})

    assert (foreign.status_code, own.status_code) == (403, 303)


def test_a_technician_takes_a_job_and_closes_it(board: TestClient) -> None:
    page = board.get("/board/repairs").text
    path = re.findall(r"/board/repairs/\d+", page[page.index("SHV-0001") :])[0]

    taken = posted(board, path, deed="take")
    shown = board.get("/board/repairs").text
    closed = posted(board, path, deed="close", cause="fuse", parts="one fuse")

    assert (taken, closed) == (303, 303)
    assert "dara goes" in shown
    assert "SHV-0001" not in board.get("/board/repairs").text
    story = board.get(f"/board/alarms/{number_of(board, 'kh-lamp-1')}").text
    assert "dara: fuse (one fuse)" in story
    assert "not known yet" in story


def test_a_job_says_what_it_costs_what_to_check_and_to_carry(board: TestClient) -> None:
    page = board.get("/board/repairs?number=SHV-0001").text

    assert 'href="geo:10.600,103.500"' in page
    assert "10.0 h of light a night" in page  # 18:00 to 04:00
    assert "Multimeter, load fuse, LED module, ladder" in page


def test_the_list_as_csv_has_a_row_a_job_in_the_language_that_is_asked(board: TestClient) -> None:
    text = board.get("/board/repairs.csv?lang=km").content.decode("utf-8-sig")

    rows = list(csv.DictReader(StringIO(text)))

    assert [row["number"] for row in rows if row["zone"] == "kh-coast"] == ["SHV-0001"]
    assert {row["fault"] for row in rows} >= {"ភ្លើងរលត់ពេលយប់"}
    assert rows[0]["latitude"].startswith("10.6") or rows[0]["zone"] == "la-city"


@pytest.mark.parametrize("language", languages())
def test_a_long_repair_list_fits_a_telephone(sources: Sources, language: str) -> None:
    rules = ["lamp_out", "not_charging", "battery_ageing", "day_burner", "presumed_down", "drift"]
    rules += ["fault_word", "range", "cross_check", "stuck", "string_low"]
    lamps = ["kh-lamp-1", "kh-lamp-2", "kh-pv-1", "kh-pv-2", "la-pv-1", "kh-air-1"]
    with_faults(sources, *(a_fault(rule, lamp) for rule in rules for lamp in lamps))
    with of_a(sources, "technician") as client:
        first = client.get(f"/board/repairs?lang={language}").content

        second = client.get("/board/repairs?start=25").content

    assert len(first) < PHONE_BYTES
    assert first.count(b'class="panel job') == 25
    assert 0 < second.count(b'class="panel job') <= 25


def test_who_may_only_read_sees_no_forms(sources: Sources) -> None:
    with_faults(sources, *FAULTS)
    with of_a(sources, "viewer") as client:
        pages = [client.get(path).text for path in ("/board/alarms/1", "/board/repairs")]

    assert all('name="deed"' not in page for page in pages)


def test_air_is_not_there_for_those_who_may_not_know_of_it(sources: Sources) -> None:
    with_faults(sources, *FAULTS)
    with of_a(sources, "viewer") as client:
        assert "kh-air-1" not in client.get("/board/alarms").text


def test_every_kind_of_notice_has_a_word(board: TestClient) -> None:
    assert {str(each) for each in NoticeKind} == {
        *("raised", "grown", "repeated", "escalated", "cleared")
    }
    assert "raised" in board.get(f"/board/alarms/{number_of(board, 'kh-lamp-1')}").text
