"""Servers that speak what the channels speak, on this machine: SMTP, HTTP, SMPP 3.4."""

from __future__ import annotations

import json
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Threaded(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def _running(server: Any) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class MailServer:
    """What an SMTP server took. ``answers`` maps a verb ("RCPT", "DATA") to the reply given instead of 250."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    box = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 mail.test ESMTP")
            for raw in self.rfile:
                verb = raw[:4].decode().upper()
                if verb in box.answers:
                    self.say(box.answers[verb])
                elif verb == "DATA":
                    self.say("354 go on")
                    lines = []
                    while (line := self.rfile.readline()) not in (b".\r\n", b""):
                        lines.append(line[1:] if line.startswith(b"..") else line)
                    box.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
                    self.say("250 taken")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 OK")

    with _running(_Threaded(("127.0.0.1", 0), Handler)) as port:
        box.port = port
        yield box


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class WebServer:
    """What an HTTP server was sent. ``answer`` gives (status, headers, body) for a request; it may also wait."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answer: Callable[[Request], tuple[int, dict[str, str], bytes]] = lambda request: (200, {}, b"{}")


@contextmanager
def web_server() -> Iterator[WebServer]:
    seen = WebServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            seen.requests.append(request)
            status, headers, answer = seen.answer(request)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                pass  # who asked did not wait

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with _running(server) as port:
        seen.url = f"http://127.0.0.1:{port}"
        yield seen


BIND_TRANSMITTER, SUBMIT_SM, UNBIND, ENQUIRE_LINK, RESPONSE = 2, 4, 6, 0x15, 0x80000000


@dataclass
class Sms:
    sender: str
    to: str
    coding: int
    text: bytes


@dataclass
class SmsCentre:
    """What an SMS centre took. ``status`` answers submit_sm; ``silent`` takes the message and never answers."""

    port: int = 0
    messages: list[Sms] = field(default_factory=list)
    binds: list[tuple[str, str]] = field(default_factory=list)
    password: str = "bi-mat"
    status: int = 0
    silent: bool = False


def _c_strings(body: bytes, count: int) -> tuple[list[str], bytes]:
    found = []
    for _ in range(count):
        text, _, body = body.partition(b"\0")
        found.append(text.decode())
    return found, body


def _submitted(body: bytes) -> Sms:
    """submit_sm by section 4.4.1 of SMPP 3.4."""
    _, body = _c_strings(body, 1)
    (sender,), body = _c_strings(body[2:], 1)
    (to,), body = _c_strings(body[2:], 1)
    _, body = _c_strings(body[3:], 2)  # esm_class, protocol_id, priority_flag; schedule and validity
    coding, length = body[2], body[4]
    return Sms(sender, to, coding, body[5 : 5 + length])


@contextmanager
def sms_centre() -> Iterator[SmsCentre]:
    centre = SmsCentre()

    class Handler(socketserver.BaseRequestHandler):
        def take(self, count: int) -> bytes:
            taken = b""
            while len(taken) < count:
                part = self.request.recv(count - len(taken))
                if not part:
                    raise ConnectionError
                taken += part
            return taken

        def say(self, command: int, status: int, sequence: int, body: bytes = b"") -> None:
            self.request.sendall(struct.pack(">LLLL", 16 + len(body), command, status, sequence) + body)

        def handle(self) -> None:
            try:
                while True:
                    length, command, _, sequence = struct.unpack(">LLLL", self.take(16))
                    body = self.take(length - 16)
                    if command == BIND_TRANSMITTER:
                        (user, password), _ = _c_strings(body, 2)
                        centre.binds.append((user, password))
                        right = password == centre.password
                        self.say(
                            command | RESPONSE, 0 if right else 0x0E, sequence, b"test\0" if right else b""
                        )
                    elif command == SUBMIT_SM:
                        if centre.status == 0:
                            centre.messages.append(_submitted(body))
                        if centre.silent:
                            time.sleep(60)
                        self.say(ENQUIRE_LINK, 0, 77)  # traffic in between, which the client must answer
                        answer = b"id-1\0" if centre.status == 0 else b""
                        self.say(command | RESPONSE, centre.status, sequence, answer)
                    elif command == UNBIND:
                        self.say(command | RESPONSE, 0, sequence)
                        return
            except OSError:
                pass

    with _running(_Threaded(("127.0.0.1", 0), Handler)) as port:
        centre.port = port
        yield centre
