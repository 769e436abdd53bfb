"""The collector of cycles is held back while anybody works on many rows, and no longer."""

from __future__ import annotations

import gc
import threading

from congdoan.kit.bulk import many_rows


def test_the_collector_is_as_before_when_the_last_is_done() -> None:
    usual = gc.get_threshold()
    inside, may_end = threading.Event(), threading.Event()

    def other() -> None:
        with many_rows():
            inside.set()
            may_end.wait(10)

    worker = threading.Thread(target=other)
    with many_rows():
        held = gc.get_threshold()
        assert held[0] > usual[0]
        worker.start()
        inside.wait(10)
    # The first is done, the second is still at work.
    assert gc.get_threshold() == held
    may_end.set()
    worker.join()
    assert gc.get_threshold() == usual
