"""Rows as line protocol, to the byte."""

from math import inf, nan

import numpy as np
import pytest

from ingest.storage.columns import by_class
from ingest.storage.influx_lines import encoded
from tests.ingest.storage.blocks import Said, a_block, a_row, at


def lines_of(*rows: Said, replacing: bool = False) -> list[str]:
    (block,) = by_class([a_block(*(("lamp-1", minute, said) for minute, said in enumerate(rows)))])
    told = encoded(block, replacing=np.full(len(block), replacing), lines=100)
    return b"".join(told).decode().splitlines()


@pytest.mark.parametrize(
    ("said", "replacing", "fields"),
    [
        pytest.param({"load_power": 60.0}, False, "load_power=60.0", id="good"),
        pytest.param({"load_power": 60.0}, True, "load_power=60.0,load_power_q=1", id="again"),
        pytest.param({"load_power": (6.5, 3)}, False, "load_power=6.5,load_power_q=3", id="flag"),
        pytest.param({"load_power": nan}, False, "load_power_q=9", id="missing"),
        pytest.param({"load_power": inf}, False, "load_power_q=11", id="infinite"),
        pytest.param({"load_power": (-inf, 4)}, True, "load_power_q=24", id="infinite and bad"),
        pytest.param({"load_power": (nan, 2)}, False, "load_power_q=32", id="not a number"),
        pytest.param(
            {"load_power": (5.0, 0), "lamp_on": 1.0}, True, "lamp_on=1.0,lamp_on_q=1", id="unsaid"
        ),
    ],
)
def test_a_row_is_a_line(said: Said, *, replacing: bool, fields: str) -> None:
    assert lines_of(said, replacing=replacing) == [f"streetlight,device=lamp-1 {fields} {at(0)}"]


def test_every_line_names_only_its_own_fields() -> None:
    told = lines_of(
        {"lamp_on": 1.0, "load_power": 60.0}, {"load_power": 61.5}, {"lamp_on": (0.0, 3)}
    )

    assert told == [
        f"streetlight,device=lamp-1 lamp_on=1.0,load_power=60.0 {at(0)}",
        f"streetlight,device=lamp-1 load_power=61.5 {at(1)}",
        f"streetlight,device=lamp-1 lamp_on=0.0,lamp_on_q=3 {at(2)}",
    ]


def test_lines_are_cut_into_bodies_of_so_many() -> None:
    (block,) = by_class([a_block(*(a_row(minute=minute) for minute in range(5)))])

    bodies = list(encoded(block, replacing=np.zeros(5, np.bool_), lines=2))

    assert [body.count(b"\n") for body in bodies] == [2, 2, 1]
