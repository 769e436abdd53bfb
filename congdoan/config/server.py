"""The processes of one machine: the web server and the worker, watched over until somebody asks them to stop."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

#: A worker that lived shorter than this is started again more and more slowly.
_SOON = 20.0
_LONGEST_PAUSE = 30.0
#: The worker is given a few seconds for the work in its hands; granian a few for open requests.
_PATIENCE = 15.0


class PortTaken(RuntimeError):
    """Another program listens on the address already."""


def default_workers() -> int:
    """One web process a core, at most four: the database needs its share too."""
    return max(1, min(4, os.cpu_count() or 1))


def collect_static(*, force: bool = False) -> bool:
    """Gather the static files under STATIC_ROOT when one has changed since the last time. Returns whether it did.

    Django must be set up.
    """
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda item: str(item[0])):
            found = Path(storage.path(path)).stat()
            seen.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".collected"
    if not force and stamp.exists() and stamp.read_text() == seen.hexdigest():
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=root.exists())
    stamp.write_text(seen.hexdigest())
    return True


def settle() -> None:
    """Load all that requests need, and tell the collector of cycles that it stays.

    A look of the collector goes over everything the process holds: 150,000 objects once the program is loaded, some
    tens of milliseconds that now and then fell into somebody's request. What is loaded is left out, and looks are
    rarer, which costs a process a few megabytes. Django must be set up.
    """
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def require_free_port(host: str, port: int) -> None:
    """Raise PortTaken when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Không mở được địa chỉ {host}:{port} ({error.strerror}). Hãy tắt chương trình đang dùng cổng này "
                "hoặc chọn cổng khác bằng --port."
            ) from error


class _Child:
    """A process that is started again when it dies, when it may be."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._pause = 1.0
        self._begin()

    def _begin(self) -> None:
        self.process = subprocess.Popen(self._command)
        self._began = time.monotonic()
        self._again_at: float | None = None

    @property
    def died(self) -> bool:
        return self.process.poll() is not None

    def revive(self) -> bool:
        """Start the process again if it has died and its pause is over. Returns whether it was started."""
        if not self.died:
            return False
        now = time.monotonic()
        if self._again_at is None:
            self._pause = 1.0 if now - self._began > _SOON else min(self._pause * 2, _LONGEST_PAUSE)
            self._again_at = now + self._pause
        if now < self._again_at:
            return False
        self._begin()
        return True

    def stop(self, until: float) -> None:
        if not self.died:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def serve(*, host: str, port: int, workers: int, say: Callable[[str], None], with_worker: bool = True) -> int:
    """Run the web server and the worker until SIGTERM or Ctrl-C. Returns the exit code.

    The database must be running and named by DATABASE_URL, so that the children share it. A worker that dies is
    started again; a web server that dies ends everything with code 2, for whoever watches over this process.
    Raises PortTaken.
    """
    require_free_port(host, port)
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    address = ["--host", host, "--port", str(port)]
    processes = ["--workers", str(workers), "--blocking-threads", "4", "--respawn-failed-workers"]
    target = ["--interface", "wsgi", "--log-level", "warning", "congdoan.config.wsgi:application"]
    web = _Child([sys.executable, "-m", "granian", *address, *processes, *target])
    worker = _Child([sys.executable, "-m", "congdoan.config.cli.worker"]) if with_worker else None
    shown = f"[{host}]" if ":" in host else host
    say(f"congdoan đang phục vụ tại http://{shown}:{port} (nhấn Ctrl-C để dừng).")
    code = 0
    try:
        while not asked:
            time.sleep(0.3)
            if web.died:
                if not asked:
                    say("Máy chủ web đã dừng ngoài ý muốn; xem thông báo lỗi ở trên.")
                    code = 2
                break
            if worker is not None and worker.revive():
                say("Tiến trình làm việc nền đã dừng và được khởi động lại; việc đang làm sẽ được làm tiếp.")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        until = time.monotonic() + _PATIENCE
        for child in (web, worker):
            if child is not None:
                child.stop(until)
    say("congdoan đã dừng.")
    return code


def main() -> int:
    """Gather the static files, as a process of its own beside other work (``python -m congdoan.config.server``)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "congdoan.config.settings")
    import django

    django.setup()
    collect_static()
    return 0


if __name__ == "__main__":
    sys.exit(main())
