"""Which edition of the standard a frame follows, told by its flag, never assumed for a site."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.drivers.hj212.segment import Segment
from gateway.drivers.hj212.systems import SURFACE_WATER
from gateway.drivers.hj212.times import parse_time

_EDITION_SHIFT: Final = 2  # bits A and D stand below
_ISSUED_2025: Final = datetime.fromisoformat("2025-06-06T00:00:00+08:00")  # HJ 212-2025
_BEIJING: Final = timedelta(hours=8)


class Edition(StrEnum):
    """What the flag says."""

    NO_FLAG = "2005-style (no Flag)"
    OF_2005 = "2005"
    OF_2017 = "2017"
    V2 = "V=2"  # HJ 212-2025, or a surface-water logger that follows the rules of 2017
    UNKNOWN = "unknown"


def edition(segment: Segment) -> Edition:
    """Return what a segment's flag says of its edition."""
    if segment.flag is None:
        return Edition.NO_FLAG
    by_bits = (Edition.OF_2005, Edition.OF_2017, Edition.V2)
    version = segment.flag >> _EDITION_SHIFT
    return by_bits[version] if version < len(by_bits) else Edition.UNKNOWN


def rules(segment: Segment) -> str:
    """Return the edition whose rules hold: the year.

    V=2 was sent by surface-water loggers before there was an edition of 2025: those, and whatever
    was sent before it was issued, follow 2017 [inferred from public frames of 2020 and 2021].
    """
    told = edition(segment)
    if told is not Edition.V2:
        return "2005" if told in (Edition.NO_FLAG, Edition.OF_2005) else "2017"
    sent = parse_time(segment.qn, _BEIJING)
    early = sent is not None and sent < _ISSUED_2025
    return "2017" if segment.st == SURFACE_WATER or early else "2025"
