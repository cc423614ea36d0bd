"""Who has been silent for too long, of all that were ever heard."""

from collections.abc import Mapping, Sequence

import numpy as np

from analytics.faults.fault import Fault
from analytics.faults.silence import Listening, silences
from analytics.service.heard import LastWord
from ingest.contract.identity import DeviceId, GatewayId
from ingest.registry.registry import Registry

_RULES = ("gateway_down", "device_silent")


def silences_of(
    registry: Registry,
    words: Mapping[DeviceId, LastWord],
    present: Mapping[GatewayId, bool],
    known: Sequence[Fault],
    *,
    began_at: int,
    now: int,
) -> list[Fault]:
    """Return faults of silence that are new or over.

    Args:
        registry: Who there is.
        words: When each was last heard.
        present: Whether a gateway is connected, of those that ever were.
        known: Faults, open ones and those of late.
        began_at: Since when we listen: while nobody did, nobody was silent. [microseconds]
        now: Our clock. [microseconds]
    """
    devices = [each for each in registry.devices() if each.id in words]
    if not devices:
        return []
    listening = Listening.to(
        [(each.id, each.device_class, each.interval_s, each.gateway) for each in devices]
    )
    standing = [each for each in known if each.rule in _RULES]
    silent = {each.subject for each in standing if each.cleared_at is None}
    heard = [
        words[each.id].heard_at
        if silent & {each.id, each.gateway}
        else max(words[each.id].heard_at, began_at)
        for each in devices
    ]
    alive = [present.get(GatewayId(name), False) for name in listening.gateways]
    return silences(
        listening,
        now=now,
        heard=np.array(heard, np.int64),
        alive=np.array(alive, np.bool_),
        standing=standing,
    )
