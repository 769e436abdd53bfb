"""Complete applications over HTTP: a worker opens the form of a workplace, fills it in, does the sum, signs and sends.

The real server processes answer, over loopback, in a home and an embedded database of their own, so that both may be killed.
The limit of applications from one network in an hour is lifted, since one address sends all of them; nothing else is.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

_CLI = [sys.executable, "-c", "import sys; from congdoan.config.cli import main; sys.exit(main())"]
_GROUND = [sys.executable, "-m", "congdoan.config.bench.joining_ground"]
#: Senders at once in the closed loops, and how long somebody goes on trying after a crash.
_AT_ONCE, _PATIENCE = 16, 120.0


@dataclass
class Sent:
    """What became of applications: milliseconds of each form opened and each form sent, codes by the mark of their form,
    and how many attempts were answered otherwise or not at all."""

    opened: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    tried_again: int = 0
    seconds: float = 0.0
    driver: float = 0.0

    def p(self, share: float) -> float:
        ordered = sorted(self.sent)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass
class Joined:
    """``open``: at the asked rate; ``most``: as many as go; ``one``: the same from one workplace; ``bare``: forms a second
    of the peer; ``killed``: through the kill. ``lost`` and ``doubled``: applications of all of them."""

    rate: int
    open: Sent
    most: Sent
    one: Sent
    bare: float
    killed: Sent
    lost: int
    doubled: int


def measure(folder: Path, *, rate: int, seconds: int) -> Joined:
    """Run all of it: the rate for so many seconds, then the closed loops, then the kill."""
    home = folder / "joining"
    home.mkdir()
    try:
        return _measured(home, rate, seconds)
    finally:
        _stop_database(home)


def _measured(home: Path, rate: int, seconds: int) -> Joined:
    workplaces = json.loads(_run(home, *_GROUND, "prepare"))
    with _serving(home) as server:
        # What was warmed up is not counted.
        _drive(server.port, workplaces, rate=20, seconds=3, phase=0)
        # Endurance is asked of the even stream alone; what is most shows within half a minute.
        brief = min(30, max(5, seconds // 3))
        opened = _drive(server.port, workplaces, rate=rate, seconds=seconds, phase=1)
        most = _drive(server.port, workplaces, rate=0, seconds=brief, phase=2)
        # All from one workplace, as a poster at one gate brings them: they meet at one file.
        one = _drive(server.port, workplaces[:1], rate=0, seconds=brief, phase=3)
    with _serving(home, bare=True) as server:
        _crowd(server.port, 1)
        bare = _crowd(server.port, brief)
    killed = _through_a_kill(home, workplaces)
    codes = [code for sent in (opened, most, one, killed) for code in sent.codes.values()]
    said = json.loads(_run(home, *_GROUND, "count", given=json.dumps(codes)))
    return Joined(rate, opened, most, one, bare, killed, said["lost"], said["doubled"])


# --------------------------------------------------------------------------------------------------
# Servers
# --------------------------------------------------------------------------------------------------


@dataclass
class _Server:
    port: int
    process: subprocess.Popen[bytes]


def _environment(home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CONGDOAN_EMBEDDED"}
    }
    return {**kept, "CONGDOAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "congdoan.config.settings"}


def _run(home: Path, *command: str, given: str = "") -> str:
    done = subprocess.run(
        command, env=_environment(home), input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(home: Path, port: int, *, bare: bool = False) -> subprocess.Popen[bytes]:
    command = [*_GROUND, "bare", str(port)] if bare else [*_CLI, "serve", "--port", str(port), "--no-worker"]
    with (home / "serve.log").open("ab") as log:
        return subprocess.Popen(
            command, env=_environment(home), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


@contextmanager
def _serving(home: Path, *, bare: bool = False) -> Iterator[_Server]:
    port = _free_port()
    process = _start(home, port, bare=bare)
    try:
        _wait(port, process)
        yield _Server(port, process)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise RuntimeError("the server did not answer in time")


def _kill_all(home: Path, server: subprocess.Popen[bytes]) -> None:
    """The web server and the database at once, without a chance to say goodbye."""
    postmaster = int((home / "pgdata/postmaster.pid").read_text().splitlines()[0])
    with contextlib.suppress(ProcessLookupError):
        os.kill(postmaster, signal.SIGKILL)
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def _stop_database(home: Path) -> None:
    """The server that outlived a kill is waited for by nobody."""
    mark = home / "pgdata/postmaster.pid"
    until = time.monotonic() + 30
    while mark.exists() and time.monotonic() < until:
        with contextlib.suppress(OSError, ValueError, IndexError):
            os.kill(int(mark.read_text().splitlines()[0]), signal.SIGINT)
        time.sleep(0.5)


def _through_a_kill(home: Path, workplaces: list[str]) -> Sent:
    """Applications at a steady rate; in their midst everything is killed and started again. Whoever got no answer sends the
    same form again."""
    port = _free_port()
    process = _start(home, port)
    _wait(port, process)

    async def act(driver: _Driver) -> None:
        nonlocal process
        await asyncio.sleep(3)
        _kill_all(home, process)
        process = _start(home, port)

    driver = _Driver(port, workplaces, phase=4, patience=_PATIENCE)
    try:
        return asyncio.run(driver.at(40, 8, beside=act(driver)))
    finally:
        process.terminate()
        process.wait(60)


# --------------------------------------------------------------------------------------------------
# Senders
# --------------------------------------------------------------------------------------------------

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_MARK = re.compile(rb'name="mark" value="([^"]+)"')
_CODE = re.compile(rb"data-sent>([A-Z0-9-]+)<")


class _Lost(Exception):
    """No answer came."""


class _Line:
    """A connection that is kept; as little of HTTP as a form needs, so that the driver costs next to nothing."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, *, cookie: str = "", body: bytes = b""
    ) -> tuple[int, str, bytes]:
        """(status, cookie, body). Raises _Lost."""
        if self.pipe is not None and self.pipe[0].at_eof():
            # The server ends connections on which nothing was said for a while; so does every browser begin another.
            self.close()
        try:
            if self.pipe is None:
                self.pipe = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
            reader, writer = self.pipe
            lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
            if cookie:
                lines.append(f"Cookie: csrftoken={cookie}")
            if method == "POST":
                lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
            length, fresh = 0, cookie
            for line in head.split(b"\r\n")[1:]:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                elif name.lower() == b"set-cookie" and value.strip().startswith(b"csrftoken="):
                    fresh = value.strip()[10:].split(b";")[0].decode()
            return status, fresh, await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
            self.close()
            raise _Lost from error

    def close(self) -> None:
        if self.pipe is not None:
            self.pipe[1].close()
            self.pipe = None


class _Driver:
    def __init__(self, port: int, workplaces: list[str], *, phase: int, patience: float = 0.0) -> None:
        self.port, self.workplaces, self.patience = port, workplaces, patience
        self.lines: list[_Line] = []
        self.done = Sent()
        # Nobody applies in two phases.
        self.number = phase * 10_000_000
        self.signature = _signature()

    async def at(self, rate: int, seconds: float, *, beside: object = None) -> Sent:
        """Begin so many a second, whether the ones before are answered or not; ``rate`` 0: the next when one is done."""
        aside = asyncio.ensure_future(beside) if beside is not None else None  # type: ignore[call-overload]
        began, spent = time.perf_counter(), time.process_time()
        if rate:
            waiting = []
            for number in range(int(rate * seconds)):
                pause = began + number / rate - time.perf_counter()
                if pause > 0:
                    await asyncio.sleep(pause)
                waiting.append(asyncio.create_task(self.one()))
            await asyncio.gather(*waiting)
        else:
            await asyncio.gather(*(self._again_and_again(began + seconds) for _ in range(_AT_ONCE)))
        self.done.seconds = time.perf_counter() - began
        self.done.driver = time.process_time() - spent
        if aside is not None:
            await aside
        for line in self.lines:
            line.close()
        return self.done

    async def _again_and_again(self, until: float) -> None:
        while time.perf_counter() < until:
            await self.one()

    async def one(self) -> None:
        """One worker: opens the form, sends it; without an answer the same form again."""
        self.number += 1
        number = self.number
        path = f"/gia-nhap/don/?noi={self.workplaces[number % len(self.workplaces)]}"
        line = self.lines.pop() if self.lines else _Line(self.port)
        until = time.perf_counter() + self.patience
        mark = body = b""
        cookie = ""
        try:
            while True:
                try:
                    if not body:
                        began = time.perf_counter()
                        status, cookie, page = await line.ask("GET", path)
                        if status != 200:
                            raise _Lost
                        self.done.opened.append((time.perf_counter() - began) * 1000)
                        mark, body = self._filled(page, number)
                    began = time.perf_counter()
                    status, _, page = await line.ask("POST", path, cookie=cookie, body=body)
                    found = _CODE.search(page)
                    if found is None:
                        if status < 500:
                            self.done.refused += 1
                            return
                        raise _Lost
                    self.done.sent.append((time.perf_counter() - began) * 1000)
                    self.done.codes[mark.decode()] = found[1].decode()
                    return
                except _Lost:
                    if time.perf_counter() > until:
                        self.done.refused += 1
                        return
                    self.done.tried_again += 1
                    await asyncio.sleep(0.5)
        finally:
            self.lines.append(line)

    def _filled(self, page: bytes, number: int) -> tuple[bytes, bytes]:
        mark, token = _MARK.search(page), _TOKEN.search(page)
        if mark is None or token is None:
            raise _Lost
        # "key.left.right:time:signature": the sum a browser without scripts is asked for.
        left, right = mark[1].split(b":")[0].split(b".")[1:3]
        fields = {
            "csrfmiddlewaretoken": token[1].decode(),
            "mark": mark[1].decode(),
            "total": str(int(left) + int(right)),
            "full_name": f"Nguyễn Thị Đo {number}",
            "birth_on": f"{1 + number % 28:02d}/{1 + number % 12:02d}/{1970 + number % 35}",
            "sex": "f",
            "nationality": "VN",
            "identity": f"0{number:011d}",
            "phone": f"09{number % 10**8:08d}",
            "job_title": "Công nhân may",
            "contract_kind": "indefinite",
            "contract_from": "01/02/2025",
            "agree_membership": "on",
            "agree_contact": "on",
            "drawn": self.signature,
        }
        return mark[1], urlencode(fields).encode()


def _drive(port: int, workplaces: list[str], *, rate: int, seconds: float, phase: int) -> Sent:
    return asyncio.run(_Driver(port, workplaces, phase=phase).at(rate, seconds))


def _crowd(port: int, seconds: float) -> float:
    """Bare forms a second: opened and sent, as many as go."""
    done = 0

    async def sender(until: float) -> None:
        nonlocal done
        line = _Line(port)
        while time.perf_counter() < until:
            _, cookie, page = await line.ask("GET", "/")
            token = _TOKEN.search(page)
            assert token is not None
            body = urlencode(
                {"csrfmiddlewaretoken": token[1].decode(), "name": "Nguyễn Thị Đo", "phone": "0912"}
            )
            status, _, _ = await line.ask("POST", "/", cookie=cookie, body=body.encode())
            done += status == 302
        line.close()

    async def all_of_them() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(sender(began + seconds) for _ in range(_AT_ONCE)))
        return done / (time.perf_counter() - began)

    return asyncio.run(all_of_them())


def _signature() -> str:
    """What a finger draws on the pad of a phone: a picture of the pad's size, some kilobytes."""
    width, height = 600, 200
    rows = []
    for y in range(height):
        row = bytearray(width)
        for x in range(20, width - 20):
            if abs(y - (100 + 60 * ((x // 7) % 5 - 2) // 2 + (x * x // 40) % 23)) < 3:
                row[x] = 255
        rows.append(b"\0" + bytes(row))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    picture = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + chunk(b"IEND", b"")
    )
    return "data:image/png;base64," + base64.b64encode(picture).decode()
