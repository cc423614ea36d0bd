"""The site file that a chain writes is one that a gateway reads."""

from datetime import timedelta
from pathlib import Path

from paho.mqtt.enums import MQTTProtocolVersion

from gateway.config import load
from ingest.mqtt import BrokerAddress
from simulators.chain.site import FieldSite, Surroundings, field_sites, site_file
from tests.builders import a_device, a_registry


def a_site() -> FieldSite:
    silent = a_device("kh-lamp-silent")
    registry = a_registry(a_device("kh-lamp-1"), silent, a_device("kh-lamp-2"))
    return next(site for site in field_sites(registry) if site.gateway == "kh-gw-1")


def test_a_device_that_never_connected_is_not_on_the_line() -> None:
    assert a_site().units == {"kh-lamp-1": 1, "kh-lamp-2": 2}


def test_a_gateway_reads_what_is_written_for_it(tmp_path: Path) -> None:
    broker = BrokerAddress(host="127.0.0.1", port=1884, version=MQTTProtocolVersion.MQTTv311)
    around = Surroundings(home=tmp_path, broker=broker, clock_port=7000, line_port=5020)
    file = tmp_path / "site.toml"

    file.write_text(site_file(a_site(), around, interval=timedelta(minutes=15)), encoding="utf-8")
    config = load(file, {})

    assert (config.gateway, config.home) == ("kh-gw-1", tmp_path.resolve())
    assert config.interval == timedelta(minutes=15)
    assert (str(config.broker.endpoint), config.broker.protocol) == ("127.0.0.1:1884", "3.1.1")
    assert str(config.follow) == "127.0.0.1:7000"
    assert [(device.id, device.unit) for device in config.devices] == [
        ("kh-lamp-1", 1),
        ("kh-lamp-2", 2),
    ]
