"""The dashboard of air: stations, limits, indices by edition, a calendar, and the hours behind."""

# ruff: noqa: S608

from typing import Final

from analytics.air.figures import INDEX_SCHEME
from analytics.air.shown import CATEGORIES
from dashboards.grafana.asked import ZONES, devices
from dashboards.grafana.blocks import Block, Board, Form, Section, table
from dashboards.grafana.columns import Step
from dashboards.grafana.curves import Curve
from dashboards.grafana.sources import Answer, SqlQuestion
from ingest.contract.metric import DeviceClass

_STATION: Final = "station IN (${station:sqlstring})"
_NAMES: Final = ("good", *(name for _, name in CATEGORIES[1:]), "hazardous")
_BOUNDS: Final = (None, *(float(highest + 1) for highest, _ in CATEGORIES))
_CATEGORIES: Final = tuple(
    Step(at=bound, mark=f"air.{name}") for bound, name in zip(_BOUNDS, _NAMES, strict=True)
)

_STATIONS: Final = table(
    "grafana.panel.stations",
    "SELECT DISTINCT ON (station) zone, station, provenance, day, index, category, set_by, scheme,"
    f" version, released FROM shown_index_day WHERE {_STATION} AND scheme = '{INDEX_SCHEME}'"
    " ORDER BY station, day DESC",
    (
        *("zone", "station", "provenance", "day", "index", "category", "set_by", "scheme"),
        *("version", "released"),
    ),
    about="grafana.about.stations",
)

_CALENDAR: Final = Block(
    title=("grafana.panel.calendar",),
    form=Form.CALENDAR,
    about="grafana.about.calendar",
    question=SqlQuestion(
        sql=(
            "SELECT day::timestamp AS time, station AS metric, index AS value_number"
            f" FROM shown_index_day WHERE {_STATION} AND scheme = '{INDEX_SCHEME}' ORDER BY 1, 2"
        ),
        columns=("time", "metric", "value_number"),
        answer=Answer.SERIES,
    ),
    steps=_CATEGORIES,
    height=9,
)

_EDITIONS: Final = Block(
    title=("grafana.panel.editions",),
    form=Form.CURVES,
    about="grafana.about.editions",
    question=SqlQuestion(
        sql=(
            "SELECT day::timestamp AS time,"
            " station || ' · ' || scheme || ' ' || version AS metric, index AS value_number"
            f" FROM shown_index_day WHERE {_STATION} ORDER BY 1, 2"
        ),
        columns=("time", "metric", "value_number"),
        answer=Answer.SERIES,
    ),
)

_LIMITS: Final = table(
    "grafana.panel.limits",
    "SELECT zone, station, label AS month, pollutant, mean, highest, highest_on, unit,"
    " jurisdiction, national, limit_value, limit_unit, days_above, valid_days, days, source"
    f" FROM shown_month_air WHERE scope = 'zone:' || zone AND {_STATION}"
    " ORDER BY month DESC, station, pollutant, national DESC, jurisdiction",
    (
        *("zone", "station", "month", "pollutant", "mean", "highest", "highest_on", "unit"),
        *("jurisdiction", "national", "limit_value", "limit_unit", "days_above", "valid_days"),
        *("days", "source"),
    ),
    about="grafana.about.limits",
    height=12,
)

_POLLUTANTS: Final = ("pm25", "pm10", "o3", "no2", "so2", "co")
_CURVES: Final = tuple(
    Curve(device_class=DeviceClass.AIR_STATION, name=name, variable="station", width=8)
    for name in _POLLUTANTS
)
_WEATHER: Final = tuple(
    Curve(device_class=DeviceClass.AIR_STATION, name=name, variable="station", width=8)
    for name in ("temperature", "humidity", "wind_speed")
)

BOARD: Final = Board(
    name="air",
    choices=(ZONES, devices((DeviceClass.AIR_STATION,), name="station")),
    since="now-7d",
    sections=(
        Section(title="grafana.section.index", blocks=(_STATIONS, _CALENDAR, _EDITIONS)),
        Section(title="grafana.section.limits", blocks=(_LIMITS,)),
        Section(
            title="grafana.section.readings",
            blocks=tuple(curve.of_readings() for curve in (*_CURVES, *_WEATHER)),
        ),
        Section(title="grafana.section.hours", blocks=tuple(curve.of_hours() for curve in _CURVES)),
    ),
)
