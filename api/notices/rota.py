"""When somebody is to be told: working hours, holidays and quiet hours, in the time of a zone."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from ingest.contract.period import instant, micros
from ingest.registry.model import Duty, Person

_LOOKED: Final = 31  # days ahead: no country rests for longer
_DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Part of a day, from a local time until before another; overnight where that is earlier."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """Read hours as the registry writes them: '22:00..06:00'."""
        start, _, end = text.partition("..")
        return cls(start=time.fromisoformat(start), end=time.fromisoformat(end))

    def hold(self, clock: time) -> bool:
        """Tell whether a local time is in it."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """On which days a country works, and when."""

    days: frozenset[int]  # 0 is Monday
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Working hours and holidays by country."""

    weeks: Mapping[str, Week]
    holidays: frozenset[tuple[str, date]]
    digest_at: time

    def works(self, at: int, country: str, timezone: ZoneInfo) -> bool:
        """Tell whether an instant (microseconds) is in a country's working hours."""
        local = _local(at, timezone)
        return self._workday(local.date(), country) and self._week(country).hours.hold(local.time())

    def on_duty(self, person: Person, at: int, country: str, timezone: ZoneInfo) -> bool:
        """Tell whether somebody is on duty at an instant."""
        match person.duty:
            case Duty.ALWAYS:
                return True
            case Duty.WORKING_HOURS:
                return self.works(at, country, timezone)
            case Duty.OFF_HOURS:
                return not self.works(at, country, timezone)

    def duty_from(self, person: Person, at: int, country: str, timezone: ZoneInfo) -> int:
        """Return when somebody is next on duty, at an instant or after it."""
        if self.on_duty(person, at, country, timezone):
            return at
        hours, today = self._week(country).hours, _local(at, timezone).date()
        edge = hours.end if person.duty is Duty.OFF_HOURS else hours.start
        edges = (_at(today + timedelta(days=ahead), edge, timezone) for ahead in range(_LOOKED))
        return next(
            each for each in edges if each > at and self.on_duty(person, each, country, timezone)
        )

    def morning(self, at: int, timezone: ZoneInfo) -> int:
        """Return when the next digests go out, after an instant."""
        return _next(at, self.digest_at, timezone)

    def _workday(self, day: date, country: str) -> bool:
        return day.weekday() in self._week(country).days and (country, day) not in self.holidays

    def _week(self, country: str) -> Week:
        return self.weeks.get(country) or self.weeks[_DEFAULT]


def quiet_until(person: Person, at: int, timezone: ZoneInfo) -> int:
    """Return when somebody's quiet hours are over: the instant itself where none hold."""
    if not person.quiet:
        return at
    quiet = Hours.parse(person.quiet)
    return _next(at, quiet.end, timezone) if quiet.hold(_local(at, timezone).time()) else at


@cache
def rota() -> Rota:
    """Return the rota that comes with the project."""
    told = tomllib.loads(_text("hours.toml"))
    digest_at = time.fromisoformat(told.pop("digest_at"))
    return Rota(
        weeks={
            country: Week(days=frozenset(week["days"]), hours=Hours.parse(week["hours"]))
            for country, week in told.items()
        },
        holidays=frozenset(
            (row["country"], date.fromisoformat(row["day"]))
            for row in csv.DictReader(_text("holidays.csv").splitlines())
        ),
        digest_at=digest_at,
    )


def _text(name: str) -> str:
    return files("api.notices").joinpath(name).read_text("utf-8")


def _local(at: int, timezone: ZoneInfo) -> datetime:
    return instant(at).astimezone(timezone)


def _at(day: date, clock: time, timezone: ZoneInfo) -> int:
    return micros(datetime.combine(day, clock, tzinfo=timezone))


def _next(at: int, clock: time, timezone: ZoneInfo) -> int:
    today = _local(at, timezone).date()
    first = _at(today, clock, timezone)
    return first if first > at else _at(today + timedelta(days=1), clock, timezone)
