"""Options of Apache ECharts as plain dictionaries.

An option may hold the string ``"@number"``, ``"@percent"`` or ``"@signed"`` where ECharts takes a formatter:
JSON carries no functions, and app.js puts the Vietnamese formatter there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from congdoan.kit.charts.drawn import COVERAGE_SHADES, Square, shade
from congdoan.kit.charts.picture import (
    ACTION,
    ACTION_PALE,
    BAD,
    FONT,
    GOOD,
    GREY,
    INK,
    LINE,
    SECONDARY,
    TONE_COLOURS,
    Chart,
    percent_of,
)
from congdoan.kit.numbers import format_number, format_percent, format_signed


@dataclass(frozen=True)
class Step:
    """One step of a waterfall: ``value`` is signed; ``apart`` marks a reorganisation, drawn grey and
    never read as growth or loss."""

    label: str
    value: int
    apart: bool = False


def waterfall(
    opening: int,
    steps: Sequence[Step],
    closing: int,
    *,
    key: str = "waterfall",
    title: str,
    subtitle: str = "Sắp xếp tổ chức để riêng, không tính vào thực tăng",
    opening_label: str = "Đầu kỳ",
    closing_label: str = "Hiện nay",
) -> Chart:
    """Where net growth comes from: opening, what was added and lost, closing.

    The axis does not begin at zero when the stock is large beside its changes, or nothing could be seen;
    the note says so. Steps of zero are left out of the picture and kept in the table. Raises
    ``ValueError`` when opening + steps is not closing: a picture must not hide what does not add up.
    """
    if opening + sum(step.value for step in steps) != closing:
        raise ValueError("opening + steps must equal closing")
    shown = [step for step in steps if step.value]
    levels = [opening]
    for step in shown:
        levels.append(levels[-1] + step.value)
    floor = _floor(levels)

    labels = [opening_label, *(step.label for step in shown), closing_label]
    base: list[Any] = ["-"]
    bars: list[Any] = [_bar(opening, floor, ACTION_PALE, format_number(opening), opening_label)]
    for step, before, after in zip(shown, levels, levels[1:], strict=False):
        base.append(min(before, after) - floor)
        colour = GREY if step.apart else (GOOD if step.value > 0 else BAD)
        text = format_signed(step.value)
        bars.append(
            {
                "value": abs(step.value),
                "itemStyle": {"color": colour},
                "label": {"formatter": text, "position": "top" if step.value > 0 else "bottom"},
                "tooltip": {"formatter": f"{step.label}: {text}"},
            }
        )
    base.append("-")
    bars.append(_bar(closing, floor, ACTION, format_number(closing), closing_label))

    options = _frame(labels)
    options["yAxis"] = {"type": "value", "show": False, "min": 0}
    options["series"] = [
        {
            "type": "bar",
            "stack": "all",
            "silent": True,
            "itemStyle": {"color": "rgba(0,0,0,0)"},
            "tooltip": {"show": False},
            "data": base,
        },
        {
            "type": "bar",
            "stack": "all",
            "barWidth": "64%",
            "barMaxWidth": 56,
            "itemStyle": {"borderRadius": 2},
            "label": {
                "show": True,
                "position": "top",
                "distance": 5,
                "color": INK,
                "fontFamily": FONT,
                "fontSize": 11.5,
                "fontWeight": 600,
            },
            "data": bars,
        },
    ]
    rows = [(opening_label, format_number(opening))]
    rows += [(step.label, format_signed(step.value) if step.value else "0") for step in steps]
    apart = sum(step.value for step in steps if step.apart)
    rows.append(("Thực tăng, không kể sắp xếp tổ chức", format_signed(closing - opening - apart)))
    rows.append((closing_label, format_number(closing)))
    note = f"Trục bắt đầu từ {format_number(floor)} để thấy rõ phần thay đổi." if floor else ""
    return Chart(key, title, subtitle, options, table_head=("Khoản", "Số lượng"), table_rows=rows, note=note)


def trend(
    labels: Sequence[str],
    actual: Sequence[float | None],
    target: Sequence[float | None] = (),
    *,
    key: str = "trend",
    title: str,
    subtitle: str = "",
    actual_label: str = "Thực hiện",
    target_label: str = "Phải đạt",
    forecast: Sequence[float | None] = (),
    tone: str = "info",
    kind: str = "number",
) -> Chart:
    """A figure over time against the line it should follow, with the forecast dashed. ``kind``: "number" or
    "percent" (values then are shares, 0..1). The three rows are as long as ``labels``; the future of
    ``actual`` is None."""
    if not any(value is not None for value in actual):
        return Chart(key, title, subtitle)
    mark = "@percent" if kind == "percent" else "@number"
    options = _frame(list(labels), legend=True)
    options["grid"]["left"] = 6
    options["tooltip"] = {**options["tooltip"], "trigger": "axis", "valueFormatter": mark}
    options["xAxis"]["boundaryGap"] = False
    options["yAxis"] = _value_axis(mark, scale=kind != "percent")
    colour = TONE_COLOURS.get(tone, ACTION)
    series: list[dict[str, Any]] = [
        {
            "type": "line",
            "name": actual_label,
            "data": _gaps(actual),
            "symbol": "circle",
            "symbolSize": 6,
            "showSymbol": len(labels) <= 13,
            "lineStyle": {"color": colour, "width": 2.5},
            "itemStyle": {"color": colour},
            "areaStyle": {"color": colour, "opacity": 0.06},
        }
    ]
    if any(value is not None for value in forecast):
        series.append(
            {
                "type": "line",
                "name": "Dự báo",
                "data": _gaps(forecast),
                "symbol": "none",
                "lineStyle": {"color": colour, "width": 2, "type": [5, 5]},
                "itemStyle": {"color": colour},
            }
        )
    if any(value is not None for value in target):
        series.append(
            {
                "type": "line",
                "name": target_label,
                "data": _gaps(target),
                "symbol": "none",
                "lineStyle": {"color": INK, "width": 1.5, "type": [2, 4]},
                "itemStyle": {"color": INK},
            }
        )
    options["series"] = series
    columns: list[tuple[str, Sequence[float | None]]] = [(actual_label, actual)]
    if len(series) > 1 and forecast:
        columns.append(("Dự báo", forecast))
    if target:
        columns.append((target_label, target))
    rows = [
        (name, *(_cell(values[index] if index < len(values) else None, kind) for _, values in columns))
        for index, name in enumerate(labels)
    ]
    head = ("Thời gian", *(name for name, _ in columns))
    return Chart(key, title, subtitle, options, table_head=head, table_rows=rows)


def horizontal_bars(
    items: Sequence[tuple[str, float, str]],
    *,
    key: str = "bars",
    title: str,
    subtitle: str = "",
    value_label: str = "Số lượng",
    kind: str = "number",
    mark_at: float | None = None,
    mark_label: str = "",
) -> Chart:
    """Bars lying, longest names readable. ``items``: (label, value, state's tone or ""), first on top;
    ``kind`` as in :func:`trend`; ``mark_at`` draws a line all should reach."""
    if not items:
        return Chart(key, title, subtitle)
    mark = "@percent" if kind == "percent" else "@number"
    options = _frame([])
    options["grid"] = {
        "left": 200,
        "right": 58,
        "top": 22 if mark_label else 4,
        "bottom": 4,
        "outerBoundsMode": "none",
    }
    options["xAxis"] = {"type": "value", "show": False, "min": 0}
    options["yAxis"] = {
        "type": "category",
        "inverse": True,
        "data": [label for label, _, _ in items],
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": {
            "color": INK,
            "fontFamily": FONT,
            "fontSize": 12.5,
            "lineHeight": 15,
            "width": 190,
            "overflow": "break",
        },
    }
    series: dict[str, Any] = {
        "type": "bar",
        "barWidth": "58%",
        "barMaxWidth": 18,
        "itemStyle": {"borderRadius": 3},
        "label": {
            "show": True,
            "position": "right",
            "color": INK,
            "fontFamily": FONT,
            "fontWeight": 500,
            "formatter": mark,
        },
        "data": [
            {
                "value": value,
                "itemStyle": {"color": TONE_COLOURS.get(tone, ACTION)},
                "tooltip": {"formatter": f"{label}: {_cell(value, kind)}"},
            }
            for label, value, tone in items
        ],
    }
    if mark_at is not None:
        series["markLine"] = {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": INK, "type": "solid", "width": 1.5},
            "label": {"formatter": mark_label, "position": "start", "fontFamily": FONT, "color": SECONDARY},
            "data": [{"xAxis": mark_at}],
        }
    options["series"] = [series]
    options["media"] = _by_width(
        {"grid": {"left": 132}, "yAxis": {"axisLabel": {"width": 124, "fontSize": 12}}},
        {"grid": {"left": 200}, "yAxis": {"axisLabel": {"width": 190, "fontSize": 12.5}}},
    )
    rows = [(label, _cell(value, kind)) for label, value, _ in items]
    return Chart(key, title, subtitle, options, table_head=("Đơn vị", value_label), table_rows=rows)


def treemap(
    items: Sequence[tuple[str, int, int]],
    *,
    key: str = "treemap",
    title: str,
    subtitle: str = "",
    covered_label: str = "Đã có công đoàn",
) -> Chart:
    """Coverage as areas: (label, covered, total); the area is the total, the shade is the share covered."""
    present = [item for item in items if item[2] > 0]
    if not present:
        return Chart(key, title, subtitle)
    options: dict[str, Any] = {
        "aria": {"enabled": True},
        "tooltip": dict(_TOOLTIP),
        "animationDuration": 300,
        "series": [
            {
                "type": "treemap",
                "roam": False,
                "nodeClick": False,
                "breadcrumb": {"show": False},
                "left": 0,
                "right": 0,
                "top": 0,
                "bottom": 0,
                "itemStyle": {"borderColor": "#fff", "borderWidth": 1, "gapWidth": 2},
                "label": {"fontFamily": FONT, "fontSize": 12, "lineHeight": 16, "overflow": "truncate"},
                "data": [
                    {
                        "name": label,
                        "value": total,
                        "itemStyle": {"color": shade(Square(label, covered, total))},
                        "label": {
                            "color": INK if 0.5 <= covered / total < 1 else "#fff",
                            "formatter": f"{label}\n{format_number(covered)} / {format_number(total)}",
                        },
                        "tooltip": {
                            "formatter": f"{label}: {format_number(covered)} / {format_number(total)} "
                            f"({percent_of(covered, total)})"
                        },
                    }
                    for label, covered, total in present
                ],
            }
        ],
    }
    rows = [
        (label, format_number(covered), format_number(total), percent_of(covered, total))
        for label, covered, total in items
    ]
    return Chart(
        key,
        title,
        subtitle,
        options,
        table_head=("Đơn vị", covered_label, "Tổng số", "Tỷ lệ"),
        table_rows=rows,
        legend=[(colour, word) for _, colour, word in COVERAGE_SHADES],
    )


def funnel(
    stages: Sequence[tuple[str, int]], *, key: str = "funnel", title: str, subtitle: str = ""
) -> Chart:
    """How many come through each step of a way, first step first (founding a union, joining)."""
    if not stages or not any(count for _, count in stages):
        return Chart(key, title, subtitle)
    shades = ("#0f4c92", "#2d66a6", "#4a7fb8", "#6b98c8", "#8fb0d5", "#b1c8e1")
    options: dict[str, Any] = {
        "aria": {"enabled": True},
        "tooltip": dict(_TOOLTIP),
        "animationDuration": 300,
        "series": [
            {
                "type": "funnel",
                "sort": "none",
                "left": 4,
                "right": "46%",
                "top": 4,
                "bottom": 4,
                "gap": 3,
                "minSize": "6%",
                "max": max(count for _, count in stages),
                "funnelAlign": "center",
                "labelLine": {"length": 10, "lineStyle": {"color": LINE}},
                "label": {"position": "right", "color": INK, "fontFamily": FONT, "fontSize": 12.5},
                "data": [
                    {
                        "name": label,
                        "value": count,
                        "itemStyle": {"color": shades[min(index, len(shades) - 1)], "borderWidth": 0},
                        "label": {"formatter": f"{label}: {format_number(count)}"},
                        "tooltip": {"formatter": f"{label}: {format_number(count)}"},
                    }
                    for index, (label, count) in enumerate(stages)
                ],
            }
        ],
    }
    first = stages[0][1]
    rows = [(label, format_number(count), percent_of(count, first)) for label, count in stages]
    return Chart(
        key, title, subtitle, options, table_head=("Bước", "Số lượng", "So với bước đầu"), table_rows=rows
    )


def stacked_bars(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[int], str]],
    *,
    key: str = "stacked",
    title: str,
    subtitle: str = "",
    row_label: str = "Quy mô",
) -> Chart:
    """Parts of a whole by class (enterprises by size, with and without a union). ``series``: (label, one
    value per class, tone or colour such as "#a7b1bd")."""
    if not labels or not any(any(values) for _, values, _ in series):
        return Chart(key, title, subtitle)
    options = _frame(list(labels), legend=True)
    options["grid"]["left"] = 6
    options["tooltip"] = {**options["tooltip"], "trigger": "axis", "valueFormatter": "@number"}
    options["yAxis"] = _value_axis("@number")
    options["series"] = [
        {
            "type": "bar",
            "name": name,
            "stack": "all",
            "barMaxWidth": 48,
            "itemStyle": {"color": TONE_COLOURS.get(colour, colour or ACTION)},
            "data": list(values),
        }
        for name, values, colour in series
    ]
    rows = [
        (
            label,
            *(format_number(values[index]) for _, values, _ in series),
            format_number(sum(values[index] for _, values, _ in series)),
        )
        for index, label in enumerate(labels)
    ]
    head = (row_label, *(name for name, _, _ in series), "Cộng")
    return Chart(key, title, subtitle, options, table_head=head, table_rows=rows)


#: Tooltips are drawn into the picture: an HTML tooltip would need inline styles.
_TOOLTIP: Mapping[str, Any] = {
    "show": True,
    "renderMode": "richText",
    "trigger": "item",
    "confine": True,
    "backgroundColor": "#fff",
    "borderColor": LINE,
    "textStyle": {"fontFamily": FONT, "fontSize": 12.5, "color": INK},
}

#: The plot shrinks until the labels of its axes fit.
_ROOM_FOR_LABELS: Mapping[str, Any] = {"outerBoundsMode": "same", "outerBoundsContain": "axisLabel"}


def _frame(labels: list[str], *, legend: bool = False) -> dict[str, Any]:
    options: dict[str, Any] = {
        "aria": {"enabled": True},
        "animationDuration": 300,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "tooltip": dict(_TOOLTIP),
        "grid": {"left": 2, "right": 6, "top": 40 if legend else 24, "bottom": 2, **_ROOM_FOR_LABELS},
        "xAxis": {
            "type": "category",
            "data": labels,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": LINE}},
            "axisLabel": {
                "color": SECONDARY,
                "fontFamily": FONT,
                "fontSize": 11.5,
                "interval": 0 if len(labels) <= 12 else "auto",
                "hideOverlap": len(labels) > 12,
            },
        },
    }
    count = len(labels)
    narrow = {
        "fontSize": 10.5,
        "lineHeight": 13,
        "width": max(34, 330 // max(count, 1)) if count <= 8 else 60,
        "overflow": "break",
        "interval": 0 if count <= 8 else "auto",
    }
    if 6 < count <= 8 and max(map(len, labels)) <= 9:
        # Short ranges such as 100–199 have no place to break: they lean.
        narrow |= {"overflow": "none", "rotate": 40}
    wide = {
        "rotate": 0,
        "fontSize": 11.5,
        "lineHeight": 14,
        # Up to nine words stand side by side and are broken; more of them are days or numbers, and thinned out.
        "width": 72 if count <= 9 else None,
        "overflow": "break" if count <= 9 else "none",
        "interval": 0 if count <= 12 else "auto",
    }
    options["media"] = _by_width({"xAxis": {"axisLabel": narrow}}, {"xAxis": {"axisLabel": wide}})
    if legend:
        options["legend"] = {
            "top": 0,
            "left": 0,
            "icon": "roundRect",
            "itemWidth": 12,
            "itemHeight": 8,
            "itemGap": 16,
            "textStyle": {"fontFamily": FONT, "fontSize": 12.5, "color": SECONDARY},
        }
    return options


def _by_width(narrow: dict[str, Any], wide: dict[str, Any]) -> list[dict[str, Any]]:
    """What differs on a phone. The wide case is written out too, or a turned phone would keep the narrow one."""
    return [{"query": {"maxWidth": 460}, "option": narrow}, {"option": wide}]


def _value_axis(formatter: str, *, scale: bool = False) -> dict[str, Any]:
    return {
        "type": "value",
        "scale": scale,
        "splitNumber": 4,
        "splitLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"color": SECONDARY, "fontFamily": FONT, "fontSize": 11.5, "formatter": formatter},
    }


def _bar(value: int, floor: int, colour: str, text: str, label: str) -> dict[str, Any]:
    return {
        "value": value - floor,
        "itemStyle": {"color": colour},
        "label": {"formatter": text, "position": "top"},
        "tooltip": {"formatter": f"{label}: {text}"},
    }


def _floor(levels: Sequence[int]) -> int:
    """Where a waterfall's axis begins: zero, or a round number that leaves the lowest bar about as tall
    as the span of the changes."""
    low, high = min(levels), max(levels)
    span = max(high - low, 1)
    if low <= span * 2:
        return 0
    step = 10 ** max(int(math.log10(span)) - 1, 0) * 5
    return max(0, math.floor((low - span) / step) * step)


def _gaps(values: Sequence[float | None]) -> list[float | None]:
    return list(values)


def _cell(value: float | None, kind: str) -> str:
    if value is None:
        return "—"
    return format_percent(value) if kind == "percent" else format_number(value)
