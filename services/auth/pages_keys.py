"""Secrets of the pages, derived from the key-encryption key, which every API process of a deployment has."""

from base64 import urlsafe_b64encode
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.configuration.settings import ClientSettings
from streams.crypto.sealing import UnusableKey, read_key

_SESSIONS, _WAYS = b"contactpoint pages: sessions/1", b"contactpoint pages: ways to the issuer/1"
_OPENING, _OPENED = b"contactpoint pages: opening code/1", b"contactpoint pages: opened/1"
_STACK = b"contactpoint pages: name of the stack/1"


def session_key(keys: Path) -> bytes:
    """The key that seals sessions, as Fernet takes it; raises UnusableKey."""
    return urlsafe_b64encode(_derived(keys, _SESSIONS, 32))


def way_key(keys: Path) -> bytes:
    """The same for what is remembered of who is at the issuer."""
    return urlsafe_b64encode(_derived(keys, _WAYS, 32))


def opened_key(keys: Path) -> bytes:
    """The same for the code with which somebody has come to a local stack."""
    return urlsafe_b64encode(_derived(keys, _OPENED, 32))


def stack_name(keys: Path) -> str:
    """Tells cookies of two local stacks apart: a browser sends those of one port to every other. Raises UnusableKey."""
    return _derived(keys, _STACK, 4).hex()


def opening_code(keys: Path) -> str:
    """What opens the sign-in of a local stack: `up` prints it, and whoever may read the keys may know it.

    Without it, another account of the same machine, or a page that has a browser call this address, could sign in as
    anybody. Raises UnusableKey.
    """
    return urlsafe_b64encode(_derived(keys, _OPENING, 18)).decode("ascii")


def local_address(settings: ClientSettings, url: str) -> str | None:
    """Where the pages of a local stack begin, with its code.

    None where another issuer signs users in, and where the keys can't be read here.
    """
    try:
        return None if settings.sign_in.issuer else f"{url}/?code={opening_code(settings.keys)}"
    except UnusableKey:
        return None


def _derived(keys: Path, purpose: bytes, length: int) -> bytes:
    secret = read_key(keys / "key-encryption.key", "key-encryption key")
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)
