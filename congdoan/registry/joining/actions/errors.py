"""What stands in the way of an application, in words for the person at the screen."""

from __future__ import annotations

from congdoan.registry.joining.rules import Obstacle


class JoiningError(ValueError):
    """The message says what is wrong and what to do."""


class AlreadyDecided(JoiningError):
    """The application is no longer open: decided or withdrawn meanwhile."""


class TooManyAttempts(JoiningError):
    """An address has knocked too often within the hour."""


class JustSent(TooManyAttempts):
    """A code was sent a moment ago; another is not sent yet."""


class ForeignWorkerNotYet(JoiningError):
    """The law does not let this foreign worker join yet; ``obstacle`` says why and by which text."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(f"Người lao động nước ngoài chưa đủ điều kiện gia nhập ({obstacle.law.source}).")
        self.obstacle = obstacle
