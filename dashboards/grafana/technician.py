"""The technician's dashboard: gateways and their links, what needs a visit, one device's day."""

# ruff: noqa: S608

from typing import Final

from dashboards.grafana.asked import (
    ALARMS,
    IN_TROUBLE,
    IN_ZONES,
    LAST_30_DAYS,
    REPAIRS,
    ZONES,
    devices,
)
from dashboards.grafana.blocks import Block, Board, Choice, Form, Section, table
from dashboards.grafana.curves import Curve
from dashboards.grafana.sources import Answer, SqlQuestion
from ingest.contract.metric import DeviceClass

_LAMPS: Final = 50  # that a page can show, those in trouble first

_GATEWAYS: Final = Choice(
    name="gateway",
    question=SqlQuestion(
        sql=f"SELECT gateway FROM shown_gateway WHERE {IN_ZONES} ORDER BY 1", columns=("gateway",)
    ),
)

_COMMS: Final = table(
    "grafana.panel.gateways",
    "SELECT gateway.gateway, gateway.site_name, gateway.zone, gateway.provenance, gateway.state,"
    " to_char(gateway.heard_at AT TIME ZONE zone.timezone, 'YYYY-MM-DD HH24:MI')"
    " || ' ' || zone.timezone AS heard_local, gateway.boots_held, gateway.software, gateway.sim,"
    " gateway.operator, gateway.plan, gateway.sim_expires, gateway.sim_days_left"
    " FROM shown_gateway AS gateway JOIN shown_zone AS zone ON zone.zone = gateway.zone"
    f" WHERE gateway.{IN_ZONES} ORDER BY gateway.heard_at NULLS FIRST, 1",
    (
        *("gateway", "site_name", "zone", "provenance", "state", "heard_local", "boots_held"),
        *("software", "sim", "operator", "plan", "sim_expires", "sim_days_left"),
    ),
    about="grafana.about.gateways",
)

_STRIP: Final = Block(
    title=("grafana.panel.strip",),
    form=Form.STRIP,
    about="grafana.about.strip",
    question=SqlQuestion(
        sql=(
            "WITH lamp AS (SELECT device, label FROM shown_device"
            f" WHERE {IN_ZONES} AND device_class = 'streetlight'"
            f" ORDER BY state = 'up', device LIMIT {_LAMPS})"
            " SELECT day::timestamp AS time, label AS metric, CASE"
            " WHEN known_down_s > 0 AND known_down_s >= up_s THEN 2"
            " WHEN up_s = 0 THEN 4 WHEN up_s < 0.9 * base_s THEN 1 ELSE 0 END AS value_number"
            f" FROM shown_day JOIN lamp USING (device) WHERE {LAST_30_DAYS} ORDER BY 1, 2"
        ),
        columns=("time", "metric", "value_number"),
        answer=Answer.SERIES,
    ),
    words="cell",
    height=12,
)

_DEVICE: Final = table(
    "grafana.panel.device",
    "SELECT label, device, device_class, zone, site, gateway, profile, lot, supplier,"
    " warranty_until, handed_over, state, up_percent, last_day FROM shown_device"
    " WHERE device IN (${device:sqlstring})",
    (
        *("label", "device", "device_class", "zone", "site", "gateway", "profile", "lot"),
        *("supplier", "warranty_until", "handed_over", "state", "up_percent", "last_day"),
    ),
    height=4,
)

_LINKS: Final = tuple(
    Curve(device_class=DeviceClass.GATEWAY, name=name, variable="gateway").of_readings()
    for name in ("outbox_records", "clock_offset", "cpu_temperature", "free_disk")
)
_DRAWN: Final = {
    DeviceClass.STREETLIGHT: ("load_power", "battery_soc", "pv_power", "fault_word"),
    DeviceClass.SCHOOL_PV: ("active_power", "fault_word"),
    DeviceClass.HOUSEHOLD_PV: ("active_power", "fault_word"),
    DeviceClass.AIR_STATION: ("pm25", "pm10"),
}
_NOT_AVERAGED: Final = "fault_word"


def _of_class(device_class: DeviceClass) -> Section:
    """Return the curves of the device that is chosen, where it is of that class."""
    curves = [Curve(device_class=device_class, name=name) for name in _DRAWN[device_class]]
    means = [curve.of_hours() for curve in curves if curve.name != _NOT_AVERAGED]
    return Section(
        title=f"class.{device_class}",
        blocks=(*(curve.of_readings() for curve in curves), *means),
    )


BOARD: Final = Board(
    name="technician",
    choices=(ZONES, _GATEWAYS, devices(several=False)),
    since="now-24h",
    refresh="1m",
    sections=(
        Section(title="grafana.section.trouble", blocks=(ALARMS, REPAIRS, IN_TROUBLE)),
        Section(title="grafana.section.gateways", blocks=(_COMMS, *_LINKS)),
        Section(title="grafana.section.nights", blocks=(_STRIP,)),
        Section(title="grafana.section.device", blocks=(_DEVICE,)),
        *(_of_class(device_class) for device_class in _DRAWN),
    ),
)
