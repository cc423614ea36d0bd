"""A broker that asks its clients for certificates: who shows a good one is let in, as its name."""

import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ingest.broker.passwords import INGEST
from ingest.checking import try_broker
from ingest.contract.tls import TlsFiles
from ingest.settings import broker_of
from simulators.conductor import Conductor
from tests.ingest.broker.door import FIRST, SECOND, Door, Visitor, a_door
from tests.ingest.broker.test_chain import START, a_gateway, brought
from tests.servers import needs

pytestmark = needs("mosquitto")

_LINK_LOST = b"link lost"


@dataclass(frozen=True)
class Office:
    """Who signs clients' certificates: an authority as an operator has one."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    @classmethod
    def at(cls, folder: Path, called: str = "clients") -> "Office":
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, called)])
        office = cls(folder, ec.generate_private_key(ec.SECP256R1()), name)
        signed = office._sign(name, office.key, authority=True)
        office.ca.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return office

    @property
    def ca(self) -> Path:
        return self.folder / f"{self.name.rfc4514_string()}.crt"

    def issue(self, user: str) -> TlsFiles:
        """Return the certificate and key of a user of the broker."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user)])
        signed = self._sign(name, key, authority=False)
        files = TlsFiles(certificate=self.folder / f"{user}.crt", key=self.folder / f"{user}.key")
        assert files.certificate is not None
        assert files.key is not None
        files.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return files

    def _sign(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .issuer_name(self.name)
            .subject_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office.at(tmp_path)


def settings(door: Door, files: TlsFiles | None = None) -> dict[str, str]:
    """Return what ingest is told of the broker."""
    told = {
        "ZONEWATCH_BROKER": f"mqtts://localhost:{door.port}",
        "ZONEWATCH_BROKER_CA": str(door.ca),
    }
    if files:
        told["ZONEWATCH_BROKER_CERTIFICATE"] = str(files.certificate)
        told["ZONEWATCH_BROKER_KEY"] = str(files.key)
    return told


def shown(door: Door, files: TlsFiles) -> ssl.SSLContext:
    """Return what a visitor shows at the door."""
    return replace(files, ca=door.ca).context()


async def test_gateway_and_ingest_come_in_by_their_certificates(
    tmp_path: Path, office: Office
) -> None:
    with a_door(tmp_path, "--host", "localhost", "--client-ca", str(office.ca)) as door:
        assert door.passwords == {}
        ingest = broker_of(settings(door, office.issue(INGEST)))

        account = await brought(door, tmp_path, ingest, office.issue(FIRST))

    assert (account.assigned, account.stored, account.missing) == (1, 1, 0)


async def test_a_gateway_without_a_certificate_is_refused(tmp_path: Path, office: Office) -> None:
    with a_door(tmp_path, "--host", "localhost", "--client-ca", str(office.ca)) as door:
        async with (
            Conductor(START) as conductor,
            a_gateway(door, tmp_path, conductor.port) as gateway,
        ):
            assert gateway.stderr is not None
            said = [await gateway.stderr.readline()]
            while _LINK_LOST not in said[-1]:
                assert said[-1], b"".join(said)
                said.append(await gateway.stderr.readline())

    assert not any(b"connected:" in line for line in said)


def test_a_check_says_what_is_missing(tmp_path: Path, office: Office) -> None:
    other = Office.at(tmp_path, "somebody else")
    with a_door(tmp_path, "--host", "localhost", "--client-ca", str(office.ca)) as door:
        assert try_broker(broker_of(settings(door, office.issue(INGEST)))) is None
        for told in (settings(door), settings(door, other.issue("stranger"))):
            assert "hung up" in str(try_broker(broker_of(told)))


def test_whose_certificate_it_is_decides_what_may_be_said(tmp_path: Path, office: Office) -> None:
    with a_door(tmp_path, "--client-ca", str(office.ca)) as door:
        tls = shown(door, office.issue(SECOND))
        with Visitor(door, FIRST, password="any", tls=tls) as second:  # noqa: S106
            assert second.publish(f"zw/1/{FIRST}/up/chunk") == "Not authorized"
            assert second.publish(f"zw/1/{SECOND}/up/chunk") == "No matching subscribers"


def test_a_revoked_gateway_may_say_nothing(tmp_path: Path, office: Office) -> None:
    with a_door(tmp_path, "--client-ca", str(office.ca), "--revoke", SECOND) as door:
        tls = shown(door, office.issue(SECOND))
        with Visitor(door, None, tls=tls) as revoked:
            assert revoked.publish(f"zw/1/{SECOND}/up/chunk") == "Not authorized"
