"""A link acknowledges one alarm for one person, for a week, with a key that stays in the home."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.alarms.alarm import AlarmId
from api.notices.links import Links, Ticket
from ingest.contract.period import DAY_US, micros
from tests.api.notices.builders import NOW

AT = micros(NOW)


def a_token(links: Links, alarm: int = 7, person: str = "technician-1") -> str:
    link = links.link(AlarmId(alarm), person, AT)
    assert link is not None
    return link.removeprefix("https://zw.example/told/")


def test_a_link_says_which_alarm_and_who_for_a_week(tmp_path: Path) -> None:
    links = Links(tmp_path, "https://zw.example/")
    token = a_token(links, person="a.b-c_d")

    found = links.read(token, AT + 7 * DAY_US - 1)

    assert found is not None
    assert (found.alarm, found.person) == (7, "a.b-c_d")
    assert links.read(token, AT + 7 * DAY_US) is None


def test_another_alarm_or_person_does_not_fit_the_signature(tmp_path: Path) -> None:
    links = Links(tmp_path, "https://zw.example")
    body, signature = a_token(links).split(".")
    others = [a_token(links, alarm=8), a_token(links, person="technician-2")]

    assert links.read(f"{body}.{signature}", AT) is not None
    assert [links.read(f"{each.split('.')[0]}.{signature}", AT) for each in others] == [None, None]
    assert links.read(body, AT) is None


def test_the_key_is_kept_and_nobody_else_reads_it(tmp_path: Path) -> None:
    token = a_token(Links(tmp_path, "https://zw.example"))

    assert Links(tmp_path).read(token, AT) is not None
    assert Links(tmp_path / "other").read(token, AT) is None
    assert (tmp_path / "acknowledge.key").stat().st_mode & 0o777 == 0o600


def test_where_nobody_could_open_a_link_none_is_made(tmp_path: Path) -> None:
    assert Links(tmp_path).link(AlarmId(7), "technician-1", AT) is None


@given(token=st.text(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_made_up_is_read(tmp_path: Path, token: str) -> None:
    assert Links(tmp_path).read(token, AT) is None


def test_a_ticket_is_signed_as_it_is_read(tmp_path: Path) -> None:
    links = Links(tmp_path)
    ticket = Ticket(alarm=AlarmId(7), person="technician-1", expires_s=AT // 1_000_000 + 1)

    assert links.read(links.token(ticket), AT) == ticket
