"""A period prepared, checked and approved by three people, and a finding left on it."""

from analytics.closing.states import State
from analytics.periods import parse_period
from api.accounts.actor import Actor, Permission
from api.accounts.scope import EVERYTHING
from api.closing import closing, findings
from api.reports.compute import parse_scope
from tests.dashboards.living import Living

_STEPS = (
    (State.PREPARED, "pa", "preparer", Permission.PREPARE_PERIOD),
    (State.CLOSED, "chan", "checker", Permission.CHECK_PERIOD),
    (State.APPROVED, "sok", "approver", Permission.APPROVE_PERIOD),
)
_STATES = [state for state, *_ in _STEPS]


def sign(zones: Living, scope: str, period: str, *, through: State = State.APPROVED) -> None:
    sources = zones.sources
    asked = closing.Asked(
        registry=sources.registry(),
        scope=parse_scope(scope),
        days=parse_period(period),
        software=sources.software,
        demo=True,
    )
    at = sources.clock.now()
    with sources.catalog.begin() as connection:
        for state, name, role, permission in _STEPS[: _STATES.index(through) + 1]:
            actor = Actor(name=name, permissions=frozenset({permission}), scopes=(EVERYTHING,))
            closing.take(connection, asked, state, actor=actor, role=role, at=at)
        newest = closing.newest(connection, asked)
        findings.leave(connection, newest.id, actor="vera", text="Which meter is this?", at=at)
