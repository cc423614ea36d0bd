"""What repairs are worth, against days worked out on paper.

Each of six healthy lamps serves 0.6 kWh a night, 0.3528 kg; a seventh is dark, an eighth silent.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from analytics.repairs import repairs
from analytics.result import open_window, zone_result
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from tests.analytics.cases import a_day
from tests.builders import a_basis, a_device, a_pv_set, a_registry, a_zone, an_uptime_day

NOW = micros(
    datetime(2026, 10, 5, 6, tzinfo=UTC)
)  # 13:00 in Cambodia: the night of the 4th is over
SINCE = micros(datetime(2026, 9, 30, 17, tzinfo=UTC))
NIGHTS = [date(2026, 10, 1) + timedelta(days=n) for n in range(4)]
LAMPS = [a_device(f"kh-lamp-{n}", schedule="18:00..04:00") for n in range(1, 9)]
PV, NEIGHBOR = (
    a_pv_set(name, rated_power_w=None, rated_power_basis=None) for name in ("kh-pv-1", "kh-pv-2")
)


def test_a_repair_is_worth_what_the_healthy_give_and_a_night_of_light() -> None:
    well, dark = LAMPS[:6], LAMPS[6]
    facts = [a_day(each, night, energy_mwh=600_000) for each in well for night in NIGHTS]
    facts += [a_day(dark, night, energy_mwh=0) for night in NIGHTS]
    facts += [a_day(NEIGHBOR, night, energy_mwh=20_000_000) for night in NIGHTS]
    uptime = [an_uptime_day(each.id, n, up_s=36_000) for each in well for n in NIGHTS]
    uptime += [an_uptime_day(dark.id, n, down_s=36_000, known_down_s=36_000) for n in NIGHTS]
    uptime += [
        an_uptime_day(NEIGHBOR.id, n, device_class=DeviceClass.SCHOOL_PV, up_s=40_000)
        for n in NIGHTS
    ]
    basis = a_basis(a_registry(*LAMPS, PV, NEIGHBOR), facts, uptime=uptime, as_of=NOW)
    result = zone_result(basis, a_zone(), open_window(a_zone(), Period(SINCE, NOW)))

    found = repairs(result, [PV.id])

    assert [each.device.id for each in found] == ["kh-pv-1", "kh-lamp-7", "kh-lamp-8"]
    pv, lamp, unheard = (each.value for each in found)
    assert (pv.kg_a_day, pv.light_hours_a_day) == (20 * Decimal("0.874"), None)
    assert (lamp.kg_a_day, lamp.light_hours_a_day) == (Decimal("0.3528"), Decimal(10))
    assert unheard == lamp
