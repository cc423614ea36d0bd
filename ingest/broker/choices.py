"""What was chosen for a broker, remembered beside its configuration, so that a rerun needs none."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from ingest.broker.config import BrokerSettings

CERTIFICATE_FILE: Final = "tls/server.crt"
KEY_FILE: Final = "tls/server.key"
_DATA: Final = "data"


class ChoiceError(ValueError):
    """What was chosen does not fit together; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The options of the command; None where nothing was chosen."""

    host: Sequence[str] | None = None
    port: int | None = None
    listen: str | None = None
    user: str | None = None
    at: str | None = None  # the folder's path on the broker's machine
    data: str | None = None
    certificate: str | None = None
    key: str | None = None
    client_ca: str | None = None
    crl: str | None = None
    autosave: int | None = None
    self_signed: bool | None = None
    chirpstack: bool | None = None  # whether such a server comes to it

    @classmethod
    def parse(cls, text: str) -> "Choices":
        """Read what was remembered, or raise ChoiceError."""
        try:
            body = json.loads(text)
            return cls(**body)
        except (ValueError, TypeError) as error:
            raise ChoiceError(f"expected what broker-config wrote there: {error}") from None

    def form(self) -> str:
        """Return what is to be remembered."""
        return json.dumps(_chosen(self), indent=2) + "\n"

    @property
    def names(self) -> Sequence[str]:
        """What the broker is called by those who connect to it."""
        return self.host or ("localhost",)

    def over(self, remembered: "Choices") -> "Choices":
        """Return these choices where there are any, else those that are remembered."""
        if self.self_signed:
            remembered = replace(remembered, certificate=None, key=None)
        elif self.certificate or self.key:
            remembered = replace(remembered, self_signed=None)
        merged = replace(remembered, **_chosen(self))
        _check(merged)
        return merged

    def settings(self, folder: Path) -> BrokerSettings:
        """Return the settings of a broker whose files are written to a folder."""
        at = self.at or str(folder.resolve())
        chosen: dict[str, Any] = {
            "port": self.port,
            "address": self.listen,
            "user": self.user,
            "client_ca": self.client_ca,
            "crl": self.crl,
            "autosave": self.autosave,
        }
        return BrokerSettings(
            folder=at,
            data=self.data or f"{at}/{_DATA}",
            certificate=self.certificate or f"{at}/{CERTIFICATE_FILE}",
            key=self.key or f"{at}/{KEY_FILE}",
            **{name: value for name, value in chosen.items() if value is not None},
        )


def _chosen(choices: Choices) -> Mapping[str, Any]:
    return {name: value for name, value in asdict(choices).items() if value is not None}


def _check(choices: Choices) -> None:
    if bool(choices.certificate) != bool(choices.key):
        raise ChoiceError("expected --certificate and --key together")
    if choices.self_signed and choices.certificate:
        raise ChoiceError("expected --self-signed or --certificate, not both")
    if not choices.self_signed and not choices.certificate:
        raise ChoiceError("expected --certificate FILE and --key FILE, or --self-signed")
    if choices.crl and not choices.client_ca:
        raise ChoiceError("expected --client-ca with --crl")
    for field in fields(choices):
        value = getattr(choices, field.name)
        for text in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(text, str) and not (text.strip() and text.isprintable()):
                raise ChoiceError(f"expected a printable --{field.name.replace('_', '-')}")
