"""The parts screens are made of: ``{% load ui %}``.

Small parts (icon, state, figure, bullet, sparkline) are written here; larger ones are templates
``kit/_*.html``. Nothing here knows a union word but the names of states, and nothing writes an inline
style or script.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from congdoan.kit import charts
from congdoan.kit.dates import DateError, format_date, parse_date
from congdoan.kit.numbers import format_number

register = template.Library()

#: State -> (word on screen, tone). The tone picks the colours: good, warn, bad, info, muted.
STATES: Mapping[str, tuple[str, str]] = {
    "on_track": ("Đúng tiến độ", "good"),
    "done": ("Hoàn thành", "good"),
    "met": ("Đạt", "good"),
    "attention": ("Cần chú ý", "warn"),
    "behind": ("Chậm", "bad"),
    "missed": ("Không đạt", "bad"),
    "overdue": ("Quá hạn", "bad"),
    "new": ("Mới", "info"),
    "none": ("Chưa có số liệu", "muted"),
    "ended": ("Đã kết thúc", "muted"),
}

TONES = frozenset(charts.TONE_COLOURS)


def tone_of(state: object) -> str:
    """The tone of a state, or of a tone itself; what is unknown is ``muted``."""
    key = str(state or "none")
    if key in TONES:
        return key
    return STATES.get(key, ("", "muted"))[1]


def word_of(state: object) -> str:
    """The Vietnamese word of a state; empty for a bare tone."""
    return STATES.get(str(state or "none"), ("", ""))[0]


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """An icon of the sprite, decorative: the word beside it says what it means. Names: tools/icons.txt."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {extra_class}" if extra_class else "",
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def state_badge(state: object, text: str = "") -> SafeString:
    """A state as a word and a colour; ``text`` replaces the word (``còn 2 ngày``). Accepts a bare tone
    too."""
    word = text or word_of(state)
    if not word:
        return mark_safe("")
    return format_html('<span class="state state-{}">{}</span>', tone_of(state), word)


@register.simple_tag
def figure(value: object, url: str | None = None, large: bool = False, label: str = "") -> SafeString:
    """A figure that opens its names. ``value`` is ready text (``+1.262``); ``label`` is read aloud with
    it."""
    css = "figure figure-large" if large else "figure"
    hidden = format_html('<span class="visually-hidden"> {}</span>', label) if label else ""
    if url:
        return format_html('<a class="{}" href="{}">{}{}</a>', css, url, value, hidden)
    return format_html('<span class="{}">{}{}</span>', css, value, hidden)


@register.simple_tag
def bullet(
    ratio: float | None, expected: float | None = None, state: object = "none", label: str = ""
) -> SafeString:
    """A bar of a target (``ratio`` 0..1, more is full) with the mark "expected by today" (0..1)."""
    # A template hands over an empty string for what is missing.
    return charts.bullet_svg(
        None if ratio in (None, "") else ratio,
        None if expected in (None, "") else expected,
        tone=tone_of(state),
        label=label,
    )


@register.simple_tag
def sparkline(points: Sequence[float | None], state: object = "none", label: str = "") -> SafeString:
    """The course of a figure as a line of 140 by 28; ``points`` oldest first, ``None`` is a gap."""
    return charts.sparkline_svg(points, tone=tone_of(state), label=label)


@register.simple_tag
def avatar(name: str) -> SafeString:
    """Two letters of a name in a circle; Vietnamese names are known by the last word, so that comes last."""
    words = [word for word in str(name).split() if word[:1].isalpha()]
    letters = (words[-2][0] if len(words) > 1 else "") + (words[-1][0] if words else "?")
    return format_html('<span class="initials" aria-hidden="true">{}</span>', letters.upper())


@register.inclusion_tag("kit/_target_card.html")
def target_card(target: object) -> dict[str, Any]:
    """One target. ``target`` (object or mapping) has: name, value (ready text), target_words ("/ từ 7 trở
    lên"), ratio and expected (0..1 or None), state, forecast (text); and may have url (of the target),
    value_url (the names behind the value), note (safe markup after the state), state_text."""
    return {"target": target}


@register.inclusion_tag("kit/_work_list.html")
def work_list(items: Iterable[object], empty_text: str = "Không còn việc nào đang chờ.") -> dict[str, Any]:
    """What is to be done. Each item has: icon, title, url; and may have subject (bold, after the title),
    detail, state and state_text (``còn 2 ngày``)."""
    return {"items": list(items), "empty_text": empty_text}


@register.inclusion_tag("kit/_empty_state.html")
def empty_state(
    title: str, text: str = "", action_label: str = "", action_url: str = "", icon_name: str = "inbox"
) -> dict[str, Any]:
    """What stands where there is nothing yet: why, and the one thing to do about it."""
    return {
        "title": title,
        "text": text,
        "action_label": action_label,
        "action_url": action_url,
        "icon_name": icon_name,
    }


@register.inclusion_tag("kit/_progress_bar.html")
def progress_bar(
    done: float | None, total: float | None, label: str = "", state: object = "info"
) -> dict[str, Any]:
    """How far a job is; an unknown total shows movement without a share."""
    return {"done": done, "total": total or None, "label": label, "tone": tone_of(state)}


@register.inclusion_tag("kit/_page_header.html")
def page_header(
    title: str,
    subtitle: str = "",
    breadcrumbs: Iterable[object] = (),
    actions: Iterable[object] = (),
    state: object = "",
) -> dict[str, Any]:
    """The head of a page. ``breadcrumbs``: (label, url) pairs or mappings; ``actions``: mappings with
    label, url, icon, primary (bool), post (bool: a form with CSRF is needed; then write it in the block
    instead)."""
    return {
        "title": title,
        "subtitle": subtitle,
        "crumbs": _pairs(breadcrumbs),
        "actions": list(actions),
        "state": state,
    }


@register.inclusion_tag("kit/_breadcrumbs.html")
def breadcrumbs(items: Iterable[object]) -> dict[str, Any]:
    """The way to this page: (label, url) pairs or mappings with label and url."""
    return {"crumbs": _pairs(items)}


@register.inclusion_tag("kit/_tabs.html")
def tabs(items: Iterable[object], label: str = "Các phần của trang") -> dict[str, Any]:
    """Parts of one thing; mappings with label, url, active, and maybe count."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("kit/_timeline.html")
def timeline(items: Iterable[object]) -> dict[str, Any]:
    """Dated events, in the order given: on (date or text), title; and maybe detail, url, state, undone
    (bool)."""
    return {"items": list(items)}


@register.inclusion_tag("kit/_definition_list.html")
def definition_list(items: Iterable[object]) -> dict[str, Any]:
    """Facts of a profile: (label, value) or (label, value, url); an empty value shows as a dash."""
    return {"rows": _rows(items)}


@register.inclusion_tag("kit/_key_value.html")
def key_value(items: Iterable[object]) -> dict[str, Any]:
    """A few figures in a row: (label, value) or (label, value, url)."""
    return {"rows": _rows(items)}


@register.inclusion_tag("kit/_pagination_keys.html")
def pagination_keys(
    previous_url: str | None, next_url: str | None, target: str = "#list-body"
) -> dict[str, Any]:
    """Trước and Sau of a list paged by key: there is no page number and no last page."""
    return {"previous_url": previous_url, "next_url": next_url, "target": target}


@register.inclusion_tag("kit/_chart.html")
def chart(item: charts.Chart, size: str = "") -> dict[str, Any]:
    """A picture with the question it answers, and the table behind it. ``size``: "", "short" or "tall"."""
    return {"chart": item, "size": size}


def day_words(value: object) -> str:
    """A day as its box shows it: 01/07/2025. What is no day stays as it was typed."""
    try:
        return format_date(parse_date(value)) if value else ""
    except DateError:
        return str(value)


@register.simple_tag
def day_input(name: str, value: object = "", last: date | None = None, **attrs: Any) -> SafeString:
    """A box for a day, typed the Vietnamese way, with a button that opens the browser's calendar.

    ``last``: the latest day that the calendar offers. Other keywords are attributes of the box (``id``,
    ``required=True``); an underscore in them is a hyphen.
    """
    named = {key.replace("_", "-"): value for key, value in attrs.items()}
    return render_day(name, value, named, last=last)


def render_day(name: str, value: object, attrs: Mapping[str, Any], *, last: date | None = None) -> SafeString:
    """The box and its calendar. The browser's own date input only lends its calendar: it shows days the way the
    browser's language does, which is not always dd/mm/yyyy."""
    boxed = {
        "type": "text",
        "inputmode": "numeric",
        "autocomplete": "off",
        "placeholder": "ngày/tháng/năm",
        "maxlength": "40",
        **attrs,
        "class": str(attrs.get("class", "")) or "form-control",
        "name": name,
        "value": day_words(value),
    }
    written = format_html_join(
        "",
        " {}",
        (
            (key if shown is True else format_html('{}="{}"', key, shown),)
            for key, shown in boxed.items()
            if shown is not None and shown is not False
        ),
    )
    return format_html(
        '<span class="day-input"><input{} data-day><button type="button" class="day-open" data-day-open'
        ' aria-label="Chọn ngày trên lịch" title="Chọn ngày trên lịch"{}>{}</button><input type="date"'
        ' class="day-picker" tabindex="-1" aria-hidden="true" data-day-picker{}></span>',
        written,
        mark_safe(" disabled") if attrs.get("disabled") else "",
        icon("calendar"),
        format_html(' max="{}"', last.isoformat()) if last else "",
    )


@register.inclusion_tag("kit/_form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """What is wrong with a form, at its top, each line leading to its field."""
    fields = [(field.label, field.id_for_label, field.errors) for field in form if field.errors]
    return {"fields": fields, "non_field": form.non_field_errors(), "hidden": _hidden_errors(form)}


@register.inclusion_tag("kit/_form_field.html")
def form_field(field: BoundField, label: str = "", help_text: str = "") -> dict[str, Any]:
    """Label, input, help and errors of a field, tied together for screen readers."""
    widget = field.field.widget
    kind = "input"
    css = "form-control"
    if isinstance(widget, forms.HiddenInput):
        kind = "hidden"
    elif isinstance(widget, forms.CheckboxInput):
        kind = "checkbox"
    elif isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        kind = "options"
    elif isinstance(widget, forms.Select):
        css = "form-select"
    help_text = help_text or str(field.help_text or "")
    described: list[str] = []
    if help_text:
        described.append(f"{field.auto_id}_helptext")
    if field.errors:
        described.append(f"{field.auto_id}_error")
    attrs: dict[str, Any] = {}
    if kind == "input":
        own = str(widget.attrs.get("class", ""))
        attrs["class"] = f"{own} {css}".strip()
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if field.errors:
        attrs["aria-invalid"] = "true"
    rendered = field.as_widget(attrs=attrs) if kind in ("input", "checkbox", "hidden") else ""
    return {
        "field": field,
        "kind": kind,
        "label": label or field.label,
        "help_text": help_text,
        "rendered": rendered,
        "described": " ".join(described),
        # Where nothing has to be filled in, the page says so once.
        "optional": not field.field.required
        and kind not in ("checkbox", "hidden")
        and not getattr(field.form, "is_all_optional", False),
    }


@register.inclusion_tag("kit/_form.html")
def form_fields(form: forms.BaseForm) -> dict[str, Any]:
    """All fields of a form, with its errors on top; the button and the CSRF token are the template's own."""
    return {"form": form}


@register.simple_tag
def hidden_query(query: QueryDict | Mapping[str, Any], *exclude: str) -> SafeString:
    """The current query as hidden inputs, so that a GET form keeps what it does not ask for."""
    pairs: list[tuple[str, str]] = []
    for name in query:
        if name in exclude:
            continue
        values = query.getlist(name) if isinstance(query, QueryDict) else [query[name]]
        pairs.extend((name, value) for value in values if value != "")
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.filter
def tone(state: object) -> str:
    """The tone of a state: good, warn, bad, info or muted."""
    return tone_of(state)


@register.filter
def selected_count(options: Iterable[object]) -> int | str:
    """How many options of a filter are chosen; empty for none, so that nothing is shown."""
    return len([option for option in options or () if _get(option, "selected")]) or ""


@register.simple_tag
def list_rows(screen: object) -> SafeString:
    """The rows of a list. Put together here because a page has hundreds of cells, and the template language would
    take half the time of the whole page for their conditions."""
    columns = []
    for place, column in enumerate(_get(screen, "columns") or ()):
        is_numeric = bool(_get(column, "numeric"))
        classes = (
            "numeric" if is_numeric else "",
            "row-title" if place == 0 else "",
            "hide-on-phone" if _get(column, "hide_on_phone") else "",
        )
        label = _get(column, "label")
        columns.append((" ".join(filter(None, classes)), _escaped(label), is_numeric, label))
    has_selection = bool(_get(screen, "bulk_actions"))
    parts: list[str] = []
    for row in _get(screen, "rows") or ():
        parts.append("<tr>\n")
        cells = _get(row, "cells") or ()
        if has_selection:
            parts.append(_select_cell(row, cells))
        opens = _get(row, "url")
        for place, ((css, label, is_numeric, said), cell) in enumerate(zip(columns, cells, strict=False)):
            more = _get(cell, "html_class")
            if _get(cell, "numeric") and not is_numeric:
                more = f"numeric {more or ''}".strip()
            if more:
                css = f"{css} {escape(more)}".strip()
            parts.append(f'<td class="{css}" data-label="{label}">')
            parts.append(
                _cell_content(
                    cell, opens if place == 0 else "", is_numeric or _get(cell, "numeric"), label=said
                )
            )
            parts.append("</td>\n")
        parts.append("</tr>\n")
    return mark_safe("".join(parts))


def _select_cell(row: object, cells: Any) -> str:
    box = ""
    if _get(row, "selectable") is not False:
        name = _escaped(_get(cells[0], "text")) if cells else ""
        box = (
            f'<span class="check"><input type="checkbox" name="id" value="{_escaped(_get(row, "id"))}" data-select'
            f' aria-label="Chọn {name}"></span>'
        )
    return f'<td class="select-cell">{box}</td>\n'


def _cell_content(cell: object, row_url: Any, is_numeric: Any, *, label: Any) -> str:
    text = _get(cell, "text")
    if badge := _get(cell, "badge"):
        return state_badge(badge, text or "")
    if row_url:
        return f'<a class="row-link" href="{_escaped(row_url)}">{_escaped(text)}</a>'
    if opens := _get(cell, "url"):
        if is_numeric:
            return figure(text, opens, label=label)
        return f'<a href="{_escaped(opens)}">{_escaped(text)}</a>'
    return _escaped(text)


def _escaped(text: Any) -> str:
    """As ``conditional_escape`` does; a plain string, which most are, without its detours."""
    if type(text) is str:
        return html.escape(text)
    return "" if text is None else conditional_escape(text)


@register.filter
def kept_params(screen: object) -> list[tuple[str, str]]:
    """What a list's URL holds beside its search and its shown filters, so that a change of filter keeps it."""
    shown = {"q", *(_get(item, "name") for item in _get(screen, "filters") or ())}
    return [(name, value) for name, value in (_get(screen, "params") or {}).items() if name not in shown]


@register.filter
def grouped(value: float) -> str:
    """A number as it is written in Vietnamese: 12.500."""
    return format_number(value)


@register.filter
def unlocalized(value: float) -> str:
    """A number as attributes of HTML want it: a point for the decimals, nothing between thousands."""
    return str(value)


@register.filter
def is_date(value: object) -> bool:
    return isinstance(value, date)


def _get(item: object, name: str) -> Any:
    # Asked for every cell of a page; the general question takes ten times as long.
    if type(item) is dict or isinstance(item, Mapping):
        return item.get(name)
    return getattr(item, name, None)


def _pairs(items: Iterable[object]) -> list[dict[str, Any]]:
    pairs: list[dict[str, Any]] = []
    for item in items or ():
        if isinstance(item, tuple | list):
            pairs.append({"label": item[0], "url": item[1] if len(item) > 1 else ""})
        else:
            pairs.append({"label": _get(item, "label") or _get(item, "name"), "url": _get(item, "url")})
    return pairs


def _rows(items: Iterable[object]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for item in items or ():
        if isinstance(item, tuple | list):
            rows.append({"label": item[0], "value": item[1], "url": item[2] if len(item) > 2 else ""})
        else:
            rows.append({name: _get(item, name) for name in ("label", "value", "url")})
    return rows


def _hidden_errors(form: forms.BaseForm) -> list[str]:
    return [str(error) for field in form.hidden_fields() for error in field.errors]
