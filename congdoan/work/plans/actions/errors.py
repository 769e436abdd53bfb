"""What a plan cannot be or become."""

from __future__ import annotations

from decimal import Decimal


class PlanError(ValueError):
    """Something a plan cannot be or become; the Vietnamese message says what and what to do."""


class DoesNotAddUp(PlanError):
    """What is given down and held back is not the whole. ``difference`` = whole − given − reserve."""

    def __init__(self, message: str, difference: Decimal) -> None:
        super().__init__(message)
        self.difference = difference


class ChangedMeanwhile(PlanError):
    """Another officer gave the target down, or revised it, while this one was editing."""
