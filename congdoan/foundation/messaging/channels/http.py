"""One HTTP request to a gateway: with a time limit, without following redirects, and never a proxy of chance."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

_READ_AT_MOST = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """Status, Retry-After in seconds (0 when not told), and at most 64 KiB of the body."""

    status: int
    retry_after: int
    body: bytes


class NotSent(Exception):
    """The request never reached the server."""


class NoAnswer(Exception):
    """The request may have reached the server, but no answer came."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST and read the answer, whatever its status. Raises NotSent, NoAnswer."""
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")
    try:
        with _opener.open(request, timeout=settings.MESSAGING["timeout"]) as response:
            return _answer(response.status, response.headers, response)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, error)
    except urllib.error.URLError as error:
        # A time-out may also strike while the request is written, so only these are certain.
        certain = ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError
        raise (NotSent if isinstance(error.reason, certain) else NoAnswer) from error
    except (TimeoutError, OSError, http.client.HTTPException) as error:
        raise NoAnswer from error


def _answer(status: int, headers: Any, stream: Any) -> Answer:
    told = str(headers.get("Retry-After", ""))
    try:
        body = stream.read(_READ_AT_MOST)
    except (OSError, http.client.HTTPException):
        body = b""
    return Answer(status, min(int(told), 24 * 3600) if told.isdigit() else 0, body)
