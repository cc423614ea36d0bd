"""What a profile file tells beyond its points: faults, states, plausibility, details, history."""

from collections.abc import Sequence
from typing import Final

from gateway.fields import Table
from gateway.profile import (
    Candidates,
    ClockForm,
    Detail,
    DeviceClock,
    Encoding,
    Fault,
    History,
    Point,
    Product,
)
from gateway.profile_points import read_bits, read_encoding, read_metric
from ingest.contract.metric import DeviceClass

READ_FUNCTIONS: Final = (3, 4)  # holding and input registers; no other function is ever sent
CLOCK_FIELDS: Final = ("year", "month", "day", "hour", "minute", "second")
_HIGHEST_ADDRESS: Final = 0xFFFF
_HIGHEST_BIT: Final = 15
_FAULT_BITS: Final = 32
_MOST_TEXT: Final = 64  # registers
_MOST_DECIMALS: Final = 9


def read_faults(table: Table) -> dict[int, str]:
    """Take the names of the fault word's bits."""
    named_bits = {bit: table.text(str(bit), default="") for bit in range(_FAULT_BITS)}
    table.nothing_else()
    return {bit: fault for bit, fault in named_bits.items() if fault}


def read_composed(table: Table) -> tuple[Fault, ...]:
    """Take what the bits of a composed fault word are set by."""
    faults = tuple(_fault(each) for each in table.tables("fault")) if table.has("fault") else ()
    if len({fault.bit for fault in faults}) < len(faults):
        raise table.error("fault", "each bit once")
    return faults


def _fault(table: Table) -> Fault:
    low = table.whole("lowest_bit", 0, _HIGHEST_BIT)
    high = table.whole("highest_bit", low, _HIGHEST_BIT, default=low)
    fault = Fault(
        bit=table.whole("bit", 0, _FAULT_BITS - 1),
        name=table.text("name"),
        place=table.whole("address", 0, _HIGHEST_ADDRESS),
        bits=(low, high),
        equals=table.whole("equals", 1, (1 << (high - low + 1)) - 1, default=1),
    )
    table.nothing_else()
    return fault


def read_states(table: Table, metrics: Sequence[str]) -> dict[str, dict[int, str]]:
    """Take the names of the values of state metrics."""
    return {name: _names(table.table(name)) for name in metrics if table.has(name)}


def _names(table: Table) -> dict[int, str]:
    names = {int(key, 0): table.text(key) for key in table.keys if key.isascii() and key.isdigit()}
    table.nothing_else()
    return names


def read_products(table: Table, metrics: Sequence[str]) -> tuple[Product, ...]:
    """Take what is plausible of metrics that belong together."""
    if not table.has("plausible"):
        return ()
    return tuple(_product(each, metrics) for each in table.tables("plausible"))


def _product(table: Table, metrics: Sequence[str]) -> Product:
    factors = table.choices("product", metrics)
    if len(factors) != 2:  # noqa: PLR2004
        raise table.error("product", "two metrics")
    product = Product(
        factors=(factors[0], factors[1]),
        of=table.choices("of", metrics)[0],
        within_percent=table.number("within_percent", 0, 100),
        above=table.number("above", 0, 1e9),
    )
    table.nothing_else()
    return product


def read_details(table: Table) -> tuple[Detail, ...]:
    """Take what the device can be asked beyond the catalog."""
    if not table.has("detail"):
        return ()
    return tuple(_detail(each, place="address") for each in table.tables("detail"))


def read_history(table: Table) -> History | None:
    """Take the blocks that the device keeps of its days."""
    if not table.has("history"):
        return None
    body = table.table("history")
    first = body.whole("first", 0, _HIGHEST_ADDRESS)
    history = History(
        function=read_function(body),
        first=first,
        last=body.whole("last", first, _HIGHEST_ADDRESS),
        registers=body.whole("registers", 1, 125),
        details=tuple(_detail(each, place="offset") for each in body.tables("detail")),
    )
    body.nothing_else()
    return history


def read_clock(table: Table) -> DeviceClock | None:
    """Take where the device shows its local time."""
    if not table.has("clock"):
        return None
    body = table.table("clock")
    form = body.text("form")
    if form not in [*ClockForm]:
        raise body.error("form", f"one of {', '.join(ClockForm)}")
    clock = DeviceClock(
        function=read_function(body),
        address=body.whole("address", 0, _HIGHEST_ADDRESS),
        form=ClockForm(form),
        order=() if form == ClockForm.EPOCH else body.choices("order", CLOCK_FIELDS),
    )
    if clock.order and sorted(clock.order) != sorted(CLOCK_FIELDS):
        raise body.error("order", f"each of {', '.join(CLOCK_FIELDS)} once")
    body.nothing_else()
    return clock


def read_function(table: Table) -> int:
    """Take a function code that only reads."""
    function = table.whole("function", 1, 127)
    if function not in READ_FUNCTIONS:
        raise table.error("function", "3 or 4, which only read")
    return function


def _detail(table: Table, *, place: str) -> Detail:
    is_text = table.text("type") == "text"
    encoding = Encoding.UINT16 if is_text else read_encoding(table)
    registers = table.whole("registers", 1, _MOST_TEXT) if is_text else encoding.registers
    detail = Detail(
        name=table.text("name"),
        unit=table.text("unit", default=""),
        function=read_function(table) if place == "address" else 0,
        registers=registers,
        is_text=is_text,
        point=Point(
            metric=table.text("name"),
            place=table.whole(place, 0, _HIGHEST_ADDRESS),
            encoding=encoding,
            decimals=table.whole("decimals", -_MOST_DECIMALS, _MOST_DECIMALS, default=0),
            bits=read_bits(table, encoding),
            note=table.text("note", default=""),
        ),
    )
    table.nothing_else()
    return detail


def read_candidates(table: Table, device_classes: Sequence[DeviceClass]) -> tuple[Candidates, ...]:
    """Take where things may stand in SunSpec models, metrics first."""
    metrics = tuple(_candidates(each, device_classes) for each in table.tables("point"))
    if len({each.name for each in metrics}) < len(metrics):
        raise table.error("point", "each metric once")
    details = table.tables("detail") if table.has("detail") else []
    return (*metrics, *(_candidates(each, None) for each in details))


def _candidates(table: Table, device_classes: Sequence[DeviceClass] | None) -> Candidates:
    is_detail = device_classes is None
    candidates = Candidates(
        name=table.text("name") if device_classes is None else read_metric(table, device_classes),
        places=tuple(_place(table, text) for text in table.texts("from")),
        total=table.flag("total"),
        decimals=table.whole("decimals", -_MOST_DECIMALS, _MOST_DECIMALS, default=0),
        unit=table.text("unit", default=""),
        is_detail=is_detail,
    )
    table.text("note", default="")
    table.nothing_else()
    return candidates


def _place(table: Table, text: str) -> tuple[int, str]:
    number, dot, name = text.partition(".")
    if not dot or not name or not (number.isascii() and number.isdigit()):
        raise table.error("from", f"MODEL.POINT like 103.W, not {text!r}")
    return int(number), name
