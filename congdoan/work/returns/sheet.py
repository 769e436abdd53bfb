"""A return as it is shown, on screen and on paper: sections of rows, each figure with what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from congdoan.foundation.units.queries import remember_codes
from congdoan.kit.lists import get_list, names_url
from congdoan.kit.numbers import format_number
from congdoan.work.returns import computing, rules
from congdoan.work.returns.choices import OPEN_STATES
from congdoan.work.returns.definitions import Cell, Definition
from congdoan.work.returns.models import Obligation, Return
from congdoan.work.returns.queries import Aggregate, Comparison, Figures, span_of


@dataclass(frozen=True)
class Figure:
    """One cell. ``origin``: computed, entered (in the place of a computed one), asked or formula. ``url`` leads to the
    names; ``computed`` is what the registers said where something else was entered."""

    key: str
    label: str
    column: str
    origin: str
    value: Decimal | None
    text: str
    typed: str = ""
    typed_reason: str = ""
    typed_remark: str = ""
    url: str = ""
    computed: str = ""
    reason: str = ""
    remark: str = ""
    previous: str = ""
    last_year: str = ""
    below: str = ""
    is_odd: bool = False
    is_required: bool = False

    @property
    def has_past(self) -> bool:
        """Whether earlier figures say anything: nothing, and nothing before, need no words."""
        return any(text not in {"", "0"} for text in (self.text, self.previous, self.last_year))


@dataclass(frozen=True)
class Line:
    code: str
    title: str
    unit: str
    note: str
    figures: list[Figure | None]


@dataclass(frozen=True)
class Part:
    code: str
    title: str
    columns: list[str]
    lines: list[Line]


@dataclass(frozen=True)
class Sheet:
    """Everything a page or a document shows of a return."""

    parts: list[Part]
    texts: list[dict[str, str]]
    findings: list[rules.Finding] = field(default_factory=list)


def make_sheet(
    made: Return,
    obligation: Obligation,
    definition: Definition,
    *,
    on: date,
    compared: Comparison | None = None,
    found: list[rules.Finding] | None = None,
    summed: Aggregate | None = None,
    with_names: bool = True,
    typed: Mapping[str, str] | None = None,
    holds: Callable[[str], bool] = lambda capability: True,
) -> Sheet:
    """Put a return together. One query for the indicators of the form when names are wanted, none without.

    Figures lead to names only where the reader ``holds`` what the list asks. ``typed`` is what somebody has just sent
    and was refused: it stands in the inputs, so that nothing is lost.
    """
    typed = typed or {}
    shown = rules.effective(definition, made.computed, made.entered)
    links: dict[str, str] = {}
    if with_names:
        remember_codes({obligation.unit_id: obligation.unit.code})
        for key, plan in computing.plans_of(definition, span_of(obligation, definition), on=on).items():
            names = plan.terms[0].names(obligation.unit_id)
            if names is None:
                continue
            behind = get_list(names.list_name)
            if behind.url_name and holds(behind.capability):
                links[key] = names_url(names.list_name, names.params)
    odd = {key for finding in found or () for key in finding.cells}
    parts = []
    for section in definition.sections:
        lines = []
        for row in section.rows:
            figures: list[Figure | None] = []
            for column in section.columns:
                cell = definition.cells.get(f"{row.code}.{column.code}")
                figures.append(
                    None if cell is None else _figure(cell, made, shown, links, compared, summed, odd, typed)
                )
            lines.append(Line(row.code, row.title, row.unit, row.note, figures))
        parts.append(Part(section.code, section.title, [column.title for column in section.columns], lines))
    texts = [
        {
            "code": text.code,
            "title": text.title,
            "hint": text.hint,
            "text": typed.get(f"loi:{text.code}", made.texts.get(text.code, "")),
            "required": "1" if text.required else "",
        }
        for text in definition.texts
    ]
    return Sheet(parts, texts, found or [])


def _figure(
    cell: Cell,
    made: Return,
    shown: Figures,
    links: Mapping[str, str],
    compared: Comparison | None,
    summed: Aggregate | None,
    odd: set[str],
    typed: Mapping[str, str],
) -> Figure:
    key = cell.key
    value = shown[key]
    is_computed, is_entered = key in made.computed, key in made.entered
    if cell.row.source == "formula":
        origin = "formula"
    elif is_computed:
        origin = "entered" if is_entered else "computed"
    else:
        origin = "asked"
    below = ""
    if summed is not None and origin == "asked" and key in summed.cells:
        part = summed.cells[key]
        if part.value is not None:
            below = f"{format_number(part.value)} từ {part.covered}/{part.of} đơn vị"
    return Figure(
        key=key,
        label=cell.label,
        column=cell.column.title,
        origin=origin,
        value=value,
        text=format_number(value),
        typed=typed.get(f"so:{key}", format_number(rules.number(made.entered.get(key)))),
        typed_remark=typed.get(f"nx:{key}", ""),
        typed_reason=typed.get(f"ly:{key}", made.reasons.get(key, "")),
        url=links.get(key, "") if origin == "computed" else "",
        computed=format_number(rules.number(made.computed.get(key))) if origin == "entered" else "",
        reason=made.reasons.get(key, ""),
        remark=made.remarks.get(key, ""),
        previous=format_number(compared.previous.get(key)) if compared else "",
        last_year=format_number(compared.last_year.get(key)) if compared else "",
        below=below,
        is_odd=key in odd,
        is_required=cell.row.required and made.state in OPEN_STATES,
    )
