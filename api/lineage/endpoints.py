"""What a figure was made of."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from analytics.avoided import Judged, Line
from analytics.quoting import shown
from api.lineage.compute import Lineage, LineageError, contributions, lines
from api.problems import not_found
from api.reports.endpoints import computed
from api.sources import Given

router = APIRouter(tags=["lineage"])


class DeviceDayShown(BaseModel):
    """A device-day of a figure; its energy counts where it is credited."""

    device: str
    day: date
    energy_mwh: int | None
    distance_m: int | None
    credited: bool
    why_not_credited: str | None

    @classmethod
    def of(cls, one: Judged) -> "DeviceDayShown":
        """Return a contribution as it is shown."""
        return cls(
            device=one.device,
            day=one.day,
            energy_mwh=one.energy_mwh,
            distance_m=one.distance_m,
            credited=one.why_not_credited is None,
            why_not_credited=one.why_not_credited,
        )


class LineShown(BaseModel):
    """One product: quantity x factor x scale = kg, added or taken away. All digits are exact."""

    name: str
    quantity: int
    unit: str
    factor: dict[str, object]
    scale: str
    kg: str

    @classmethod
    def of(cls, line: Line) -> "LineShown":
        """Return a line as it is shown."""
        return cls(
            name=line.name,
            quantity=line.quantity,
            unit=line.unit,
            factor=shown(line.factor),
            scale=f"{line.scale:f}",
            kg=f"{line.kg:f}",
        )


class LineageShown(BaseModel):
    """The device-days that made a figure. Energies in mWh, whole numbers, exact."""

    scope: str
    period: str
    figure: str
    device_class: str
    energy_mwh: int
    credited_mwh: int
    lines: list[LineShown]
    device_days: list[DeviceDayShown]


@router.get("/lineage/{lineage}")
def lineage(lineage: str, sources: Given) -> LineageShown:
    """Return the device-days that made a figure of a report."""
    try:
        asked = Lineage.parse(lineage)
    except LineageError as error:
        raise not_found("lineage", repr(error.text)) from error
    result = computed(sources, asked.scope, asked.period)
    days = contributions(result.results, asked.device_class)
    return LineageShown(
        scope=asked.scope,
        period=asked.period,
        figure=asked.figure,
        device_class=asked.device_class,
        energy_mwh=sum(one.energy_mwh or 0 for one in days),
        credited_mwh=sum(one.energy_mwh or 0 for one in days if one.why_not_credited is None),
        lines=[LineShown.of(line) for line in lines(result.results, asked.device_class)],
        device_days=[DeviceDayShown.of(one) for one in days],
    )
