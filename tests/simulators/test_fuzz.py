"""A short run of what `make fuzz` does at length, and that it sees what it looks for."""

import random
from itertools import islice

import pytest

from simulators.fuzz import Parsers, fuzz, inputs


@pytest.mark.parametrize("seed", [11, 12])
def test_the_fields_parsers_bear_whatever_comes(seed: int) -> None:
    said: list[str] = []

    assert fuzz(6_000, seed, said.append) == 0, said


def test_every_parser_is_fed() -> None:
    names = [name for name, _ in islice(inputs(random.Random(1)), 500)]

    assert min(names.count(name) for name in ("stream", "line", "request", "event")) > 50


def test_a_parser_that_breaks_is_told_with_what_broke_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Parsers, data: bytes) -> None:
        raise IndexError(len(data))

    monkeypatch.setattr(Parsers, "request", broken)
    said: list[str] = []

    assert fuzz(100, 1, said.append) == len(said) > 10
    assert "request: IndexError" in said[0]
