import pytest

from dashboards.report.language import Language


@pytest.mark.parametrize(
    ("language", "number", "day", "instant"),
    [  # CLDR 47
        ("en", "-1,234.50", "Jan 15, 2026", "Jan 15, 2026, 17:05 UTC"),
        ("zh", "-1,234.50", "2026年1月15日", "2026年1月15日, 17:05 UTC"),
        ("km", "-1,234.50", "15 មករា 2026", "15 មករា 2026, 17:05 UTC"),
        ("lo", "-1.234,50", "15 ມ.ກ. 2026", "15 ມ.ກ. 2026, 17:05 UTC"),
    ],
)
def test_numbers_and_dates_are_written_as_in_the_language(
    language: str, number: str, day: str, instant: str
) -> None:
    written = Language(language)

    assert written.number("-1234.50") == number
    assert written.day("2026-01-15") == day
    assert written.instant("2026-01-15T17:05:00Z") == instant


def test_more_digits_than_a_float_has_are_kept() -> None:
    assert Language("en").number("123456789012345678.125") == "123,456,789,012,345,678.125"


def test_a_phrase_inside_a_phrase_is_translated() -> None:
    reason = "not known whether it is on the grid (devices: 12)"

    assert Language("zh").phrase(reason) == "不知是否并网（设备数：12）"


def test_what_a_sample_and_a_vehicle_rest_on_is_translated() -> None:
    zh = Language("zh")
    told = "sample of 30 of 2000: the bound of its 95 % interval that gives less is credited"
    assumed = "bus: 30 l/100 km of the vehicle it took the place of (assumed)"

    assert "30/2000" in zh.phrase(told)
    assert zh.phrase("metering, sampling") == "计量误差、抽样误差"
    assert "30 l/100 km" in zh.phrase(assumed)
    assert "vehicle" not in zh.phrase(assumed)


def test_a_phrase_that_nobody_knows_stays_as_it_is() -> None:
    assert Language("lo").phrase("a new sentence {x}") == "a new sentence {x}"
