"""How far each kind of fact reaches: what is computed again when something changes, and no more.

An hour reaches into the next by what its readings hold, and a counter's into every later hour until
its running maximum is what it was; `service.rolling` computes just that closure. Device-days take
the hours of their day. What follows is computed from device-days when somebody asks.
"""

from datetime import timedelta
from typing import Final

NORMAL: Final = timedelta(days=60)
"""A device's own normal is the median of so many days before: light per energy, yield to peers."""

PROOF: Final = timedelta(days=40)
"""A counter read so much later still proves what a device did in silence [assumed]."""

NOWCAST: Final = timedelta(hours=12)
"""The longest NowCast looks back so far."""
