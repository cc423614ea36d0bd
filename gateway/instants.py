"""Instants for readings of devices without a clock: none is issued twice for a device.

Identity of a reading is device, metric and instant, so a clock stepped back, or a second start in
one millisecond, must not put a new reading in an old one's place.
"""

from collections.abc import Mapping
from datetime import datetime

from ingest.contract.identity import DeviceId
from ingest.contract.period import micros


class Instants:
    """Issues whole milliseconds, strictly increasing per device."""

    def __init__(self, last: Mapping[DeviceId, int]) -> None:
        """Begin after the latest instants known. [microseconds, UTC]"""
        self._last_ms = {device: instant // 1_000 for device, instant in last.items()}

    def issue(self, device: DeviceId, now: datetime) -> int:
        """Return now, or the millisecond after the device's last instant. [microseconds, UTC]"""
        instant_ms = max(micros(now) // 1_000, self._last_ms.get(device, -1) + 1)
        self._last_ms[device] = instant_ms
        return instant_ms * 1_000
