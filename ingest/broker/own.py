"""The broker that `zonewatch run` starts for itself: its files in the home, and the way to it.

Who may come in is written by broker-config, which alone shows new gateways their passwords. A
password of ingest's own is made at each start, and kept nowhere.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from signal import SIGHUP
from typing import Final

from ingest.broker.choices import Choices
from ingest.broker.config import BrokerSettings
from ingest.broker.folder import BrokerFolder, admitted
from ingest.broker.passwords import CHIRPSTACK, INGEST, Roster
from ingest.broker.process import BrokerDiedError, running_mosquitto
from ingest.chirpstack.topic import UPLINKS
from ingest.contract.tls import TlsFiles
from ingest.home import Home
from ingest.mqtt import BrokerAddress

_LOG: Final = logging.getLogger(__name__)
_EVERYWHERE: Final = (None, "0.0.0.0", "::")  # noqa: S104 - it is for gateways in the field
_GLANCE_S: Final = 1.0  # between two looks at whether who may come in has changed


class PortTakenError(Exception):
    """The broker's port is somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBroker:
    """A broker of a home's own, as it was chosen."""

    folder: BrokerFolder
    choices: Choices
    program: str

    @classmethod
    def of(cls, home: Home, program: str) -> "OwnBroker":
        """Return a home's broker, or raise ChoiceError."""
        folder = BrokerFolder(home.broker_dir)
        choices = own_choices(home, Choices(), folder.remembered())
        return cls(folder=folder, choices=choices, program=program)

    @property
    def settings(self) -> BrokerSettings:
        """What its configuration says."""
        return self.choices.settings(self.folder.path)

    @property
    def host(self) -> str:
        """What it is called on this machine."""
        return _local(self.choices)

    def shown(self) -> str:
        """Return what it is for people to read."""
        where = self.settings.address or "every address"
        known = len(self.folder.known().hashes.keys() - {INGEST, CHIRPSTACK})
        who = "who shows a certificate" if self.choices.client_ca else str(known)
        return f"own Mosquitto, TLS at {where}, port {self.settings.port}; let in: {who}"

    def wrong(self) -> str | None:
        """Return why it cannot listen where it is to."""
        try:
            _bind(self.settings.address, self.settings.port)
        except OSError as error:
            return f"port {self.settings.port} cannot be listened at: {error.strerror or error}"
        return None

    def admit(self, users: Collection[str], now: datetime) -> Roster:
        """Write its files: ingest may come in anew, and who of these users could before."""
        roster = admitted(self.folder, self._invited(users), revoke=(), renew=[INGEST])
        self.folder.write(self.choices, roster, now)
        if strangers := sorted({*users} - roster.hashes.keys() - roster.revoked):
            _LOG.warning(
                "no password yet, `zonewatch broker-config` makes one: %s", ", ".join(strangers)
            )
        return roster

    def address(self, roster: Roster, files: TlsFiles) -> BrokerAddress:
        """Return the way that ingest takes to it; files are for certificates not of our making."""
        ours = self.choices.certificate is None
        return BrokerAddress(
            host=self.host if ours else self.choices.names[0],
            port=self.settings.port,
            user=INGEST,
            password=roster.added[INGEST],
            tls=replace(files, ca=self.folder.ca) if ours else files,
            uplinks=UPLINKS if self.choices.chirpstack else None,
        )

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Run it for as long as the context lasts; it hears of it when who may come in changes.

        Raises:
            PortTakenError: It cannot listen.
            BrokerDiedError: It ended by itself; so does the context.
        """
        if reason := self.wrong():
            raise PortTakenError(reason)
        read = _stamp(self.folder.passwords)
        async with (
            running_mosquitto(
                self.program, self.folder.config, host=self.host, port=self.settings.port
            ) as process,
            asyncio.TaskGroup() as tasks,
        ):
            beside = [
                tasks.create_task(_watch(process), name="watch the broker"),
                tasks.create_task(_tell(process, self.folder.passwords, read), name="tell it"),
            ]
            try:
                yield
            finally:
                for task in beside:
                    task.cancel()

    def _invited(self, users: Collection[str]) -> list[str]:
        """Return who has a password already; where certificates decide, everybody."""
        known = self.folder.known()
        all_users = [*users, CHIRPSTACK] if self.choices.chirpstack else [*users]
        if self.choices.client_ca:
            return [one for one in all_users if one not in known.revoked]
        return [one for one in all_users if one in known.hashes]


def own_choices(home: Home, given: Choices, remembered: Choices) -> Choices:
    """Return what is chosen for a home's own broker, or raise ChoiceError.

    Unless a certificate is named it makes its own, in which this machine's name is one more. It
    runs as whose the home is.
    """
    known = (given.certificate, given.self_signed, remembered.certificate, remembered.self_signed)
    if not any(known):
        given = replace(given, self_signed=True)
    merged = given.over(replace(remembered, user=remembered.user or _owner(home.path)))
    names = dict.fromkeys((*(merged.host or ()), _local(merged)))
    return replace(merged, host=list(names))


def _local(choices: Choices) -> str:
    """Return what the broker is called on its own machine."""
    return "localhost" if choices.listen in _EVERYWHERE else str(choices.listen)


def _owner(path: Path) -> str | None:
    """Return whose a folder is; None where the system has no name for that."""
    try:
        return path.owner()
    except KeyError:
        return None


def _bind(address: str | None, port: int) -> None:
    """Listen where the broker will, for a moment, or raise OSError."""
    family = socket.AF_INET if address is None else socket.getaddrinfo(address, port)[0][0]
    socket.create_server((address or "", port), family=family).close()


def _stamp(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_ino, told.st_mtime_ns


async def _watch(process: asyncio.subprocess.Process) -> None:
    raise BrokerDiedError(await process.wait())


async def _tell(
    process: asyncio.subprocess.Process, passwords: Path, read: tuple[int, int]
) -> None:
    """Have it read its files anew whenever broker-config has replaced them."""
    while True:
        await asyncio.sleep(_GLANCE_S)
        if (now := _stamp(passwords)) != read:
            process.send_signal(SIGHUP)
            read = now
