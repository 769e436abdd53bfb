"""Work for test_hands: done by the test's own process and by the one beside it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from congdoan.foundation.imports.hands import Pieces, Tell


def note(pieces: Pieces, tell: Tell, folder: str, parent: int) -> None:
    """Leave a mark of each piece, named by the process; the first waits until the other has done something."""
    while (piece := pieces.take()) is not None:
        if os.getpid() == parent:
            until = time.monotonic() + 60
            while not list(Path(folder).glob("other-*")) and time.monotonic() < until:
                time.sleep(0.02)
        name = "first" if os.getpid() == parent else "other"
        Path(folder, f"{name}-{piece}").touch()
        tell(piece, 1, 0)


def die_beside(pieces: Pieces, tell: Tell, folder: str, parent: int) -> None:
    """The other process takes a piece and dies with it."""
    while (piece := pieces.take()) is not None:
        if os.getpid() != parent:
            Path(folder, f"taken-{piece}").touch()
            os._exit(7)
        until = time.monotonic() + 60
        while not list(Path(folder).glob("taken-*")) and time.monotonic() < until:
            time.sleep(0.02)
        tell(piece, 1, 0)


def fail_here(pieces: Pieces, tell: Tell, folder: str, parent: int) -> None:
    """This process fails while the other is at work."""
    pieces.take()
    if os.getpid() != parent:
        Path(folder, "pid").write_text(str(os.getpid()))
        time.sleep(600)
    until = time.monotonic() + 60
    while not Path(folder, "pid").exists() and time.monotonic() < until:
        time.sleep(0.02)
    raise ValueError("no more")
