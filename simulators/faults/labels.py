"""Labels: what was put into a zone, whom it reaches, and which faults are right to be found.

Labels we made ourselves guard against regressions; they are no proof of performance in the field.
"""

from dataclasses import dataclass
from enum import StrEnum

from ingest.contract.period import Period


class Kind(StrEnum):
    """What is made to happen."""

    LAMP_OUT = "lamp_out"  # its circuit is open
    BURNS_BY_DAY = "burns_by_day"
    PANEL_STOLEN = "panel_stolen"
    PANEL_DUSTY = "panel_dusty"
    BATTERY_WORN = "battery_worn"
    BATTERY_FAILS = "battery_fails"  # for a night or two
    LAMP_WORD = "lamp_word"  # a controller too hot
    RADIO_SILENT = "radio_silent"  # for hours
    LAMP_GONE = "lamp_gone"  # stolen, or its battery dead
    METER_REPLACED = "meter_replaced"  # a counter begins anew: nothing is wrong
    COUNTER_JUMPS = "counter_jumps"
    SET_DEAD = "set_dead"
    STRING_OUT = "string_out"
    SET_DIRTY = "set_dirty"
    SET_DERATES = "set_derates"  # gives less on most days
    SET_WORD = "set_word"
    SET_CLIPS = "set_clips"  # larger panels than inverter
    SET_JUMPS = "set_jumps"
    STUCK = "stuck"
    CONTRADICTS = "contradicts"  # more fine dust than dust
    OUT_OF_RANGE = "out_of_range"
    DRIFTS = "drifts"
    CALIBRATES = "calibrates"
    SMOKE = "smoke"  # over the whole zone
    GATEWAY_DEAD = "gateway_dead"
    NETWORK_LOST = "network_lost"  # of one operator: what is measured comes late
    SIM_EMPTY = "sim_empty"
    SIM_EXPIRES = "sim_expires"  # in a month
    OURS_DOWN = "ours_down"  # nothing of anybody comes: our own side
    CLOCK_WRONG = "clock_wrong"  # a gateway's clock is slow
    CLOUDY_WEEK = "cloudy_week"
    GRID_OUTAGE = "grid_outage"
    FEEDER_OUTAGE = "feeder_outage"
    STORM = "storm"  # dark clouds, the grid away, two gateways without power


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One thing that happens."""

    kind: Kind
    subjects: tuple[str, ...]  # devices and gateways that it reaches
    period: Period
    must: frozenset[str]  # rules that have to find it
    may: frozenset[str]  # rules that are right to find it as well
    strength: float = 1.0  # how bad it is, as its effect takes it

    @property
    def right(self) -> frozenset[str]:
        """Return every rule that is right to find it."""
        return self.must | self.may
