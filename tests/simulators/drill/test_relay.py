"""A relay passes on, and lies on its links as it is told."""

import socket
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest

from simulators.drill.relay import HalfClosedError, Link, Loop, Relay, Way

PATIENCE_S = 10.0
# Two packets as MQTT frames them: 300 bytes behind a length of two bytes, then an empty one.
LONG = b"\x30" + bytes([300 % 128 | 0x80, 300 // 128]) + bytes(300)
EMPTY = b"\xc0\x00"


class _Echoing(socketserver.BaseRequestHandler):
    """Sends back what comes."""

    def handle(self) -> None:
        connection: socket.socket = self.request
        with suppress(OSError):
            while read := connection.recv(65_536):
                connection.sendall(read)


@pytest.fixture
def relay() -> Iterator[Relay]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echoing) as echo, Loop() as loop:
        serving = threading.Thread(target=echo.serve_forever)
        serving.start()
        relay = Relay(loop, echo.server_address[1], packets=True)
        yield relay
        relay.close()
        echo.shutdown()
        serving.join()


def connected(relay: Relay) -> socket.socket:
    return socket.create_connection(("127.0.0.1", relay.port), timeout=PATIENCE_S)


def received(connection: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size and (more := connection.recv(size - len(read))):
        read += more
    return read


class Noting(Link):
    """Notes every piece."""

    def __init__(self) -> None:
        self.seen: list[tuple[Way, bytes]] = []

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        self.seen.append((way, piece))
        return (piece,)


class Cutting(Link):
    """Cuts at the first piece."""

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        raise ConnectionResetError(way, piece)


class HalfClosing(Link):
    """Closes the way back."""

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        if way is Way.BACK:
            raise HalfClosedError
        return (piece,)


def test_packets_are_passed_on_whole(relay: Relay) -> None:
    link = Noting()
    relay.turn(link)
    with connected(relay) as connection:
        for torn in (LONG[:1], LONG[1:200], LONG[200:] + EMPTY):
            connection.sendall(torn)

        assert received(connection, len(LONG + EMPTY)) == LONG + EMPTY

    assert [piece for way, piece in link.seen if way is Way.THERE] == [LONG, EMPTY]


def test_a_link_that_is_turned_changes_under_an_open_connection(relay: Relay) -> None:
    with connected(relay) as connection:
        connection.sendall(EMPTY)
        assert received(connection, 2) == EMPTY

        link = Noting()
        relay.turn(link)
        connection.sendall(EMPTY)
        assert received(connection, 2) == EMPTY

    assert len(link.seen) == 2


@pytest.mark.parametrize("link", [Cutting(), HalfClosing()], ids=["cut", "closed one way"])
def test_a_connection_that_is_cut_ends(relay: Relay, link: Link) -> None:
    relay.turn(link)
    with connected(relay) as connection:
        connection.sendall(EMPTY)
        try:
            end = connection.recv(1)
        except ConnectionResetError:
            end = b""

    assert end == b""


def test_a_frozen_connection_stays_open_and_new_ones_work(relay: Relay) -> None:
    with connected(relay) as old:
        old.sendall(EMPTY)
        assert received(old, 2) == EMPTY
        relay.freeze()
        old.sendall(EMPTY)
        with connected(relay) as new:
            new.sendall(EMPTY)
            assert received(new, 2) == EMPTY

        old.settimeout(0.2)
        with pytest.raises(TimeoutError):
            old.recv(1)


def test_another_link_in_use_cuts_what_was_open(relay: Relay) -> None:
    with connected(relay) as connection:
        connection.sendall(EMPTY)
        assert received(connection, 2) == EMPTY
        relay.use(Link())
        try:
            end = connection.recv(1)
        except ConnectionResetError:
            end = b""

    assert end == b""
