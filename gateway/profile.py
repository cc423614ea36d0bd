"""The profile: what the registers of a device model mean. The models themselves are data files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from ingest.contract.metric import DeviceClass


class Encoding(StrEnum):
    """How registers carry a number."""

    UINT16 = "uint16"
    INT16 = "int16"
    UINT32 = "uint32"
    INT32 = "int32"
    UINT64 = "uint64"
    ACC16 = "acc16"  # SunSpec's accumulators: unsigned, 0 means not implemented
    ACC32 = "acc32"
    ACC64 = "acc64"
    FLOAT32 = "float32"
    SIGN_MAGNITUDE = "sign_magnitude"  # of some bits, the highest is the sign
    COMPOSED = "composed"  # of the states and bits that the profile's faults name

    @property
    def registers(self) -> int:
        """How many registers it takes."""
        return _REGISTERS.get(self, 1)


_REGISTERS: Final[Mapping[Encoding, int]] = {
    Encoding.UINT32: 2,
    Encoding.INT32: 2,
    Encoding.ACC32: 2,
    Encoding.FLOAT32: 2,
    Encoding.UINT64: 4,
    Encoding.ACC64: 4,
}


class WordOrder(StrEnum):
    """Which register of a number that takes several comes first."""

    HIGH_FIRST = "high_first"
    LOW_FIRST = "low_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a metric stands and how it is written there.

    A value is the number there, less what is subtracted, times ten to the power of the scale
    factor, if there is one, with the decimal point moved left by the decimals; it is in the
    catalog's unit.
    """

    metric: str
    place: int  # address, as sent; in a SunSpec model the offset, its id being 0
    encoding: Encoding
    decimals: int = 0
    subtract: int = 0
    high_word: int | None = None  # where the higher register of two stands, if not beside
    add: tuple[int, ...] = ()  # places of more of the same, which are added up
    bits: tuple[int, int] | None = None  # lowest and highest of a register, both included
    scale_factor: int | None = None  # offset of the register that holds it
    sentinel: int | None = None  # what stands there if there is no value, read as unsigned
    zero_unless: str | None = None  # the value counts only where this metric is not 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What sets a bit of the fault word: some bits of a register that have a value."""

    bit: int
    name: str
    place: int
    bits: tuple[int, int]  # lowest and highest of the register, both included
    equals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What a device can be asked beyond the catalog: who it is, how it is set, the day's extremes.

    It is told to people, by a probe or when frames are decoded, and never sent.
    """

    name: str
    unit: str  # UCUM code, empty for a text
    function: int  # Modbus function code
    point: Point
    registers: int  # how many it takes
    is_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Blocks that a device keeps of its days, one address each, counted back from today's."""

    function: int
    first: int
    last: int
    details: tuple[Detail, ...]  # places count from the block's first register
    registers: int


class ClockForm(StrEnum):
    """How a device keeps its clock."""

    BYTES = "bytes"  # two fields a register, the higher byte first
    WORDS = "words"  # a field a register
    EPOCH = "epoch"  # seconds since 1970, as if local time were UTC, higher register first


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClock:
    """Where a device shows its local time, which a probe compares with ours."""

    function: int
    address: int
    form: ClockForm
    order: tuple[str, ...] = ()  # of the fields: year, month, day, hour, minute, second

    @property
    def registers(self) -> int:
        """How many registers it takes."""
        return {ClockForm.BYTES: 3, ClockForm.WORDS: 6, ClockForm.EPOCH: 2}[self.form]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What is plausible: two metrics multiplied are a third, within some percent of it."""

    factors: tuple[str, str]
    of: str
    within_percent: float
    above: float  # below it the registers' steps are too coarse to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Registers that are read in one request, which never crosses their ends."""

    function: int  # Modbus function code
    first: int
    last: int  # included

    @property
    def count(self) -> int:
        """How many registers it has."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SunSpecModel:
    """A block of registers that is found by its id in the chain behind the marker "SunS"."""

    id: int
    length: int  # registers after id and length
    function: int  # Modbus function code

    @property
    def count(self) -> int:
        """How many registers it has, id and length included."""
        return self.length + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Where a thing may stand in SunSpec models: the first that a device has is taken."""

    name: str  # the metric's, or the detail's
    places: tuple[tuple[int, str], ...]  # model and point
    total: bool = False  # of all repeated blocks, not of the first one
    decimals: int = 0
    unit: str = ""  # of a detail
    is_detail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SunSpecScan:
    """Whatever models a device has in the chain behind the marker "SunS"."""

    function: int  # Modbus function code
    candidates: tuple[Candidates, ...]


Layout: TypeAlias = tuple[Segment, ...] | SunSpecModel | SunSpecScan


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A device model's register map; points stand in its segments or in its SunSpec model."""

    id: str
    device_classes: tuple[DeviceClass, ...]
    source: str
    accuracy: str  # what the source says of it
    word_order: WordOrder
    layout: Layout
    points: tuple[Point, ...]
    faults: Mapping[int, str]  # name of each bit of the fault word
    composed: tuple[Fault, ...] = ()  # what the fault word is made of, where no register has it
    states: Mapping[str, Mapping[int, str]] = field(default_factory=dict)  # names by metric
    products: tuple[Product, ...] = ()
    details: tuple[Detail, ...] = ()
    history: History | None = None
    clock: DeviceClock | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        """What devices of the model measure."""
        if isinstance(self.layout, SunSpecScan):
            return tuple(each.name for each in self.layout.candidates if not each.is_detail)
        return tuple(point.metric for point in self.points)

    def state_name(self, metric: str, value: float) -> str | None:
        """Name a value of a state metric, None where it has no name."""
        return self.states.get(metric, {}).get(int(value))

    def faults_in(self, fault_word: int) -> tuple[str, ...]:
        """Name the faults that a fault word reports; a bit without a name is told by its number."""
        bits = (bit for bit in range(fault_word.bit_length()) if fault_word >> bit & 1)
        return tuple(self.faults.get(bit, f"bit {bit}") for bit in bits)
