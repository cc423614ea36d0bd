"""October on the board: signed by forms, judged by a verifier, followed back to its messages."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient

from api.accounts.scope import EVERYTHING
from dashboards.wording.wording import languages
from tests.api.closing.october import October, october, sources_of
from tests.api.people import PASSWORD, a_door, a_user

OCTOBER = "/board/periods/zone:north/2026-10"
PEOPLE = {"prak": "preparer", "chea": "checker", "sokha": "approver", "vanna": "verifier"}


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[October]:
    with october(tmp_path_factory.mktemp("board") / "home") as made:
        for name, role in PEOPLE.items():
            a_user(sources_of(made), name, role, EVERYTHING, PASSWORD)
        yield made


class Visitor:
    """A person with a browser."""

    def __init__(self, zone: October, name: str) -> None:
        self.client: TestClient = a_door(sources_of(zone))
        self.client.headers["Accept"] = "text/html"
        self.send("/board/log-in", "/board/log-in", name=name, password=PASSWORD)

    def get(self, path: str) -> str:
        answered = self.client.get(path)
        assert answered.status_code == 200, answered.text
        return unquote(answered.text)

    def send(self, page: str, action: str, **fields: str) -> int:
        """Send a form of a page, with the token that stands in it."""
        token = re.search(r'name="form_token" value="([^"]+)"', self.get(page))
        assert token is not None
        sent = self.client.post(
            action, data={"form_token": token[1], **fields}, follow_redirects=False
        )
        return sent.status_code


def test_three_people_sign_by_forms_and_a_verifier_leaves_a_finding(zone: October) -> None:
    prak, chea, sokha, vanna = (Visitor(zone, name) for name in PEOPLE)

    assert f'action="{OCTOBER}/close?lang=en"' in prak.get(OCTOBER)
    assert prak.send(OCTOBER, f"{OCTOBER}/close") == 303
    assert "/check" not in prak.get(OCTOBER)
    assert sokha.send(OCTOBER, f"{OCTOBER}/approve") == 409
    assert chea.send(OCTOBER, f"{OCTOBER}/check") == 303
    assert sokha.send(OCTOBER, f"{OCTOBER}/approve") == 303
    page = vanna.get(OCTOBER)
    assert "approved: sokha" in page
    assert vanna.send(OCTOBER, f"{OCTOBER}/findings", revision="1", text="<two> poles") == 303
    answered = "/board/findings/1/answer"
    assert chea.send(OCTOBER, answered, text="they are one") == 303

    told = vanna.get(OCTOBER)
    assert "&lt;two&gt; poles" in told
    assert "they are one" in told


def test_a_form_of_another_site_signs_nothing(zone: October) -> None:
    chea = Visitor(zone, "chea")

    assert chea.client.post(f"{OCTOBER}/check", follow_redirects=False).status_code == 403


def test_a_refusal_is_told_on_the_page_in_its_language(zone: October) -> None:
    sokha = Visitor(zone, "sokha")
    token = re.search(r'name="form_token" value="([^"]+)"', sokha.get(OCTOBER))
    assert token is not None

    answered = sokha.client.post(
        "/board/periods/zone:north/2026-09/approve?lang=zh", data={"form_token": token[1]}
    )

    assert answered.status_code == 409
    assert "尚无人编制" in answered.text


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    "page",
    [
        "/board/periods",
        OCTOBER,
        "/board/lineage/zone:north~2026-10~emissions_avoided~all",
        "/board/lineage/device-day:pv-1~2026-10-12",
    ],
)
def test_a_page_is_told_in_the_language_that_is_asked_for(
    zone: October, page: str, language: str
) -> None:
    html = Visitor(zone, "vanna").get(f"{page}?lang={language}")

    assert f'<html lang="{language}">' in html


def test_a_figure_is_walked_to_a_message_and_back(zone: October) -> None:
    vanna = Visitor(zone, "vanna")
    figure = vanna.get("/board/lineage/zone:north~2026-10~emissions_avoided~all")

    day = vanna.get("/board/lineage/device-day:pv-1~2026-10-12")
    message = re.search(r'href="(/board/lineage/message:[^"]+)"', day)

    assert "/board/lineage/device-day:pv-1~2026-10-12" in figure
    assert message is not None
    assert "pv-1, 2026-10-12" in vanna.get(message[1].replace("&amp;", "&"))


@pytest.mark.parametrize(
    "page",
    ["/board/periods/zone:north/2026-13", "/board/periods/zone:no/2026-10", "/board/lineage/x~y"],
)
def test_what_is_not_there_is_a_page_that_says_so(zone: October, page: str) -> None:
    answered = Visitor(zone, "vanna").client.get(page)

    assert answered.status_code == 404
    assert "Not here" in answered.text


def test_a_period_is_picked_by_scope_and_month(zone: October) -> None:
    vanna = Visitor(zone, "vanna")

    led = vanna.client.get("/board/periods?scope=zone:north&period=2026-10", follow_redirects=False)

    assert led.headers["location"].startswith("/board/periods/zone%3Anorth/2026-10")
    assert "2026-1x" in vanna.get("/board/periods?scope=zone:north&period=2026-1x")
