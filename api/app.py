"""The HTTP application: every resource under /v1, the board, health and metrics."""

from fastapi import Depends, FastAPI
from fastapi.responses import RedirectResponse

from api import board, problems
from api.abuse.gate import Gate
from api.abuse.rates import Allowed, Rates
from api.accounts.actor import Permission
from api.accounts.guard import Require, refuse_unguarded
from api.accounts.port import Accounts, NobodyKnown
from api.accounts.seen import SeenRegistries
from api.aid_batches import endpoints as aid_batches
from api.alarms import endpoints as alarms
from api.alarms import figures as alarm_figures
from api.audit import endpoints as audit
from api.claims import endpoints as claims
from api.decisions import exclusions, overrides, releases
from api.devices import endpoints as devices
from api.devices import readings
from api.evidence import endpoints as evidence
from api.exports import endpoints as exports
from api.factors import endpoints as factors
from api.findings import endpoints as findings
from api.gateways import endpoints as gateways
from api.headers import SecurityHeaders
from api.health import endpoints as health
from api.health import metrics
from api.imports import endpoints as imports
from api.ledger import endpoints as ledger
from api.life import changes as counter_changes
from api.life import endpoints as life
from api.lineage import endpoints as lineage
from api.me import endpoints as me
from api.methods import endpoints as methods
from api.notices import endpoints as notices
from api.notices import page as told
from api.notices import replies
from api.notices.desk import Desk
from api.notices.source import MemoryNotices
from api.programme import endpoints as programme
from api.quarantine import endpoints as quarantine
from api.repairs import endpoints as repairs
from api.reports import endpoints as reports
from api.results import Results
from api.revisions import endpoints as revisions
from api.samples import endpoints as samples
from api.samples import sampled
from api.sites import endpoints as sites
from api.sources import Sources
from api.subscriptions import endpoints as subscriptions
from api.visiting import Visiting
from api.visits import endpoints as visits
from api.zones import endpoints as zones

_RESOURCES = (
    programme,
    zones,
    sites,
    gateways,
    devices,
    readings,
    life,
    counter_changes,
    ledger,
    quarantine,
    imports,
    evidence,
    visits,
    samples,
    alarm_figures,  # in front of an alarm by its number
    alarms,
    repairs,
    sampled,
    aid_batches,
    factors,
    methods,
    claims,
    reports,
    exports,
    revisions,
    findings,
    lineage,
    exclusions,
    overrides,
    releases,
    notices,
    subscriptions,
    audit,
    me,
)


def create_app(
    sources: Sources,
    accounts: Accounts | None = None,
    allowed: Allowed | None = None,
    desk: Desk | None = None,
) -> FastAPI:
    """Return the application over some sources; without accounts nobody is let in."""
    # FastAPI's own pages of documentation load scripts from elsewhere.
    app = FastAPI(title="Zonewatch", version=sources.software, docs_url=None, redoc_url=None)
    app.state.sources = sources
    app.state.results = Results()
    app.state.seen = SeenRegistries()
    app.state.accounts = accounts or NobodyKnown()
    app.state.rates = Rates(allowed)
    app.state.desk = desk or Desk(source=MemoryNotices())
    may_read = [Depends(Require(Permission.READ))]
    for resource in _RESOURCES:
        app.include_router(resource.router, prefix="/v1", dependencies=may_read)
    app.include_router(replies.router, prefix="/v1")
    app.include_router(told.router)
    app.include_router(health.router)
    app.include_router(metrics.router, dependencies=may_read)
    board.mount(app, dependencies=may_read)
    app.add_api_route("/", _to_the_board, include_in_schema=False)
    app.add_middleware(Visiting, grafana=sources.grafana, language=sources.language)
    app.add_middleware(Gate, rates=app.state.rates)
    app.add_middleware(SecurityHeaders)
    problems.install(app)
    refuse_unguarded(app)
    return app


def _to_the_board() -> RedirectResponse:
    return RedirectResponse("/board/")
