import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.report.guarding import guarded, guarded_text

STARTS = "=+-@\t\r\n"  # OWASP, "CSV Injection"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=b", "kh-lamp-1", "–", "'=1"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert guarded_text(text) == text


def test_a_negative_number_is_no_formula() -> None:
    assert guarded("number", "-56.7") == "-56.7"


@given(st.text())
def test_nothing_begins_like_a_formula_once_guarded(text: str) -> None:
    assert not guarded_text(text).lstrip(" ").startswith(tuple(STARTS))
