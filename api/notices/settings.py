"""What sending is told by the environment: channels, the address pages are reached at, a secret.

`ZONEWATCH_URL` is where people reach this installation (https://zonewatch.example.org); without it
long forms carry no link. `ZONEWATCH_REPLY_SECRET` is what a gateway of SMS or Telegram sends with
somebody's reply; without it no reply is taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

from api.notices.channels import Channels
from ingest.settings import SettingsError

_URL: Final = "ZONEWATCH_URL"
_SECRET: Final = "ZONEWATCH_REPLY_SECRET"  # noqa: S105 - the variable's name
_SHORTEST: Final = 16  # characters of a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """How notices reach people, and how their answers come back."""

    channels: Channels
    url: str | None = None
    secret: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str], *, url: str | None = None) -> Self:
        """Read the settings, or raise SettingsError; `url` is where none is set."""
        secret = environment.get(_SECRET) or None
        if secret is not None and len(secret) < _SHORTEST:
            raise SettingsError(f"{_SECRET}: expected at least {_SHORTEST} characters")
        return cls(channels=Channels.of(environment), url=_url(environment) or url, secret=secret)

    def shown(self) -> dict[str, str]:
        """Return the settings for people to read."""
        return {
            "channels": self.channels.shown(),
            "links": self.url or "none: ZONEWATCH_URL is not set",
            "replies": "taken" if self.secret else "none: ZONEWATCH_REPLY_SECRET is not set",
        }


def _url(environment: Mapping[str, str]) -> str | None:
    text = environment.get(_URL, "")
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise SettingsError(f"{_URL}: expected an address like https://zonewatch.example.org")
    return text
