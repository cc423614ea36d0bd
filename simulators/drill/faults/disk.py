"""Full disks."""

import signal
from contextlib import ExitStack, suppress
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from simulators.drill import taken
from simulators.drill.archived import archived
from simulators.drill.faults.fault import Fault, Need
from simulators.drill.field import STEADY
from simulators.drill.servers import PostgresCatalog
from simulators.drill.setting import Setting

_PATIENCE_S: Final = 180.0


def _outbox(setting: Setting, _: ExitStack) -> None:
    gateway = setting.gateways[STEADY[1]]
    gateway.process.stop()  # so that its journal has to grow again
    since = taken.mark(setting.logs)
    gateway.process.start()

    def takes() -> bool:
        return any(name == gateway.name for name, _ in taken.read(setting.logs, since=since).heads)

    setting.until(takes, patience_s=_PATIENCE_S, what="the gateway takes nothing")
    _full(setting, "outbox")


def _archive(setting: Setting, _: ExitStack) -> None:
    setting.live(1)
    before = setting.failures()
    setting.disks["home"].fill()
    setting.live(8 if setting.thorough else 4)
    setting.until(
        lambda: setting.failures() > before, patience_s=_PATIENCE_S, what="the disk is not missed"
    )
    if setting.store is not None:
        early = setting.read_store().keys() - archived(setting.home / "archive")
        if early:
            setting.problems.append(f"{len(early)} records are stored and not archived")
    setting.disks["home"].free()


def _catalog(setting: Setting, _: ExitStack) -> None:
    setting.live(1)
    setting.disks["catalog"].fill()
    if isinstance(setting.catalog, PostgresCatalog):
        with suppress(SQLAlchemyError):
            setting.catalog.switch_journal()  # so that it has to take room now
    setting.live(8 if setting.thorough else 3)
    setting.disks["catalog"].free()
    setting.catalog.end(signal.SIGQUIT)
    setting.catalog.start()


def _full(setting: Setting, name: str) -> None:
    setting.disks[name].fill()
    setting.live(8 if setting.thorough else 4)
    setting.disks[name].free()
    setting.live(2)  # for the next commit: what was not taken ends with it


FAULTS: Final = (
    Fault(name="outbox_disk_full", strike=_outbox, needs=frozenset({Need.DISK})),
    Fault(name="archive_disk_full", strike=_archive, needs=frozenset({Need.DISK})),
    Fault(name="catalog_disk_full", strike=_catalog, needs=frozenset({Need.DISK, Need.POSTGRES})),
)
