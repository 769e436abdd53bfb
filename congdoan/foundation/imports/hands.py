"""A second pair of hands: pieces of a large list are worked on by this process and by another beside it.

Python computes on one core at a time, and a list of a hundred thousand rows is mostly computing. Both processes take
the next piece that is free until none is left. Each piece is a transaction of its own, so that neither needs to know
how far the other is, and what a killed one leaves undone is done by whoever comes next.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

#: Told of each finished piece: its number, rows done, rows skipped.
Tell = Callable[[int, int, int], None]

_log = logging.getLogger(__name__)


class Pieces:
    """Numbers of pieces in a pipe from which whoever is free takes the next, rising."""

    _WIDTH = 4

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Pieces:
        """Numbers for this process and those it starts; a pipe holds 16,000."""
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as out:
            out.write(b"".join(number.to_bytes(cls._WIDTH, "big") for number in numbers))
        return cls(reading)

    def take(self) -> int | None:
        """The next piece nobody has taken; None when there is none."""
        taken = os.read(self.descriptor, self._WIDTH)
        return int.from_bytes(taken, "big") if taken else None

    def close(self) -> None:
        os.close(self.descriptor)


def share(
    numbers: Iterable[int], *, work: str, arguments: tuple[Any, ...], tell: Tell, alone: bool
) -> set[int]:
    """Have ``work`` ("module:function", called with the pieces, a Tell and the arguments) done here and, unless
    ``alone``, in a second process. Returns the pieces that were told of.

    An error here stops both. When only the other process fails, its pieces are missing from the answer: the caller
    does them, and meets the same error where it was not the process's own.
    """
    pieces = Pieces.of(numbers)
    told: set[int] = set()
    other: _Other | None = None
    try:
        other = None if alone else _Other(pieces, work, arguments)

        def hear(piece: int, done: int, skipped: int) -> None:
            told.add(piece)
            tell(piece, done, skipped)
            if other is not None:
                for report in other.reports():
                    told.add(report[0])
                    tell(*report)

        _function(work)(pieces, hear, *arguments)
        if other is not None:
            other.wait()
            for report in other.reports():
                told.add(report[0])
                tell(*report)
    finally:
        if other is not None:
            other.stop()
        pieces.close()
    return told


def _function(work: str) -> Callable[..., None]:
    module, _, name = work.partition(":")
    function: Callable[..., None] = getattr(import_module(module), name)
    return function


class _Other:
    """The other process, and what it has told so far."""

    def __init__(self, pieces: Pieces, work: str, arguments: tuple[Any, ...]) -> None:
        from django.db import connection

        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[pieces.descriptor],
        )
        assert self._process.stdin is not None
        order = (connection.settings_dict["NAME"], pieces.descriptor, work, arguments)
        with contextlib.suppress(BrokenPipeError):
            pickle.dump(order, self._process.stdin)
            # Stays open: that it ends is how the other learns that this process is gone.
            self._process.stdin.flush()
        self._heard: queue.SimpleQueue[tuple[int, int, int]] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put(tuple(json.loads(line)))

    def reports(self) -> Iterable[tuple[int, int, int]]:
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._heard.get_nowait()

    def wait(self) -> None:
        self._listener.join()
        if self._process.wait() != 0:
            _log.warning("the second process of an import ended with %s", self._process.returncode)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    # The database takes back what was not committed.
    os._exit(1)


def main() -> None:
    """What the second process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first, which then stops this one
    database, descriptor, work, arguments = _order()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from django.db import connection

    connection.settings_dict["NAME"] = database

    def tell(piece: int, done: int, skipped: int) -> None:
        sys.stdout.write(json.dumps([piece, done, skipped]) + "\n")
        sys.stdout.flush()

    _function(work)(Pieces(descriptor), tell, *arguments)


def _order() -> Any:
    import django

    django.setup()
    return pickle.load(sys.stdin.buffer)


if __name__ == "__main__":
    main()
