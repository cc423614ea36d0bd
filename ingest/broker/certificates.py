"""Certificates of one's own, for tests and small installations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_AUTHORITY_LASTS: Final = timedelta(days=3_650)
_CERTIFICATE_LASTS: Final = timedelta(days=825)
_RENEWED_BEFORE_END: Final = timedelta(days=60)
_CLOCKS_DIFFER: Final = timedelta(days=1)  # a gateway's clock may be behind


class CertificateError(ValueError):
    """The file holds no certificate or key that can be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate and its key, as PEM."""

    certificate: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom the gateways and ingest trust to say which broker is ours."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def make(cls, now: datetime) -> Self:
        """Return a new authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zonewatch broker authority")])
        builder = _builder(name, name, key.public_key(), now, _AUTHORITY_LASTS)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        ).add_extension(_usage(authority=True), critical=True)
        return cls(builder.sign(key, hashes.SHA256()), key)

    @classmethod
    def load(cls, issued: Issued) -> Self:
        """Return an authority that was made before, or raise CertificateError."""
        try:
            certificate = x509.load_pem_x509_certificate(issued.certificate.encode())
            key = serialization.load_pem_private_key(issued.key.encode(), password=None)
        except ValueError as error:
            raise CertificateError(f"expected a certificate and a key as PEM: {error}") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CertificateError("expected a key on an elliptic curve")
        return cls(certificate, key)

    def issued(self) -> Issued:
        """Return the authority as it is kept."""
        return _issued(self.certificate, self.key)

    def for_server(self, names: Sequence[str], now: datetime) -> Issued:
        """Return a certificate for a broker that is called by these names or addresses."""
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        issuer = self.certificate.subject
        builder = _builder(issuer, subject, key.public_key(), now, _CERTIFICATE_LASTS)
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(purpose, critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .add_extension(alternatives, critical=False)
        )
        return _issued(builder.sign(self.key, hashes.SHA256()), key)


def is_good(certificate: str, names: Sequence[str], now: datetime) -> bool:
    """Tell whether a server's certificate is for these names and lasts for some time."""
    try:
        found = x509.load_pem_x509_certificate(certificate.encode())
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    wanted = {_alternative(name) for name in names}
    return set(alternatives) == wanted and now < found.not_valid_after_utc - _RENEWED_BEFORE_END


def _builder(
    issuer: x509.Name,
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _issued(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Issued:
    return Issued(
        certificate=certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        key=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode("ascii"),
    )
