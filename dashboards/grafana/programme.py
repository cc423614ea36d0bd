"""The programme's dashboard: what each zone achieved, what stands behind it, what was delivered."""

# ruff: noqa: S608

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from analytics import zonefigures as figures
from dashboards.grafana.blocks import Block, Choice, Form, Section, lay_out, note, variable
from dashboards.grafana.sources import InfluxQuestion, Kind, SqlQuestion
from ingest.contract.catalog import ACTIVE_POWER, LOAD_POWER, REACHABLE
from ingest.contract.metric import DeviceClass
from ingest.contract.quality import Quality
from ingest.storage.influx_lines import flag_of
from ingest.storage.influx_means import hourly

UID: Final = "zonewatch-programme"
TITLE: Final = "Programme"

_CHOSEN_ZONES: Final = "zone IN (${zone:sqlstring})"
_CHOSEN_DEVICES: Final = "$timeFilter AND device =~ /^${device:regex}$/"
_ABOUT: Final = (
    "Figures are computed by Zonewatch, from the first data until the instant beside them; the time"
    " range above is that of the curves. **SIMULATED** is no measurement of real equipment, and"
    " **RECORDED** is a recording played again. Emissions avoided by donated equipment are not a"
    " zone's inventory."
)
_GOOD_ENOUGH: Final = "Bad readings, and those taken back, are left out; suspect ones are drawn."
_OF_HOURS: Final = "Means over the time that good readings hold; no figure is made of them."


def _usable(metric: str) -> str:
    """Leave out what is flagged as worse than suspect; most readings have no flag at all."""
    return f'("{flag_of(metric)}" > {Quality.SUSPECT.value}) = false'


def _last_entries(kind: str) -> str:
    """Select the registry's entries of a kind as they are valid last."""
    return (
        "SELECT DISTINCT ON (id) id, body::json AS body FROM registry_entry"
        f" WHERE kind = '{kind}' ORDER BY id, valid_from DESC, change DESC"
    )


ZONES: Final = Choice(
    name="zone",
    label="Zone",
    question=SqlQuestion(
        sql="SELECT DISTINCT zone FROM zone_figure ORDER BY zone", columns={"zone": Kind.TEXT}
    ),
)
DEVICES: Final = Choice(
    name="device",
    label="Device",
    question=SqlQuestion(
        sql=(
            f"WITH device AS ({_last_entries('device')}), gateway AS ({_last_entries('gateway')}),"
            f" site AS ({_last_entries('site')})"
            " SELECT device.id AS device FROM device"
            " JOIN gateway ON gateway.id = device.body->>'gateway'"
            " JOIN site ON site.id = gateway.body->>'site'"
            " WHERE site.body->>'zone' IN (${zone:sqlstring})"
            " ORDER BY device.id"
        ),
        columns={"device": Kind.TEXT},
    ),
)


def _quoted(title: str, figure: str, device_class: str = figures.ALL) -> Block:
    """Return a block with a figure's digits as they are quoted everywhere."""
    said = "value" if figure == figures.DEVICES else "value || ' ' || unit"
    return Block(
        title=title,
        form=Form.QUOTED,
        question=SqlQuestion(
            sql=(
                f"SELECT {said} AS quoted FROM zone_figure WHERE {_CHOSEN_ZONES}"
                f" AND figure = '{figure}' AND device_class = '{device_class}'"
            ),
            columns={"quoted": Kind.TEXT},
        ),
        width=4,
        height=4,
    )


_PROVENANCE: Final = Block(
    title="Provenance",
    form=Form.QUOTED,
    question=SqlQuestion(
        sql=(
            f"SELECT upper(provenance) AS quoted FROM zone_figure WHERE {_CHOSEN_ZONES}"
            f" AND figure = '{figures.DEVICES}'"
        ),
        columns={"quoted": Kind.TEXT},
    ),
    width=4,
    height=4,
)

_BEHIND: Final = Block(
    title="Figures by device class",
    form=Form.TABLE,
    description="A figure without a value has no data: missing is not zero.",
    question=SqlQuestion(
        sql=(
            "SELECT figure, device_class, value, unit, coverage_percent,"
            " upper(provenance) AS provenance, to_timestamp(as_of / 1000000) AS as_of"
            f" FROM zone_figure WHERE {_CHOSEN_ZONES} ORDER BY figure, device_class"
        ),
        columns={
            "figure": Kind.TEXT,
            "device_class": Kind.TEXT,
            "value": Kind.TEXT,
            "unit": Kind.TEXT,
            "coverage_percent": Kind.NUMBER,
            "provenance": Kind.TEXT,
            "as_of": Kind.INSTANT,
        },
    ),
)

_STEPS: Final = ("signed", "shipped", "accepted", "handed_over", "installed")
_DELIVERY: Final = Block(
    title="Delivery by lot",
    form=Form.TABLE,
    description="A date is empty where none is published.",
    question=SqlQuestion(
        sql=(
            f"WITH lot AS ({_last_entries('lot')})"
            " SELECT body->>'zone' AS zone, id AS lot, body->>'aid_batch' AS aid_batch,"
            " body->>'device_class' AS device_class, (body->>'quantity')::integer AS quantity, "
            + ", ".join(f"nullif(body->>'{step}', '')::date AS {step}" for step in _STEPS)
            + " FROM lot WHERE body->>'zone' IN (${zone:sqlstring}) ORDER BY 1, 2"
        ),
        columns={
            "zone": Kind.TEXT,
            "lot": Kind.TEXT,
            "aid_batch": Kind.TEXT,
            "device_class": Kind.TEXT,
            "quantity": Kind.NUMBER,
            **dict.fromkeys(_STEPS, Kind.DAY),
        },
    ),
)

_TITLES: Final[Mapping[DeviceClass, str]] = {
    DeviceClass.STREETLIGHT: "Streetlights",
    DeviceClass.HOUSEHOLD_PV: "Household PV",
    DeviceClass.SCHOOL_PV: "School PV",
    DeviceClass.AIR_STATION: "Air stations",
}


def _answering(device_class: DeviceClass) -> Block:
    """Return a block that counts the devices whose last word in the time range was an answer."""
    last = (
        f'SELECT last("{REACHABLE.name}") AS answers FROM "{device_class}"'
        f" WHERE {_CHOSEN_DEVICES} AND {_usable(REACHABLE.name)} GROUP BY device"
    )
    return Block(
        title=f"{_TITLES[device_class]} that answer",
        form=Form.COUNT,
        description="Devices that answered their gateway when they were last asked in the range.",
        question=InfluxQuestion(
            influxql=f"SELECT sum(answers) FROM ({last}) WHERE $timeFilter",
            series="answering",
        ),
        width=6,
        height=4,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """What is drawn of a device class."""

    device_class: DeviceClass
    metric: str
    title: str
    unit: str  # as Grafana calls it

    def of_readings(self) -> Block:
        """Draw every reading."""
        return self._block(self.device_class, self.title, "$__interval", _GOOD_ENOUGH)

    def of_hours(self) -> Block:
        """Draw hourly means, which a span of months has few enough of."""
        return self._block(hourly(self.device_class), f"{self.title} by the hour", "1h", _OF_HOURS)

    def _block(self, measurement: str, title: str, step: str, description: str) -> Block:
        return Block(
            title=f"{_TITLES[self.device_class]}: {title}",
            form=Form.CURVES,
            description=description,
            question=InfluxQuestion(
                influxql=(
                    f'SELECT mean("{self.metric}") FROM "{measurement}" WHERE {_CHOSEN_DEVICES}'
                    f" AND {_usable(self.metric)} GROUP BY time({step}), device fill(none)"
                ),
                series="$tag_device",
            ),
            unit=self.unit,
            width=12,
        )


_CURVES: Final = tuple(
    _Curve(device_class=device_class, metric=metric, title=title, unit=unit)
    for device_class, metric, title, unit in (
        (DeviceClass.STREETLIGHT, LOAD_POWER.name, "load", "watt"),
        (DeviceClass.STREETLIGHT, "battery_soc", "battery's charge", "percent"),
        (DeviceClass.HOUSEHOLD_PV, ACTIVE_POWER.name, "power", "watt"),
        (DeviceClass.SCHOOL_PV, ACTIVE_POWER.name, "power", "watt"),
        (DeviceClass.AIR_STATION, "pm25", "PM2.5", "conμgm3"),
        (DeviceClass.AIR_STATION, "pm10", "PM10", "conμgm3"),
    )
)


SECTIONS: Final = (
    Section(
        title="$zone",
        each=ZONES.name,
        blocks=(
            _PROVENANCE,
            _quoted("Emissions avoided", figures.EMISSIONS_AVOIDED),
            _quoted("Energy credited", figures.ENERGY_CREDITED),
            _quoted("Lamps proven in light", figures.LIGHT_PROVEN, DeviceClass.STREETLIGHT),
            _quoted("Coverage", figures.COVERAGE),
            _quoted("Devices handed over", figures.DEVICES),
            _BEHIND,
        ),
    ),
    Section(title="Delivery", blocks=(_DELIVERY,)),
    Section(
        title="Devices reachable, of those chosen",
        blocks=tuple(_answering(device_class) for device_class in _TITLES),
    ),
    Section(
        title="Readings",
        blocks=tuple(curve.of_readings() for curve in _CURVES),
    ),
    Section(
        title="Hourly means, for long spans",
        blocks=tuple(curve.of_hours() for curve in _CURVES),
    ),
)


def programme() -> Dashboard:
    """Return the dashboard."""
    board = Dashboard(TITLE).uid(UID).tags(["zonewatch"]).readonly()
    board.timezone("utc").time("now-2d", "now").refresh("5m")
    for choice in (ZONES, DEVICES):
        board.with_variable(variable(choice))
    return lay_out(board.with_panel(note(_ABOUT, height=2)), SECTIONS)
