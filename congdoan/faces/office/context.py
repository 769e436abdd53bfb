"""What every page's frame shows: navigation, the day of the figures, the body."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the page frame; nothing for visitors who have not signed in."""
    return {}
