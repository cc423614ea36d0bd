"""Editions by date, and tables that hang together."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from analytics.air.editions import Above, NoEditionError, Table, edition, edition_on, editions
from analytics.air.index import sub_index

TABLES = [
    pytest.param(key, table, id="-".join((*edition_key, *key)))
    for edition_key, each in editions().items()
    for key, table in each.tables.items()
]


@pytest.mark.parametrize(
    ("scheme", "day", "version"),
    [
        ("us_epa", "2024-05-05", "2012"),
        ("us_epa", "2024-05-06", "2024"),
        ("cn_hj633", "2026-02-28", "2012"),
        ("cn_hj633", "2026-03-01", "2026"),
        ("vn_aqi", "2019-11-12", "2019"),
    ],
)
def test_the_day_of_observation_picks_the_edition(scheme: str, day: str, version: str) -> None:
    assert edition_on(scheme, date.fromisoformat(day)).version == version


@pytest.mark.parametrize(("scheme", "day"), [("vn_aqi", "2019-11-11"), ("xx", "2026-01-01")])
def test_a_date_without_an_edition_is_refused(scheme: str, day: str) -> None:
    with pytest.raises(NoEditionError, match=scheme):
        edition_on(scheme, date.fromisoformat(day))


@pytest.mark.parametrize(("key", "table"), TABLES)
def test_a_table_has_neither_gap_nor_overlap(key: tuple[str, str], table: Table) -> None:
    decimals = table.truncate_decimals
    step = Fraction(0) if decimals is None else Fraction(1, 10**decimals)
    for lower, upper in pairwise(table.segments):
        assert upper.conc_low - lower.conc_high == step, key
        assert lower.index_high <= upper.index_low <= lower.index_high + 1
    assert table.above is Above.NONE or table.above is Above.EXTEND or 200 <= table.above <= 500


def test_editions_of_a_scheme_follow_each_other() -> None:
    for scheme in {each.scheme for each in editions().values()}:
        own = sorted(
            (each for each in editions().values() if each.scheme == scheme),
            key=lambda each: each.valid_from,
        )
        for older, newer in pairwise(own):
            assert older.valid_to == newer.valid_from - timedelta(days=1)


@pytest.mark.parametrize(
    ("scheme", "version", "key", "conc", "expected"),
    [
        pytest.param("us_epa", "2024", ("so2", "1h"), "305", None, id="hour judged by its day"),
        pytest.param("us_epa", "2024", ("o3", "1h"), "0.1249", None, id="below the hour's table"),
        pytest.param("us_epa", "2024", ("pm25", "24h"), "-0.1", None, id="negative"),
        pytest.param("us_epa", "2024", ("pm25", "24h"), "-0.05", 0, id="negative, cut to zero"),
        pytest.param("us_epa", "2024", ("pm10", "1h"), "30", None, id="no such table"),
        pytest.param("cn_hj633", "2026", ("so2", "1h"), "801", 200, id="fixed above the table"),
        pytest.param("cn_hj633", "2012", ("so2", "1h"), "801", None, id="none above the table"),
        pytest.param("vn_aqi", "2019", ("pm10", "24h"), "601", 500, id="capped"),
    ],
)
def test_the_edges_of_tables(
    scheme: str, version: str, key: tuple[str, str], conc: str, expected: int | None
) -> None:
    """By the editions' own rules for what lies outside their tables."""
    assert sub_index(edition(scheme, version), *key, Fraction(conc)) == expected
