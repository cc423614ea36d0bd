"""A SIM card is warned of before it runs out, and after."""

from datetime import date, timedelta

import pytest

from ingest.registry.expiry import running_out
from ingest.registry.model import Entry, SimCard
from ingest.registry.registry import Entered, Registry
from tests.ingest.registry import builders

TODAY = date(2026, 10, 31)


def a_registry(expires: date | None) -> Registry:
    card = SimCard(number="8985500000000000001", operator="a", plan="b", expires=expires)
    items: list[Entry] = [card, builders.a_gateway(sim=card.number)]
    return Registry(Entered(change=1, valid_from=0, item=item) for item in items)


@pytest.mark.parametrize(("days", "told"), [(-1, True), (0, True), (30, True), (31, False)])
def test_a_card_is_told_of_in_time(days: int, told: bool) -> None:  # noqa: FBT001 - a table's column
    found = running_out(a_registry(TODAY + timedelta(days=days)), TODAY)

    assert [one.days_left for one in found] == ([days] if told else [])


def test_of_a_card_without_a_date_nothing_is_said() -> None:
    assert running_out(a_registry(None), TODAY) == []
