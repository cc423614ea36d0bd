"""Pages in the language of who looks, live for whoever asks, and with a way to Grafana."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.sources import Sources
from api.visiting import COOKIE, grafana_of, language_of
from ingest.settings import SettingsError
from tests.api.builders import Viewers


@pytest.mark.parametrize(
    ("query", "accepts", "language"),
    [
        pytest.param("", "", "en", id="nothing asked"),
        pytest.param("", "fr, km-KH;q=0.8", "km", id="by the browser"),
        pytest.param("?lang=lo", "km", "lo", id="chosen"),
        pytest.param("?lang=xx", "zh-Hans", "zh", id="chosen, and not there"),
    ],
)
def test_a_page_is_in_the_language_asked_for(
    client: TestClient, query: str, accepts: str, language: str
) -> None:
    answer = client.get(f"/board/{query}", headers={"Accept-Language": accepts})

    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language


def test_a_choice_is_remembered_on_other_pages(client: TestClient) -> None:
    client.get("/board/?lang=km")

    assert client.cookies[COOKIE] == "km"
    assert '<html lang="km">' in client.get("/board/ledger").text


def test_a_page_renews_itself_for_whoever_asks_and_for_nobody_else(client: TestClient) -> None:
    assert client.get("/board/?live=1").headers["refresh"] == "60"
    assert "refresh" not in client.get("/board/").headers
    assert "refresh" not in client.get("/board/board.css?live=1").headers


def test_pages_lead_to_the_dashboards_where_settings_name_them(sources: Sources) -> None:
    place = replace(sources, grafana="https://grafana.example")
    client = TestClient(create_app(place, Viewers()))

    page = client.get("/board/devices/kh-pv-1").text

    assert (
        "https://grafana.example/d/zonewatch-technician?var-zone=kh-coast&amp;var-device=kh-pv-1"
        in page
    )


def test_numbers_are_written_as_the_language_does(client: TestClient) -> None:
    assert "26.573" in client.get("/board/?lang=en").text
    assert "26,573" in client.get("/board/?lang=lo").text


def test_settings_are_taken_as_they_are_meant() -> None:
    assert grafana_of({"ZONEWATCH_GRAFANA": "http://127.0.0.1:3000/"}) == "http://127.0.0.1:3000"
    assert grafana_of({}) is None
    assert language_of({"ZONEWATCH_LANG": "lo"}) == "lo"
    with pytest.raises(SettingsError, match="ZONEWATCH_GRAFANA: expected http"):
        grafana_of({"ZONEWATCH_GRAFANA": "javascript:alert(1)"})
    with pytest.raises(SettingsError, match="ZONEWATCH_LANG: expected one of"):
        language_of({"ZONEWATCH_LANG": "fr"})
