"""Figures that SQL can ask for: the digits that are quoted elsewhere, and of when."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics.service import facts, zonefigures
from analytics.service.basis import so_far
from analytics.service.facts import Progress
from analytics.service.tables import ZONE_FIGURE
from analytics.summary import zone_summary
from api.sources import Sources
from dashboards.board.headlines import figure_view, zone_headline
from tests.api.builders import some_sources

Quoted = dict[tuple[str, str, str], str | None]


@pytest.fixture(name="sources")
def _sources() -> Sources:
    return some_sources()


def _written(sources: Sources) -> bool:
    with sources.catalog.begin() as connection:
        return zonefigures.keep_up(connection, sources.registry())


def _quoted(sources: Sources) -> Quoted:
    with sources.catalog.connect() as connection:
        return {
            (row.zone, row.figure, row.device_class): row.value
            for row in zonefigures.every(connection)
        }


def test_figures_have_the_digits_of_the_summary_and_of_the_board(sources: Sources) -> None:
    _written(sources)

    with sources.catalog.connect() as connection:
        results = so_far(connection, sources.registry()).results
        number = {
            (row.zone, row.figure, row.device_class): row.number
            for row in connection.execute(sa.select(ZONE_FIGURE))
        }
    found = _quoted(sources)
    for result in results:
        zone, summary = result.zone.id, zone_summary(result)
        headline = zone_headline(result)
        assert summary["emissions_avoided"] == {
            "value": found[zone, "emissions_avoided", "all"],
            "unit": headline.unit,
        }
        assert found[zone, "energy_credited", "all"] == headline.credited_kwh
        assert found[zone, "light_proven", "streetlight"] == summary["proven_percent"]
        assert found[zone, "coverage", "all"] == summary["coverage_percent"]
        assert found[zone, "devices", "all"] == str(summary["devices"])
        for view in map(figure_view, result.emissions):
            assert found[zone, "emissions_avoided", view.device_class] == view.avoided
            assert found[zone, "coverage", view.device_class] == view.coverage_percent
            if view.avoided is not None:
                assert found[zone, "energy_measured", view.device_class] == view.measured_kwh
                assert found[zone, "energy_credited", view.device_class] == view.credited_kwh
    assert any(found.values())
    for key, value in found.items():
        assert (value is None) == (number[key] is None), key
        assert value is None or float(value) == float(number[key]), key


def test_without_data_a_figure_has_no_value(sources: Sources) -> None:
    _written(sources)

    assert _quoted(sources)["sc-isle", "emissions_avoided", "all"] is None
    assert _quoted(sources)["sc-isle", "devices", "all"] == "0"


def test_figures_say_of_which_instant_and_provenance_they_are(sources: Sources) -> None:
    _written(sources)

    with sources.catalog.connect() as connection:
        rows = zonefigures.every(connection)
        as_of = facts.progress(connection).as_of
    assert {row.as_of for row in rows} == {as_of}
    assert {row.zone: row.provenance for row in rows} == {
        "kh-coast": "simulated",
        "la-city": "recorded",
        "sc-isle": "real",
    }


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(timedelta(), False, id="nothing moved on"),
        pytest.param(timedelta(seconds=1), True, id="facts moved on"),
    ],
)
def test_figures_keep_up_with_facts(sources: Sources, *, later: timedelta, expected: bool) -> None:
    _written(sources)
    with sources.catalog.begin() as connection:
        before = facts.progress(connection)
        moved = before.as_of + later // timedelta(microseconds=1)
        facts.put_progress(
            connection,
            Progress(changes=1, hours=1, since=before.since, as_of=moved),
        )

    with sources.catalog.connect() as connection:
        assert timedelta(microseconds=zonefigures.behind_us(connection)) == later

    assert _written(sources) is expected

    with sources.catalog.connect() as connection:
        assert not zonefigures.behind_us(connection)
