"""One message for one cause, told whole: a lamp goes dark, somebody hears, takes it, mends it.

The lamp is simulated; broker, store, catalog, mail server and receiver of webhooks are real.
"""

import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.notices.settings import NoticeSettings
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.period import Period, micros
from ingest.registry.model import Language, Person, PersonRole
from ingest.registry.registry import Entered, Registry
from simulators.causes import Cause, CauseKind
from simulators.world.model import SimulatedDevice, SimulatedZone
from simulators.world.zone import World
from tests.api.builders import Viewers
from tests.builders import a_device, a_registry
from tests.receivers import Letterbox, Receiver, a_letterbox, a_receiver
from tests.system.harness import Bench, milliseconds, running_bench

ICT = timedelta(hours=7)  # Cambodia is ahead of UTC
STEP, TEN_MINUTES = timedelta(minutes=5), timedelta(minutes=10)
LAMPS = tuple(map(DeviceId, ("kh-lamp-1", "kh-lamp-2", "kh-lamp-3")))
UP = "zw/1/kh-gw-1/up"


def local(clock: str, day: str = "2026-10-30") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC) - ICT


BEGIN, BROKEN, MENDED = local("18:00"), local("18:45"), local("23:30")


def somebody(name: str, language: Language, channel: str, *, step: int) -> Person:
    return Person(
        id=name,
        role=PersonRole.TECHNICIAN if step == 0 else PersonRole.OPERATOR,
        title=name.replace("-", " "),
        language=language,
        zones=(ZoneId("kh-test"),),
        device_classes=(),
        channels=(channel,),
        quiet="",
        step=step,
    )


PEOPLE = (
    somebody("night-shift", Language.KHMER, "mail:night_shift", step=0),
    somebody("operator", Language.ENGLISH, "hook", step=1),
)


def the_registry() -> Registry:
    lamps = [
        a_device(name, painted_number=f"SHV-{number:04}") for number, name in enumerate(LAMPS, 1)
    ]
    people = [Entered(change=2, valid_from=0, item=person) for person in PEOPLE]
    return Registry([*a_registry(*lamps).entries, *people])


def the_world(registry: Registry) -> World:
    """Return the lamps on their poles, the first of them dark from 18:45 until it is mended."""
    zone = registry.zones()[0]
    devices = tuple(
        SimulatedDevice(
            id=device.id,
            device_class=device.device_class,
            rated_power_w=60.0,
            latitude=float(zone.latitude),
            longitude=float(zone.longitude),
            schedule=device.schedule,
        )
        for device in registry.devices()
    )
    simulated = SimulatedZone(
        id=zone.id,
        latitude=float(zone.latitude),
        longitude=float(zone.longitude),
        utc_offset=ICT,
        devices=devices,
    )
    dark = Cause(
        device=devices[0].id,
        kind=CauseKind.LAMP_OUT,
        period=Period(micros(BROKEN), micros(MENDED)),
    )
    return World(simulated, seed=5, start=BEGIN, causes=[dark])


@dataclass
class Night:
    """The night of the story: it passes, and everything that lives in it says what it measures."""

    bench: Bench
    world: World
    mails: Letterbox
    hook: Receiver
    telephone: TestClient
    said: int = 0
    steps: int = 0

    async def until(self, moment: datetime) -> "Night":
        """Let time pass, ten minutes at once."""
        clock = self.bench.backend.sources.clock
        assert isinstance(clock, ManualClock)
        while clock.now() < moment:
            await self._say(clock)
        return self

    async def _say(self, clock: ManualClock) -> None:
        steps = range(self.steps, self.steps + TEN_MINUTES // STEP)
        clock.set(BEGIN + steps[-1] * STEP + timedelta(seconds=30))
        self.bench.publish(f"{UP}/chunk", self._chunk(steps))
        self.steps = steps.stop
        await self.bench.until_settled(self.said)
        clock.set(clock.now() + timedelta(seconds=30))  # since what looks waits for time to pass

    def _chunk(self, steps: range) -> Mapping[str, object]:
        parts: list[Mapping[str, object]] = []
        first = self.said + 1
        for lamp in LAMPS:
            rows = [self.world.at(step)[lamp] for step in steps]
            numbers = [self.said + 1 + place for place in range(len(rows))]
            self.said = numbers[-1]
            parts.append(
                {
                    "device": lamp,
                    "number": numbers,
                    "measured_at": [milliseconds(BEGIN + step * STEP) for step in steps],
                    "values": {name: [row[name] for row in rows] for name in rows[0]},
                }
            )
        return {
            "boot": "by-hand",
            "head": self.said,
            "low": first,
            "thinned": [],
            "days": {"2026-10-30": [1, self.said]},
            "sent_at": "2026-10-30T11:00:00Z",
            "parts": parts,
        }

    def page(self, path: str) -> str:
        answer = self.telephone.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def asked(self, path: str) -> dict[str, Any]:
        return dict(json.loads(self.page(path)))

    def alarm(self) -> dict[str, Any]:
        """Return the one alarm there is."""
        listed = self.asked("/v1/alarms")["items"]
        assert [each["cause"]["rule"] for each in listed] == ["lamp_out"]
        return dict(listed[0])


@asynccontextmanager
async def the_night(path: Path) -> AsyncGenerator[Night]:
    registry = the_registry()
    with a_letterbox() as mails, a_receiver() as hook:
        telling = NoticeSettings.of(
            {
                "ZONEWATCH_CHANNEL_MAIL": f"mailto://127.0.0.1:{mails.port}/{{to}}?from=zw@example.org",
                "ZONEWATCH_TO_MAIL_NIGHT_SHIFT": "night@example.org",
                "ZONEWATCH_CHANNEL_HOOK": hook.url.replace("http:", "json:"),
                "ZONEWATCH_URL": "https://zw.example",
            }
        )
        async with running_bench(path, registry, BEGIN, telling=telling) as bench:
            birth = {
                "boot": "by-hand",
                "connection": 1,
                "software": "by hand",
                "sent_at": "2026-10-30T11:00:00Z",
                "devices": [],
            }
            bench.publish(f"{UP}/birth", birth)
            desk = bench.backend.background.notices.desk
            app = create_app(bench.backend.sources, Viewers(), desk=desk)
            telephone = TestClient(app, base_url="https://zw.example", follow_redirects=False)
            yield Night(bench, the_world(registry), mails, hook, telephone)


def link_in(text: str) -> str:
    found = re.search(r"https://zw\.example(/told/\S+)", text)
    assert found is not None, text
    return found[1]


async def test_a_dark_lamp_is_told_escalated_taken_mended_and_counted(tmp_path: Path) -> None:
    async with the_night(tmp_path) as night:
        # It is dark, and the night shift hears of it in Khmer.
        await night.until(local("19:20"))
        await night.bench.until(lambda: len(night.mails.mails) == 1)
        mail = night.mails.mails[0]
        body = mail.get_body(("plain", "html"))
        assert body is not None
        text = body.get_content()
        assert (mail["To"], "ភ្លើងរលត់ពេលយប់" in mail["Subject"]) == ("night@example.org", True)
        assert "SHV-0001" in text

        # A preview fetches the link, and nothing is acknowledged.
        assert "SHV-0001" in night.page(link_in(text))
        assert night.alarm()["acknowledged_by"] is None

        # Nobody answers for four hours, so the operator hears.
        await night.until(local("23:00"))
        assert night.hook.posts == []
        await night.until(local("23:20"))
        await night.bench.until(lambda: len(night.hook.posts) == 1)
        told = json.loads(night.hook.posts[0].body)
        assert told["title"].startswith("SIMULATED: UNANSWERED: Lamp dark at night: SHV-0001")

        # One tap, and the alarm is theirs: in the API, on the board, in the journal.
        link = link_in(told["message"])
        assert night.telephone.post(link).status_code == 303
        alarm = night.alarm()
        assert (alarm["acknowledged_by"], alarm["condition"]) == ("operator", "active")
        assert "operator" in night.page(f"/board/alarms/{alarm['id']}")
        assert "operator" in night.page(link)

        # It is mended: its readings say so, and whoever heard hears that it is over.
        await night.until(local("00:10", "2026-10-31"))
        await night.bench.until(lambda: len(night.mails.mails) == len(night.hook.posts) == 2)
        assert night.alarm()["condition"] == "cleared"
        assert "ចប់ហើយ" in night.mails.mails[1]["Subject"]
        over = json.loads(night.hook.posts[1].body)
        assert over["title"].startswith("SIMULATED: OVER: Lamp dark at night: SHV-0001")

        # One cause was one first message, and the statistics count it.
        deliveries = night.asked("/v1/deliveries")["items"]
        assert [(each["person"], each["kind"], each["state"]) for each in deliveries] == [
            ("night-shift", "raised", "sent"),
            ("operator", "escalated", "sent"),
            ("night-shift", "cleared", "sent"),
            ("operator", "cleared", "sent"),
        ]
        statistics = night.asked("/v1/alarms/statistics")
        assert statistics["alarms"] == 1
        assert [each["cause"]["rule"] for each in statistics["top"]] == ["lamp_out"]
