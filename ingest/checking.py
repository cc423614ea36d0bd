"""What `--check` does: try what a stage would use, say what that is, and stop."""

import sys
import threading
from collections.abc import Mapping
from typing import Final

import paho.mqtt.client as paho
import sqlalchemy as sa
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from sqlalchemy.exc import SQLAlchemyError

from ingest.catalog import CatalogError, open_catalog
from ingest.mqtt import BrokerAddress, trust
from ingest.storage.opening import open_store
from ingest.storage.port import StoreError

_PATIENCE_S: Final = 10.0
_HUNG_UP: Final = "hung up without a word, as one does that takes no such certificate"


def told(stage: str, settings: Mapping[str, str], wrong: Mapping[str, str | None]) -> int:
    """Print what a stage would use, without secrets, and what of it does not answer."""
    for name, value in settings.items():
        reason = wrong.get(name)
        sys.stdout.write(f"{name:<8} {value}{f'  NOT WELL: {reason}' if reason else ''}\n")
    failed = [f"{name}: {reason}" for name, reason in wrong.items() if reason]
    if failed:
        sys.stderr.write(f"zonewatch {stage}: {'; '.join(failed)}\n")
        return 2
    sys.stdout.write(f"{stage} is ready to start\n")
    return 0


def try_catalog(url: str) -> str | None:
    """Return what is wrong with the catalog."""
    try:
        engine = open_catalog(url)
    except CatalogError as error:
        return str(error)
    try:
        with engine.connect() as connection:
            connection.execute(sa.select(1))
    except SQLAlchemyError as error:
        return f"does not answer: {type(error).__name__}"
    finally:
        engine.dispose()
    return None


def try_store(setting: str) -> str | None:
    """Return what is wrong with the store."""
    try:
        open_store(setting).close()
    except StoreError as error:
        return str(error)
    return None


def try_broker(address: BrokerAddress) -> str | None:
    """Return what is wrong with the broker; a connection of its own, which leaves nothing there."""
    answered = threading.Event()
    reasons: list[str] = []

    def connected(_c: object, _d: object, _f: object, reason: ReasonCode, _p: object) -> None:
        if reason.is_failure:
            reasons.append(f"refused: {reason}")
        answered.set()

    def hung_up(*_: object) -> None:
        if not answered.is_set():
            reasons.append(_HUNG_UP)
        answered.set()

    five = address.version == MQTTProtocolVersion.MQTTv5
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        protocol=address.version,
        clean_session=None if five else True,
        reconnect_on_failure=False,
    )
    trust(client, address)
    client.on_connect = connected
    client.on_disconnect = hung_up
    try:
        client.connect(address.host, address.port)
        client.loop_start()
        if not answered.wait(_PATIENCE_S):
            reasons.append("did not answer")
    except OSError as error:
        reasons.append(f"cannot be reached: {error.strerror or error}")
    finally:
        client.disconnect()
        client.loop_stop()
    return reasons[0] if reasons else None
