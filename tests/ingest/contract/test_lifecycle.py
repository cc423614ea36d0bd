"""Births, deaths and acknowledgements: what is read and what is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ingest.contract.ack import Ack, form_ack, parse_ack
from ingest.contract.chunk import Defect
from ingest.contract.fields import MalformedError
from ingest.contract.identity import BootId
from ingest.contract.lifecycle import form_birth, parse_birth, parse_death
from ingest.contract.ranges import Ranges
from tests.ingest.contract.messages import (
    a_birth_message,
    a_death_message,
    a_served_message,
    an_ack_message,
)


def served(**changed: object) -> dict[str, object]:
    """Return a birth whose only device is changed."""
    return a_birth_message(devices=[a_served_message(**changed)])


def test_a_birth_tells_what_a_gateway_serves() -> None:
    birth = parse_birth(a_birth_message())

    assert birth.sent_at == datetime(2026, 10, 30, 11, 0, tzinfo=UTC)
    [lamp] = birth.devices
    assert (lamp.device, lamp.metrics) == ("lamp-1", ("load_power",))
    assert lamp.interval == timedelta(minutes=5)
    assert lamp.clock_offset_s is None


def test_a_birth_tells_of_its_clock_and_of_what_had_no_room() -> None:
    step = {"at": "2026-10-30T10:00:00Z", "by_s": -3600.0}
    birth = parse_birth(a_birth_message(clock_steps=[step], not_taken=3))

    assert [(one.at, one.by_s) for one in birth.clock_steps] == [
        (datetime(2026, 10, 30, 10, 0, tzinfo=UTC), -3_600.0)
    ]
    assert birth.not_taken == 3
    assert parse_birth(form_birth(birth)) == birth
    assert (parse_birth(a_birth_message()).clock_steps, birth.held) == ((), birth.held)


@pytest.mark.parametrize(
    ("changed", "ends"),
    [({}, True), ({"connection": 2}, False), ({"boot": "b0"}, False)],
    ids=["the same", "an earlier connection", "an earlier boot"],
)
def test_a_death_ends_only_its_own_connection(changed: dict[str, object], *, ends: bool) -> None:
    death = parse_death(a_death_message(**changed))

    assert death.ends(parse_birth(a_birth_message())) is ends


def test_an_acknowledgement_tells_what_is_settled() -> None:
    ack = parse_ack(an_ack_message())

    assert ack.settled == {"b1": Ranges.of((1, 3), (5, 7))}
    assert ack.quarantined[BootId("b1")][0].numbers == Ranges.of((6, 6))


def test_a_reason_is_cut_to_what_a_gateway_takes() -> None:
    defect = Defect(numbers=Ranges.of((1, 1)), reason="x" * 5_000)
    ack = Ack(
        sent_at=datetime(2026, 10, 30, tzinfo=UTC), settled={}, quarantined={BootId("b"): (defect,)}
    )

    assert parse_ack(form_ack(ack)).quarantined[BootId("b")][0].reason == "x" * 200


@pytest.mark.parametrize(
    ("parse", "message", "field"),
    [
        pytest.param(parse_birth, "birth", "birth", id="birth a text"),
        pytest.param(parse_birth, a_birth_message(connection=-1), "connection", id="negative"),
        pytest.param(parse_birth, a_birth_message(software=None), "software", id="no software"),
        pytest.param(parse_birth, a_birth_message(software="x" * 201), "software", id="long"),
        pytest.param(parse_birth, a_birth_message(sent_at="now"), "sent_at", id="no instant"),
        pytest.param(
            parse_birth, a_birth_message(sent_at="9999-12-31T23:59:59-01:00"), "sent_at", id="end"
        ),
        pytest.param(parse_birth, a_birth_message(held=[1]), "held", id="held a number"),
        pytest.param(parse_birth, a_birth_message(devices=None), "devices", id="no devices"),
        pytest.param(parse_birth, a_birth_message(devices=["lamp-1"]), "devices[0]", id="a text"),
        pytest.param(parse_birth, served(device="#"), "devices[0].device", id="wildcard"),
        pytest.param(parse_birth, served(metrics="x"), "devices[0].metrics", id="metrics a text"),
        pytest.param(parse_birth, served(profile=1), "devices[0].profile", id="profile a number"),
        pytest.param(parse_birth, served(interval_s=0), "devices[0].interval_s", id="no interval"),
        pytest.param(parse_birth, served(interval_s=-5), "devices[0].interval_s", id="backwards"),
        pytest.param(parse_birth, served(interval_s=1e300), "devices[0].interval_s", id="ages"),
        pytest.param(parse_birth, served(interval_s=10**400), "devices[0].interval_s", id="eons"),
        pytest.param(
            parse_birth, served(clock_offset_s=float("nan")), "devices[0].clock_offset_s", id="nan"
        ),
        pytest.param(
            parse_birth, served(clock_offset_s="0"), "devices[0].clock_offset_s", id="text"
        ),
        pytest.param(parse_death, [], "death", id="death a list"),
        pytest.param(parse_death, a_death_message(boot=""), "boot", id="no boot"),
        pytest.param(parse_death, a_death_message(connection=1.5), "connection", id="fraction"),
        pytest.param(parse_ack, None, "ack", id="ack null"),
        pytest.param(parse_ack, an_ack_message(settled=[]), "settled", id="settled a list"),
        pytest.param(parse_ack, an_ack_message(settled={"B": []}), "settled", id="boot no name"),
        pytest.param(
            parse_ack,
            an_ack_message(settled={"b1": [[2, 1]]}),
            "settled.b1[0]",
            id="backwards span",
        ),
        pytest.param(
            parse_ack,
            an_ack_message(quarantined={"b1": [{"numbers": [[1, 1]]}]}),
            "quarantined.b1.reason",
            id="no reason",
        ),
        pytest.param(
            parse_ack,
            an_ack_message(quarantined={"b1": [7]}),
            "quarantined.b1",
            id="defect a number",
        ),
    ],
)
def test_what_is_malformed_names_the_field(
    parse: Callable[[object], object], message: object, field: str
) -> None:
    with pytest.raises(MalformedError) as refusal:
        parse(message)

    assert refusal.value.field == field
