"""The arithmetic of blocks, where adapters do not show it."""

from math import isnan, nan

import pytest

from ingest.contract.metric import DeviceClass
from ingest.storage.columns import by_class, merged, trimmed
from tests.ingest.storage.blocks import a_block, a_row, at, kept_in


def test_merging_orders_rows_and_leaves_each_key_once() -> None:
    block = merged([a_block(a_row("b", 5), a_row("a", 5)), a_block(a_row("b", 0), a_row("a", 5))])

    assert list(block.names) == ["a", "b"]
    assert block.devices.tolist() == [0, 1, 1]
    assert block.measured_at.tolist() == [at(5), at(0), at(5)]


def test_merging_takes_value_and_flag_from_the_same_row() -> None:
    block = merged(
        [
            a_block(a_row(load_power=(60.0, 3))),
            a_block(a_row(load_power=nan)),
            a_block(a_row(load_power=(7.0, 0), lamp_on=1.0)),
        ]
    )

    assert isnan(block.values["load_power"][0])
    assert block.flags["load_power"].tolist() == [9]


def test_rows_that_say_nothing_are_no_block() -> None:
    assert (
        by_class([a_block(("lamp-1", 0, {})), a_block(("lamp-1", 0, {"load_power": (1.0, 0)}))])
        == []
    )


def test_there_is_one_block_a_class() -> None:
    bus = DeviceClass.BUS
    blocks = by_class(
        [a_block(a_row()), a_block(a_row(odometer=1.0), device_class=bus), a_block(a_row("lamp-2"))]
    )

    assert [(block.device_class, len(block)) for block in blocks] == [
        (DeviceClass.STREETLIGHT, 2),
        (bus, 1),
    ]


@pytest.mark.parametrize("flag", [0, 1])
def test_trimming_keeps_what_was_said_and_only_that(flag: int) -> None:
    block = trimmed(a_block(a_row("a", 0, load_power=(1.0, flag)), a_row("b", 0, lamp_on=1.0)))

    names = ["b", "a"] if flag else ["b"]
    assert sorted(block.names) == sorted(names)
    assert len(block) == len(names)
    assert ("load_power" in block.values) == bool(flag)
    assert ("b", "lamp_on", 0) in kept_in(block)
