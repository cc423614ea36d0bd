"""Where something answers: a host and a TCP port, as a site file writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from gateway.fields import Table

_HOST_AND_PORT: Final = "a host and a port, like 127.0.0.1:1883"

_PARITIES: Final[Mapping[str, Literal["N", "E", "O"]]] = {"N": "N", "E": "E", "O": "O"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """A serial line, and how it is spoken on: eight data bits, no flow control."""

    path: str
    baud: int = 9_600
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1

    def __str__(self) -> str:
        return f"{self.path} at {self.baud} 8{self.parity}{self.stop_bits}"


def read_serial(table: Table, path: str) -> SerialPort:
    """Take how a serial line is spoken on."""
    parity = table.text("parity", default="N")
    if not path.startswith("/"):
        raise table.error("url", "modbus+rtu:///PATH of a serial port")
    if parity not in _PARITIES:
        raise table.error("parity", '"N", "E" or "O"')
    return SerialPort(
        path=path,
        baud=table.whole("baud", 300, 921_600, default=9_600),
        parity=_PARITIES[parity],
        stop_bits=2 if table.whole("stop_bits", 1, 2, default=1) == 2 else 1,  # noqa: PLR2004
    )


def read_url(
    table: Table, ports: Mapping[str, int], *, others: Sequence[str] = ()
) -> tuple[str, Endpoint]:
    """Take a URL of one of some schemes, each with its usual port; return scheme and endpoint.

    `others` are URLs that the caller takes besides, for the error to name.
    """
    text = table.text("url")
    scheme = text.partition("://")[0]
    if scheme not in ports:
        raise table.error(
            "url", " or ".join((*(f"{known}://HOST:PORT" for known in ports), *others))
        )
    return scheme, read_endpoint(table, "url", text, ports[scheme])


def read_endpoint(table: Table, key: str, text: str, usual_port: int | None) -> Endpoint:
    """Read the URL of a key."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or usual_port
    except ValueError:
        raise table.error(key, _HOST_AND_PORT) from None
    if not host or port is None:
        raise table.error(key, _HOST_AND_PORT)
    if parts.username or parts.password:
        raise table.error(
            key, "no user or password: the latter is taken from ZONEWATCH_GATEWAY_PASSWORD"
        )
    return Endpoint(host, port)
