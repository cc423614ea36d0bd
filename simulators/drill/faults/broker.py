"""Faults of the broker."""

from contextlib import ExitStack
from typing import Final

from simulators.drill.faults.fault import Fault
from simulators.drill.setting import Setting


def _killed(setting: Setting, _: ExitStack) -> None:
    setting.live(2)
    setting.broker.process.kill()
    setting.live(3)
    setting.broker.start()


def _session_lost(setting: Setting, _: ExitStack) -> None:
    """Lose what the broker took while ingest was away, and all it knew of its clients."""
    setting.live(1)
    setting.ingest.kill()
    setting.live(3)
    setting.broker.process.kill()
    setting.broker.forget()
    setting.broker.start()
    setting.ingest.start()


FAULTS: Final = (
    Fault(name="broker_killed", strike=_killed),
    Fault(name="broker_session_lost", strike=_session_lost),
)
