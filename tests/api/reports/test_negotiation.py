"""RFC 9110, section 12.5.1 and 12.5.4, 13.1.2."""

import pytest

from api.reports.negotiation import best_language, best_type, matches

OFFERED = ("application/json", "text/csv", "application/pdf")
LANGUAGES = ("en", "km", "lo", "zh")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param(None, "application/json", id="nothing said"),
        pytest.param("*/*", "application/json", id="anything"),
        pytest.param("application/pdf", "application/pdf", id="one"),
        pytest.param("text/*", "text/csv", id="a range"),
        pytest.param("text/csv;q=0.5, application/pdf;q=0.9", "application/pdf", id="weights"),
        pytest.param("application/json;q=0, */*;q=0.1", "text/csv", id="the specific one decides"),
        pytest.param("TEXT/CSV; charset=utf-8", "text/csv", id="case and parameters"),
        pytest.param("image/png", None, id="none of it"),
        pytest.param("application/json;q=0", None, id="refused"),
        pytest.param("application/json;q=nonsense", None, id="no weight"),
        pytest.param("text/html,*/*;q=0.8", "application/json", id="a browser"),
    ],
)
def test_the_media_type_wanted_most_is_chosen(accept: str | None, expected: str | None) -> None:
    assert best_type(accept, OFFERED) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param("lo", "lo", id="one"),
        pytest.param("zh-Hans-CN, en;q=0.5", "zh", id="a region"),
        pytest.param("fr, km;q=0.4", "km", id="the second choice"),
        pytest.param("en;q=0.2, lo;q=0.7", "lo", id="weights"),
        pytest.param("*", "en", id="any"),
        pytest.param("fr", None, id="none of them"),
        pytest.param(None, None, id="nothing said"),
    ],
)
def test_the_language_wanted_most_is_chosen(accept: str | None, expected: str | None) -> None:
    assert best_language(accept, LANGUAGES) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
        ('"b"', False),
    ],
)
def test_a_tag_that_the_client_holds_matches(header: str | None, *, expected: bool) -> None:
    assert matches(header, '"a"') is expected
