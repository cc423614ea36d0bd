"""What a host answers, and what it asks: the few commands a gateway ever sends.

HJ 212-2017, 6.1, 6.2 and Annex C. Nothing that acts on equipment can be built here.
"""

from datetime import datetime, timedelta
from typing import Final

from gateway.drivers.hj212.crc import annex_a
from gateway.drivers.hj212.segment import Segment
from gateway.drivers.hj212.systems import HOST
from gateway.drivers.hj212.times import write_time

DATA_ANSWER: Final = "9014"
NOTICE_ANSWER: Final = "9013"
_ANSWERS: Final = frozenset({"9011", "9012", NOTICE_ANSWER, DATA_ANSWER})
_NOTICES: Final = frozenset({"1013", "9015"})  # a wish to be calibrated, a heartbeat of 2025
_REQUEST_ANSWER: Final = "9011"
_HOST_NOTICES: Final = frozenset({"2012", "2022"})  # stop sending
_HOST_ORDERS: Final = frozenset(
    {"1000", "1012", "1062", "1064", "1072", *map(str, range(3011, 3017)), "3021"}
)
_EITHER: Final = frozenset(
    {"1011", "1061", "1063", "2011", "2021", "2031", "2041", "2051", "2061"}
    | {"3017", "3018", "3019", "3020"}
)
_OF_REQUESTS: Final = frozenset({"BeginTime", "EndTime", "PolId", "QN", "InfoId"})
_EDITION_BITS: Final = 0xFC
_V2: Final = 8


def due_answer(segment: Segment) -> str | None:
    """Return the command that a segment wants to be answered with, None where it wants none."""
    if not segment.wants_answer or segment.cn in _ANSWERS:
        return None
    if is_request(segment):
        return _REQUEST_ANSWER
    if segment.cn in _HOST_NOTICES:
        return NOTICE_ANSWER
    return NOTICE_ANSWER if segment.cn in _NOTICES else DATA_ANSWER


def is_request(segment: Segment) -> bool:
    """Tell whether a host asks: a command that only it sends, or one that brings nothing."""
    if segment.cn in _HOST_ORDERS:
        return True
    return segment.cn in _EITHER and not segment.items and segment.parameters.keys() <= _OF_REQUESTS


def frame(segment: bytes) -> bytes:
    """Return a segment as it travels."""
    return b"##%04d%b%04X\r\n" % (len(segment), segment, annex_a(segment))


def answer(segment: Segment) -> bytes | None:
    """Return the frame that is due: the same exchange, in the edition it was begun in."""
    command = due_answer(segment)
    if command is None:
        return None
    flag = (segment.flag or 0) & _EDITION_BITS
    area = "QnRtn=1" if flag == _V2 and command == DATA_ANSWER else ""
    head = f"QN={segment.qn};ST={HOST};CN={command};PW={segment.pw};MN={segment.mn}"
    return frame(f"{head};Flag={flag | bool(area)};CP=&&{area}&&".encode())


def history_request(
    latest: Segment, *, begin: datetime, end: datetime, offset: timedelta, now: datetime
) -> bytes:
    """Ask the sender of a segment for all its intervals that start from begin to end, both too."""
    flag = (latest.flag or 0) & _EDITION_BITS | 1
    times = f"BeginTime={write_time(begin, offset)},EndTime={write_time(end, offset)}"
    head = f"QN={write_time(now, offset, milliseconds=True)};ST={latest.st};CN={latest.cn}"
    whose = f"PW={latest.pw};MN={latest.mn}"
    return frame(f"{head};{whose};Flag={flag};CP=&&{times}&&".encode())
