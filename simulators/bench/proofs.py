"""Faults whose proof is one reading: what a device says before it, and with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from analytics.alarms.policy import policy
from analytics.faults.fault import RuleId
from analytics.faults.rules import rules
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import instant
from ingest.registry.model import Zone
from simulators.bench.field import Ready
from simulators.bench.flood import STEP_US, Boot, usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What a fault looks like in the readings of one device."""

    device_class: DeviceClass
    values: Mapping[str, float]
    by_night: bool = False


WRONG: Final[Mapping[RuleId, Wrong]] = MappingProxyType(
    {
        RuleId("day_burner"): Wrong(
            device_class=DeviceClass.STREETLIGHT, values={"load_power": 58.0}
        ),
        RuleId("range"): Wrong(device_class=DeviceClass.AIR_STATION, values={"pm25": -20.0}),
        RuleId("fault_word"): Wrong(
            device_class=DeviceClass.HOUSEHOLD_PV, values={"fault_word": 4.0}
        ),
        RuleId("zero_output"): Wrong(
            device_class=DeviceClass.HOUSEHOLD_PV,
            values={"active_power": 0.0, "dc_power": 0.0, "current": 0.0, "dc_current": 0.0},
        ),
        RuleId("lamp_out"): Wrong(
            device_class=DeviceClass.STREETLIGHT, values={"load_power": 0.0}, by_night=True
        ),
    }
)


@dataclass(slots=True, kw_only=True)
class Proof:
    """A device with a fault: when the reading that proves it was sent, and who knew when. [s]"""

    rule: RuleId
    boot: Boot
    sent_at: float | None = None
    known_at: float | None = None  # when its fault was in the catalog

    @property
    def device(self) -> DeviceId:
        """Which device it is; its number is painted on it."""
        return self.boot.devices[0]

    @property
    def waits_s(self) -> float:
        """How long after its proof it is told of, for others of the same cause to show."""
        return policy().wait_us(self.rule) / 1e6

    def before(self, at: int) -> Ready:
        """Say what is wrong up to an interval before an instant: too short to be a fault."""
        steps = rules()[self.rule].on_delay_us // STEP_US
        return self._says([at - step * STEP_US for step in range(steps, 0, -1)])

    def now(self, at: int) -> Ready:
        """Say at an instant that it still is wrong."""
        return self._says([at])

    def _says(self, instants: Sequence[int]) -> Ready:
        at, wrong = np.array(instants, np.int64), WRONG[self.rule]
        said = usual(wrong.device_class, self.boot.zone, at, np.random.default_rng(0))
        said |= {name: np.full(len(at), value) for name, value in wrong.values.items()}
        return self.boot.chunk({self.device: said}, at, instant(instants[-1]))


def proofs_of(when: str, counts: Mapping[RuleId, int], noon: Zone, midnight: Zone) -> list[Proof]:
    """Return so many faults of some rules, one rule after the other and around again."""
    return [
        Proof(
            rule=rule,
            boot=Boot(
                gateway=GatewayId(f"bench-{when}-{place}"),
                zone=midnight if WRONG[rule].by_night else noon,
                device_class=WRONG[rule].device_class,
                devices=(DeviceId(f"{when}-{place}-{rule}"),),
            ),
        )
        for place, rule in enumerate(_around(counts))
    ]


def _around(counts: Mapping[RuleId, int]) -> Iterable[RuleId]:
    for turn in range(max(counts.values(), default=0)):
        yield from (rule for rule, count in counts.items() if turn < count)
