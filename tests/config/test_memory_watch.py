"""How the bench looks at memory: of all processes together, at the moment when it was most."""

from __future__ import annotations

import subprocess
import sys
import time

from congdoan.config.bench.apart import MemoryWatch

_SIZE = 60_000_000
_HOLDS = f"import sys; held = bytearray(b'x' * {_SIZE}); print('held', flush=True); sys.stdin.read()"


def _hold(*, beside: bool) -> int:
    """The peak while nothing, or a process beside this one, holds sixty million bytes for a while."""
    with MemoryWatch() as memory:
        time.sleep(0.3)
        if beside:
            with subprocess.Popen(
                [sys.executable, "-c", _HOLDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            ) as other:
                assert other.stdout is not None and other.stdin is not None
                assert other.stdout.readline() == b"held\n"
                time.sleep(0.5)
                other.stdin.close()
        time.sleep(0.3)
    return memory.peak


def test_what_a_process_beside_held_counts_though_it_gave_it_back() -> None:
    alone = _hold(beside=False)
    assert alone > 10_000_000
    assert _hold(beside=True) > alone + _SIZE
