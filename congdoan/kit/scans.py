"""What may be kept as the scan or photo of a paper: told by how a file begins, whatever it is called."""

from __future__ import annotations

_TYPES = {b"%PDF": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


def scan_type(content: bytes) -> str:
    """The media type of a PDF, JPEG or PNG; '' for anything else. Its first bytes are enough."""
    return next((media for begin, media in _TYPES.items() if content.startswith(begin)), "")
