"""The code on a card: signed with Ed25519, so that it can be told from an invented one without asking anybody.

``<key id>.<serial>.<signature>`` in URL-safe letters. CONGDOAN_CARD_KEYS names the keys ("2=…,1=…": the first signs, all
are believed); without it one is derived from the installation's own key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import uuid
from functools import lru_cache

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@lru_cache(maxsize=4)
def _keys(configured: str, field_key: str) -> dict[str, Ed25519PrivateKey]:
    if not configured:
        seed = hmac.digest(field_key.encode(), b"congdoan member cards", hashlib.sha256)
        return {"0": Ed25519PrivateKey.from_private_bytes(seed)}
    found = {}
    for item in configured.split(","):
        name, _, seed_text = item.strip().partition("=")
        found[name] = Ed25519PrivateKey.from_private_bytes(_raw(seed_text))
    return found


def _held() -> dict[str, Ed25519PrivateKey]:
    return _keys(settings.CARD_KEYS, settings.FIELD_KEY)


def code_of(serial: uuid.UUID) -> str:
    """The code of a card, the same every time."""
    name, key = next(iter(_held().items()))
    signed = f"{name}.{_text(serial.bytes)}"
    return f"{signed}.{_text(key.sign(signed.encode()))}"


def serial_of(code: str) -> uuid.UUID | None:
    """The card that a code belongs to; None when it was not signed by one of our keys."""
    parts = code.split(".")
    if len(parts) != 3 or len(code) > 200:
        return None
    name, serial, signature = parts
    key = _held().get(name)
    if key is None:
        return None
    try:
        key.public_key().verify(_raw(signature), f"{name}.{serial}".encode())
        return uuid.UUID(bytes=_raw(serial))
    except (InvalidSignature, ValueError):
        return None


def public_keys() -> dict[str, str]:
    """{key id: public key, URL-safe base64}, for whoever checks cards without us."""
    return {name: _text(key.public_key().public_bytes_raw()) for name, key in _held().items()}


def qr_svg(address: str) -> str:
    """The code of an address as SVG; a seventh of it may be worn off (level M)."""
    made = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        made, kind="svg", border=2, xmldecl=False, nl=False, omitsize=True
    )
    return made.getvalue().decode()
