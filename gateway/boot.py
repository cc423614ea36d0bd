"""The boot id: a new one with each start of the gateway, sortable by time, never the same twice."""

from datetime import UTC, datetime

from ingest.contract.identity import BootId


def boot_id(started_at: datetime, token: str) -> BootId:
    """Return the id of a start, such as b20261124t145901-3f9a01c2; the token tells two apart."""
    return BootId(f"b{started_at.astimezone(UTC):%Y%m%dt%H%M%S}-{token}")
