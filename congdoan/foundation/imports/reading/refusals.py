"""Why a file as a whole cannot be read."""

from __future__ import annotations


class FileRefused(ValueError):
    """The file cannot be brought in. The message is one Vietnamese sentence that says what to do."""
