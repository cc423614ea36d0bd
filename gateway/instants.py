"""Instants for readings of devices without a clock: none is issued twice for a device.

Identity of a reading is device, metric and instant, so a clock stepped back, or a second start in
one millisecond, must not put a new reading in an old one's place.
"""

from collections.abc import Mapping
from datetime import datetime

from gateway.stretches import Stretches
from ingest.contract.identity import DeviceId
from ingest.contract.period import micros


class Instants:
    """Issues whole milliseconds, no one twice for a device."""

    def __init__(self, known: Mapping[DeviceId, Stretches]) -> None:
        """Begin with what devices have said before."""
        self._known = dict(known)

    def issue(self, device: DeviceId, now: datetime) -> int:
        """Return now, or the millisecond after what the device said then. [microseconds, UTC]"""
        known = self._known.get(device, Stretches())
        instant_ms = known.free(micros(now) // 1_000)
        self._known[device] = known.including(instant_ms)
        return instant_ms * 1_000

    def is_behind(self, device: DeviceId, instant: int) -> bool:
        """Tell whether a device has said something later. [microseconds, UTC]

        Its gateway's clock was ahead then, or is behind now, and nobody here knows which.
        """
        return instant // 1_000 < self._known.get(device, Stretches()).newest
