"""SIM cards that run out: a card without credit is the commonest cause of a gateway's silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ingest.registry.model import Gateway, SimCard
from ingest.registry.registry import Registry

WARNED: Final = timedelta(days=30)  # [assumed] time to have a card topped up where a gateway stands


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningOut:
    """A card in use that has run out, or soon will."""

    gateway: Gateway
    card: SimCard
    days_left: int  # 0 on its last day, negative behind it


def running_out(
    registry: Registry, today: date, *, within: timedelta = WARNED
) -> Sequence[RunningOut]:
    """Return the cards to be seen after, the first to run out first; of no date nothing is said."""
    cards = {card.number: card for card in registry.sim_cards()}
    found = [
        RunningOut(gateway=gateway, card=card, days_left=(card.expires - today).days)
        for gateway in registry.gateways()
        if gateway.sim is not None
        and (card := cards.get(gateway.sim)) is not None
        and card.expires is not None
        and card.expires - today <= within
    ]
    return sorted(found, key=lambda one: (one.days_left, one.gateway.id))
