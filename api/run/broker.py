"""The broker that the backend in one process uses: one that is named, or one of its own."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from ingest.broker.certificates import CertificateError
from ingest.broker.choices import ChoiceError
from ingest.broker.own import OwnBroker, PortTakenError
from ingest.broker.passwords import PasswordFileError
from ingest.broker.process import BrokerDiedError, BrokerNotReadyError, mosquitto
from ingest.broker.publishers import publishers
from ingest.checking import try_broker
from ingest.commands.opening import reading
from ingest.contract.clock import SystemClock
from ingest.contract.tls import TlsFiles
from ingest.home import Home
from ingest.mapping_files import load_mappings
from ingest.mqtt import BrokerAddress
from ingest.registry.tables import load
from ingest.settings import SettingsError, broker_of, names_broker, shown_broker, tls_files

REFUSED: Final = (
    BrokerDiedError,
    BrokerNotReadyError,
    CertificateError,
    ChoiceError,
    PasswordFileError,
    PortTakenError,
)


class RunBroker(Protocol):
    """What the backend needs to know of its broker."""

    def shown(self) -> str:
        """Return what it is for people to read, without secrets."""
        ...

    def wrong(self) -> str | None:
        """Return why it cannot be used."""
        ...

    def address(self) -> BrokerAddress:
        """Make it ready, and return ingest's way to it."""
        ...

    def running(self) -> AbstractAsyncContextManager[None]:
        """Have it there for as long as the context lasts."""
        ...


def broker_for(home: Home, given: Mapping[str, str]) -> RunBroker:
    """Return the broker that settings name, else one of the home's own.

    Raises:
        SettingsError: None is named, and Mosquitto is not installed.
    """
    if names_broker(given):
        return _Named(broker_of(given))
    if (program := mosquitto()) is None:
        raise SettingsError(
            "Mosquitto is not installed: install it, or let ZONEWATCH_BROKER name a broker,"
            " mqtt://USER:PASSWORD@HOST:PORT or mqtts://…"
        )
    return _Own(home, OwnBroker.of(home, program), tls_files(given))


@dataclass(frozen=True, slots=True)
class _Named:
    """A broker that others run."""

    named: BrokerAddress

    def shown(self) -> str:
        return shown_broker(self.named)

    def wrong(self) -> str | None:
        return try_broker(self.named)

    def address(self) -> BrokerAddress:
        return self.named

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        yield


@dataclass(frozen=True, slots=True)
class _Own:
    """A broker that runs with the backend."""

    home: Home
    own: OwnBroker
    files: TlsFiles

    def shown(self) -> str:
        return self.own.shown()

    def wrong(self) -> str | None:
        return self.own.wrong()

    def address(self) -> BrokerAddress:
        with reading(self.home) as connection:
            users = publishers(load(connection), load_mappings(self.home.mappings_dir))
        roster = self.own.admit(users, SystemClock().now())
        return self.own.address(roster, self.files)

    def running(self) -> AbstractAsyncContextManager[None]:
        return self.own.running()
