"""Mosquitto's configuration and access list as texts."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ingest.broker.passwords import CHIRPSTACK, INGEST
from ingest.chirpstack.topic import BRANCH, UPLINKS

_INFLIGHT: Final = 4_000  # messages under way to ingest: the usual 20 stall a group's commit
_QUEUED: Final = 100_000  # messages kept for an ingest that is away
_QUEUED_BYTES: Final = 536_870_912
_LARGEST: Final = 262_144  # bytes of a payload; the contract's limit is a quarter of it
_SESSIONS_KEPT: Final = "14d"  # ingest asks for 7

_CONFIG: Final = """\
# Written by `zonewatch broker-config`, which replaces it. Mosquitto 2.0 or newer.
# After a change of users or certificates: kill -HUP the broker. Of anything else: restart it.
per_listener_settings false
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
user {user}

persistence true
persistence_location {data}/
autosave_on_changes true
autosave_interval {autosave}
persistent_client_expiration {sessions_kept}

max_inflight_messages {inflight}
max_queued_messages {queued}
max_queued_bytes {queued_bytes}
message_size_limit {largest}

log_dest stderr
log_type error
log_type warning
log_type notice
log_type information
log_timestamp_format %Y-%m-%dT%H:%M:%S

listener {port}{address}
use_username_as_clientid true
tls_version tlsv1.2
certfile {certificate}
keyfile {key}
"""
_CLIENTS: Final = """\
cafile {client_ca}
require_certificate true
use_identity_as_username true
"""

_INGEST: Final = f"""\
user {INGEST}
topic read zw/1/+/up/#
topic write zw/1/+/down/#
"""
_UPLINKS: Final = f"topic read {UPLINKS}\n"
_CHIRPSTACK: Final = f"""\
user {CHIRPSTACK}
topic write {BRANCH}/#
topic deny zw/#
"""
_ANY_USER: Final = """\
pattern write zw/1/%u/up/#
pattern read zw/1/%u/down/#
"""
_ONE_USER: Final = """\
user {user}
topic write zw/1/{user}/up/#
topic read zw/1/{user}/down/#
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """What is chosen for one broker. Paths are as the broker's machine sees them."""

    folder: str
    data: str  # folder where it keeps sessions and retained messages
    certificate: str
    key: str
    port: int = 8883
    address: str | None = None  # to listen at; None: everywhere
    user: str = "mosquitto"  # whom a broker that root starts becomes
    client_ca: str | None = None  # who signs clients' certificates; None: they bring passwords
    crl: str | None = None  # which of them are void
    autosave: int = 1  # changes between two savings


def form_config(settings: BrokerSettings) -> str:
    """Return mosquitto.conf."""
    text = _CONFIG.format(
        folder=settings.folder,
        data=settings.data,
        user=settings.user,
        autosave=settings.autosave,
        sessions_kept=_SESSIONS_KEPT,
        inflight=_INFLIGHT,
        queued=_QUEUED,
        queued_bytes=_QUEUED_BYTES,
        largest=_LARGEST,
        port=settings.port,
        address=f" {settings.address}" if settings.address else "",
        certificate=settings.certificate,
        key=settings.key,
    )
    if settings.client_ca:
        text += _CLIENTS.format(client_ca=settings.client_ca)
        text += f"crlfile {settings.crl}\n" if settings.crl else ""
    return text


def form_acl(users: Collection[str], *, by_certificate: bool) -> str:
    """Return the access list: each user writes below its up and reads below its down.

    ChirpStack, where it is one of them, writes below its own branch and nowhere else.

    Where certificates say who a client is, the broker looks at no password, and a pattern would
    let in whoever was revoked: there every user is named.
    """
    chirpstack = CHIRPSTACK in users
    fixed = [_INGEST + _UPLINKS, _CHIRPSTACK] if chirpstack else [_INGEST]
    if not by_certificate:
        return "\n".join([*fixed, _ANY_USER])
    named = (_ONE_USER.format(user=user) for user in sorted({*users} - {CHIRPSTACK}))
    return "\n".join([*fixed, *named])
