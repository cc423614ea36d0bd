"""Where something answers: a host and a TCP port, as a site file writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from gateway.fields import Table

_HOST_AND_PORT: Final = "a host and a port, like 127.0.0.1:1883"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def read_url(table: Table, ports: Mapping[str, int]) -> tuple[str, Endpoint]:
    """Take a URL of one of some schemes, each with its usual port; return scheme and endpoint."""
    text = table.text("url")
    scheme = text.partition("://")[0]
    if scheme not in ports:
        raise table.error("url", " or ".join(f"{known}://HOST:PORT" for known in ports))
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
