"""When the sun rises, culminates and sets at a place, and how long its night is."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, RowError, decimal, text
from analytics.sun import SunDay, civil_dawn, civil_dusk, sun_days

_EVENTS: Final = ("sunrise", "sunset", "transit", "civil_dawn", "civil_dusk", "night_hours")
_DEG_AN_HOUR: Final = 15


def calculator() -> Calculator:
    """Return the calculator of sun times; no row depends on another."""
    return _event


def _event(row: Row) -> Result:
    event = text(row, "event")
    if event not in _EVENTS:
        raise RowError(f"event {event!r}: expected {', '.join(_EVENTS)}")
    place = float(decimal(row, "latitude")), float(decimal(row, "longitude"))
    day = date.fromisoformat(text(row, "local_date"))
    today, tomorrow = sun_days(*place, day, day + timedelta(days=1), _zone(row, place[1]))
    if event == "night_hours":
        return {"value": _night_hours(today.sunset, tomorrow.sunrise)}
    moment = _moment(event, today, place)
    return {"value": None if moment is None else moment.isoformat(timespec="milliseconds")}


def _moment(event: str, day: SunDay, place: tuple[float, float]) -> datetime | None:
    match event:
        case "civil_dawn":
            return None if day.sunrise is None else civil_dawn(*place, day.sunrise)
        case "civil_dusk":
            return None if day.sunset is None else civil_dusk(*place, day.sunset)
        case "sunrise":
            return day.sunrise
        case "sunset":
            return day.sunset
        case _:
            return day.transit


def _night_hours(sunset: datetime | None, sunrise: datetime | None) -> float | None:
    if sunset is None or sunrise is None:
        return None
    return round((sunrise - sunset) / timedelta(hours=1), 4)


def _zone(row: Row, longitude: float) -> tzinfo:
    """Return the row's time zone; where it names none, the whole hours of its longitude."""
    if not row.get("timezone"):
        hours = round(longitude / _DEG_AN_HOUR)
        return timezone(timedelta(hours=hours)) if hours else UTC
    try:
        return ZoneInfo(text(row, "timezone"))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RowError(f"timezone: {row['timezone']!r} is none") from error
