import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

from api.sources import Sources
from ingest.audit.journal import entries

PATH = "/v1/reports/zone:kh-coast/2026-10"
PDF = {"Accept": "application/pdf"}


@pytest.mark.parametrize(
    ("accept", "media_type", "begins"),
    [
        ("application/json", "application/json", b"{"),
        ("text/csv", "text/csv; charset=utf-8", b"\xef\xbb\xbfscope,"),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK",
        ),
        ("application/pdf", "application/pdf", b"%PDF"),
    ],
)
def test_a_report_comes_in_the_format_accepted(
    client: TestClient, accept: str, media_type: str, begins: bytes
) -> None:
    response = client.get(PATH, headers={"Accept": accept})

    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert response.content.startswith(begins)


def test_a_format_that_there_is_not_is_not_acceptable(client: TestClient) -> None:
    response = client.get(PATH, headers={"Accept": "image/png"})

    assert response.status_code == 406
    assert response.headers["content-type"] == "application/problem+json"
    assert "application/pdf" in response.json()["detail"]


def test_a_format_named_in_the_address_wins(client: TestClient) -> None:
    response = client.get(f"{PATH}?format=csv", headers=PDF)

    assert response.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ("", "lo-LA, en;q=0.3", "lo"),
        ("?lang=km", "lo", "km"),
        ("", "fr", "en"),
    ],
)
def test_the_language_is_the_one_asked_for(
    client: TestClient, query: str, accept: str, expected: str
) -> None:
    response = client.get(PATH + query, headers=PDF | {"Accept-Language": accept})

    assert response.headers["content-language"] == expected
    assert f".{expected}.pdf" in response.headers["content-disposition"]


def test_an_unknown_language_is_a_problem_that_names_those_there_are(client: TestClient) -> None:
    response = client.get(f"{PATH}?lang=xx")

    assert response.status_code == 422
    assert response.json()["detail"] == "lang 'xx': expected one of en, km, lo, zh"


def test_a_report_that_the_client_holds_is_not_sent_again(
    client: TestClient, sources: Sources
) -> None:
    first = client.get(PATH, headers=PDF)
    deeds = exported(sources)

    again = client.get(PATH, headers=PDF | {"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["vary"] == "Accept, Accept-Language"
    assert again.headers["cache-control"] == "private, no-cache"
    assert exported(sources) == deeds == 1


def test_each_format_and_language_has_a_tag_of_its_own(client: TestClient) -> None:
    queries = [
        *("format=json", "format=csv", "format=csv&lang=lo", "format=pdf"),
        *("format=pdf&brief=true", "format=xlsx", "format=csvw"),
    ]
    tags = {client.get(f"{PATH}?{query}").headers["etag"] for query in queries}

    assert len(tags) == len(queries)


def test_the_json_has_one_tag_in_all_languages(client: TestClient) -> None:
    tags = {client.get(f"{PATH}?lang={each}").headers["etag"] for each in ("en", "lo")}

    assert len(tags) == 1


def test_a_table_leads_to_what_describes_it_and_back(client: TestClient) -> None:
    table = client.get(f"{PATH}?format=csv&lang=zh")
    link = table.headers["link"]

    about = client.get(link.partition(">")[0].removeprefix("<"))

    assert 'rel="describedby"' in link
    assert about.headers["content-type"] == "application/csvm+json"
    document = json.loads(about.content)
    assert client.get(document["url"]).content == table.content
    header = next(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [each["name"] for each in document["tableSchema"]["columns"]] == header


def test_the_digits_of_a_pdf_are_those_of_the_json(client: TestClient) -> None:
    document = client.get(PATH).json()
    pages = PdfReader(io.BytesIO(client.get(PATH, headers=PDF).content)).pages
    text = " ".join(page.extract_text() for page in pages)

    for figure in document["figures"]:
        assert figure["energy"]["credited"] in text
        assert figure["coverage"]["percent"] in text


def exported(sources: Sources) -> int:
    with sources.catalog.connect() as connection:
        return sum(each.deed.action == "report.export" for each in entries(connection))
