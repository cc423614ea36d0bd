"""How far a reading can be trusted.

The numbers follow the primary flags of the IOOS QARTOD manual, so exported data means the same
thing to other tools.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final


class Quality(IntEnum):
    """Primary quality flag of one reading."""

    GOOD = 1
    UNCHECKED = 2
    SUSPECT = 3
    BAD = 4
    MISSING = 9

    @classmethod
    def worst(cls, flags: Iterable["Quality"]) -> "Quality":
        """Combine the flags of several checks: bad wins, missing only where all are missing."""
        return max(flags, key=SEVERITY.index, default=cls.UNCHECKED)


SEVERITY: Final = (
    Quality.MISSING,
    Quality.UNCHECKED,
    Quality.GOOD,
    Quality.SUSPECT,
    Quality.BAD,
)
"""From what gives way to what wins, where flags of several checks are combined."""
