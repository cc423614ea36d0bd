"""The local time that a device shows, from its registers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from gateway.profile import ClockForm, DeviceClock

_CENTURY: Final = 2_000  # years are told from 2000 on


def shown_time(clock: DeviceClock, registers: Sequence[int]) -> datetime | None:
    """Return what a clock shows, of no zone; None where it is no time."""
    if clock.form is ClockForm.EPOCH:
        seconds = registers[0] << 16 | registers[1]
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    fields = list(registers)
    if clock.form is ClockForm.BYTES:
        fields = [half for word in registers for half in (word >> 8, word & 0xFF)]
    told = dict(zip(clock.order, fields, strict=True))
    year, month, day = told["year"], told["month"], told["day"]
    try:
        date = datetime(year if year >= _CENTURY else year + _CENTURY, month, day)  # noqa: DTZ001
        return date.replace(hour=told["hour"], minute=told["minute"], second=told["second"])
    except ValueError:
        return None
