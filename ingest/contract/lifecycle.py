"""Birth and death: a gateway's presence. A death whose boot and connection differ is ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ingest.contract import fields
from ingest.contract.fields import MalformedError
from ingest.contract.identity import BootId, DeviceId
from ingest.contract.period import rfc3339

_SHORTEST_S: Final = 0.001
_LONGEST_S: Final = 366 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A device as its gateway serves it."""

    device: DeviceId
    profile: str
    metrics: tuple[str, ...]
    interval: timedelta
    clock_offset_s: float | None  # device clock minus gateway clock; None where it has no clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStep:
    """A step of a gateway's clock: what it said just behind it, and how far it went."""

    at: datetime
    by_s: float  # negative: back


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """What a gateway says when it connects, and again when something of it has changed."""

    boot: BootId
    connection: int  # +1 per CONNECT
    software: str
    sent_at: datetime
    held: tuple[BootId, ...]
    devices: tuple[Served, ...]
    clock_steps: tuple[ClockStep, ...] = ()  # the newest of this boot
    not_taken: int = 0  # records of this boot that its outbox had no room for


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """What the broker says when a gateway is gone, or itself when it stops."""

    boot: BootId
    connection: int

    def ends(self, birth: Birth) -> bool:
        """Tell whether it is the death of that very connection."""
        return (self.boot, self.connection) == (birth.boot, birth.connection)


def form_birth(birth: Birth) -> dict[str, object]:
    """Return the mapping that travels."""
    return {
        "boot": birth.boot,
        "connection": birth.connection,
        "software": birth.software,
        "sent_at": rfc3339(birth.sent_at),
        "held": list(birth.held),
        "devices": [
            {
                "device": served.device,
                "profile": served.profile,
                "metrics": list(served.metrics),
                "interval_s": served.interval.total_seconds(),
                "clock_offset_s": served.clock_offset_s,
            }
            for served in birth.devices
        ],
        "clock_steps": [{"at": rfc3339(step.at), "by_s": step.by_s} for step in birth.clock_steps],
        "not_taken": birth.not_taken,
    }


def parse_birth(message: object) -> Birth:
    """Read a decoded mapping, or raise MalformedError."""
    body = fields.mapping(message, "birth")
    return Birth(
        boot=BootId(fields.name(body.get("boot"), "boot")),
        connection=fields.count(body.get("connection"), "connection"),
        software=fields.text(body.get("software"), "software"),
        sent_at=fields.moment(body.get("sent_at"), "sent_at"),
        held=tuple(
            BootId(fields.name(boot, "held"))
            for boot in fields.sequence(body.get("held", []), "held")
        ),
        devices=tuple(
            _parse_served(fields.mapping(served, f"devices[{place}]"), f"devices[{place}]")
            for place, served in enumerate(fields.sequence(body.get("devices"), "devices"))
        ),
        clock_steps=tuple(
            _parse_step(fields.mapping(step, f"clock_steps[{place}]"), f"clock_steps[{place}]")
            for place, step in enumerate(
                fields.sequence(body.get("clock_steps", []), "clock_steps")
            )
        ),
        not_taken=fields.count(body.get("not_taken", 0), "not_taken"),
    )


def _parse_step(step: object, where: str) -> ClockStep:
    body = fields.mapping(step, where)
    return ClockStep(
        at=fields.moment(body.get("at"), f"{where}.at"),
        by_s=fields.number(body.get("by_s"), f"{where}.by_s"),
    )


def _parse_served(body: Mapping[str, object], where: str) -> Served:
    offset = body.get("clock_offset_s")
    return Served(
        device=DeviceId(fields.name(body.get("device"), f"{where}.device")),
        profile=fields.text(body.get("profile"), f"{where}.profile"),
        metrics=tuple(
            fields.text(metric, f"{where}.metrics")
            for metric in fields.sequence(body.get("metrics"), f"{where}.metrics")
        ),
        interval=_parse_interval(body.get("interval_s"), f"{where}.interval_s"),
        clock_offset_s=None if offset is None else fields.number(offset, f"{where}.clock_offset_s"),
    )


def _parse_interval(value: object, where: str) -> timedelta:
    seconds = fields.number(value, where)
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        raise MalformedError(where, "seconds from 0.001 to 31622400")
    return timedelta(seconds=seconds)


def form_death(death: Death) -> dict[str, object]:
    """Return the mapping that travels."""
    return {"boot": death.boot, "connection": death.connection}


def parse_death(message: object) -> Death:
    """Read a decoded mapping, or raise MalformedError."""
    body = fields.mapping(message, "death")
    return Death(
        boot=BootId(fields.name(body.get("boot"), "boot")),
        connection=fields.count(body.get("connection"), "connection"),
    )
