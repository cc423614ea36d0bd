"""The device-days behind a figure, each credited or with the reason why not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from analytics.deviceday import DeviceDay
from analytics.figures import METHODS, Emissions
from analytics.methods.method import why_not_credited
from analytics.result import ZoneResult
from ingest.contract.identity import DeviceId
from ingest.registry.model import Device


class LineageError(ValueError):
    """A text that is no lineage as a report names it."""

    def __init__(self, text: str) -> None:
        super().__init__(f"lineage {text!r}: expected SCOPE~PERIOD~FIGURE~DEVICE_CLASS")
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What a figure is called: its scope, period, id and device class, or all of them."""

    scope: str
    period: str
    figure: str
    device_class: str

    @classmethod
    def parse(cls, text: str) -> "Lineage":
        """Read a lineage, or raise LineageError."""
        try:
            scope, period, figure, device_class = text.split("~")
        except ValueError:
            raise LineageError(text) from None
        return cls(scope=scope, period=period, figure=figure, device_class=device_class)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one device-day gave to a figure."""

    device: str
    day: date
    energy_mwh: int
    why_not_credited: str | None


def contributions(
    results: list[ZoneResult], facts: list[DeviceDay], device_class: str
) -> list[Contribution]:
    """Return the device-days that figures of a class, or of all, were made of."""
    by_key = {(fact.device, fact.day): fact for fact in facts}
    found = [
        one
        for result in results
        for figure in result.emissions
        if device_class in ("all", figure.device_class)
        for one in _of(result, figure, by_key)
    ]
    return sorted(found, key=lambda one: (one.device, one.day))


def _of(
    result: ZoneResult, figure: Emissions, facts: Mapping[tuple[DeviceId, date], DeviceDay]
) -> Iterator[Contribution]:
    devices: dict[str, Device] = {device.id: device for device in result.devices}
    for key in figure.device_days:
        fact = facts[key]
        if fact.energy_mwh is None:
            continue
        yield Contribution(
            device=fact.device,
            day=fact.day,
            energy_mwh=fact.energy_mwh,
            why_not_credited=why_not_credited(
                METHODS[fact.device_class], devices[fact.device], fact
            ),
        )
