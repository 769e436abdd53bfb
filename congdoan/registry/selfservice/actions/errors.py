"""What can go wrong with a request."""

from __future__ import annotations


class RequestError(ValueError):
    """What was asked cannot be done; the message says why and what to do."""


class AlreadyAnswered(RequestError):
    """Somebody answered it, or the member took it back, in the meantime."""
