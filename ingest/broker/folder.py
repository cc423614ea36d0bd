"""A broker's folder: what is known from the last run, and all files written anew."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ingest.broker import files, passwords
from ingest.broker.certificates import Authority, Issued, is_good
from ingest.broker.choices import CERTIFICATE_FILE, KEY_FILE, ChoiceError, Choices
from ingest.broker.config import form_acl, form_config
from ingest.broker.files import Reader
from ingest.broker.passwords import Roster

_CONFIG: Final = "mosquitto.conf"
_ACL: Final = "acl"
_PASSWORDS: Final = "passwords"
_REVOKED: Final = "revoked"
_CHOICES: Final = "broker-config.json"
_CA: Final = "tls/ca.crt"
_CA_KEY: Final = "tls/ca.key"


@dataclass(frozen=True, slots=True)
class BrokerFolder:
    """The folder that a broker reads and only this program writes."""

    path: Path

    @property
    def config(self) -> Path:
        """What the broker is started with."""
        return self.path / _CONFIG

    @property
    def passwords(self) -> Path:
        """Who may come in; it is written last."""
        return self.path / _PASSWORDS

    @property
    def ca(self) -> Path:
        """Whom the broker's clients are to trust, where its certificate is of our making."""
        return self.path / _CA

    def remembered(self) -> Choices:
        """Return what was chosen before, or raise ChoiceError."""
        text = self._read(_CHOICES)
        try:
            return Choices() if text is None else Choices.parse(text)
        except ChoiceError as error:
            raise ChoiceError(f"{self.path / _CHOICES}: {error}") from None

    def known(self) -> Roster:
        """Return who could come in before, or raise PasswordFileError."""
        try:
            hashes = passwords.parse(self._read(_PASSWORDS) or "")
        except passwords.PasswordFileError as error:
            raise passwords.PasswordFileError(f"{self.path / _PASSWORDS}: {error}") from None
        return Roster(hashes=hashes, revoked=frozenset((self._read(_REVOKED) or "").split()))

    def write(self, choices: Choices, roster: Roster, now: datetime) -> None:
        """Write every file; who may come in stands last, so that no rule is missing meanwhile."""
        settings = choices.settings(self.path)
        reader = Reader.called(settings.user)
        self.path.mkdir(parents=True, exist_ok=True)
        if choices.self_signed:
            self._certify(choices, reader, now)
        if not choices.at and not choices.data:
            files.make_folder(Path(settings.data), reader)
        files.put_open(self.path / _CHOICES, choices.form())
        files.put_open(self.config, form_config(settings))
        by_certificate = settings.client_ca is not None
        files.put_shared(
            self.path / _ACL,
            form_acl(roster.hashes.keys() - {passwords.INGEST}, by_certificate=by_certificate),
            reader,
        )
        files.put_open(self.path / _REVOKED, "".join(f"{one}\n" for one in sorted(roster.revoked)))
        hashes = {} if by_certificate else roster.hashes
        files.put_shared(self.passwords, passwords.form(hashes), reader)

    def _certify(self, choices: Choices, reader: Reader, now: datetime) -> None:
        (self.path / _CA).parent.mkdir(exist_ok=True)
        kept = self._issued(_CA, _CA_KEY)
        authority = Authority.make(now) if kept is None else Authority.load(kept)
        if kept is None:
            files.put_private(self.path / _CA_KEY, authority.issued().key)
            files.put_open(self.path / _CA, authority.issued().certificate)
        known = self._issued(CERTIFICATE_FILE, KEY_FILE)
        if kept is None or known is None or not is_good(known.certificate, choices.names, now):
            issued = authority.for_server(choices.names, now)
            files.put_shared(self.path / KEY_FILE, issued.key, reader)
            files.put_open(self.path / CERTIFICATE_FILE, issued.certificate)

    def _issued(self, certificate: str, key: str) -> Issued | None:
        found = (self._read(certificate), self._read(key))
        return (
            None
            if found[0] is None or found[1] is None
            else Issued(certificate=found[0], key=found[1])
        )

    def _read(self, name: str) -> str | None:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None


def admitted(
    folder: BrokerFolder,
    users: Collection[str],
    *,
    revoke: Collection[str],
    renew: Collection[str],
) -> Roster:
    """Return who may come in after this run."""
    return passwords.admit(users, known=folder.known(), revoke=revoke, renew=renew)
