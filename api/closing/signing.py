"""The key that digests and bundles are signed with: Ed25519, in the home, made when first needed.

`keys/signing.pem` is the private key, mode 0600, and never leaves the home but in a backup;
`keys/signing.pub` is for whoever verifies, who should have it by another way than the file that it
is to verify. Another key is begun by moving the files away: what was signed names its key.
"""

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ingest.durable import sync

_PRIVATE: Final = "signing.pem"
_PUBLIC: Final = "signing.pub"


class KeyUnusableError(Exception):
    """A key that cannot be used; the message is one line and shows nothing of it."""


class Signer:
    """Signs bytes with a home's key."""

    def __init__(self, folder: Path) -> None:
        self._key = _read(folder) if (folder / _PRIVATE).exists() else _make(folder)

    @property
    def public(self) -> str:
        """The public key, in hexadecimal."""
        return _hex(self._key.public_key())

    def sign(self, body: bytes) -> str:
        """Return the signature of some bytes, in hexadecimal."""
        return self._key.sign(body).hex()


def is_signed(body: bytes, *, signature: str, key: str) -> bool:
    """Tell whether a signature of some bytes is by a key, both in hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(signature), body
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key(path: Path) -> str:
    """Return the public key in a PEM file, in hexadecimal, or raise KeyUnusableError."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusableError(f"{path}: expected an Ed25519 public key in PEM")
    return _hex(key)


def _hex(key: Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _read(folder: Path) -> Ed25519PrivateKey:
    path = folder / _PRIVATE
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusableError(f"{path}: expected an Ed25519 private key in PEM")
    return key


def _make(folder: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(folder / _PRIVATE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private)
        file.flush()
        os.fsync(file.fileno())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / _PUBLIC).write_bytes(public)
    sync(folder)
    return key
