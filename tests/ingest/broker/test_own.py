"""The broker that `run` starts for itself: what it is told, who may come in, and how it ends."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from ingest.broker.choices import Choices
from ingest.broker.cli import main
from ingest.broker.own import OwnBroker, PortTakenError
from ingest.broker.passwords import INGEST
from ingest.broker.process import BrokerDiedError, BrokerNotReadyError, mosquitto, running_mosquitto
from ingest.contract.tls import TlsFiles
from ingest.home import Home
from simulators.demo.broker import free_port
from tests.ingest.arrivals import NOW
from tests.ingest.broker.door import ALONE, FIRST, SECOND, a_home
from tests.servers import needs


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(a_home(tmp_path))


def chosen(home: Home, *options: str) -> OwnBroker:
    """Choose by the command, and return what `run` makes of it."""
    assert main(["--home", str(home.path), *options]) == 0
    return OwnBroker.of(home, mosquitto() or "mosquitto")


def names_of(broker: OwnBroker) -> list[str]:
    """Return what the broker's certificate says it is called."""
    text = (broker.folder.path / "tls" / "server.crt").read_bytes()
    found = x509.load_pem_x509_certificate(text).extensions
    alternatives = found.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(one.value) for one in alternatives]


def test_whoever_has_no_password_yet_does_not_get_one_that_nobody_sees(home: Home) -> None:
    broker = OwnBroker.of(home, "mosquitto")

    roster = broker.admit([FIRST, SECOND], NOW)

    assert roster.hashes.keys() == {INGEST}
    assert "; let in: 0" in broker.shown()


def test_who_was_let_in_stays_so_until_the_registry_has_it_no_more(home: Home) -> None:
    broker = chosen(home)
    before = broker.folder.known().hashes

    both = broker.admit([FIRST, SECOND], NOW)
    one = broker.admit([SECOND], NOW)

    assert {user: both.hashes[user] for user in (FIRST, SECOND)} == {
        user: before[user] for user in (FIRST, SECOND)
    }
    assert one.removed == (FIRST,)


def test_ingest_has_another_password_at_each_start_and_none_is_shown(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = chosen(home)
    shown = dict(line.split() for line in capsys.readouterr().out.splitlines())

    passwords = {broker.admit([FIRST, SECOND], NOW).added[INGEST] for _ in range(2)}

    assert shown.keys() == {FIRST, SECOND, ALONE}
    assert len(passwords) == 2
    for path in broker.folder.path.rglob("*"):
        assert path.is_dir() or not any(one in path.read_text() for one in passwords)


def test_a_password_of_ingest_is_not_the_commands_to_renew(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home.path), "--renew", INGEST]) == 2

    said = capsys.readouterr().err
    assert "--renew ingest: `zonewatch run` does so itself" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "names", "host"),
    [
        pytest.param((), ["localhost"], "localhost", id="nothing chosen"),
        pytest.param(
            ("--host", "broker.example"), ["broker.example", "localhost"], "localhost", id="a name"
        ),
        pytest.param(("--listen", "127.0.0.1"), ["127.0.0.1"], "127.0.0.1", id="an address"),
        pytest.param(("--listen", "0.0.0.0"), ["localhost"], "localhost", id="every address"),  # noqa: S104
    ],
)
def test_its_certificate_names_it_to_gateways_and_to_this_machine(
    home: Home, options: tuple[str, ...], names: list[str], host: str
) -> None:
    broker = chosen(home, *options)

    assert names_of(broker) == names
    way = broker.address(broker.admit([], NOW), TlsFiles())
    assert (way.host, way.user, way.tls) == (host, INGEST, TlsFiles(ca=broker.folder.ca))


def test_a_certificate_of_others_is_checked_by_whom_the_settings_trust(home: Home) -> None:
    named = ("--host", "broker.example", "--certificate", "/c.crt", "--key", "/c.key")
    broker = chosen(home, *named)
    files = TlsFiles(ca=Path("/trusted.crt"))

    way = broker.address(broker.admit([], NOW), files)

    assert (way.host, way.tls) == ("broker.example", files)
    assert not broker.folder.ca.exists()


def test_what_was_chosen_is_remembered(home: Home) -> None:
    chosen(home, "--port", "8884", "--listen", "127.0.0.1")

    settings = chosen(home).settings

    assert (settings.port, settings.address, settings.user) == (
        8884,
        "127.0.0.1",
        home.path.owner(),
    )


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


async def test_a_port_that_is_somebody_elses_is_not_fought_for(home: Home, taken: int) -> None:
    broker = chosen(home, "--listen", "127.0.0.1", "--port", str(taken))

    assert f"port {taken} cannot be listened at" in str(broker.wrong())
    with pytest.raises(PortTakenError, match=str(taken)):
        async with broker.running():
            raise AssertionError


@needs("mosquitto")
async def test_a_broker_that_dies_ends_what_relies_on_it(home: Home) -> None:
    broker = chosen(home, "--listen", "127.0.0.1", "--port", str(free_port()))
    pid_file = home.path / "mosquitto.pid"
    broker.admit([FIRST], NOW)
    with broker.folder.config.open("a", encoding="utf-8") as config:
        config.write(f"pid_file {pid_file}\n")

    async def rely() -> None:
        async with broker.running():
            os.kill(int(pid_file.read_text()), signal.SIGKILL)
            await asyncio.Event().wait()

    with pytest.raises(BaseExceptionGroup) as caught:
        await rely()

    assert caught.group_contains(BrokerDiedError, match="status -9")


@needs("mosquitto")
async def test_a_configuration_that_mosquitto_refuses_is_told(tmp_path: Path) -> None:
    config = tmp_path / "mosquitto.conf"
    config.write_text("no such word\n", encoding="utf-8")

    with pytest.raises(BrokerNotReadyError, match="did not stay up"):
        async with running_mosquitto(mosquitto() or "", config, host="127.0.0.1", port=free_port()):
            raise AssertionError


def test_nothing_chosen_is_a_choice_of_its_own(home: Home) -> None:
    broker = OwnBroker.of(home, "mosquitto")

    assert broker.choices == Choices(self_signed=True, user=home.path.owner(), host=["localhost"])
