"""What devices' truth logs amount to, worked out by hand: on fractions, sharing no code with us."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

_REGISTRY = Path(__file__).parent.parent.parent / "simulators" / "demo_zones" / "registry"
LAMP_FACTOR = {"KH": "0.588", "LA": "0.555", "SC": "0.479"}  # kg/kWh, IFI 2021 v3.1
PV_FACTOR = {"KH": "0.874", "LA": "0.876", "SC": "0.650"}
_HOURS_FROM_UTC = {"KH": 7, "LA": 7, "SC": 4}
_HOLD_S = 600

Row = Mapping[str, Any]


def truth_rows(path: Path) -> Iterator[Row]:
    for line in path.read_text().splitlines():
        row = json.loads(line)
        if "measured_at" in row:
            yield row


def by_device(home: Path, zone: str) -> dict[str, list[tuple[int, Row]]]:
    found: dict[str, list[tuple[int, Row]]] = {}
    for row in truth_rows(home / "truth" / f"{zone}.jsonl"):
        for device, values in row["devices"].items():
            found.setdefault(device, []).append((row["measured_at"], values))
    return found


def registry_rows(name: str) -> list[dict[str, str]]:
    with (_REGISTRY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def held_rows(rows: list[tuple[int, Row]]) -> Iterator[tuple[int, int, Row]]:
    """Yield instant, seconds held, and values."""
    ends = [at for at, _ in rows[1:]] + [rows[-1][0] + _HOLD_S * 1_000_000]
    for (at, values), end in zip(rows, ends, strict=True):
        yield at, min((end - at) // 1_000_000, _HOLD_S), values


def local_day(at: int, country: str, begins: timedelta) -> str:
    moment = datetime.fromtimestamp(at / 1e6, UTC) + timedelta(hours=_HOURS_FROM_UTC[country])
    return (moment - begins).date().isoformat()


def lamp_mwh(rows: list[tuple[int, Row]], country: str) -> int:
    """Add up what the lamp gave each night, noon to noon, each night as a whole number."""
    nights: dict[str, Fraction] = {}
    for at, seconds, values in held_rows(rows):
        night = local_day(at, country, timedelta(hours=12))
        watt_seconds = Fraction(values["load_power"]) * seconds
        nights[night] = nights.get(night, Fraction(0)) + watt_seconds
    return sum(round(each / Fraction(36, 10)) for each in nights.values())


def pv_mwh(rows: list[tuple[int, Row]], country: str) -> int:
    days: dict[str, Fraction] = {}
    before: Fraction | None = None
    for at, values in rows:
        if values["energy_generated"] is None:
            continue
        now = Fraction(str(values["energy_generated"]))
        if before is not None and now > before:
            day = local_day(at, country, timedelta(0))
            days[day] = days.get(day, Fraction(0)) + now - before
        before = now
    return sum(round(each * 1_000_000) for each in days.values())


def counted(rows: list[tuple[int, Row]], metric: str, country: str, unit: int) -> dict[str, int]:
    """Return what a counter advanced by on each local day, as a whole number of a smaller unit."""
    days: dict[str, Fraction] = {}
    for (_, first), (at, last) in pairwise(rows):
        day = local_day(at, country, timedelta(0))
        step = Fraction(str(last[metric])) - Fraction(str(first[metric]))
        days[day] = days.get(day, Fraction(0)) + step
    return {day: round(each * unit) for day, each in days.items()}


def bus_kg(
    bus: list[tuple[int, Row]], charger: list[tuple[int, Row]], country: str, since: str
) -> Decimal:
    """Return the diesel that a bus's way would have taken, less what its charger gave.

    30 l/100 km at 2.5247 kg/l, 1 % less with each year of use; a fifth is lost on the way to the
    charger.
    """
    kg = Decimal(0)
    for day, meters in counted(bus, "odometer", country, 1_000).items():
        years = (datetime.fromisoformat(day) - datetime.fromisoformat(since)).days // 365
        kg += meters * Decimal("0.3") * Decimal("2.5247") / 1_000 * Decimal("0.99") ** years
    charged = sum(counted(charger, "energy_delivered", country, 1_000_000).values())
    return kg - kwh(charged) / Decimal("0.8") * Decimal(LAMP_FACTOR[country])


def zone_kg(truth: Mapping[str, list[tuple[int, Row]]], country: str) -> Decimal:
    """Return what a zone of the demo avoided, unrounded."""
    devices = {row["id"]: row for row in registry_rows("devices.csv")}
    kg = Decimal(0)
    for name, rows in truth.items():
        device = devices[name]
        if device["device_class"] == "streetlight":
            kg += kwh(lamp_mwh(rows, country)) * Decimal(LAMP_FACTOR[country])
        elif device["device_class"].endswith("_pv") and device["grid_connection"] == "on":
            kg += kwh(pv_mwh(rows, country)) * Decimal(PV_FACTOR[country])
        elif device["device_class"] == "charger":
            bus = device["feeds"]
            kg += bus_kg(truth[bus], rows, country, devices[bus]["handed_over"])
    return kg


def lit_minutes(rows: list[tuple[int, Row]], dark: set[int]) -> int:
    return sum(
        at + minute * 60_000_000 in dark
        for at, seconds, values in (held_rows(rows) if rows else ())
        if values["load_power"] > 0
        for minute in range(seconds // 60)
    )


def proven_minutes(rows: list[tuple[int, Row]], dark: set[int]) -> int:
    """Count the dark minutes of silences of an hour and more that the lamp's counter makes good.

    It does where it advanced by nine tenths of what the lamp takes while it is lit, or more.
    """
    lit = [values["load_power"] for _, values in rows if values["load_power"] > 0]
    minutes = 0
    for (before, first), (after, last) in pairwise(rows):
        silent = [at for at in range(before + _HOLD_S * 1_000_000, after, 60_000_000) if at in dark]
        if after - before > 3_600_000_000 and silent and lit:
            kwh_each = sum(lit) / len(lit) / 60_000
            used = last["energy_used"] - first["energy_used"]
            minutes += len(silent) if used >= 0.9 * kwh_each * len(silent) else 0
    return minutes


def kwh(mwh: int) -> Decimal:
    return Decimal(mwh) / 1_000_000
