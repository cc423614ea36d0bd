"""The connection to the broker: MQTT 5 towards a real one, 3.1.1 where it is the embedded one."""

import logging
from typing import Any, Final

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.config import BrokerConfig
from gateway.wire import encode
from ingest.contract.identity import GatewayId
from ingest.contract.lifecycle import Death, form_death
from ingest.contract.topic import Kind, Topic

_LOG: Final = logging.getLogger(__name__)
_KEEPALIVE_S: Final = 30
_TIMEOUT_S: Final = 10.0
_SUCCESS: Final = 0


class Connection(aiomqtt.Client):
    """A client that says when the broker did not pass on what it took.

    MQTT 5 alone has the reason; the records stay in the outbox in any case.
    """

    def _on_publish(
        self,
        client: PahoClient,
        userdata: Any,  # noqa: ANN401
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        if reason_code.value != _SUCCESS:
            _LOG.warning("broker took a message but says: %s", reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)


def connection(broker: BrokerConfig, gateway: GatewayId, death: Death) -> Connection:
    """Return a client to enter, whose will is the gateway's death.

    Client id and user name are the gateway's id, so a second connection ends a half-open first.
    """
    will = aiomqtt.Will(
        str(Topic(gateway, Kind.DEATH)), encode(form_death(death)), qos=1, retain=True
    )
    modern = broker.protocol == "5"
    return Connection(
        broker.endpoint.host,
        broker.endpoint.port,
        identifier=gateway,
        username=gateway,
        password=broker.password,
        protocol=aiomqtt.ProtocolVersion.V5 if modern else aiomqtt.ProtocolVersion.V311,
        clean_session=None if modern else True,
        will=will,
        keepalive=_KEEPALIVE_S,
        timeout=_TIMEOUT_S,
        tls_context=broker.tls.context() if broker.tls else None,
    )
