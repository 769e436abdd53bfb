"""What stands in the way of a founding, in words for the person at the screen."""

from __future__ import annotations


class FoundingError(ValueError):
    """The message says what is wrong and what to do."""


class AlreadyMoved(FoundingError):
    """Somebody else has moved the file meanwhile."""
