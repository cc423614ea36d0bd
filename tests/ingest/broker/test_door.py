"""Who may do what at a real Mosquitto that runs on what broker-config wrote."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.broker.certificates import Authority
from ingest.broker.passwords import INGEST
from tests.ingest.arrivals import NOW
from tests.ingest.broker.door import ALONE, FIRST, PATIENCE_S, SECOND, Door, Visitor, a_door
from tests.servers import needs

pytestmark = needs("mosquitto")

_DENIED = "Not authorized"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with a_door(tmp_path) as opened:
        yield opened


def test_a_gateway_speaks_for_itself_alone(door: Door) -> None:
    with Visitor(door, INGEST) as ingest, Visitor(door, FIRST) as gateway:
        ingest.subscribe("zw/1/+/up/#")

        assert gateway.publish(f"zw/1/{SECOND}/up/chunk", b"foreign") == _DENIED
        assert gateway.publish(f"zw/1/{FIRST}/down/ack", b"own down") == _DENIED
        assert gateway.publish(f"zw/1/{SECOND}/down/ack", b"foreign down") == _DENIED
        assert gateway.publish("anything/else", b"elsewhere") == _DENIED
        assert gateway.publish(f"zw/1/{FIRST}/up/chunk", b"own") == "Success"

        assert ingest.hear() == (f"zw/1/{FIRST}/up/chunk", b"own")


def test_a_device_that_publishes_by_itself_speaks_for_itself_alone(door: Door) -> None:
    with Visitor(door, INGEST) as ingest, Visitor(door, ALONE) as device:
        ingest.subscribe("zw/1/+/up/#")

        assert device.publish(f"zw/1/{FIRST}/up/reading", b"a gateway's") == _DENIED
        assert device.publish("zw/1/kh-lamp-1/up/reading", b"another's") == _DENIED
        assert device.publish(f"zw/1/{ALONE}/down/ack", b"own down") == _DENIED
        assert device.publish(f"zw/1/{ALONE}/up/reading", b"own") == "Success"

        assert ingest.hear() == (f"zw/1/{ALONE}/up/reading", b"own")


def test_a_gateway_reads_what_is_for_it_alone(door: Door) -> None:
    with Visitor(door, INGEST) as ingest, Visitor(door, SECOND) as other:
        other.publish(f"zw/1/{SECOND}/up/birth", b"a birth", retain=True)
        ingest.publish(f"zw/1/{SECOND}/down/ack", b"foreign", retain=True)
        with Visitor(door, FIRST) as gateway:
            gateway.subscribe("#")
            gateway.subscribe(f"zw/1/{SECOND}/down/#")
            ingest.publish(f"zw/1/{SECOND}/down/request", b"foreign, now")
            other.publish(f"zw/1/{SECOND}/up/chunk", b"foreign readings")
            ingest.publish(f"zw/1/{FIRST}/down/ack", b"own")

            assert gateway.hear() == (f"zw/1/{FIRST}/down/ack", b"own")


def test_ingest_says_nothing_in_a_gateways_name(door: Door) -> None:
    with Visitor(door, INGEST) as ingest:
        assert ingest.publish(f"zw/1/{FIRST}/up/chunk") == _DENIED


@pytest.mark.parametrize(
    ("user", "password"),
    [
        pytest.param(None, None, id="anonymous"),
        pytest.param(FIRST, "guessed", id="wrong password"),
        pytest.param(FIRST, "", id="no password"),
        pytest.param("kh-gw-9", "guessed", id="nobody"),
        pytest.param("", "", id="no name"),
    ],
)
def test_a_stranger_is_refused(door: Door, user: str | None, password: str | None) -> None:
    assert str(Visitor(door, user, password=password).enter()) == _DENIED


def test_a_gateway_cannot_end_anothers_connection_or_take_its_session(door: Door) -> None:
    with Visitor(door, INGEST, client_id="zonewatch-ingest-w1") as ingest:
        ingest.subscribe("zw/1/+/up/#")
        with Visitor(door, FIRST, client_id="zonewatch-ingest-w1") as gateway:
            gateway.publish(f"zw/1/{FIRST}/up/chunk", b"mine")

            assert ingest.hear() == (f"zw/1/{FIRST}/up/chunk", b"mine")
            assert not ingest.gone.is_set()


def test_a_revoked_gateway_is_out_and_the_others_stay(door: Door) -> None:
    with Visitor(door, FIRST) as revoked, Visitor(door, SECOND) as other:
        said = door.write("--revoke", FIRST)
        door.reload()

        assert said["removed"] == [FIRST]
        assert revoked.gone.wait(PATIENCE_S)  # its open connection ends, too
        assert str(Visitor(door, FIRST).enter()) == _DENIED
        assert other.publish(f"zw/1/{SECOND}/up/chunk") == "No matching subscribers"
        assert not other.gone.is_set()


def test_a_revoked_gateway_stays_out_until_it_gets_a_new_password(door: Door) -> None:
    old = door.passwords[FIRST]
    door.write("--revoke", FIRST)
    assert door.write()["revoked"] == [FIRST]

    assert door.write("--renew", FIRST)["revoked"] == []
    door.reload()

    with Visitor(door, SECOND):  # the broker has read anew what it answers by
        assert str(Visitor(door, FIRST, password=old).enter()) == _DENIED
        assert not Visitor(door, FIRST).enter().is_failure


def _greet(door: Door, context: ssl.SSLContext) -> str | None:
    """Return the version of TLS that the broker and we agree to."""
    with (
        socket.create_connection(("127.0.0.1", door.port), PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as spoken,
    ):
        return spoken.version()


def _only(door: Door, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=door.ca)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options &= ~(ssl.OP_NO_TLSv1_1 | ssl.OP_NO_TLSv1)
    context.minimum_version = context.maximum_version = version
    return context


def test_tls_older_than_1_2_is_refused(door: Door) -> None:
    assert _greet(door, _only(door, ssl.TLSVersion.TLSv1_2)) == "TLSv1.2"
    assert _greet(door, _only(door, ssl.TLSVersion.TLSv1_3)) == "TLSv1.3"
    with (
        pytest.warns(DeprecationWarning, match="TLSv1_1"),
        pytest.raises((ssl.SSLError, ConnectionError), match=r"PROTOCOL_VERSION|alert|reset"),
    ):
        _greet(door, _only(door, ssl.TLSVersion.TLSv1_1))


def test_nobody_listens_without_tls(door: Door) -> None:
    connect = bytes.fromhex("101400044d51545404020000000862792d68616e64")
    with socket.create_connection(("127.0.0.1", door.port), PATIENCE_S) as plain:
        plain.sendall(connect)
        try:
            answer = plain.recv(64)
        except ConnectionResetError:
            answer = b""

    assert not answer.startswith(b"\x20")  # a CONNACK


def test_a_broker_of_another_authority_is_not_believed(door: Door, tmp_path: Path) -> None:
    other = tmp_path / "other.crt"
    other.write_text(Authority.make(NOW).issued().certificate, encoding="utf-8")

    with pytest.raises(ssl.SSLCertVerificationError):
        _greet(door, ssl.create_default_context(cafile=other))
