"""The manager's dashboard: what each zone and aid batch achieved, delivered, and what is broken."""

# ruff: noqa: S608

from typing import Final

from analytics import zonefigures as figures
from dashboards.grafana.asked import (
    ALARMS,
    FAILING,
    IN_TROUBLE,
    IN_ZONES,
    LOTS,
    REPAIRS,
    ZONES,
    bars,
)
from dashboards.grafana.blocks import Block, Board, Form, Section, quoted, table
from dashboards.grafana.curves import answering
from dashboards.grafana.sources import SqlQuestion
from ingest.contract.metric import DeviceClass

_OF_ZONES: Final = "scope_kind = 'zone' AND scope_id IN (${zone:sqlstring})"
_NEWEST: Final = "month = (SELECT max(month) FROM shown_month_figure WHERE number IS NOT NULL)"
_CLASSES: Final = (
    DeviceClass.STREETLIGHT,
    DeviceClass.HOUSEHOLD_PV,
    DeviceClass.SCHOOL_PV,
    DeviceClass.AIR_STATION,
)


def _of_all(
    figure: str, device_class: str = figures.ALL, said: str = "value || ' ' || unit"
) -> str:
    return f"max({said}) FILTER (WHERE figure = '{figure}' AND device_class = '{device_class}')"


def _figure(title: str, figure: str, device_class: str = figures.ALL) -> Block:
    said = "value" if figure == figures.DEVICES else "value || ' ' || unit"
    return quoted(
        title,
        f"SELECT {said} AS quoted FROM shown_figure WHERE {IN_ZONES}"
        f" AND figure = '{figure}' AND device_class = '{device_class}'",
    )


_GLANCE: Final = table(
    "grafana.panel.zones",
    "SELECT zone, zone_name, country, provenance,"
    f" {_of_all(figures.EMISSIONS_AVOIDED)} AS avoided,"
    f" {_of_all(figures.ENERGY_CREDITED)} AS credited,"
    f" {_of_all(figures.LIGHT_PROVEN, DeviceClass.STREETLIGHT, 'number')} AS proven_percent,"
    f" {_of_all(figures.COVERAGE, said='number')} AS coverage_percent,"
    f" {_of_all(figures.DEVICES, said='number')} AS devices, max(as_of) AS as_of"
    f" FROM shown_figure WHERE {IN_ZONES} GROUP BY 1, 2, 3, 4 ORDER BY 2",
    (
        *("zone", "zone_name", "country", "provenance", "avoided", "credited"),
        *("proven_percent", "coverage_percent", "devices", "as_of"),
    ),
    width=14,
    height=10,
)

_MAP: Final = Block(
    title=("grafana.panel.map",),
    form=Form.MAP,
    about="grafana.about.map",
    question=SqlQuestion(
        sql=(
            "SELECT site, zone, avg(latitude) AS latitude, avg(longitude) AS longitude,"
            " count(*) AS devices, count(*) FILTER (WHERE state <> 'up') AS broken,"
            " CASE WHEN bool_and(state = 'up') THEN 'up' WHEN bool_or(state = 'up') THEN 'partly'"
            f" ELSE 'down' END AS state FROM shown_device WHERE {IN_ZONES} GROUP BY 1, 2 ORDER BY 1"
        ),
        columns=("site", "zone", "latitude", "longitude", "devices", "broken", "state"),
    ),
    width=10,
    height=10,
)

_PROVENANCE: Final = quoted(
    "grafana.panel.provenance", f"SELECT provenance AS quoted FROM shown_zone WHERE {IN_ZONES}"
)

_BEHIND: Final = table(
    "grafana.panel.by_class",
    "SELECT figure, device_class, value, unit, coverage_percent, provenance, as_of"
    f" FROM shown_figure WHERE {IN_ZONES} ORDER BY figure, device_class",
    ("figure", "device_class", "value", "unit", "coverage_percent", "provenance", "as_of"),
    about="grafana.about.by_class",
)

_MONTHS: Final = (
    bars(
        "grafana.panel.avoided_by_month",
        "SELECT label AS month, number AS value_number FROM shown_month_figure"
        f" WHERE {_OF_ZONES} AND figure = 'emissions_avoided' AND device_class = 'all'"
        " ORDER BY month",
        unit="suffix: t",
    ),
    bars(
        "grafana.panel.light_by_month",
        "SELECT label AS month, proven_percent::numeric AS value_number FROM shown_month_light"
        f" WHERE {_OF_ZONES} AND device_class = 'streetlight' ORDER BY month",
        unit="percent",
    ),
)

_AVAILABILITY: Final = table(
    "grafana.panel.availability",
    "SELECT scope_id AS zone, label AS month, device_class, pieces, proven_percent AS proven_text,"
    " low_percent AS low_text, high_percent AS high_text, data_percent AS data_text,"
    " technical_percent AS technical_text, contractual_percent AS contractual_text"
    f" FROM shown_month_light WHERE {_OF_ZONES} AND {_NEWEST} ORDER BY 1, 3",
    (
        *("zone", "month", "device_class", "pieces", "proven_text", "low_text", "high_text"),
        *("data_text", "technical_text", "contractual_text"),
    ),
    about="grafana.about.availability",
)

_CLAIMS: Final = table(
    "grafana.panel.claims",
    "SELECT zone, label AS month, kind, about, claimed || ' ' || claimed_unit AS claimed,"
    " claimed_in_month, computed, unit, progress_percent AS progress, source"
    f" FROM shown_month_claim WHERE {IN_ZONES} AND scope = 'zone:' || zone AND {_NEWEST}"
    " ORDER BY 1, 4",
    (
        *("zone", "month", "kind", "about", "claimed", "claimed_in_month", "computed", "unit"),
        *("progress", "source"),
    ),
    about="grafana.about.claims",
)

_BATCHES: Final = table(
    "grafana.panel.batches",
    "SELECT batch_name, country, sum(quantity)::integer AS quantity,"
    + ",".join(
        f" coalesce(sum(quantity) FILTER (WHERE {step} IS NOT NULL), 0)::integer AS {step}_pieces"
        for step in ("shipped", "accepted", "handed_over", "installed")
    )
    + ", sum(registered)::integer AS registered, sum(online)::integer AS online,"
    " sum(proven)::integer AS proven"
    f" FROM shown_lot WHERE {IN_ZONES} GROUP BY aid_batch, 1, 2 ORDER BY 1",
    (
        *("batch_name", "country", "quantity", "shipped_pieces", "accepted_pieces"),
        *("handed_over_pieces", "installed_pieces", "registered", "online", "proven"),
    ),
    about="grafana.about.batches",
)

_AIR: Final = table(
    "grafana.panel.air_month",
    "SELECT zone, station, label AS month, pollutant, mean, highest, highest_on, unit,"
    " jurisdiction, limit_value, days_above, released FROM shown_month_air"
    f" WHERE {IN_ZONES} AND scope = 'zone:' || zone AND national IS NOT FALSE AND {_NEWEST}"
    " ORDER BY 1, 2, 4",
    (
        *("zone", "station", "month", "pollutant", "mean", "highest", "highest_on", "unit"),
        *("jurisdiction", "limit_value", "days_above", "released"),
    ),
)

BOARD: Final = Board(
    name="programme",
    choices=(ZONES,),
    sections=(
        Section(title="grafana.section.glance", blocks=(_GLANCE, _MAP)),
        Section(
            title="grafana.section.zone",
            each="zone",
            blocks=(
                _PROVENANCE,
                _figure("figure.avoided", figures.EMISSIONS_AVOIDED),
                _figure("figure.credited", figures.ENERGY_CREDITED),
                _figure("figure.proven", figures.LIGHT_PROVEN, DeviceClass.STREETLIGHT),
                _figure("figure.coverage", figures.COVERAGE),
                _figure("grafana.panel.devices", figures.DEVICES),
                *_MONTHS,
                _BEHIND,
            ),
        ),
        Section(title="grafana.section.light", blocks=(_AVAILABILITY,)),
        Section(title="grafana.section.claims", blocks=(_CLAIMS,)),
        Section(title="grafana.section.delivery", blocks=(_BATCHES, LOTS)),
        Section(title="grafana.section.trouble", blocks=(ALARMS, FAILING, IN_TROUBLE, REPAIRS)),
        Section(title="grafana.section.air", blocks=(_AIR,)),
        Section(
            title="grafana.section.answering",
            blocks=tuple(answering(device_class) for device_class in _CLASSES),
        ),
    ),
)
