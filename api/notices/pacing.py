"""How much somebody is told at once: what was held comes as one, and too much an hour waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.notices.deliveries import Delivery
from ingest.contract.period import HOUR_US

PER_HOUR: Final = 10  # [assumed] messages to one person; twice as many where they are urgent


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """What is sent to one person now, each in one message, and what waits until when."""

    messages: tuple[tuple[Delivery, ...], ...]
    waiting: tuple[Delivery, ...]
    until: int  # microseconds


def paced(deliveries: Sequence[Delivery], sent: Sequence[int], now: int) -> Paced:
    """Return how one person is told of what is due.

    Args:
        deliveries: All that is due to one person, in the order it was made.
        sent: When messages went to them within the last hour, in order.
        now: By our clock, in microseconds.
    """
    held = tuple(each for each in deliveries if each.held is not None)
    wanted: list[tuple[Delivery, ...]] = [(each,) for each in deliveries if each.held is None]
    wanted += [held] if held else []
    messages: list[tuple[Delivery, ...]] = []
    waiting: list[Delivery] = []
    for message in sorted(wanted, key=_urgent_first):
        most = PER_HOUR * (2 if _urgent(message) else 1)
        if len(sent) + len(messages) < most:
            messages.append(message)
        else:
            waiting += message
    first = sent[0] if sent else now
    return Paced(messages=tuple(messages), waiting=tuple(waiting), until=first + HOUR_US)


def _urgent(message: Sequence[Delivery]) -> bool:
    return any(each.urgent for each in message)


def _urgent_first(message: Sequence[Delivery]) -> tuple[bool, int]:
    return not _urgent(message), message[0].id
