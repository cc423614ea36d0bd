"""Faults of analytics."""

from contextlib import ExitStack
from typing import Final

from simulators.drill.faults.fault import Fault, Need
from simulators.drill.setting import Setting

_LONGEST_S: Final = 4.0  # starting takes about two


def _killed(setting: Setting, _: ExitStack) -> None:
    process = setting.backend["analytics"]
    for _time in range(8 if setting.thorough else 2):
        setting.live(setting.rng.uniform(1.0, _LONGEST_S))
        process.kill()
        process.start()


FAULTS: Final = (Fault(name="analytics_killed", strike=_killed, needs=frozenset({Need.INFLUXD})),)
