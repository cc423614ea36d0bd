"""TLS towards the broker: files that say whom to trust about it, and who we are."""

import ssl
from dataclasses import dataclass
from pathlib import Path


class TlsFileError(ValueError):
    """A file that cannot be used; `of` is what it was to hold, `expected` says more."""

    def __init__(self, of: str, path: Path, expected: str) -> None:
        super().__init__(f"{path}: expected {expected}")
        self.of = of
        self.path = path
        self.expected = expected


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Certificates as PEM, for a connection that is encrypted."""

    ca: Path | None = None  # whom to trust about the broker; None: whom the machine trusts
    certificate: Path | None = None  # says who we are; None: user and password do
    key: Path | None = None  # of the certificate, without a passphrase

    def context(self) -> ssl.SSLContext:
        """Return what checks the broker and shows who we are, or raise TlsFileError."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except OSError as error:
            reason = error.strerror or error
            expected = f"a file of certificates as PEM: {reason}"
            raise TlsFileError("ca", self.ca or Path(), expected) from None
        if self.certificate:
            self._show(context, self.certificate)
        return context

    def _show(self, context: ssl.SSLContext, certificate: Path) -> None:
        try:
            # Without a password OpenSSL would ask the terminal for one.
            context.load_cert_chain(certificate, self.key, password="")
        except OSError as error:
            reason = error.strerror or error
            expected = f"a certificate as PEM and its key, without a passphrase: {reason}"
            raise TlsFileError("certificate", certificate, expected) from None
