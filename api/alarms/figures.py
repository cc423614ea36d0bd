"""Statistics of alarms: what people get, beside what standards bear with, and what fails most."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from analytics.alarms.failures import FailureRate
from analytics.alarms.statistics import AlarmStatistics, Benchmark, benchmarks
from api.alarms.endpoints import CauseShown, Reader
from api.alarms.watched import watched
from api.instants import shown
from api.sources import Given, Whole
from ingest.contract.metric import DeviceClass

router = APIRouter(tags=["alarms"])

_TENTH: Final = Decimal("0.1")


class WeekShown(BaseModel):
    """The alarms raised in the week that begins with a Monday, UTC."""

    model_config = ConfigDict(from_attributes=True)

    monday: date
    alarms: int
    days: int
    a_day_per_technician: Decimal | None


class TopShown(BaseModel):
    """A cause that many alarms are of."""

    cause: CauseShown
    zone: str
    alarms: int
    share_percent: str


class BenchmarkShown(BaseModel):
    """What a standard bears with, and where that is said."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    value: str
    unit: str
    standard: str
    source: str
    evidence: str


class RateShown(BaseModel):
    """How often devices of one model or lot fail, and whose warranty that is."""

    model_config = ConfigDict(from_attributes=True)

    model: str
    lot: str | None
    device_class: DeviceClass
    devices: int
    failures: int
    device_years: Decimal
    a_year_per_100: Decimal | None
    supplier: str | None
    warranty_until: date | None


class StatisticsShown(BaseModel):
    """How the alarms of the last weeks were."""

    since: str | None
    until: str | None
    technicians: int
    alarms: int
    weeks: list[WeekShown]
    most_in_10_min: int
    flood_percent: str | None
    overloaded_percent: str | None
    mix_percent: dict[str, str | None]
    chattering: list[int]
    stale: list[int]
    top: list[TopShown]
    top_percent: str | None
    benchmarks: list[BenchmarkShown]
    failures_by_model: list[RateShown]
    failures_by_lot: list[RateShown]


@router.get("/alarms/statistics")
def statistics(
    sources: Given, whole: Whole, actor: Reader, weeks: Annotated[int, Query(ge=1, le=104)] = 12
) -> StatisticsShown:
    """Return how alarms were in the last weeks, of what the reader sees."""
    found = watched(sources, whole.registry(), actor, weeks)
    told = found.statistics
    return StatisticsShown(
        since=shown(told.span.start),
        until=shown(told.span.end),
        technicians=told.technicians,
        alarms=told.alarms,
        weeks=[WeekShown.model_validate(each) for each in told.weeks],
        most_in_10_min=told.most_in_10_min,
        flood_percent=tenth(told.flood_percent),
        overloaded_percent=tenth(told.overloaded_percent),
        mix_percent={str(each): tenth(share) for each, share in told.mix_percent.items()},
        chattering=[each.id for each in told.chattering],
        stale=[each.id for each in told.stale],
        top=_top(told),
        top_percent=tenth(told.top_percent),
        benchmarks=[_benchmark(each) for each in benchmarks()],
        failures_by_model=_rates(found.by_model),
        failures_by_lot=_rates(found.by_lot),
    )


def tenth(share: Decimal | None) -> str | None:
    """Return a share as it is quoted."""
    return None if share is None else str(share.quantize(_TENTH))


def _top(told: AlarmStatistics) -> list[TopShown]:
    return [
        TopShown(
            cause=CauseShown.model_validate(each.cause),
            zone=each.zone,
            alarms=each.alarms,
            share_percent=str(each.share_percent.quantize(_TENTH)),
        )
        for each in told.top
    ]


def _benchmark(one: Benchmark) -> BenchmarkShown:
    return BenchmarkShown.model_validate(one)


def _rates(rates: tuple[FailureRate, ...]) -> list[RateShown]:
    return [RateShown.model_validate(each) for each in rates]
