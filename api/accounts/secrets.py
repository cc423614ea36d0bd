"""Random secrets, and what is kept of them: never the secret itself."""

import hashlib
import hmac
import secrets

_BYTES = 32  # so many random bytes need no slow hash


def new_secret(prefix: str = "") -> str:
    """Return a secret nobody can guess; a prefix lets scanners for leaked secrets find it."""
    return prefix + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def form_token(cookie: str) -> str:
    """Return what a form must carry to be believed: only who can read the cookie can know it."""
    return digest(f"form:{cookie}")


def fits(given: str, expected: str) -> bool:
    """Compare without telling by the time it takes how much was right."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode(errors="replace"))
