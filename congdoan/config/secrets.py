"""Keys of this installation: made once, kept in files that only their owner reads."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def load_or_make(path: Path, length: int) -> str:
    """Return the key in ``path``, making it on first use. Two processes that race end with the same key.

    The key is written beside its place and linked into it whole: nobody ever reads an empty or half key.
    """
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    handle, made = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(length)[:length])
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.unlink(made)
    return path.read_text().strip()
