"""Notices in words. A text over two segments of an SMS fails here, in every language and rule."""

from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest

from analytics.alarms.alarm import CauseKind, Condition
from analytics.alarms.notice import NoticeKind
from analytics.faults.fault import Consequence
from analytics.faults.rules import rules
from api.notices.sms import clusters, fits
from api.notices.told import Told, told_of
from api.notices.wording import Reply, digest, message, short
from dashboards.wording.wording import Wording, languages
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.registry.model import Language, Provenance
from tests.api import builders
from tests.api.notices.builders import a_cause, a_notice, a_registry, an_alarm

RULES = sorted(rules())
LONGEST_NUMBER = "SHV-NR4-2026-LAMP-000123-B"
LONGEST_ROADS = (
    "ផ្លូវជាតិលេខ៤ ខាងកើតរង្វង់មូលតោមាស សង្កាត់លេខ៤ ក្រុងព្រះសីហនុ ខេត្តព្រះសីហនុ",
    "ຖະໜົນທ່າເດື່ອ ບ້ານດົງໂພສີ ເມືອງຫາດຊາຍຟອງ ນະຄອນຫຼວງວຽງຈັນ ໃກ້ຂົວມິດຕະພາບລາວ-ໄທ",
    "National Road 4, east of the Golden Lions roundabout, Sangkat 4, Preah Sihanouk Province",
    "中柬友谊大道与独立纪念碑路交叉口东侧第三灯杆组西哈努克省西港特区第四分区",
    "ផ្លូវ" * 60,
)


def told(
    kind: NoticeKind = NoticeKind.RAISED, *, road: str = "Airport Road", **changed: object
) -> Told:
    found = told_of(a_notice(an_alarm(**changed), kind), a_registry(road=road))
    assert found is not None
    return found


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("rule", RULES)
def test_every_notice_fits_two_segments(rule: str, language: str) -> None:
    words, base = Wording(language), told()
    causes = (CauseKind.DEVICE, CauseKind.WEATHER)  # which has the longest words
    for kind, road, cause in product(NoticeKind, LONGEST_ROADS, causes):
        one = replace(
            base,
            notice=a_notice(an_alarm(cause=a_cause(rule, cause)), kind),
            road=road,
            number=LONGEST_NUMBER,
            count=3000,
            provenance=Provenance.SIMULATED,
        )

        text = short(one, words, digit=9)

        assert fits(text), text
        assert words(f"faults.{rule}.name") in text
        assert LONGEST_NUMBER[:24] in text
        assert kind is NoticeKind.CLEARED or words("notices.reply", digit=9) in text


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("road", LONGEST_ROADS)
def test_a_road_is_cut_between_clusters_and_keeps_what_there_is_room_for(
    road: str, language: str
) -> None:
    text = short(told(road=road), Wording(language), digit=9)

    kept = text.removeprefix("SHV-0001 ").partition(": ")[0].rstrip("…").removesuffix("..")
    parts = list(clusters(road))
    assert "".join(list(clusters(kept))) == kept
    assert kept.strip() in {"".join(parts[:end]).strip() for end in range(len(parts) + 1)}
    assert len(kept) > 30


@pytest.mark.parametrize("language", languages())
def test_every_rule_has_its_words_and_no_words_are_of_no_rule(language: str) -> None:
    texts = ("name", "check", "carry")

    told = {key for key in Wording(language).keys if key.startswith("faults.")}

    assert told == {f"faults.{rule}.{text}" for rule in rules() for text in texts}


def test_every_language_of_a_person_has_a_catalogue() -> None:
    assert set(Language) == set(languages())


def test_every_cause_and_kind_has_its_words() -> None:
    texts = {key for key in Wording().keys if key.startswith("notices.")}

    assert {f"notices.mark.{kind}" for kind in NoticeKind if kind is not NoticeKind.RAISED} < texts
    assert {f"notices.cause.{kind}" for kind in ("operator", "feeder", "grid", "weather")} < texts


def test_the_short_form_is_number_road_fault_and_reply() -> None:
    assert short(told(), Wording("en"), digit=1) == (
        "SHV-0001 Airport Road: Lamp dark at night. Reply 1 to take it"
    )
    assert short(told(), Wording("km"), digit=2) == (
        "SHV-0001 Airport Road: ភ្លើងរលត់ពេលយប់. ឆ្លើយ 2 ដើម្បីទទួល"
    )


def test_the_long_form_says_all_that_a_technician_needs() -> None:
    text = message(told(), Wording("en"), Reply(digit=1, link="https://zw.example/told/x")).long

    assert text.splitlines() == [
        "Lamp dark at night",
        "Where: SHV-0001 Airport Road, Coast <east>",
        "Map: https://www.openstreetmap.org/?mlat=10.600&mlon=103.500#map=19/10.600/103.500",
        "Since: 2026-10-02 22:00",
        "What it costs: 10 hours of light a night",  # 18:00..04:00
        f"Check first: {Wording('en')('faults.lamp_out.check')}",
        "Carry: Multimeter, load fuse, LED module, ladder",
        "Warranty: a supplier, until 2027-01-14",
        "Contract: a builder, within 48 h",
        "I take it: https://zw.example/told/x",
    ]


def test_a_gateway_is_told_with_how_many_it_reaches() -> None:
    devices = tuple(DeviceId(f"kh-lamp-{number}") for number in (1, 2))
    one = told(
        cause=a_cause("gateway_down", CauseKind.GATEWAY, "kh-gw"),
        devices=devices,
        device_class=None,
    )

    assert short(one, Wording("en"), 3) == (
        "kh-gw Airport Road: Gateway down (2). Reply 3 to take it"
    )
    assert "Devices: 2, among them SHV-0001, SHV-0002" in message(one, Wording("en"), Reply()).long


def test_a_cause_of_many_is_named_for_what_it_is_and_nothing_is_to_be_carried() -> None:
    one = told(
        cause=a_cause("zero_output", CauseKind.GRID, "kh-coast"),
        devices=(DeviceId("kh-pv-1"), DeviceId("kh-pv-2")),
        device_class=DeviceClass.SCHOOL_PV,
    )

    text = message(one, Wording("en"), Reply())
    assert text.short == "Coast <east>: Grid outage (2)"
    assert "What it costs: up to 20 kW by day" in text.long
    assert "Carry" not in text.long


def test_a_limit_of_the_air_has_words_of_its_own_and_none_of_repair() -> None:
    one = told(
        cause=a_cause("limit_exceeded", CauseKind.STATION, "kh-air-1"),
        consequence=Consequence.ENVIRONMENT,
        device_class=DeviceClass.AIR_STATION,
        devices=(DeviceId("kh-air-1"),),
        evidence={"pm25": 62.5, "limit": 50.0},
    )

    text = message(one, Wording("en"), Reply(digit=1)).long
    assert "Measured: pm25 62.5, limit 50" in text
    assert "You hear of this first. It is not released, and not verified yet." in text
    assert not [word for word in ("Carry", "Warranty", "Check first", "take it") if word in text]


def test_bad_air_over_a_whole_zone_is_told_by_the_name_of_the_zone() -> None:
    one = told(
        cause=a_cause("limit_exceeded", CauseKind.STATION, "kh-coast"),
        consequence=Consequence.ENVIRONMENT,
        device_class=DeviceClass.AIR_STATION,
        devices=(DeviceId("kh-air-1"), DeviceId("kh-pv-1"), DeviceId("kh-pv-2")),
    )

    assert short(one, Wording("en"), 1) == (
        "Coast <east>: Air quality limit exceeded (3). Reply 1 when read"
    )


def test_what_is_not_real_says_so_first() -> None:
    registry = a_registry(provenance=Provenance.SIMULATED)
    one = told_of(a_notice(), registry)

    assert one is not None
    assert short(one, Wording("lo"), 1).startswith("ຈຳລອງ: SHV-0001")
    assert message(one, Wording("en"), Reply()).title.startswith("SIMULATED: Lamp dark")


def test_an_all_clear_says_until_when_and_asks_for_nothing() -> None:
    over = micros(datetime.fromisoformat("2026-10-02T16:30:00Z"))
    one = told(NoticeKind.CLEARED, condition=Condition.CLEARED, cleared_at=over)

    text = message(one, Wording("zh"), Reply(digit=1, link="https://zw.example/told/x"))
    assert text.short == "已恢复: SHV-0001 Airport Road: 路灯夜间不亮"
    assert text.long.splitlines()[-1] == "至: 2026-10-02 23:30"


def test_a_digest_says_as_many_as_fit_and_how_many_more() -> None:
    words = Wording("lo")
    one = short(told(), words, digit=1)

    text = digest([one] * 7, words)

    assert fits(text)
    assert text.count("SHV-0001") == 1
    assert text.splitlines()[-1] == words("notices.and_more", count=6)


def test_of_a_zone_that_is_gone_nothing_is_told() -> None:
    assert told_of(a_notice(an_alarm(zone="gone")), builders.a_registry()) is None
