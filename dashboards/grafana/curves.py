"""Curves of readings: of every reading, or of hourly means where a span has too many."""

# ruff: noqa: S608

from dataclasses import dataclass
from typing import Final

from dashboards.grafana.blocks import Block, Form
from dashboards.grafana.sources import InfluxQuestion
from ingest.contract.catalog import REACHABLE, metrics_of
from ingest.contract.metric import DeviceClass, Metric
from ingest.contract.quality import Quality
from ingest.storage.influx_lines import flag_of
from ingest.storage.influx_means import hourly

UNITS: Final = {  # Grafana's names by UCUM code
    "1": "none",
    "%": "percent",
    "A": "amp",
    "By": "bytes",
    "Cel": "celsius",
    "Hz": "hertz",
    "V": "volt",
    "V.A": "voltamp",
    "W": "watt",
    "W/m2": "Wm2",
    "dB": "dB",
    "deg": "degree",
    "hPa": "pressurehpa",
    "kW.h": "kwatth",
    "km": "lengthkm",
    "km/h": "velocitykmh",
    "m/s": "velocityms",
    "mg/m3": "conmgm3",
    "mm": "lengthmm",
    "s": "s",
    "ug/m3": "conμgm3",
}


def usable(metric: str) -> str:
    """Leave out what is flagged as worse than suspect; most readings have no flag at all."""
    return f'("{flag_of(metric)}" > {Quality.SUSPECT.value}) = false'


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What is drawn of a device class, for the devices that a variable chooses."""

    device_class: DeviceClass
    name: str  # of the metric
    variable: str = "device"
    width: int = 12

    @property
    def metric(self) -> Metric:
        """What is measured."""
        return metrics_of(self.device_class)[self.name]

    def of_readings(self) -> Block:
        """Draw every reading."""
        return self._block(self.device_class, "$__interval", "grafana.about.readings", ())

    def of_hours(self) -> Block:
        """Draw hourly means, which a span of months has few enough of."""
        return self._block(
            hourly(self.device_class), "1h", "grafana.about.hours", ("grafana.by_hour",)
        )

    def _block(self, measurement: str, step: str, about: str, more: tuple[str, ...]) -> Block:
        chosen = f"$timeFilter AND device =~ /^${{{self.variable}:regex}}$/"
        return Block(
            title=(f"class.{self.device_class}", f"metric.{self.name}", *more),
            form=Form.CURVES,
            about=about,
            question=InfluxQuestion(
                influxql=(
                    f'SELECT mean("{self.name}") FROM "{measurement}" WHERE {chosen}'
                    f" AND {usable(self.name)} GROUP BY time({step}), device fill(none)"
                ),
                series="$tag_device",
                metric=self.metric,
            ),
            unit=UNITS[self.metric.unit],
            width=self.width,
        )


def answering(device_class: DeviceClass) -> Block:
    """Return a block that counts the devices whose last word in the time range was an answer.

    It counts those of all zones: thousands of names are too many for a question.
    """
    last = (
        f'SELECT last("{REACHABLE.name}") AS answers FROM "{device_class}"'
        f" WHERE $timeFilter AND {usable(REACHABLE.name)}"
        " GROUP BY device"
    )
    return Block(
        title=(f"class.{device_class}", "grafana.panel.answering"),
        form=Form.NUMBER,
        about="grafana.about.answering",
        question=InfluxQuestion(
            influxql=f"SELECT sum(answers) FROM ({last}) WHERE $timeFilter", series="answering"
        ),
        width=6,
        height=4,
    )
