"""The page of the account, from what the catalog has."""

from datetime import date, timedelta

import pytest

from dashboards.board.account import Account, account_view
from dashboards.board.pages import page
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.ranges import Ranges
from ingest.disk import Room
from ingest.ledger import BootAccount, Line, Missing
from ingest.registry.model import Provenance
from tests.builders import a_registry

_FIRST = date(2026, 10, 1)
_ONE, _OTHER = GatewayId("kh-gw-1"), GatewayId("kh-gw-2")


def an_account(lines: dict[tuple[GatewayId, date], Line], *lost: Missing) -> Account:
    """Return an account without ranges."""
    return Account(lines=lines, boots=(), missing=lost)


def a_loss(number: int) -> Missing:
    """Return a range that is missing."""
    numbers = Ranges.of((number, number + 1))
    return Missing(gateway=_ONE, boot=BootId("boot-1"), day=_FIRST, numbers=numbers)


def test_the_gateway_with_something_missing_comes_first() -> None:
    lines = {
        (_ONE, _FIRST): Line(assigned=5, stored=5),
        (_OTHER, _FIRST): Line(assigned=5, stored=4, missing=1),
    }

    view = account_view(a_registry(), an_account(lines), None)

    assert [one.gateway for one in view.gateways] == [_OTHER, _ONE]
    assert view.total == Line(assigned=10, stored=9, missing=1)
    assert view.provenances == (Provenance.SIMULATED,)


def test_the_last_two_weeks_are_drawn_and_all_days_are_counted() -> None:
    lines = {(_ONE, _FIRST + timedelta(days=day)): Line(assigned=1, stored=1) for day in (0, 3, 19)}

    (gateway,) = account_view(a_registry(), an_account(lines), None).gateways

    assert [one.day for one in gateway.strips] == [
        _FIRST + timedelta(days=day) for day in range(6, 20)
    ]
    assert gateway.total.assigned == 3


def test_no_more_gateways_are_shown_than_can_be_looked_at() -> None:
    lines = {(GatewayId(f"gw-{number:03}"), _FIRST): Line(assigned=1) for number in range(70)}

    view = account_view(a_registry(), an_account(lines), None)

    assert (len(view.gateways), view.gateways_all) == (60, 70)
    assert "Shown: 60 of 70 gateways" in page(view)


def test_what_is_missing_is_named_as_far_as_there_is_room() -> None:
    losses = [a_loss(number) for number in range(1, 300, 5)]
    lines = {(_ONE, _FIRST): Line(assigned=120, missing=120)}

    html = page(account_view(a_registry(), an_account(lines, *losses), None))

    assert 'role="alert"' in html
    assert "Missing records, which no gateway holds any more: 120" in html
    assert ">1–2<" in html
    assert "And 10 more ranges" in html
    assert "records are missing" in html


def test_without_records_it_says_so() -> None:
    html = page(account_view(a_registry(), an_account({}), None))

    assert "No gateway has sent records yet." in html
    assert 'role="alert"' not in html
    assert "Days left" not in html


@pytest.mark.parametrize(
    ("free", "per_day", "says"),
    [
        pytest.param(200 * 2**30, 2.0**30, "199<", id="plenty"),
        pytest.param(11 * 2**30, 2.0**30, "full soon", id="ten days"),
        pytest.param(2**29, 2.0**30, "nothing is taken in", id="below the floor"),
        pytest.param(200 * 2**30, None, '<span class="none"', id="no rate yet"),
    ],
)
def test_the_disk_is_shown_to_whoever_runs_it(free: int, per_day: float | None, says: str) -> None:
    room = Room(free=free, floor=2**30, per_day=per_day)

    assert says in page(account_view(a_registry(), an_account({}), room))


def test_a_boot_is_drawn_with_its_gaps() -> None:
    boot = BootAccount(
        gateway=_ONE,
        boot=BootId("<b>"),
        head=10,
        low=11,
        stored=Ranges.of((1, 3), (5, 10)),
        days={_FIRST: (1, 10)},
    )
    line = Line(assigned=10, stored=9, missing=1)
    lost = Missing(gateway=_ONE, boot=boot.boot, day=_FIRST, numbers=Ranges.of((4, 4)))
    account = Account(lines={(_ONE, _FIRST): line}, boots=[boot], missing=[lost])

    html = page(account_view(a_registry(), account, None))

    assert html.count('<rect class="piece missing"') == 1
    assert "<title>Missing: 4</title>" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
