"""The programme's page, from results and what was last heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analytics.result import ZoneResult
from analytics.totals import totals
from dashboards.board.headlines import total_view, zone_headline
from dashboards.board.states import Condition, State, broken, condition
from dashboards.board.views import ProgrammeView, ZoneCard
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.period import Period
from ingest.ledger import Line, total
from ingest.presence import Presence
from ingest.registry.model import Device, Gateway
from ingest.registry.registry import Registry
from ingest.storage.block import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was last heard of devices and gateways, and the instant it is judged at."""

    readings: Mapping[DeviceId, Sequence[Reading]]  # the last of every metric
    presence: Mapping[str, Presence]
    now: int  # microseconds, UTC

    def conditions(self, devices: Sequence[Device]) -> dict[DeviceId, Condition]:
        """Return how each device is."""
        return {
            each.id: condition(each, self.readings.get(each.id, ()), self.now) for each in devices
        }


def programme_view(
    registry: Registry,
    results: Sequence[ZoneResult],
    heard: Heard,
    account: Mapping[tuple[GatewayId, date], Line],
    span: Period | None,
) -> ProgrammeView:
    """Return the first page."""
    return ProgrammeView(
        totals=tuple(total_view(each) for each in totals(results)),
        zones=tuple(_card(registry, result, heard) for result in results),
        ledger=total(account),
        balanced=all(line.balanced for line in account.values()),
        span=span,
        provenances=tuple(dict.fromkeys(each.provenance for each in totals(results))),
    )


def gateways_of(registry: Registry, result: ZoneResult) -> list[Gateway]:
    """Return a zone's gateways."""
    return [each for each in registry.gateways() if registry.zone_of(each).id == result.zone.id]


def reachable(conditions: Mapping[DeviceId, Condition]) -> int:
    """Return how many devices can be reached, with a fault of their own or without."""
    return sum(one.state in (State.REACHABLE, State.FAULT) for one in conditions.values())


def _card(registry: Registry, result: ZoneResult, heard: Heard) -> ZoneCard:
    conditions = heard.conditions(result.devices)
    return ZoneCard(
        zone=result.zone,
        provenance=result.provenance,
        headline=zone_headline(result),
        reachable=reachable(conditions),
        devices=result.equipment.count,
        broken=broken(result.devices, conditions, gateways_of(registry, result), heard.presence),
    )
