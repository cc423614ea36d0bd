"""What a figure was made of."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from analytics.service.facts import device_days
from api.lineage.compute import Contribution, Lineage, LineageError, contributions
from api.problems import not_found
from api.reports.endpoints import computed
from api.sources import Given

router = APIRouter(tags=["lineage"])


class DeviceDayShown(BaseModel):
    """A device-day of a figure; its energy counts where it is credited."""

    device: str
    day: date
    energy_mwh: int
    credited: bool
    why_not_credited: str | None

    @classmethod
    def of(cls, one: Contribution) -> "DeviceDayShown":
        """Return a contribution as it is shown."""
        return cls(
            device=one.device,
            day=one.day,
            energy_mwh=one.energy_mwh,
            credited=one.why_not_credited is None,
            why_not_credited=one.why_not_credited,
        )


class LineageShown(BaseModel):
    """The device-days that made a figure. Energies in mWh, whole numbers, exact."""

    scope: str
    period: str
    figure: str
    device_class: str
    energy_mwh: int
    credited_mwh: int
    device_days: list[DeviceDayShown]


@router.get("/lineage/{lineage}")
def lineage(lineage: str, sources: Given) -> LineageShown:
    """Return the device-days that made a figure of a report."""
    try:
        asked = Lineage.parse(lineage)
    except LineageError as error:
        raise not_found("lineage", repr(error.text)) from error
    result = computed(sources, asked.scope, asked.period)
    with sources.catalog.connect() as connection:
        facts = device_days(connection, first=result.days.first, last=result.days.last)
    days = contributions(list(result.results), facts, asked.device_class)
    return LineageShown(
        scope=asked.scope,
        period=asked.period,
        figure=asked.figure,
        device_class=asked.device_class,
        energy_mwh=sum(one.energy_mwh for one in days),
        credited_mwh=sum(one.energy_mwh for one in days if one.why_not_credited is None),
        device_days=[DeviceDayShown.of(one) for one in days],
    )
