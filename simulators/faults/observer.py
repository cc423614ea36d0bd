"""The backend's side of an evaluation: the fault rules, day after day, as a watch runs them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from analytics.air.days import POLLUTANTS, AirDay, in_a_row
from analytics.air.exceeding import Exceedance, exceedances, reaches
from analytics.condition import national_limits
from analytics.faults.ahead import limits_exceeded, sims_running_out
from analytics.faults.charging import charge_ratios
from analytics.faults.daily import Judged
from analytics.faults.fast import JUDGES, Memory, judge, standing_at
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet, fleet_of
from analytics.faults.lampdays import lamp_days
from analytics.faults.nightly import judge_lamps, judge_sets, judge_stations
from analytics.faults.reconcile import reconciled
from analytics.faults.seen import Seen, seen
from analytics.faults.setdays import set_days
from analytics.faults.silence import Listening, silences
from analytics.faults.stationdays import station_days
from analytics.lighting.battery import BatteryDay
from analytics.night import Pole
from analytics.pv.days import PvDay
from analytics.uptime.base import ALL_NIGHT, asked_at
from analytics.uptime.days import UptimeDay
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, HOUR_US, Period, instant, micros
from simulators.faults import dayfacts
from simulators.faults.field import FieldDay, silent_gateways
from simulators.faults.labels import Label
from simulators.faults.layout import ZONE, Layout
from simulators.faults.pieces import in_order, tail
from simulators.world.arrays import Micros

LAMP: Final = DeviceClass.STREETLIGHT
SET: Final = DeviceClass.SCHOOL_PV
STATION: Final = DeviceClass.AIR_STATION

_NEVER: Final = np.iinfo(np.int64).max
_A_MONTH_US: Final = 37 * DAY_US
_TICK_US: Final = 30 * 60_000_000
_JUDGED_AFTER_US: Final = 90 * 60_000_000
_WINDOW: Final = 62  # days
_AGAIN: Final = 3  # days whose facts may still change
_CONTEXT_STEPS: Final = {LAMP: 12, SET: 12, STATION: 96}
_SILENCES: Final = ("gateway_down", "device_silent")


class Observer:
    """Sees what reaches us, and finds faults."""

    def __init__(self, layout: Layout, labels: Sequence[Label], *, start: int, first: date) -> None:
        registry = layout.registry
        self.layout, self.labels = layout, labels
        self.known: dict[tuple[str, str, int], Fault] = {}
        self._own: dict[tuple[str, str], dict[int, Fault]] = {}
        self._silent: dict[tuple[str, str, int], Fault] = {}
        self._heard: Micros | None = None
        self._start, self._first = start, first
        self._fleets = {
            each: fleet_of(registry, ZONE, each, layout.of(each)) for each in (LAMP, SET, STATION)
        }
        self._memory: Memory = {}
        self._days: list[Mapping[DeviceClass, FieldDay]] = []
        self._uptime: dict[tuple[DeviceId, date], UptimeDay] = {}
        self._batteries: dict[tuple[DeviceId, date], BatteryDay] = {}
        self._sets: dict[tuple[DeviceId, date], PvDay] = {}
        self._air: dict[tuple[DeviceId, date, str], AirDay] = {}
        self._charge: dict[tuple[DeviceId, date], float] = {}
        devices = registry.devices()
        rows = [(each.id, each.device_class, each.interval_s, each.gateway) for each in devices]
        self._listening = Listening.to(rows)

    def day(self, number: int, seen_day: Mapping[DeviceClass, FieldDay]) -> None:
        """Take in a day."""
        self._days = [*self._days[-_AGAIN:], seen_day]
        midnight = self._start + number * DAY_US
        for device_class in (LAMP, SET, STATION):
            if seen_day.get(device_class) is not None:
                self._write(self._fast(device_class, midnight))
        self._listen(midnight)
        if number:
            self._judge_days(number, midnight)
        today = instant(midnight).date()
        open_now = [each for each in self.known.values() if each.cleared_at is None]
        registry = self.layout.registry
        self._write(sims_running_out(registry, today=today, now=midnight, standing=open_now))

    def _write(self, found: Sequence[Fault]) -> None:
        keys = {(each.rule, each.subject) for each in found}
        known = [each for key in keys for each in self._own.get(key, {}).values()]
        for fault in reconciled(known, found):
            self.known[fault.rule, fault.subject, fault.began_at] = fault
            self._own.setdefault((fault.rule, fault.subject), {})[fault.began_at] = fault
            if fault.rule in _SILENCES:
                self._silent[fault.rule, fault.subject, fault.began_at] = fault

    def _fast(self, device_class: DeviceClass, since: int) -> list[Fault]:
        pieces = [day[device_class] for day in self._days[-2:] if device_class in day]
        readings = self.seen(device_class, pieces)
        faults, self._memory = judge(readings, self._memory, since=since)
        return faults

    def seen(self, device_class: DeviceClass, pieces: Sequence[FieldDay]) -> Seen:
        """Return the last of some days as rules look at it, with what goes before it."""
        context = _CONTEXT_STEPS[device_class]
        told = [tail(each, context) for each in pieces[:-1]] + [pieces[-1]]
        parts = [each.block(device_class) for each in told]
        block, received = in_order([part[0] for part in parts], [part[1] for part in parts])
        return seen(self._fleets[device_class], block, received)

    def judged_again(self) -> list[Fault]:
        """Return what the last days say when they come once more, a month later."""
        found: list[Fault] = []
        for device_class in (LAMP, SET, STATION):
            pieces = [day[device_class] for day in self._days if device_class in day]
            if pieces:
                start = int(pieces[0].at[0])
                later = [
                    replace(each, received_at=np.where(each.measured, start + _A_MONTH_US, _NEVER))
                    for each in pieces
                ]
                blocks = [each.block(device_class) for each in later]
                block, received = in_order([one for one, _ in blocks], [two for _, two in blocks])
                again = seen(self._fleets[device_class], block, received)
                known = [each for each in self.known.values() if each.rule in JUDGES]
                found += judge(again, standing_at(known, start), since=start)[0]
        return found

    def _listen(self, midnight: int) -> None:
        names = {name: place for place, name in enumerate(self._listening.devices)}
        received = np.full((len(names), 2 * 288), np.iinfo(np.int64).max)
        for column, day in enumerate(self._days[-2:]):
            for one in day.values():
                places = [names[device.id] for device in one.devices]
                received[places, column * 288 : (column + 1) * 288] = one.received_at
        received = np.sort(received, axis=1)
        for now in range(midnight, midnight + DAY_US, _TICK_US):
            count = (received <= now).sum(axis=1)
            heard = np.where(count > 0, received[np.arange(len(names)), count - 1], 0)
            self._tick(now, heard)

    def _tick(self, now: int, heard: Micros) -> None:
        silent = self._silent.values()
        recent = [each for each in silent if not each.cleared_at or now - each.cleared_at < DAY_US]
        self._heard = heard if self._heard is None else np.maximum(self._heard, heard)
        if not (self._heard > 0).all():
            return
        away = silent_gateways(self.labels, now)
        alive = np.array([each not in away for each in self._listening.gateways], np.bool_)
        self._write(
            silences(self._listening, now=now, heard=self._heard, alive=alive, standing=recent)
        )

    def _judge_days(self, number: int, midnight: int) -> None:
        yesterday = self._first + timedelta(days=number - 1)
        noon = midnight + 12 * HOUR_US + _JUDGED_AFTER_US
        early = midnight + _JUDGED_AFTER_US
        for back in range(min(_AGAIN, number)):
            self._facts(back, yesterday - timedelta(days=back), by=early, by_noon=noon)
        first = yesterday - timedelta(days=_WINDOW - 1)
        days = [first + timedelta(days=place) for place in range(_WINDOW)]
        for device_class, now in ((SET, early), (STATION, early), (LAMP, noon)):
            standing = list(self.known.values())
            judged = Judged(day=yesterday, now=now, standing=standing)
            self._write(self._of_class(device_class, days, judged))
        self._write(self._limits(days[-3:], early))

    def _facts(self, back: int, on: date, *, by: int, by_noon: int) -> None:
        """Take down what is known of a day now."""
        first, second = self._days[-2 - back], self._days[-1 - back]
        if LAMP in first:
            night = dayfacts.joined(first[LAMP], second[LAMP])
            uptime, batteries = dayfacts.lamp_facts(night, on, self._asked(LAMP, on), by_noon)
            self._uptime |= {(each.device, each.day): each for each in uptime}
            self._batteries |= {(each.device, each.day): each for each in batteries}
            if back == 0:
                self._charge |= self._ratios(night, on, by_noon)
        if SET in first:
            uptime, sets = dayfacts.set_facts(first[SET], on, self._asked(SET, on), by)
            self._uptime |= {(each.device, each.day): each for each in uptime}
            self._sets |= {(each.device, each.day): each for each in sets}
        if STATION in first:
            for fact in dayfacts.air_facts(first[STATION], on, by):
                self._air[fact.device, fact.day, fact.pollutant] = fact

    def _ratios(self, night: FieldDay, on: date, by: int) -> dict[tuple[DeviceId, date], float]:
        come = replace(
            night,
            received_at=np.where(
                night.received_at <= by, night.received_at, np.iinfo(np.int64).max
            ),
        )
        block, received = come.block(LAMP)
        ratios = charge_ratios(seen(self._fleets[LAMP], *in_order([block], [received])))
        pairs = zip(self._fleets[LAMP].names, ratios.tolist(), strict=True)
        return {(name, on): ratio for name, ratio in pairs if not np.isnan(ratio)}

    def _asked(self, device_class: DeviceClass, on: date) -> list[Period]:
        pole = Pole.at(ZONE.latitude, ZONE.longitude, ZONE.timezone)
        last = on + timedelta(days=60 - on.toordinal() % 60)
        spans = asked_at(device_class, pole, ALL_NIGHT, last - timedelta(days=60), last)
        span = spans[(on - (last - timedelta(days=60))).days]
        return [span] * len(self._fleets[device_class])

    def _of_class(
        self, device_class: DeviceClass, days: Sequence[date], judged: Judged
    ) -> list[Fault]:
        fleet = self._fleets[device_class]
        if not len(fleet):
            return []
        wanted = set(days)
        if device_class is STATION:
            air = [each for each in self._air.values() if each.day in set(days[-31:])]
            return judge_stations(station_days(fleet, days, air), judged)
        uptime = [
            each
            for each in self._uptime.values()
            if each.device_class is device_class and each.day in wanted
        ]
        if device_class is LAMP:
            batteries = [each for each in self._batteries.values() if each.day in wanted]
            lamps = lamp_days(fleet, days, uptime=uptime, batteries=batteries, charge=self._charge)
            return judge_lamps(lamps, judged)
        return self._judge_sets(fleet, days, uptime, judged)

    def _judge_sets(
        self, fleet: Fleet, days: Sequence[date], uptime: Sequence[UptimeDay], judged: Judged
    ) -> list[Fault]:
        devices = self.layout.of(SET)
        places = [(float(each.latitude or 0), float(each.longitude or 0)) for each in devices]
        facts = [each for each in self._sets.values() if days[0] <= each.day <= days[-1]]
        return judge_sets(
            set_days(fleet, devices, places, days, uptime=uptime, facts=facts), judged
        )

    def _limits(self, days: Sequence[date], now: int) -> list[Fault]:
        found = list(self._exceedances(days))
        end = micros(_begin(days[-1] + timedelta(days=1)))
        until: dict[str, int] = dict.fromkeys(self._fleets[STATION].names, end)
        return limits_exceeded(found, heard_until=until, now=now)

    def _exceedances(self, days: Sequence[date]) -> Iterator[Exceedance]:
        for station in self._fleets[STATION].names:
            for pollutant in POLLUTANTS:
                limits = national_limits(ZONE.country, pollutant, days[-1])
                own = [
                    fact
                    for day in days
                    if (fact := self._air.get((station, day, pollutant))) is not None
                ]
                if own and limits and reaches(own, limits):
                    hours = in_a_row(own, days[0], days[-1])
                    yield from exceedances(station, hours, _begin(days[0]), limits)


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE.timezone)).astimezone(UTC)
