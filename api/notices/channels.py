"""The channels people are told on: Apprise's services, their URLs from the environment alone.

`ZONEWATCH_CHANNEL_SMS=twilio://SID:TOKEN@FROM/{to}` is the channel `sms`; where somebody's entry in
the registry says `sms:night_shift`, `ZONEWATCH_TO_SMS_NIGHT_SHIFT=+855…` takes the place of `{to}`.
The registry has names alone, since it keeps them for good. Neither a URL, which holds a secret, nor
a number is ever shown, logged or kept. A channel whose name begins with `sms`, or whose service
takes no more than a joined SMS does, is sent the short form.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import quote

from apprise import Apprise, NotifyFormat, OverflowMode
from apprise.plugins.base import NotifyBase

from api.notices.wording import Message
from ingest.settings import SettingsError

PREFIX: Final = "ZONEWATCH_CHANNEL_"
TO_PREFIX: Final = "ZONEWATCH_TO_"
_TO: Final = "{to}"
_EXAMPLES: Final = ("+15557654321", "crew@example.org", "123456789")  # of whom {to} could be
_BRIEF: Final = 320  # characters: a service that takes no more is an SMS
_TIMEOUT_S: Final = 20.0


class ChannelError(Exception):
    """Something could not be sent; the message holds no secret."""


class Sender(Protocol):
    """What takes a message to somebody."""

    def send(self, reference: str, message: Message) -> None:
        """Send on a channel, as a person's entry names it, or raise ChannelError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to people."""

    name: str
    url: str = field(repr=False)
    service: str  # what Apprise calls it
    brief: bool  # whether it takes the short form

    def to(self, target: str) -> str:
        """Return the URL that reaches somebody."""
        return self.url.replace(_TO, quote(target, safe=""))


@dataclass(frozen=True, slots=True)
class Channels:
    """Every channel of an installation, by name; with Apprise behind each."""

    by_name: Mapping[str, Channel]
    targets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Whom a reference of the registry reaches: a number, an address, a chat."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Channels":
        """Read the channels that an environment holds, or raise SettingsError."""
        # Apprise logs URLs when it is not content with one.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        given = {name: url for name, url in environment.items() if name.startswith(PREFIX) and url}
        channels = {channel.name: channel for channel in map(_channel, given.items())}
        return cls(channels, _targets(environment, channels))

    def shown(self) -> str:
        """Return the channels for people to read."""
        told = (f"{each.name} ({each.service})" for each in self.by_name.values())
        return ", ".join(sorted(told)) or "none: notices are recorded and reach nobody"

    def send(self, reference: str, message: Message) -> None:
        """Send on a channel, as a person's entry names it, or raise ChannelError."""
        name, target = reference.partition(":")[0], self.targets.get(reference, "")
        channel = self.by_name.get(name)
        if channel is None:
            raise ChannelError(f"{name}: no such channel is set")
        if _TO in channel.url and not target:
            raise ChannelError(f"{reference}: no {TO_PREFIX}… says whom that reaches")
        body = message.short if channel.brief else message.long
        title = "" if channel.brief else message.title
        if not _notified(channel.to(target), title, body):
            raise ChannelError(f"{name}: {channel.service} did not take it")


def _channel(setting: tuple[str, str]) -> Channel:
    variable, url = setting
    name = variable.removeprefix(PREFIX).lower()
    plugin = next((found for to in _EXAMPLES if (found := _plugin(url, to)) is not None), None)
    if plugin is None:
        raise SettingsError(f"{variable}: expected a URL that Apprise knows, with all it needs")
    most = int(plugin.body_maxlen)
    brief = name.startswith("sms") or most <= _BRIEF
    return Channel(name=name, url=url, service=str(plugin.service_name), brief=brief)


def _targets(environment: Mapping[str, str], channels: Mapping[str, Channel]) -> dict[str, str]:
    """Return whom each reference reaches; one of no channel that is set is an error."""
    found: dict[str, str] = {}
    for variable, target in environment.items():
        if not variable.startswith(TO_PREFIX) or not target:
            continue
        rest = variable.removeprefix(TO_PREFIX).lower()
        fitting = [name for name in channels if rest.startswith(f"{name}_")]
        if not fitting:
            raise SettingsError(f"{variable}: expected {TO_PREFIX} and a channel that is set")
        name = max(fitting, key=len)
        found[f"{name}:{rest.removeprefix(f'{name}_')}"] = target
    return found


def _plugin(url: str, to: str) -> NotifyBase | None:
    return Apprise.instantiate(url.replace(_TO, quote(to, safe="")), suppress_exceptions=True)


def _notified(url: str, title: str, body: str) -> bool:
    """Tell whether a service took a message; what a library raises is a refusal, too."""
    try:
        plugin = Apprise.instantiate(url, suppress_exceptions=True)
        if plugin is None:
            return False
        plugin.overflow_mode = OverflowMode.SPLIT  # a digest may be longer than a chat takes
        service = Apprise()
        service.add(plugin)
        taken = service.notify(
            body=body, title=title, body_format=NotifyFormat.TEXT, timeout=_TIMEOUT_S
        )
    except Exception:  # noqa: BLE001 - whatever a plugin raises may hold the URL
        return False
    return bool(taken)
