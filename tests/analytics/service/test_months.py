"""Months' documents that SQL can ask for: a report's own digits, and when they are written anew."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from analytics.periods import parse_period
from analytics.report import Scope
from analytics.service import facts, months
from analytics.service.tables import SCOPE_MONTH
from api.reports.compute import compute, document
from api.sources import Sources
from tests.api.builders import FIRST, a_day, some_sources

SEPTEMBER = date(2026, 9, 1)  # the first night is of its last evening
OCTOBER = date(2026, 10, 1)
BOTH = [SEPTEMBER, OCTOBER]
Json = Any
TEN_MINUTES = timedelta(minutes=10) // timedelta(microseconds=1)


@pytest.fixture(name="sources")
def _sources() -> Iterator[Sources]:
    made = some_sources()
    yield made
    made.catalog.dispose()


def _kept(sources: Sources) -> list[date]:
    """Let passes go on until none writes anything; return the months they wrote."""
    written: list[date] = []
    while True:
        with sources.catalog.begin() as connection:
            month = months.keep_up(connection, sources.registry())
        if month is None:
            return written
        written.append(month)


def _document(sources: Sources, scope: str) -> Json:
    query = sa.select(SCOPE_MONTH.c.document).where(
        SCOPE_MONTH.c.scope == scope, SCOPE_MONTH.c.month == OCTOBER
    )
    with sources.catalog.connect() as connection:
        return json.loads(connection.execute(query).scalar_one())


def _later(sources: Sources, by: int) -> None:
    with sources.catalog.begin() as connection:
        reached = facts.progress(connection)
        facts.put_progress(connection, replace(reached, as_of=reached.as_of + by))


def _energy_doubled(sources: Sources) -> None:
    with sources.catalog.begin() as connection:
        facts.put_device_days(connection, [a_day("kh-pv-1", FIRST, 40_000_000)])
        months.touch(connection, {FIRST})


def test_a_month_that_is_over_is_left_alone(sources: Sources) -> None:
    """September ended more than 48 hours ago."""
    _later(sources, 10 * TEN_MINUTES * 6 * 24)
    _kept(sources)
    _later(sources, TEN_MINUTES)

    assert _kept(sources) == [OCTOBER]


@pytest.mark.parametrize("scope", ["zone:kh-coast", "country:KH", "zone:la-city", "programme"])
def test_a_month_is_the_reports_document(sources: Sources, scope: str) -> None:
    kind, _, name = scope.partition(":")
    asked = Scope(kind=kind, id=name or kind)

    assert _kept(sources) == BOTH

    with sources.catalog.connect() as connection:
        told = compute(connection, sources.registry(), asked, parse_period("2026-10"))
    for section in ("figures", "availability", "delivery", "air", "status", "period"):
        assert _document(sources, scope)[section] == document(told, software="")[section]


def test_a_month_that_nothing_moved_stays_as_it_is(sources: Sources) -> None:
    assert _kept(sources) == BOTH

    assert _kept(sources) == []


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param(TEN_MINUTES - 1, [], id="not at once"),
        pytest.param(TEN_MINUTES, BOTH, id="after ten minutes"),
    ],
)
def test_a_month_whose_facts_moved_is_written_anew(
    sources: Sources, by: int, expected: list[date]
) -> None:
    _kept(sources)
    before = _document(sources, "zone:kh-coast")["figures"][0]["energy"]["credited"]
    _energy_doubled(sources)
    _later(sources, by)

    assert _kept(sources) == expected

    moved = _document(sources, "zone:kh-coast")["figures"][0]["energy"]["credited"] != before
    assert moved == bool(expected)


def test_months_before_any_data_are_not_there(sources: Sources) -> None:
    with sources.catalog.begin() as connection:
        connection.execute(sa.text("DELETE FROM progress"))

    assert _kept(sources) == []
