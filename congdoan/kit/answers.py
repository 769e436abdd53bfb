"""A file as the answer of a door."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def file_answer(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A file to be kept under a name, that nobody on the way keeps: what is written here names people."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["Cache-Control"] = "private, no-store"
    return answer
