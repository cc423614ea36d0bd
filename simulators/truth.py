"""The truth log: what simulated devices really did, to compare with what arrived.

One JSON document a line: a line with `cause` is a label; every other line holds one instant and the
values of all devices at it, by metric of the catalog.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson

from ingest.contract.identity import DeviceId
from ingest.contract.period import Period
from simulators.causes import Cause, CauseKind

Values = Mapping[str, float | None]

_BUFFER_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What devices really did at one instant [microseconds since the epoch, UTC]."""

    measured_at: int
    devices: Mapping[DeviceId, Values]


class TruthLog:
    """Writes one zone's truth from an empty file on; all of it is in the file once it is closed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=_BUFFER_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def label(self, causes: Iterable[Cause]) -> None:
        """Write down what was put into the zone."""
        for cause in causes:
            label = {
                "cause": cause.kind,
                "device": cause.device,
                "start": cause.period.start,
                "end": cause.period.end,
            }
            self._file.write(orjson.dumps(label, option=orjson.OPT_APPEND_NEWLINE))

    def append(self, measured_at_us: int, devices: Mapping[DeviceId, Values]) -> None:
        """Write down what devices do at an instant."""
        line = {"measured_at": measured_at_us, "devices": devices}
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def flush(self) -> None:
        """Hand what was written to the operating system, for readers to see."""
        self._file.flush()

    def close(self) -> None:
        """Write out what is buffered and close the file."""
        self._file.close()


def read_truth(path: Path) -> Iterator[Truth]:
    """Yield a log's instants in the order they were written."""
    for line in _lines(path):
        if "measured_at" in line:
            yield Truth(measured_at=line["measured_at"], devices=line["devices"])


def read_labels(path: Path) -> tuple[Cause, ...]:
    """Return the causes that a log names."""
    return tuple(
        Cause(
            device=line["device"],
            kind=CauseKind(line["cause"]),
            period=Period(line["start"], line["end"]),
        )
        for line in _lines(path)
        if "cause" in line
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)
