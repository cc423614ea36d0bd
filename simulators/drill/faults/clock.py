"""A gateway's clock that is stepped."""

from contextlib import ExitStack
from typing import Final

from simulators.drill import clock
from simulators.drill.faults.fault import Fault, Need
from simulators.drill.field import CLOCK
from simulators.drill.setting import Setting


def _stepped(setting: Setting, stack: ExitStack) -> None:
    gateway = setting.gateways[CLOCK]
    gateway.process.start()
    stack.callback(gateway.process.stop)
    for hours in (0, -1, 0, 1, 0):
        clock.step(setting.folder, hours=hours)
        setting.live(6 if setting.thorough else 3)


FAULTS: Final = (Fault(name="clock_stepped", strike=_stepped, needs=frozenset({Need.FAKETIME})),)
