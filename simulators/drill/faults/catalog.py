"""Faults of the catalog's database."""

import signal
from contextlib import ExitStack
from typing import Final

from simulators.drill.faults.fault import Fault, Need
from simulators.drill.setting import Setting


def _restarted(setting: Setting, _: ExitStack) -> None:
    for how in (signal.SIGINT, signal.SIGQUIT):
        setting.live(2)
        setting.catalog.end(how)
        setting.live(3 if setting.thorough else 1)
        setting.catalog.start()


def _restored(setting: Setting, _: ExitStack) -> None:
    """Go back to a backup while gateways go on; the archive is as it was."""
    _stop_backend(setting)
    setting.catalog.back_up()
    _start_backend(setting)
    setting.live(15 if setting.thorough else 5)
    _stop_backend(setting)
    setting.catalog.restore()
    _start_backend(setting)


def _stop_backend(setting: Setting) -> None:
    for process in setting.backend.values():
        process.stop()


def _start_backend(setting: Setting) -> None:
    for process in setting.backend.values():
        process.start()
    setting.until_ready()


FAULTS: Final = (
    Fault(name="catalog_restarted", strike=_restarted, needs=frozenset({Need.POSTGRES})),
    Fault(name="catalog_restored", strike=_restored),
)
