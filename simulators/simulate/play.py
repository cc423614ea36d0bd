"""A recording as a play: the device says what was recorded, and has no value where nothing was.

It never falls silent: a gateway leaves a silent device alone for a while, and would miss what was
recorded after a gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from gateway.profile import Profile
from ingest.contract.identity import DeviceId
from ingest.contract.period import instant, rfc3339
from ingest.registry.model import Device
from simulators.boxes.registers import Registers
from simulators.causes import Cause
from simulators.chain.play import Values
from simulators.replay import Recording

_SECOND_US: Final = 1_000_000
_NOTHING: Final[Values] = {"active_power": None}


class UnplayableError(ValueError):
    """A recording that its device cannot say, step by step."""


@dataclass(frozen=True, kw_only=True)
class RecordedPlay:
    """One device that says what a recording holds. Step 0 is the first recorded instant."""

    device: DeviceId
    recording: Recording
    step: timedelta
    causes: tuple[Cause, ...] = ()

    def instant(self, step: int) -> int:
        """Return when a step is. [microseconds since the epoch, UTC]"""
        return self.recording.instants[0] + step * (self.step // timedelta(microseconds=1))

    def at(self, step: int) -> Mapping[DeviceId, Values]:
        """Return what was recorded at a step, no value where nothing was."""
        row = self._rows.get(self.instant(step))
        return {self.device: _NOTHING if row is None else self.recording.step_values(row)}

    def silent(self, step: int) -> frozenset[DeviceId]:
        """Return no device: a recording does not tell why nothing was recorded."""
        del step
        return frozenset()

    @cached_property
    def _rows(self) -> Mapping[int, int]:
        return {at: row for row, at in enumerate(self.recording.instants)}


def check_playable(recording: Recording, device: Device, profile: Profile) -> None:
    """Raise UnplayableError where a gateway that polls the device would not hear every value."""
    if recording.interval_s != device.interval_s:
        raise UnplayableError(
            f"expected a value every {device.interval_s} s, as of {device.id} in the registry,"
            f" not every {recording.interval_s} s"
        )
    for at in recording.instants:
        if at % (device.interval_s * _SECOND_US):
            raise UnplayableError(
                f"expected instants at whole multiples of {device.interval_s} s,"
                f" not {rfc3339(instant(at))}"
            )
    registers = Registers(profile)
    for row in range(len(recording)):
        registers.set(recording.step_values(row))
