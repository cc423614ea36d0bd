"""One fault after the other, and after each the comparison."""

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final

from simulators.drill import taken
from simulators.drill.account import Account
from simulators.drill.comparison import Comparison, compare
from simulators.drill.faults.fault import Fault
from simulators.drill.field import LINES
from simulators.drill.result import DrillResult, FaultResult
from simulators.drill.setting import NotReachedError, Setting
from simulators.drill.taken import Log

_LOG: Final = logging.getLogger(__name__)
_PATIENCE_S: Final = 200.0
_SHOWN: Final = 5
_LOAD_S: Final = 2.0


def run(setting: Setting, faults: Sequence[Fault], *, told: Callable[[str], None]) -> DrillResult:
    """Do all faults, then compare everything."""
    left_out = {one.name: why for one in faults if (why := one.left_out(setting))}
    results: list[FaultResult] = []
    for fault in faults:
        if fault.name not in left_out:
            told(fault.name)
            results.append(_do(setting, fault))
    told("everything, from the beginning on")
    whole = _whole(setting)
    ends = {each.name: each.ends for each in (*setting.backend.values(),) if each.ends}
    problems = [*setting.problems, *(f"{name} ended by itself: {ends[name]}" for name in ends)]
    return DrillResult(
        faults=results,
        lost=max(len(whole.lost), sum(one.lost for one in results)),
        stored_twice=max(_twice(setting, whole), sum(one.stored_twice for one in results)),
        problems=problems,
        left_out=left_out,
    )


def _do(setting: Setting, fault: Fault) -> FaultResult:
    since = taken.mark(setting.logs)
    before = Account.read(setting.catalog.url).repeated_of(LINES)
    with ExitStack() as stack:
        setting.live(_LOAD_S)
        fault.strike(setting, stack)
        until = taken.mark(setting.logs)
        log = taken.read(setting.logs, since=since, until=until)
        seconds = _recovered(setting, fault, log)
        compared = _compare(setting, log)
        account = Account.read(setting.catalog.url)
        _note(setting, fault.name, compared, account)
        return FaultResult(
            fault=fault.name,
            taken=compared.taken,
            stored=compared.stored,
            repeated=account.repeated_of(LINES) - before,
            quarantined=compared.quarantined,
            thinned=compared.thinned,
            pending=compared.pending,
            lost=len(compared.lost),
            stored_twice=len(compared.invented) + account.counted_twice(LINES),
            not_taken=log.not_taken,
            seconds_to_recover=round(seconds, 1),
        )


def _recovered(setting: Setting, fault: Fault, log: Log) -> float:
    try:
        return setting.until_settled(log.heads, patience_s=_PATIENCE_S)
    except NotReachedError as error:
        setting.problems.append(f"{fault.name}: {error}")
        return _PATIENCE_S


def _compare(setting: Setting, log: Log) -> Comparison:
    """Compare a stretch of the log; what is held is looked up first, as it may only go away."""
    named = Account.read(setting.catalog.url).named(setting.outboxes())
    kept = setting.read_store()
    return compare(log, everything=taken.read(setting.logs), kept=kept, named=named)


def _whole(setting: Setting) -> Comparison:
    """Let the gateways end, and compare everything they took."""
    for gateway in setting.gateways.values():
        if gateway.process.pid is not None:
            gateway.process.stop()
            gateway.process.start()
    log = taken.read(setting.logs)
    try:
        setting.until_settled(log.heads, patience_s=_PATIENCE_S)
    except NotReachedError as error:
        setting.problems.append(str(error))
    compared = _compare(setting, log)
    _note(setting, "at the end", compared, Account.read(setting.catalog.url))
    return compared


def _twice(setting: Setting, whole: Comparison) -> int:
    account = Account.read(setting.catalog.url)
    return len(whole.invented) + account.counted_twice(LINES)


def _note(setting: Setting, when: str, compared: Comparison, account: Account) -> None:
    """Write down what is wrong, in one line each."""
    setting.problems += [
        f"{when}: lost {one.gateway} {one.boot} {one.number}: {one.device} at {one.measured_at}"
        for one in compared.lost[:_SHOWN]
    ]
    setting.problems += [
        f"{when}: nobody took {device} at {at}" for device, at in compared.invented[:_SHOWN]
    ]
    setting.problems += [f"{when}: missing {each}" for each in account.missing_of(LINES)]
