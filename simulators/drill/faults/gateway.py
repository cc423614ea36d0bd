"""Faults of a gateway."""

from contextlib import ExitStack
from typing import Final

from simulators.demo.broker import free_port
from simulators.drill.faults.fault import Fault, Need
from simulators.drill.field import RETIRED, STEADY
from simulators.drill.relay import Closed, Link
from simulators.drill.setting import Setting

_LONGEST_S: Final = 3.0
_ROOM: Final = 20  # records: three polls


def _killed(setting: Setting, _: ExitStack) -> None:
    for _time in range(8 if setting.thorough else 2):
        gateway = setting.gateways[setting.rng.choice(STEADY)]
        setting.live(setting.rng.uniform(0.5, _LONGEST_S))
        gateway.process.kill()
        gateway.process.start()


def _power_cut(setting: Setting, _: ExitStack) -> None:
    """Cut the power while there is no network either: only the outbox has what was taken."""
    gateway = setting.gateways[STEADY[1]]
    if gateway.disk is None:
        return
    setting.link.use(Closed())
    for _time in range(5 if setting.thorough else 1):
        setting.live(setting.rng.uniform(1.0, _LONGEST_S))
        gateway.process.kill()
        gateway.disk.cut_power()
        gateway.process.start()
    setting.link.use(Link())


def _retired(setting: Setting, _: ExitStack) -> None:
    """Take a gateway out of service that never reached the broker, and bring its outbox in.

    The outbox is full: it has thinned, and has to name what.
    """
    gateway = setting.gateways[RETIRED]
    gateway.configure(broker=free_port(), line=setting.lines[RETIRED], room=_ROOM)
    gateway.process.start()
    setting.live(20 if setting.thorough else 7)
    gateway.process.stop()
    for _time in range(2):  # the second time nothing is new
        done = setting.told("import", str(gateway.outbox), "--gateway", RETIRED)
        if done.returncode:
            setting.problems.append(f"the outbox was not taken in: {done.stderr.strip()}")
    gateway.outbox.unlink()


FAULTS: Final = (
    Fault(name="gateway_killed", strike=_killed),
    Fault(name="gateway_power_cut", strike=_power_cut, needs=frozenset({Need.DISK})),
    Fault(name="gateway_retired", strike=_retired),
)
