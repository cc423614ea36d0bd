"""Faults of ingest."""

from contextlib import ExitStack
from typing import Final

from simulators.drill.faults.fault import Fault
from simulators.drill.setting import Setting

_LONGEST_S: Final = 3.0  # starting takes about one


def _killed(setting: Setting, _: ExitStack) -> None:
    for time in range(12 if setting.thorough else 3):
        if time % 3:  # the others fall into its start, where the machine is slow
            setting.until_ready()
        setting.live(setting.rng.uniform(0.0, _LONGEST_S))
        setting.ingest.kill()
        setting.ingest.start()


def _told_to_stop(setting: Setting, _: ExitStack) -> None:
    for _time in range(4 if setting.thorough else 1):
        setting.live(setting.rng.uniform(0.0, _LONGEST_S))
        setting.ingest.stop()
        setting.ingest.start()


FAULTS: Final = (
    Fault(name="ingest_killed", strike=_killed),
    Fault(name="ingest_told_to_stop", strike=_told_to_stop),
)
