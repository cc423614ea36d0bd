"""How many requests an address and a user may make; counted in memory, a window at a time."""

import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

_OWN_IPV6: Final = 64  # bits: what one customer has of an address, the rest is theirs to choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What may be asked for, in the words of the package `limits`."""

    by_address: str = "6000/minute"
    by_user: str = "6000/minute"


class Rates:
    """Counts requests. Safe in any thread."""

    def __init__(self, allowed: Allowed | None = None) -> None:
        given = allowed or Allowed()
        self._by_address = parse(given.by_address)
        self._by_user = parse(given.by_user)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def of_address(self, address: str) -> int | None:
        """Count a request; return how many seconds to wait where it is one too many."""
        return self._count(self._by_address, "address", network_of(address))

    def of_user(self, name: str) -> int | None:
        """Count a request; return how many seconds to wait where it is one too many."""
        return self._count(self._by_user, "user", name)

    def _count(self, item: RateLimitItem, kind: str, key: str) -> int | None:
        if self._limiter.hit(item, kind, key):
            return None
        reset = self._limiter.get_window_stats(item, kind, key).reset_time
        return max(1, ceil(reset - time.time()))


def network_of(address: str) -> str:
    """Return an address, or of IPv6 the network that is somebody's own."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _OWN_IPV6), strict=False))
    return address
