"""What all pictures share: the colours of the look, and the shape a picture is handed over in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from congdoan.kit.numbers import format_percent

INK = "#16202c"
SECONDARY = "#5b6876"
LINE = "#e4e8ee"
ACTION = "#0f4c92"
ACTION_PALE = "#9db4d2"
GOLD = "#f5c54a"
GREY = "#a7b1bd"
GOOD = "#1b7a4b"
WARN = "#b97f00"
BAD = "#b3261e"

#: The colour of a bar or a line for each tone; the words and tones of states are in templatetags/ui.py.
TONE_COLOURS: Mapping[str, str] = {
    "good": GOOD,
    "warn": WARN,
    "bad": BAD,
    "info": ACTION,
    "muted": GREY,
}

FONT = "Be Vietnam Pro, system-ui, sans-serif"


@dataclass(frozen=True)
class Chart:
    """A picture and the table behind it, ready for ``{% chart %}`` (templates/kit/_chart.html).

    ``key`` is unique on its page. Either ``options`` (ECharts) or ``svg`` is set; neither means there is
    nothing to draw, and ``empty_text`` says why. ``table_rows`` hold ready text, the first cell names the
    row.
    """

    key: str
    title: str
    subtitle: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    svg: SafeString | str = ""
    legend: Sequence[tuple[str, str]] = ()
    table_head: Sequence[str] = ()
    table_rows: Sequence[Sequence[str]] = ()
    note: str = ""
    empty_text: str = "Số liệu sẽ hiện ở đây khi có."

    @property
    def is_empty(self) -> bool:
        return not self.options and not self.svg

    @property
    def options_id(self) -> str:
        return f"{self.key}-options"


def percent_of(part: int, whole: int) -> str:
    """A part as a percentage in words; a dash when there is no whole."""
    return format_percent(part / whole) if whole else "—"
