"""Sealing of identity numbers and other sensitive values.

A value is kept twice: encrypted (AES-256-GCM, a fresh nonce each time) so that it can be shown to who may see
it, and as a keyed digest so that two equal numbers find each other without being readable. Both keys are
derived from one installation key; losing that key loses the values.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


@functools.cache
def _keys(field_key: str) -> tuple[AESGCM, bytes]:
    root = field_key.encode()
    sealing = hmac.digest(root, b"congdoan sealing", hashlib.sha256)
    matching = hmac.digest(root, b"congdoan matching", hashlib.sha256)
    return AESGCM(sealing), matching


def _field_key() -> str:
    from django.conf import settings

    return str(settings.FIELD_KEY)


def seal(value: str) -> bytes:
    """Encrypt ``value``; an empty string gives empty bytes. Two calls never give the same bytes."""
    if not value:
        return b""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _keys(_field_key())[0].encrypt(nonce, value.encode(), None)


def unseal(sealed: bytes | memoryview | None) -> str:
    """Decrypt what `seal` made; empty or missing gives ''. Raises InvalidTag when key or bytes are wrong."""
    if not sealed:
        return ""
    raw = bytes(sealed)
    return _keys(_field_key())[0].decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None).decode()


def match_key(value: str, *, kind: str) -> uuid.UUID | None:
    """A keyed digest of ``value`` (128 bits, as a UUID) for equality look-ups; None for an empty value.

    ``kind`` keeps a citizen id and a passport with the same digits apart.
    """
    if not value:
        return None
    digest = hmac.digest(_keys(_field_key())[1], f"{kind}:{value}".encode(), hashlib.sha256)
    return uuid.UUID(bytes=digest[:16])
