"""A site file is understood whole, or refused in one line that says where and why."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.config import (
    PASSWORD_VARIABLE,
    BrokerConfig,
    DeviceConfig,
    LineConfig,
    SiteConfig,
    load,
)
from gateway.endpoints import Endpoint, SerialPort
from gateway.fields import ConfigError
from gateway.outbox import Bounds
from ingest.broker.certificates import Authority
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.tls import TlsFiles

WHOLE = """
gateway = "kh-sihanoukville-gw1"
home = "gw1"
interval_s = 60
[broker]
url = "mqtts://broker.example:8884"
protocol = "3.1.1"
[clock]
follow = "127.0.0.1:4711"
[outbox]
max_records = 1000
max_bytes = 70000
[[line]]
url = "modbus+tcp://127.0.0.1:5020"
timeout_ms = 50
retries = 0
[[line.device]]
id = "kh-lamp-001"
profile = "srne_streetlight"
unit = 1
[[line.device]]
id = "kh-lamp-002"
profile = "srne_streetlight"
unit = 2
"""

SECRET = "secret"  # noqa: S105

SHORT = """
gateway = "gw1"
home = "/var/lib/zonewatch"
[broker]
url = "mqtt://10.0.0.1"
[[line]]
url = "modbus+tcp://inverter.local"
device = [{ id = "pv-1", profile = "sunspec_three_phase", unit = 126 }]
"""


def site_file(folder: Path, text: str) -> Path:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_site_file_is_read(tmp_path: Path) -> None:
    config = load(site_file(tmp_path, WHOLE), {PASSWORD_VARIABLE: SECRET})

    assert config == SiteConfig(
        gateway=GatewayId("kh-sihanoukville-gw1"),
        home=tmp_path / "gw1",
        interval=timedelta(minutes=1),
        broker=BrokerConfig(
            endpoint=Endpoint("broker.example", 8884),
            tls=TlsFiles(),
            protocol="3.1.1",
            password=SECRET,
        ),
        lines=(
            LineConfig(
                endpoint=Endpoint("127.0.0.1", 5020),
                timeout=timedelta(milliseconds=50),
                retries=0,
                devices=tuple(
                    DeviceConfig(
                        id=DeviceId(f"kh-lamp-00{unit}"), profile="srne_streetlight", unit=unit
                    )
                    for unit in (1, 2)
                ),
            ),
        ),
        bounds=Bounds(max_records=1_000, max_bytes=70_000),
        follow=Endpoint("127.0.0.1", 4711),
    )


def test_what_is_left_out_has_its_usual_value(tmp_path: Path) -> None:
    config = load(site_file(tmp_path, SHORT), {})

    assert config.home == Path("/var/lib/zonewatch")
    assert config.interval == timedelta(minutes=5)
    assert config.broker == BrokerConfig(endpoint=Endpoint("10.0.0.1", 1883))
    assert config.lines[0].endpoint == Endpoint("inverter.local", 502)
    assert (config.lines[0].timeout, config.lines[0].retries) == (timedelta(seconds=1), 1)
    assert config.bounds == Bounds(max_records=1_000_000, max_days=366)
    assert config.follow is None


def test_the_password_is_never_shown(tmp_path: Path) -> None:
    config = load(site_file(tmp_path, SHORT), {PASSWORD_VARIABLE: "secret"})

    assert "secret" not in repr(config)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param(
            'gateway = "gw1"', "gateway = ", "expected TOML: Invalid value (at line 2,", id="toml"
        ),
        pytest.param('gateway = "gw1"', "", "gateway: expected a name of", id="missing"),
        pytest.param('"gw1"', '"GW 1"', "gateway: expected a name of", id="bad name"),
        pytest.param('home = "/var/lib/zonewatch"', "home = 3", "home: expected a text", id="type"),
        pytest.param(
            "[broker]",
            "interval_s = 0\n[broker]",
            "interval_s: expected a whole number from 1 to 86400",
            id="interval",
        ),
        pytest.param(
            "[broker]",
            "intervall_s = 60\n[broker]",
            "intervall_s: expected one of broker,",
            id="misspelled",
        ),
        pytest.param(
            "mqtt://", "http://", "broker.url: expected mqtt://HOST:PORT or mqtts", id="scheme"
        ),
        pytest.param("10.0.0.1", "10.0.0.1:x", "broker.url: expected a host and a port", id="port"),
        pytest.param(
            "10.0.0.1", "me:pw@10.0.0.1", "broker.url: expected no user or password", id="secret"
        ),
        pytest.param(
            "[[line]]",
            '[clock]\nfollow = "localhost"\n[[line]]',
            "clock.follow: expected a host and a port",
            id="clock",
        ),
        pytest.param(
            "[[line]]",
            "[outbox]\nmax_records = true\n[[line]]",
            "outbox.max_records: expected a whole number",
            id="true is no number",
        ),
        pytest.param("[broker]", "[brocker]", "broker.url: expected a text", id="no broker"),
        pytest.param(
            "unit = 126", "unit = 300", "line[0].device[0].unit: expected a whole", id="unit"
        ),
        pytest.param(
            "unit = 126 }",
            'unit = 126 }, { id = "pv-1", profile = "p", unit = 2 }',
            "line.device.id: expected each device once, pv-1 is there twice",
            id="twice",
        ),
        pytest.param(
            "device = [", "devices = [", "line[0].device: expected at least one", id="no device"
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_key(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in SHORT
    path = site_file(tmp_path, SHORT.replace(old, new, 1))

    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "pw" not in str(caught.value).replace("password", "")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: expected a readable file"):
        load(tmp_path / "nowhere.toml", {})


def test_whom_to_trust_about_the_broker_lies_beside_the_file(tmp_path: Path) -> None:
    ca = Authority.make(datetime(2026, 10, 31, tzinfo=UTC)).issued().certificate
    (tmp_path / "ca.crt").write_text(ca, encoding="utf-8")
    text = SHORT.replace('"mqtt://10.0.0.1"', '"mqtts://10.0.0.1"\nca_file = "ca.crt"')

    broker = load(site_file(tmp_path, text), {}).broker

    assert broker.tls == TlsFiles(ca=tmp_path / "ca.crt")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        pytest.param("mqtts://10.0.0.1", "broker.ca_file: expected a file of cert", id="no file"),
        pytest.param("mqtt://10.0.0.1", "broker.url: expected mqtts://", id="in the clear"),
    ],
)
def test_whom_to_trust_is_checked_when_it_is_read(tmp_path: Path, url: str, complaint: str) -> None:
    text = SHORT.replace('"mqtt://10.0.0.1"', f'"{url}"\nca_file = "ca.crt"')

    with pytest.raises(ConfigError, match=complaint):
        load(site_file(tmp_path, text), {})


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        pytest.param('certificate = "c"', "broker.key: expected certificate and key", id="no key"),
        pytest.param('key = "k"', "broker.certificate: expected certificate and key", id="alone"),
        pytest.param(
            'certificate = "c"\nkey = "k"', "broker.certificate: expected a cert", id="no files"
        ),
    ],
)
def test_a_certificate_of_its_own_is_whole_or_refused(
    tmp_path: Path, keys: str, complaint: str
) -> None:
    text = SHORT.replace('"mqtt://10.0.0.1"', f'"mqtts://10.0.0.1"\n{keys}')

    with pytest.raises(ConfigError, match=complaint):
        load(site_file(tmp_path, text), {})


LISTENING = """
gateway = "gw1"
home = "gw1"
[broker]
url = "mqtt://10.0.0.1"
[[listener]]
url = "hj212+tcp://192.0.2.10"
connections = 10
[[listener.station]]
id = "air-1"
map = "hj212_air_station"
mn = "ZWKH0000000000000000A001"
password = "123456"
utc_offset_h = 7
check = "modbus"
network = "10.20.0.0/16"
plain = "2051"
minute_interval = 5
units = { a34004 = "mg/m3" }
"""


def test_a_site_may_only_listen(tmp_path: Path) -> None:
    config = load(site_file(tmp_path, LISTENING), {})

    (listener,) = config.listeners
    (station,) = config.stations
    assert (config.lines, config.devices) == ((), ())
    assert (str(listener.endpoint), listener.connections) == ("192.0.2.10:8212", 10)
    assert (station.id, station.mn, station.plain) == ("air-1", "ZWKH0000000000000000A001", "2051")
    assert (station.utc_offset, station.minutes) == (timedelta(hours=7), 5)
    assert station.map.points["a34004"].unit == "mg/m3"
    assert "123456" not in repr(config)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("hj212+tcp://192.0.2.10", "tcp://192.0.2.10", "listener[0].url"),
        ("connections = 10", "connections = 0", "listener[0].connections"),
        ('map = "hj212_air_station"', 'map = "x"', "listener[0].station[0].map"),
        ("utc_offset_h = 7", "utc_offset_h = 15", "listener[0].station[0].utc_offset_h"),
        ('check = "modbus"', 'check = "crc32"', "listener[0].station[0].check"),
        ("10.20.0.0/16", "10.20.0.1/16", "listener[0].station[0].network"),
        ('plain = "2051"', 'plain = "2031"', "listener[0].station[0].plain"),
        ("minute_interval = 5", "minute_interval = 7", "listener[0].station[0].minute_interval"),
        ('a34004 = "mg/m3"', 'a34004 = "ppm"', "listener[0].station[0].units.ppm"),
        ('a34004 = "mg/m3"', 'x = "mg/m3"', "listener[0].station[0].units.x"),
        ('mn = "ZW', 'color = "red"\nmn = "ZW', "listener[0].station[0].color"),
    ],
)
def test_what_is_wrong_with_a_listener_is_told_by_its_key(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    assert old in LISTENING
    with pytest.raises(ConfigError) as raised:
        load(site_file(tmp_path, LISTENING.replace(old, new, 1)), {})

    assert raised.value.key == key


def test_two_stations_do_not_share_a_name(tmp_path: Path) -> None:
    second = LISTENING[LISTENING.index("[[listener.station]]") :].replace("air-1", "air-2")

    with pytest.raises(ConfigError, match="each station's own"):
        load(site_file(tmp_path, LISTENING + second), {})


def test_a_site_without_lines_and_listeners_has_nothing_to_do(tmp_path: Path) -> None:
    nothing = LISTENING[: LISTENING.index("[[listener]]")]

    with pytest.raises(ConfigError, match=r"\[\[line\]\], \[\[listener\]\] or \[\[cloud\]\]"):
        load(site_file(tmp_path, nothing), {})


SERIAL = """
gateway = "gw1"
home = "gw1"
[broker]
url = "mqtt://10.0.0.1"
[[line]]
url = "modbus+rtu:///dev/ttyUSB0"
baud = 115200
parity = "E"
stop_bits = 2
device = [{ id = "lamp-1", profile = "srne_streetlight", unit = 1 }]
"""


def test_a_line_may_be_serial(tmp_path: Path) -> None:
    (line,) = load(site_file(tmp_path, SERIAL), {}).lines

    assert line.endpoint == SerialPort(path="/dev/ttyUSB0", baud=115_200, parity="E", stop_bits=2)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("///dev/ttyUSB0", "//ttyUSB0", "line[0].url"),
        ("baud = 115200", "baud = 1", "line[0].baud"),
        ('parity = "E"', 'parity = "X"', "line[0].parity"),
        ("stop_bits = 2", "stop_bits = 3", "line[0].stop_bits"),
        ("unit = 1 ", "unit = 0 ", "line[0].device"),
    ],
)
def test_what_is_wrong_with_a_serial_line_is_told_by_its_key(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    assert old in SERIAL
    with pytest.raises(ConfigError) as raised:
        load(site_file(tmp_path, SERIAL.replace(old, new, 1)), {})

    assert raised.value.key == key


def test_a_line_has_as_many_addresses_as_it_has(tmp_path: Path) -> None:
    devices = ", ".join(
        f'{{ id = "lamp-{number}", profile = "srne_streetlight", unit = {number % 247 + 1} }}'
        for number in range(248)
    )
    head = SERIAL[: SERIAL.index("device = [")]

    with pytest.raises(ConfigError, match="at most 247 devices"):
        load(site_file(tmp_path, f"{head}device = [{devices}]"), {})
