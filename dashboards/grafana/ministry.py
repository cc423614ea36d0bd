"""A ministry's dashboard: one country's approved figures, what stands behind them, and limits."""

# ruff: noqa: S608

from typing import Final

from dashboards.grafana.blocks import Board, Choice, Section, quoted, table
from dashboards.grafana.sources import SqlQuestion

_COUNTRY: Final = (
    "(scope = 'country:' || ${country:sqlstring} OR scope_id IN"
    " (SELECT zone FROM shown_zone WHERE country = ${country:sqlstring}))"
)
_MONTH: Final = "scope = 'country:' || ${country:sqlstring} AND label = ${month:sqlstring}"
_OF_ALL: Final = f"FROM shown_month_figure WHERE {_MONTH} AND device_class = 'all'"
_SIGNED: Final = "('closed', 'approved', 'verified')"

_COUNTRIES: Final = Choice(
    name="country",
    question=SqlQuestion(
        sql="SELECT DISTINCT country FROM shown_zone ORDER BY 1", columns=("country",)
    ),
    several=False,
)
_MONTHS: Final = Choice(
    name="month",
    question=SqlQuestion(
        sql="SELECT DISTINCT label AS month FROM shown_month ORDER BY 1 DESC", columns=("month",)
    ),
    several=False,
)

_AVOIDED: Final = f"{_OF_ALL} AND figure = 'emissions_avoided'"
_FIVE: Final = (
    quoted("figure.avoided", f"SELECT value || ' ' || unit AS quoted {_AVOIDED}", width=5),
    quoted("figure.credited", f"SELECT credited || ' MWh' AS quoted {_AVOIDED}", width=5),
    quoted(
        "figure.proven",
        f"SELECT proven_percent || ' %' AS quoted FROM shown_month_light WHERE {_MONTH}"
        " AND device_class = 'streetlight'",
        width=5,
    ),
    quoted("figure.coverage", f"SELECT coverage_percent || ' %' AS quoted {_AVOIDED}", width=5),
    quoted("grafana.panel.devices", f"SELECT handed_over::text AS quoted {_AVOIDED}", width=4),
)

_APPROVED: Final = table(
    "grafana.panel.approved",
    "SELECT scope, period, revision, state AS revision_state, provenance, figure, device_class,"
    " value, unit, lower_edge, upper_edge, covers, coverage_percent AS coverage_text, method,"
    f" status FROM shown_revision_figure WHERE {_COUNTRY} AND state IN {_SIGNED} AND newest"
    " ORDER BY period DESC, scope, figure, device_class",
    (
        *("scope", "period", "revision", "revision_state", "provenance", "figure", "device_class"),
        *("value", "unit", "lower_edge", "upper_edge", "covers", "coverage_text", "method"),
        "status",
    ),
    about="grafana.about.approved",
    height=10,
)

_PROVISIONAL: Final = table(
    "grafana.panel.months",
    "SELECT scope, label AS month, month_status, provenance, figure, device_class, value, unit,"
    " lower_edge, upper_edge, covers, coverage_percent AS coverage_text, method, status, reasons"
    f" FROM shown_month_figure WHERE {_COUNTRY} AND label = ${{month:sqlstring}}"
    " ORDER BY scope, figure, device_class",
    (
        *("scope", "month", "month_status", "provenance", "figure", "device_class", "value"),
        *("unit", "lower_edge", "upper_edge", "covers", "coverage_text", "method", "status"),
        "reasons",
    ),
    about="grafana.about.months",
    height=10,
)

_REVISIONS: Final = table(
    "periods.title",
    "SELECT scope, period, number AS revision, state AS revision_state, state_at,"
    " signed AS signed_by, cause, figures_changed, findings, findings_open"
    f" FROM shown_revision WHERE {_COUNTRY} ORDER BY period DESC, scope, number DESC",
    (
        *("scope", "period", "revision", "revision_state", "state_at", "signed_by", "cause"),
        *("figures_changed", "findings", "findings_open"),
    ),
)

_COVERAGE: Final = table(
    "figure.coverage",
    "SELECT scope, device_class, handed_over AS devices, metered AS registered,"
    " coverage_percent::numeric AS coverage_percent"
    f" FROM shown_month_figure WHERE {_COUNTRY} AND label = ${{month:sqlstring}}"
    " AND figure = 'emissions_avoided' ORDER BY 1, 2",
    ("scope", "device_class", "devices", "registered", "coverage_percent"),
    about="grafana.about.coverage",
    width=10,
)

_FACTORS: Final = table(
    "report.section.factors",
    "SELECT device_class, country, role, gas, value, unit, year, source, version"
    f" FROM shown_month_factor WHERE {_MONTH} AND device_class <> 'all' ORDER BY 1, 2, 3",
    ("device_class", "country", "role", "gas", "value", "unit", "year", "source", "version"),
    about="grafana.about.factors",
    width=14,
)

_EXCEEDED: Final = table(
    "grafana.panel.exceeded",
    "SELECT zone, station, label AS month, pollutant, mean, highest, highest_on, unit,"
    " jurisdiction, limit_value, limit_unit, days_above, valid_days, days, released, source"
    " FROM shown_month_air WHERE scope = 'country:' || ${country:sqlstring}"
    " AND jurisdiction IS NOT NULL ORDER BY month DESC, national DESC, days_above DESC, 2, 4",
    (
        *("zone", "station", "month", "pollutant", "mean", "highest", "highest_on", "unit"),
        *("jurisdiction", "limit_value", "limit_unit", "days_above", "valid_days", "days"),
        *("released", "source"),
    ),
    about="grafana.about.exceeded",
    height=10,
)

BOARD: Final = Board(
    name="ministry",
    choices=(_COUNTRIES, _MONTHS),
    since="now-1y",
    refresh="15m",
    sections=(
        Section(
            title="grafana.section.month",
            blocks=(
                quoted(
                    "grafana.panel.provenance",
                    f"SELECT provenance AS quoted {_AVOIDED}",
                    width=24,
                ),
                *_FIVE,
                _PROVISIONAL,
            ),
        ),
        Section(title="grafana.section.approved", blocks=(_APPROVED, _REVISIONS)),
        Section(title="grafana.section.basis", blocks=(_COVERAGE, _FACTORS)),
        Section(title="grafana.section.air", blocks=(_EXCEEDED,)),
    ),
)
