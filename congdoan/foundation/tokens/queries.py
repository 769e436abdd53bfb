"""Reads of tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256

from django.db.models import QuerySet

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.tokens.models import Token


def hash_of(secret: str) -> str:
    """What is kept of a secret. It is random and long, so that a plain hash cannot be guessed back."""
    return sha256(secret.encode()).hexdigest()


def tokens_of(user: User) -> QuerySet[Token]:
    """A user's tokens, the newest first."""
    return Token.objects.filter(user=user)


def find(secret: str, on: date) -> Token | None:
    """The token with this secret, when it holds on a day and its user is not switched off."""
    token = Token.objects.filter(key_hash=hash_of(secret)).select_related("user").first()
    return token if token is not None and token.holds(on) and token.user.is_active else None


def actor_of(token: Token, on: date, address: str | None = None) -> Actor:
    """Who acts by a token: its user, with the rights of today that the token carries, and no other."""
    user = token.user
    carried = frozenset(token.capabilities)
    grants = [
        replace(grant, capabilities=grant.capabilities & carried)
        for grant in Actor(user=user, today=on).grants()
    ]
    label = f"{user.get_full_name()} (mã {token.name})"
    return Actor(user=user, today=on, label=label, address=address, _grants=grants)
