"""What ingest says to gateways: the complete state of every boot that they still hold."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from ingest import ledger, presence, quarantine
from ingest.contract.ack import Ack
from ingest.contract.chunk import Defect
from ingest.contract.identity import BootId, GatewayId
from ingest.ledger import BootAccount, BootKey


def acks(
    connection: sa.Connection,
    gateways: Sequence[GatewayId],
    extra: Collection[BootKey],
    *,
    at: datetime,
) -> dict[GatewayId, Ack]:
    """Return what is settled of the boots that gateways hold, and of some boots besides."""
    keys = {key for key in extra if key[0] in gateways}
    for one in presence.some(connection, gateways):
        keys |= {(one.gateway, boot) for boot in one.held}
    by_gateway: dict[GatewayId, dict[BootId, BootAccount]] = {each: {} for each in gateways}
    for (gateway, boot), account in ledger.load(connection, sorted(keys)).items():
        by_gateway[gateway][boot] = account
    return {
        gateway: Ack(
            sent_at=at,
            settled={boot: account.settled | account.thinned for boot, account in own.items()},
            quarantined=_defects(connection, gateway, own),
        )
        for gateway, own in by_gateway.items()
    }


def _defects(
    connection: sa.Connection, gateway: GatewayId, accounts: Mapping[BootId, BootAccount]
) -> dict[BootId, tuple[Defect, ...]]:
    if not any(account.quarantined for account in accounts.values()):
        return {}
    return quarantine.defects_of(connection, gateway, list(accounts))
