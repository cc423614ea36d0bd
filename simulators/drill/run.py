"""One fault after the other, and after each the comparison."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from simulators.drill import taken
from simulators.drill.account import Account
from simulators.drill.comparison import Comparison, Values, compare
from simulators.drill.faults.fault import Fault
from simulators.drill.field import LINES
from simulators.drill.figures import DeviceDays, by_hand, device_days, differences, zone_figures
from simulators.drill.process import stop_all
from simulators.drill.rebuilt import rebuild, until_computed
from simulators.drill.result import DrillResult, FaultResult
from simulators.drill.setting import NotReachedError, Setting
from simulators.drill.taken import Key, Log, Taken

_PATIENCE_S: Final = 200.0
_SHOWN: Final = 5
_LOAD_S: Final = 2.0


def run(
    setting: Setting,
    faults: Sequence[Fault],
    *,
    told: Callable[[str], object],
    whole: bool = True,
) -> DrillResult:
    """Do all faults, then compare everything, unless not the whole is asked for."""
    left_out = {one.name: why for one in faults if (why := one.left_out(setting))}
    results: list[FaultResult] = []
    for fault in faults:
        if fault.name not in left_out:
            told(fault.name)
            results.append(_do(setting, fault))
            told(f"  {results[-1]}")
    lost, twice = sum(one.lost for one in results), sum(one.stored_twice for one in results)
    if whole:
        told("everything, from the beginning on")
        compared = _whole(setting)
        lost, twice = max(lost, len(compared.lost)), max(twice, _twice(setting, compared))
    ended = [
        f"{one.name} ended by itself: status {one.ends}" for one in setting.processes if one.ends
    ]
    problems = [*setting.problems, *ended]
    return DrillResult(
        faults=results, lost=lost, stored_twice=twice, problems=problems, left_out=left_out
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
        repeated = account.repeated_of(LINES) - before
        if repeated:
            setting.problems.append(f"{fault.name}: {repeated} count as repeated, and none was")
        return FaultResult(
            fault=fault.name,
            taken=compared.taken,
            stored=compared.stored,
            repeated=repeated,
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
    """Let the gateways end, compare everything they took, and rebuild it from the archive."""
    try:
        heads = taken.read(setting.logs).heads
        setting.until_settled(heads, patience_s=_PATIENCE_S)
    except NotReachedError as error:
        setting.problems.append(f"at the end: {error}")
    stop_all([gateway.process for gateway in setting.gateways.values()])
    setting.live(_LOAD_S)  # for what is on its way
    try:
        until_computed(setting, setting.catalog.url)
    except NotReachedError as error:
        setting.problems.append(f"at the end: {error}")
    log = taken.read(setting.logs)
    named = Account.read(setting.catalog.url).named(setting.outboxes())
    kept = setting.read_store()
    compared = compare(log, everything=log, kept=kept, named=named)
    _note(setting, "at the end", compared, Account.read(setting.catalog.url))
    stored = [one for one in log.records if one.key in kept]
    setting.problems += _unlike(setting, kept, by_hand([*stored, *_in_doubt(log, kept)]))
    return compared


def _in_doubt(log: Log, kept: Mapping[Key, Values]) -> list[Taken]:
    """Return what is stored of commits that a kill cut off before they were logged."""
    unsure = log.tried.keys() - {one.key for one in log.records}
    return [
        Taken(
            gateway="",
            boot="",
            number=0,
            device=device,
            measured_at=at,
            values=kept[device, at],
            doubtful=log.tried[device, at],
        )
        for device, at in unsure & kept.keys()
    ]


def _unlike(setting: Setting, kept: Mapping[Key, Values], expected: DeviceDays) -> list[str]:
    """Return where store, figures and what is rebuilt from the archive are not alike."""
    url = setting.catalog.url
    found = [f"figures: {each}" for each in differences(device_days(url), expected)]
    try:
        again = rebuild(setting)
    except NotReachedError as error:
        return [*found, f"rebuilt: {error}"]
    apart = [key for key in kept.keys() | again.kept.keys() if kept.get(key) != again.kept.get(key)]
    found += [f"rebuilt: {device} at {at} is not the same" for device, at in sorted(apart)[:_SHOWN]]
    found += [f"rebuilt: figures: {each}" for each in differences(again.days, expected)]
    if not apart and zone_figures(url) != again.figures:
        found.append(f"rebuilt: figures {again.figures}, not {zone_figures(url)}")
    return found


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
    setting.problems += [f"{when}: unbalanced: {each}" for each in account.unbalanced_of(LINES)]
