"""Small pictures drawn on the server as SVG: attributes only, with a title that is read aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from congdoan.kit.charts.picture import ACTION, GREY, INK, TONE_COLOURS, Chart, percent_of
from congdoan.kit.numbers import format_number, format_percent


def bullet_svg(
    ratio: float | None, expected: float | None = None, *, tone: str = "info", label: str = ""
) -> SafeString:
    """The bar of a target. ``ratio`` and ``expected`` are shares of the target (1.0 = reached); what is
    beyond the ends is drawn at the end. Without a ratio only the track is drawn."""
    words = _bullet_words(ratio, expected, label)
    parts = [format_html('<rect x="0" y="4" width="100%" height="8" rx="4" fill="#eef1f5"/>')]
    if ratio is not None and ratio > 0:
        parts.append(
            format_html(
                '<rect x="0" y="4" width="{}%" height="8" rx="4" fill="{}"/>',
                _share(ratio),
                TONE_COLOURS.get(tone, ACTION),
            )
        )
    if expected is not None:
        # The mark hangs left of its place, so that at 100% it still lies inside the picture.
        parts.append(
            format_html(
                '<svg x="{}%" y="0" width="2" height="16" overflow="visible">'
                '<rect x="-2" y="0" width="2.5" height="16" rx="1" fill="{}"/></svg>',
                max(_share(expected), 0.5),
                INK,
            )
        )
    return format_html(
        '<svg class="bullet" width="100%" height="16" role="img" aria-label="{}"><title>{}</title>{}</svg>',
        words,
        words,
        mark_safe("".join(parts)),
    )


def sparkline_svg(
    points: Sequence[float | None],
    *,
    tone: str = "info",
    label: str = "",
    width: int = 140,
    height: int = 28,
) -> SafeString:
    """The course of a figure, oldest point first; ``None`` leaves a gap, a lone point is drawn as a dot."""
    known = [value for value in points if value is not None]
    colour = TONE_COLOURS.get(tone, ACTION)
    if not known:
        words = f"{label}: chưa có số liệu" if label else "Chưa có số liệu"
        return format_html(
            '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
            "<title>{}</title>"
            '<line x1="2" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-dasharray="3 4"/></svg>',
            width,
            height,
            width,
            height,
            words,
            words,
            height / 2,
            width - 2,
            height / 2,
            GREY,
        )
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    pad = 3.0
    step = (width - 2 * pad) / max(len(points) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        level = 0.5 if high == low else (value - low) / span
        return round(pad + index * step, 1), round(height - pad - level * (height - 2 * pad), 1)

    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(points):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(index, value))
    drawn = []
    for run in runs:
        if len(run) == 1:
            drawn.append(
                format_html('<circle cx="{}" cy="{}" r="2.5" fill="{}"/>', run[0][0], run[0][1], colour)
            )
        elif run:
            drawn.append(
                format_html(
                    '<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-linecap="round" '
                    'stroke-linejoin="round"/>',
                    " ".join(f"{x},{y}" for x, y in run),
                    colour,
                )
            )
    course = f"từ {format_number(known[0])} đến {format_number(known[-1])}"
    words = f"{label}: {course}" if label else course
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        "<title>{}</title>{}</svg>",
        width,
        height,
        width,
        height,
        words,
        words,
        mark_safe("".join(drawn)),
    )


@dataclass(frozen=True)
class Square:
    """One place of a coverage picture: ``covered`` of ``total`` enterprises have a union."""

    label: str
    covered: int
    total: int
    url: str = ""


#: Shades of coverage, from none to all; grey is "nothing to cover".
COVERAGE_SHADES: Sequence[tuple[float, str, str]] = (
    (1.0, "#1b7a4b", "Đã đủ"),
    (0.8, "#5aa681", "Từ 80%"),
    (0.5, "#e3b54d", "Từ 50%"),
    (0.0, "#c04a43", "Dưới 50%"),
)
NOTHING_TO_COVER = "#dde3ea"


def coverage_squares(
    squares: Sequence[Square],
    *,
    key: str = "coverage",
    title: str,
    subtitle: str = "",
    note: str = "",
    columns: int = 12,
) -> Chart:
    """Coverage by commune, a square each, in the order given; a square opens its names. Up to some
    hundreds of squares; the name is in the title of each, and in the table."""
    rows = [
        (
            item.label,
            format_number(item.covered),
            format_number(item.total),
            percent_of(item.covered, item.total),
        )
        for item in squares
    ]
    head = ("Đơn vị", "Đã có", "Tổng số", "Tỷ lệ")
    if not squares:
        return Chart(key, title, subtitle)
    cell, gap = 40, 4
    columns = max(1, min(columns, len(squares)))
    lines = math.ceil(len(squares) / columns)
    drawn = []
    for index, item in enumerate(squares):
        x, y = (index % columns) * (cell + gap), (index // columns) * (cell + gap)
        words = f"{item.label}: {format_number(item.covered)} / {format_number(item.total)}"
        colour = shade(item)
        square = format_html(
            '<rect x="{}" y="{}" width="{}" height="{}" rx="5" fill="{}"><title>{}</title></rect>'
            '<text x="{}" y="{}" text-anchor="middle" font-size="12" font-weight="500" fill="{}" '
            'pointer-events="none" aria-hidden="true">{}</text>',
            x,
            y,
            cell,
            cell,
            colour,
            words,
            x + cell / 2,
            y + cell / 2 + 4.5,
            INK if colour in (NOTHING_TO_COVER, "#e3b54d", "#5aa681") else "#fff",
            format_number(item.total - item.covered) if item.total > item.covered else "",
        )
        drawn.append(
            format_html('<a href="{}" aria-label="{}">{}</a>', item.url, words, square)
            if item.url
            else square
        )
    width, height = columns * (cell + gap) - gap, lines * (cell + gap) - gap
    svg = format_html(
        '<svg class="squares" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>',
        width,
        height,
        title,
        mark_safe("".join(drawn)),
    )
    legend = [(colour, word) for _, colour, word in COVERAGE_SHADES] + [
        (NOTHING_TO_COVER, "Không có đối tượng")
    ]
    return Chart(
        key,
        title,
        subtitle,
        svg=svg,
        legend=legend,
        table_head=head,
        table_rows=rows,
        note=note or "Số trong ô là số còn thiếu.",
    )


def shade(item: Square) -> str:
    """The colour of a share covered."""
    if item.total <= 0:
        return NOTHING_TO_COVER
    share = item.covered / item.total
    return next(colour for least, colour, _ in COVERAGE_SHADES if share >= least)


def _share(value: float) -> float:
    return round(min(max(float(value), 0.0), 1.0) * 100, 2)


def _bullet_words(ratio: float | None, expected: float | None, label: str) -> str:
    parts = ["chưa có số liệu" if ratio is None else f"đạt {format_percent(float(ratio))} chỉ tiêu"]
    if expected is not None:
        parts.append(f"đến nay cần {format_percent(float(expected))}")
    words = ", ".join(parts)
    return f"{label}: {words}" if label else words[:1].upper() + words[1:]
