"""What a subscription is told of, and when, by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from analytics.closing.states import State, Step
from api.closing.revisions import Basis, Revision
from api.subscriptions.subscription import Means, Occasion, Subscription, occurrences
from dashboards.report.formats import Format
from ingest.contract.period import micros

MADE = datetime(2026, 9, 20, tzinfo=UTC)


def a_subscription(**changed: object) -> Subscription:
    fields: dict[str, object] = {
        "id": 1,
        "account": "sok",
        "means": Means.MAIL,
        "target": "office@example.org",
        "scope": "zone:north",
        "occasions": frozenset(Occasion),
        "language": "en",
        "formats": (Format.PDF,),
        "made_at": micros(MADE),
    }
    return Subscription(**(fields | changed))  # type: ignore[arg-type]


def a_revision(number: int, *steps: tuple[State, datetime], scope: str = "zone:north") -> Revision:
    basis = Basis(
        watermark=(), registry_change=1, as_of=0, changes=0, hours=0, software="1", factors={}
    )
    taken = tuple(Step(state=state, actor="sok", role="r", at=micros(at)) for state, at in steps)
    return Revision(
        id=number,
        scope=scope,
        period="2026-09",
        number=number,
        provenance="real",
        content=b"{}",
        sha256="",
        basis=basis,
        cause={},
        made_at=taken[0].at,
        steps=taken,
    )


def told(
    subscription: Subscription, revisions: Sequence[Revision], *, now: datetime
) -> list[tuple[Occasion, str, int | None]]:
    found = occurrences(subscription, revisions, now=now)
    return [(one.occasion, one.period, one.revision) for one in found]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(datetime(2026, 10, 3, 23, 59, tzinfo=UTC), [], id="48 hours may not be over"),
        pytest.param(datetime(2026, 10, 4, tzinfo=UTC), ["2026-09"], id="over in every zone"),
        pytest.param(
            datetime(2027, 1, 4, tzinfo=UTC),
            ["2026-09", "2026-10", "2026-11", "2026-12"],
            id="a new year",
        ),
    ],
)
def test_a_month_is_told_of_once_it_is_over_everywhere(now: datetime, expected: list[str]) -> None:
    assert [period for _, period, _ in told(a_subscription(), [], now=now)] == expected


def test_a_month_that_ends_while_somebody_subscribes_is_told_of() -> None:
    made = micros(datetime(2026, 10, 2, tzinfo=UTC))

    found = told(a_subscription(made_at=made), [], now=datetime(2026, 10, 5, tzinfo=UTC))

    assert found == [(Occasion.MONTHLY, "2026-09", None)]


def test_steps_are_told_of_in_the_order_they_were_taken() -> None:
    first = a_revision(
        1,
        (State.PREPARED, datetime(2026, 10, 5, tzinfo=UTC)),
        (State.APPROVED, datetime(2026, 10, 7, tzinfo=UTC)),
    )
    second = a_revision(2, (State.REVISED, datetime(2026, 10, 9, tzinfo=UTC)))
    approved = (State.APPROVED, datetime(2026, 10, 8, tzinfo=UTC))
    elsewhere = a_revision(1, approved, scope="zone:east")

    found = told(
        a_subscription(), [second, elsewhere, first], now=datetime(2026, 10, 10, tzinfo=UTC)
    )

    assert found == [
        (Occasion.MONTHLY, "2026-09", None),
        (Occasion.APPROVED, "2026-09", 1),
        (Occasion.REVISED, "2026-09", 2),
    ]


def test_what_was_before_it_or_behind_its_end_or_not_asked_for_is_not_told() -> None:
    revision = a_revision(1, (State.APPROVED, datetime(2026, 9, 19, tzinfo=UTC)))
    ended = micros(datetime(2026, 10, 3, tzinfo=UTC))
    now = datetime(2026, 12, 1, tzinfo=UTC)

    assert told(a_subscription(ended_at=ended), [revision], now=now) == []
    only_revised = a_subscription(occasions=frozenset({Occasion.REVISED}))
    assert told(only_revised, [], now=now) == []
