"""Finding frames in a stream of bytes: ## length segment check CR LF.

HJ 212-2017, 6.3. Length counts the segment's bytes, in one dialect also check sum and CR LF. What
fits no right check sum is set aside up to its end of line, and the search begins anew behind its
##. The outcome does not depend on how the stream is cut, and no more than one frame is kept.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from gateway.drivers.hj212.crc import Convention, convention, is_of_the_standard

_HEAD: Final = b"##"
_HEAD_SIZE: Final = 6
_CHECK_SIZE: Final = 4
_LONGEST: Final = 9_999 + _HEAD_SIZE + _CHECK_SIZE + 2
_END: Final = b"\r\n"
_ENDED_EARLY: Final = re.compile(rb"&&\s*[0-9A-Fa-f]{4}\r\n")


class Reason(StrEnum):
    """Why a frame was set aside."""

    MODBUS = "crc-modbus"  # right by the other convention
    FOREIGN = "crc-foreign"  # made by an unknown algorithm
    MISMATCH = "crc-mismatch"  # damaged or edited
    LENGTH = "length-mismatch"  # the check sum is right, the stated length is not


@dataclass(frozen=True, slots=True)
class Frame:
    """A data segment whose check sum is right by one of the conventions."""

    segment: bytes
    check: Convention
    length_ok: bool  # False: length counted check sum and CR LF, too


@dataclass(frozen=True, slots=True)
class SetAside:
    """What began like a frame and is none."""

    content: bytes
    reason: Reason
    length_ok: bool


Found: TypeAlias = Frame | SetAside


class FrameReader:
    """Takes a connection's bytes as they come; tells the frames in them, and what was set aside."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self._buffer = bytearray()
        self._hopeless = False  # what stands at the head has all its bytes, and no right check sum
        self.discarded = 0  # bytes that are in no frame, ends of line not counted

    @property
    def pending(self) -> int:
        """How many bytes wait for the rest of their frame."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Found]:
        """Take bytes in, and return what is complete."""
        found: list[Found] = []
        for start in range(0, len(data), _LONGEST):
            self._buffer += data[start : start + _LONGEST]
            while (one := self._next()) is not None:
                found.append(one)
        return found

    def settle(self) -> list[Found]:
        """Judge what is as long as it says and wrong, without waiting for its end of line."""
        length = self._stated_length()
        if length is None or len(self._buffer) < length + _HEAD_SIZE + _CHECK_SIZE:
            return []
        return self.feed(_END)

    def drop(self) -> int:
        """Forget half a frame, as at the end of a connection; return how many bytes it had."""
        dropped = len(self._buffer)
        self._buffer.clear()
        self._hopeless = False
        self.discarded += dropped
        return dropped

    def _next(self) -> Found | None:
        while self._at_head():
            length = self._stated_length()
            if length is None:
                return None
            if length < 0:
                self._skip(1)
                continue
            whole = None if self._hopeless else self._whole(length)
            return whole or self._wrong(length)
        return None

    def _at_head(self) -> bool:
        """Skip to the next head; ends of line on the way are none of anybody's bytes."""
        at = self._buffer.find(_HEAD)
        if at < 0:
            at = len(self._buffer) - (1 if self._buffer.endswith(b"#") else 0)
        if at:
            self._skip(at)
        return len(self._buffer) > 1

    def _skip(self, count: int) -> None:
        skipped = self._buffer[:count]
        self.discarded += len(skipped.translate(None, _END))
        del self._buffer[:count]
        self._hopeless = False

    def _stated_length(self) -> int | None:
        """Return the length stated behind the head, -1 if it is none, None if not yet there."""
        digits = self._buffer[2:_HEAD_SIZE]
        if digits and not digits.isdigit():
            return -1
        return int(digits) if len(digits) == _HEAD_SIZE - 2 else None

    def _whole(self, length: int) -> Frame | None:
        """Take the frame at the head off, if its check sum is there and right."""
        for size, length_ok in ((length - _CHECK_SIZE - len(_END), False), (length, True)):
            end = _HEAD_SIZE + size
            behind = end + _CHECK_SIZE
            if size < 0 or not (length_ok or self._buffer.startswith(_END, behind)):
                continue
            check = bytes(self._buffer[end:behind])
            if len(check) < _CHECK_SIZE:
                continue
            segment = bytes(self._buffer[_HEAD_SIZE:end])
            convinced = convention(segment, check)
            if convinced is not None:
                del self._buffer[:behind]
                return Frame(segment, convinced, length_ok)
        return None

    def _wrong(self, length: int) -> SetAside | None:
        """Set aside what stands at the head, once it is known where it ends."""
        whole = _HEAD_SIZE + length + _CHECK_SIZE
        early = _ENDED_EARLY.search(self._buffer, _HEAD_SIZE)
        if len(self._buffer) < whole and (early is None or early.end() > whole):
            return None
        self._hopeless = True
        end = self._end()
        if end is None:
            return None
        content = bytes(self._buffer[:end])
        self._skip(end)
        return _judged(content, length)

    def _end(self) -> int | None:
        line, head = self._buffer.find(_END, 2), self._buffer.find(_HEAD, 2)
        ends = [at for at in (line, head) if at >= 0]
        if ends:
            return min(ends)
        return len(self._buffer) if len(self._buffer) >= _LONGEST else None


def _judged(content: bytes, stated: int) -> SetAside:
    segment, check = content[_HEAD_SIZE:-_CHECK_SIZE], content[-_CHECK_SIZE:]
    convinced = convention(segment, check)
    if convinced is Convention.ANNEX_A:
        reason = Reason.LENGTH
    elif convinced is Convention.MODBUS:
        reason = Reason.MODBUS
    else:
        reason = Reason.MISMATCH if is_of_the_standard(check) else Reason.FOREIGN
    return SetAside(content, reason, length_ok=len(segment) == stated)
