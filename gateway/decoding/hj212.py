"""HJ 212 frames as documents: whole frames, or a stream of them cut anywhere."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from gateway.decoding.document import Document, NotHexError, document, from_hex, undecoded
from gateway.drivers.hj212.answers import due_answer
from gateway.drivers.hj212.codes import meaning
from gateway.drivers.hj212.crc import Convention
from gateway.drivers.hj212.editions import edition, rules
from gateway.drivers.hj212.frames import Found, Frame, FrameReader, Reason, SetAside
from gateway.drivers.hj212.segment import Segment, SegmentError, read_segment
from gateway.drivers.hj212.station_map import usual_map
from gateway.drivers.hj212.times import FACTORY_OFFSET, parse_time
from gateway.drivers.hj212.values import Value, values
from ingest.contract.period import rfc3339

_HEX: Final = re.compile(r"hex:.*|[0-9A-Fa-f]+")
_HEAD: Final = b"##"
_SECRETS: Final = frozenset({"PW", "NewPW", "NewSK"})
_REMEMBERED: Final = 10_000  # exchanges
_STREAM: Final = "stream"


class Hj212Conversation:
    """What one device says. A clock is taken to be ahead of UTC by the offset."""

    def __init__(
        self, *, offset: timedelta = FACTORY_OFFSET, check: Convention = Convention.ANNEX_A
    ) -> None:
        """Begin with nothing heard, and with the check sum its frames are to have."""
        self._reader = FrameReader()
        self._offset = offset
        self._check = check
        self._heard: dict[tuple[str, ...], None] = {}

    def line(self, text: str) -> Document:
        """Return what a line says, or a stream of bytes up to there."""
        try:
            data = self._bytes(text)
        except NotHexError as error:
            return undecoded(str(error))
        before = self._reader.discarded
        waiting = self._reader.pending
        found = self._reader.feed(data)
        found += self._reader.settle()
        told = self._told(found, self._reader.discarded - before)
        if len(found) == 1 and not waiting and not self._reader.pending:
            told |= self._of_one(found[0], data)
        if self._reader.pending:
            told["pending_bytes"] = self._reader.pending
        elif not found:
            told["error"] = "no frame"
        return told

    def _bytes(self, text: str) -> bytes:
        """Return a line's bytes; what begins anew gives up the half frame before it."""
        whole = _HEX.fullmatch(text.strip()) is None
        data = text.encode("utf-8", "surrogateescape") + b"\r\n" if whole else from_hex(text)
        if whole or data.startswith(_HEAD):
            self._reader.drop()
        return data

    def _told(self, found: list[Found], discarded: int) -> Document:
        messages: list[dict[str, object]] = []
        errors: list[str] = []
        for one in found:
            if isinstance(one, SetAside):
                errors.append(one.reason)
            elif one.check is not self._check:
                errors.append(Reason.MODBUS if one.check is Convention.MODBUS else Reason.MISMATCH)
                discarded += len(one.segment) + 10
            else:
                try:
                    messages.append(self._message(read_segment(one.segment)))
                except SegmentError as error:
                    errors.append(str(error))
        return document(
            crc_ok=None,
            length_ok=None,
            edition=_STREAM,
            messages=messages,
            discarded_bytes=discarded,
            error="; ".join(errors) or None,
        )

    def _of_one(self, found: Found, data: bytes) -> Document:
        """Return what is told of a line that is one frame and nothing else."""
        told: Document = {"length_ok": found.length_ok}
        if isinstance(found, Frame):
            content, told["crc_ok"] = found.segment, found.check is self._check
        else:
            content, told["crc_ok"] = found.content[6:-4], found.reason is Reason.LENGTH
        if not data.startswith(_HEAD) or len(content) + 10 != len(data.rstrip(b"\r\n")):
            return {}
        try:
            told["edition"] = str(edition(read_segment(content)))
        except SegmentError:
            told["edition"] = None
        return told

    def _message(self, segment: Segment) -> dict[str, object]:
        data_time = segment.parameters.get("DataTime", "")
        key = (segment.mn, segment.cn, segment.qn or data_time, str(segment.part))
        repeated = key in self._heard
        self._heard[key] = None
        if len(self._heard) > _REMEMBERED:
            del self._heard[next(iter(self._heard))]
        return {
            "device": segment.mn,
            "command": segment.cn,
            "measured_at": self._moment(data_time),
            "readings": list(self._readings(segment)),
            "rules": rules(segment),
            "system": segment.st,
            "sent": segment.qn or None,
            "part": list(segment.part) if segment.part else None,
            "resent": segment.resent,
            "repeated": repeated,
            "answer": due_answer(segment),
            "parameters": {
                name: "…" if name in _SECRETS else value
                for name, value in segment.parameters.items()
            },
            "texts": dict(segment.logs),
            "encoding": segment.encoding,
        }

    def _readings(self, segment: Segment) -> Iterator[dict[str, object]]:
        for value in values(segment):
            known = meaning(value.code, segment.st)
            reading: dict[str, object] = {
                "code": value.code if value.main else f"{value.code}-{value.statistic}",
                "metric": _metric(segment, value) if value.main else None,
                "value": value.number,
                "unit": known.likely_unit(value.number, segment.st) if known else None,
                "quality": int(value.quality),
                "statistic": value.statistic,
                "flag": value.flag or None,
            }
            if value.sampled:
                reading["measured_at"] = self._moment(value.sampled)
            yield reading

    def _moment(self, text: str) -> str | None:
        moment = parse_time(text, self._offset)
        return None if moment is None else rfc3339(moment)


def _metric(segment: Segment, value: Value) -> str | None:
    """Return the metric as the system's usual map has it, or the one of air where it has none."""
    for system in (segment.st, "22", "23"):
        station_map = usual_map(system)
        point = station_map.point(value.code, segment.st) if station_map else None
        if point is not None:
            return point.metric
    return None
