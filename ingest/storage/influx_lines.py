"""How readings stand in InfluxDB: a line for each row, encoded and decoded column by column.

The measurement is the device class, the only tag is `device`, and a metric has one field of floats
by its name. Behind it stands `<metric>_q`: the reading's flag, or a code where the value is none
that line protocol can say. Without it the reading is good.

A field that a line does not name keeps what it held. So a good reading that may replace an older
one says `_q` = 1, and takes back whatever flag was there; elsewhere it says nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson

from ingest.contract.quality import Quality
from ingest.storage.block import Block, Flags, Values
from ingest.storage.columns import Chosen

Pieces = list[bytes]
Cells = npt.NDArray[np.object_]

_Q: Final = "_q"

# A code is a flag, plus one of these where there is no value to be read beside it.
_PLUS_INFINITE: Final = 10
_MINUS_INFINITE: Final = 20
_NOT_A_NUMBER: Final = 30
_CODES: Final = 40


def flag_of(metric: str) -> str:
    """Return the name of the field that holds a metric's flags."""
    return metric + _Q


def metric_of(field: str) -> str:
    """Return the name of the metric that a field is of."""
    return field.removesuffix(_Q)


def fields_of(metrics: Iterable[str]) -> list[str]:
    """Return the names of the fields of metrics: values and codes by turns."""
    return [field for metric in metrics for field in (metric, flag_of(metric))]


def encoded(
    block: Block, *, replacing: Chosen, lines: int, into: str | None = None
) -> Iterator[bytes]:
    """Yield a block's rows as line protocol in microseconds, in bodies of so many lines.

    `replacing` tells of which rows something may be there already. Every row has a reading. They
    go `into` a measurement, the device class's own where None.
    """
    columns = [_keys(block, into or block.device_class)]
    for metric, flags in block.flags.items():
        columns += _fields(metric, block.values[metric], flags, replacing)
    columns.append(_tokens(block.measured_at, " ", "\n"))
    width = len(columns)
    pieces: Pieces = [b""] * (width * len(block))
    for place, column in enumerate(columns):
        pieces[place::width] = column
    step = width * lines
    for first in range(0, len(pieces), step):
        yield _body(pieces[first : first + step])


def decoded(values: Values, codes: Values) -> tuple[Values, Flags]:
    """Return values and flags from the two fields as they were read, NaN where there was none."""
    whole = np.where(np.isnan(codes), ~np.isnan(values), codes).astype(np.int8)
    flags = whole % _PLUS_INFINITE
    read = np.where(flags == Quality.MISSING, np.nan, values)
    kinds = whole - flags
    if kinds.any():
        unsaid = (_PLUS_INFINITE, np.inf), (_MINUS_INFINITE, -np.inf), (_NOT_A_NUMBER, np.nan)
        for kind, value in unsaid:
            read[kinds == kind] = value
    return read, flags


def _body(pieces: Pieces) -> bytes:
    """Join lines; every field brings a comma, which the first one of a line must not have."""
    return b"".join(pieces).replace(b" ,", b" ")


def _keys(block: Block, into: str) -> Pieces:
    keys = [f"{into},device={name} ".encode() for name in block.names]
    return _listed(np.array(keys, np.object_)[block.devices])


def _fields(metric: str, values: Values, flags: Flags, replacing: Chosen) -> list[Pieces]:
    """Return the columns of a metric's values and codes, leaving out one that is empty."""
    told = (flags != 0) & (flags != Quality.MISSING)
    valued = told & np.isfinite(values)
    codes = (
        flags
        if np.array_equal(told, valued)
        else np.where(told & ~valued, flags + _unsaid(values), flags)
    )
    coded = (flags != 0) & ((codes != Quality.GOOD) | replacing)
    columns = []
    if valued.all():
        columns.append(_tokens(values, f",{metric}=", ""))
    elif valued.any():
        columns.append(_scattered(valued, _tokens(values[valued], f",{metric}=", "")))
    if coded.any():
        said = [f",{flag_of(metric)}={code}".encode() for code in range(_CODES)]
        columns.append(_listed(np.array([b"", *said], np.object_)[np.where(coded, codes + 1, 0)]))
    return columns


def _unsaid(values: Values) -> Flags:
    """Return what a code adds for values that are not finite."""
    kinds = np.select(
        [values == np.inf, values == -np.inf], [_PLUS_INFINITE, _MINUS_INFINITE], _NOT_A_NUMBER
    )
    return kinds.astype(np.int8)


def _scattered(chosen: Chosen, tokens: Pieces) -> Pieces:
    cells: Cells = np.full(len(chosen), b"", np.object_)
    cells[chosen] = np.array(tokens, np.object_)
    return _listed(cells)


def _tokens(numbers: npt.NDArray[np.generic], before: str, after: str) -> Pieces:
    """Return numbers as text, each between two texts; all of it happens outside Python."""
    told = orjson.dumps(np.ascontiguousarray(numbers), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
    between = f"{after}\0{before}".encode()
    return (before.encode() + told.replace(b",", between) + after.encode()).split(b"\0")


def _listed(cells: Cells) -> Pieces:
    listed: Pieces = cells.tolist()
    return listed
