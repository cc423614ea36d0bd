"""What is mended first: duty, then people, tonnes and light per hour of work, near each other."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from analytics.alarms.alarm import Alarm, AlarmId, Cause, CauseKind
from analytics.alarms.mending import Repair
from analytics.alarms.repairlist import Duty, Job, repair_list
from analytics.faults.fault import RuleId
from analytics.repairvalue import RepairValue
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, Entry, Lot, Obligation
from ingest.registry.registry import Entered, Registry
from tests.analytics.alarms.builders import DAY, START, a_programme, an_alarm
from tests.ingest.registry.builders import one_of_each

VALUES = {
    ("kh-test", DeviceClass.STREETLIGHT): RepairValue(
        kg_a_day=Decimal("0.4"), light_hours_a_day=Decimal(11), people=None
    ),
    ("kh-test", DeviceClass.SCHOOL_PV): RepairValue(
        kg_a_day=Decimal(20), light_hours_a_day=None, people=None
    ),
}


def of(rule: str, *devices: str, number: int = 1) -> tuple[Repair, Alarm]:
    alarm = an_alarm(
        id=AlarmId(number),
        cause=Cause(kind=CauseKind.DEVICE, subject=devices[0], rule=RuleId(rule)),
        devices=tuple(map(DeviceId, devices)),
    )
    return Repair(id=number, alarm=alarm.id, opened_at=START), alarm


def jobs(registry: Registry, *given: tuple[Repair, Alarm], now: int = START) -> list[Job]:
    return [job for way in repair_list(given, registry, VALUES, now) for job in way.jobs]


def changed(registry: Registry, device: str, **fields: object) -> Registry:
    def altered(item: Entry) -> Entry:
        is_it = isinstance(item, Device) and item.id == device
        return replace(item, **fields) if is_it else item  # type: ignore[arg-type]

    return Registry(
        Entered(change=1, valid_from=0, item=altered(each.item)) for each in registry.entries
    )


def test_a_dark_lamp_costs_its_night_and_its_credit() -> None:
    (job,) = jobs(a_programme(), of("lamp_out", "lamp-0-1"))

    assert (job.number, job.site) == ("L0-1", "Road 0")
    assert job.position == (Decimal("10.601"), Decimal("103.5"))
    assert job.light_hours_a_night == 11
    assert job.kg_a_day == Decimal("0.4")
    assert job.people is None


def test_duty_comes_before_whatever_is_worth_more() -> None:
    registry = changed(a_programme(3, 10, 2), "lamp-2-9", obligation=Obligation.SAFETY_SPOT)

    found = jobs(
        registry,
        of("zero_output", "pv-0-0", number=1),
        of("lamp_out", "lamp-2-9", number=2),
    )

    assert [(job.number, job.duty) for job in found] == [
        ("L2-9", Duty.SAFETY_SPOT),
        ("pv-0-0", None),
    ]


def test_three_dark_lamps_in_a_row_are_a_dark_cluster() -> None:
    apart = jobs(
        a_programme(1, 6),
        *(of("lamp_out", f"lamp-0-{n}", number=n + 1) for n in (0, 1, 5)),
    )
    together = jobs(crowded(), *(of("lamp_out", f"lamp-0-{n}", number=n + 1) for n in (0, 1, 2)))

    assert {job.duty for job in apart} == {None}
    assert {job.duty for job in together} == {Duty.DARK_CLUSTER}


def crowded() -> Registry:
    registry = a_programme(1, 3)
    for name, latitude in (("lamp-0-1", "10.6003"), ("lamp-0-2", "10.6006")):
        registry = changed(registry, name, latitude=Decimal(latitude))
    return registry


def test_people_come_before_tonnes_and_tonnes_before_light() -> None:
    registry = changed(a_programme(3, 10, 2), "lamp-1-1", people_served=40)

    found = jobs(
        registry,
        of("presumed_down", "lamp-0-1", number=1),
        of("zero_output", "pv-2-0", number=2),
        of("early_shut_off", "lamp-1-1", number=3),
        of("lamp_out", "lamp-2-3", number=4),
    )

    assert [job.alarm.cause.subject for job in found] == [
        "lamp-1-1",
        "pv-2-0",
        "lamp-2-3",
        "lamp-0-1",
    ]


def test_what_is_near_the_most_urgent_comes_along() -> None:
    found = repair_list(
        [
            of("dust_or_shading", "lamp-1-0", number=1),
            of("lamp_out", "lamp-0-1", number=2),
            of("dust_or_shading", "lamp-0-2", number=3),
        ],
        a_programme(),
        VALUES,
        START,
    )

    assert [[job.alarm.cause.subject for job in way.jobs] for way in found] == [
        ["lamp-0-1", "lamp-0-2"],
        ["lamp-1-0"],
    ]


def test_what_is_put_aside_is_not_on_the_list() -> None:
    repair, alarm = of("lamp_out", "lamp-0-1")
    aside = [
        replace(alarm, shelved_until=START + DAY),
        replace(alarm, suppressed="maintenance"),
        replace(alarm, out_of_service=True),
    ]

    assert jobs(a_programme(), *((repair, each) for each in aside)) == []
    assert len(jobs(a_programme(), (repair, aside[0]), now=START + DAY)) == 1


def test_a_lot_tells_whose_warranty_it_is() -> None:
    given = next(each for each in one_of_each() if isinstance(each, Lot))
    lot = replace(given, supplier="A maker", warranty_until=date(2026, 12, 31))
    registry = changed(a_programme(), "lamp-0-1", lot=lot.id)
    registry = Registry([*registry.entries, Entered(change=1, valid_from=0, item=lot)])

    (job,) = jobs(registry, of("lamp_out", "lamp-0-1"))

    assert job.warranty(date(2026, 12, 31)) == lot
    assert job.warranty(date(2027, 1, 1)) is None
