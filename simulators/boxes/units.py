"""The simulated devices of one Modbus line: registers, and who of them answers how."""

from collections.abc import Mapping
from datetime import datetime

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException

from gateway.profile import Profile
from simulators.boxes.registers import SUNSPEC_BASE, Registers


class Units:
    """Units, each of some profile. What reads is answered; a unit that is not there is silent."""

    def __init__(self, units: Mapping[int, Profile], *, sunspec_base: int = SUNSPEC_BASE) -> None:
        """Lay out the units' registers."""
        self._registers = {
            unit: Registers(profile, sunspec_base=sunspec_base) for unit, profile in units.items()
        }
        self._silent: set[int] = set()
        self._refusals: dict[int, ExcCodes] = {}
        self._read: set[int] = set()

    @property
    def units(self) -> frozenset[int]:
        """The units it serves."""
        return frozenset(self._registers)

    def set(self, unit: int, values: Mapping[str, float | None]) -> None:
        """Let a unit say values in the catalog's units, or raise RegisterValueError."""
        self._registers[unit].set(values)

    def show(self, unit: int, shown: datetime) -> None:
        """Let a unit's clock show a time of no zone, or raise ValueError if it has none."""
        self._registers[unit].show(shown)

    def silence(self, unit: int, *, on: bool) -> None:
        """Let a unit stop answering, or begin again."""
        (self._silent.add if on else self._silent.discard)(unit)

    def refuse(self, unit: int, code: ExcCodes | None = ExcCodes.ILLEGAL_ADDRESS) -> None:
        """Let a unit answer everything with an exception, or, with None, as it should."""
        self._refusals.pop(unit, None)
        if code is not None:
            self._refusals[unit] = code

    def take_read(self) -> frozenset[int]:
        """Return the units that were read since this was last asked."""
        read = frozenset(self._read)
        self._read.clear()
        return read

    def answer(self, unit: int, function: int, address: int, count: int) -> bytes | ExcCodes:
        """Return the bytes of registers or an exception; NoSuchIdException is silence."""
        if unit in self._silent or unit not in self._registers:
            raise NoSuchIdException
        if unit in self._refusals:
            return self._refusals[unit]
        blocks = [each for each in self._registers[unit].blocks if each.function == function]
        if not blocks:
            return ExcCodes.ILLEGAL_FUNCTION
        found = (each.take(address, count) for each in blocks)
        answered = next((each for each in found if each is not None), None)
        if answered is None:
            return ExcCodes.ILLEGAL_ADDRESS
        self._read.add(unit)
        return answered
