"""A report as a Word file: the fields of the template, filled from figures and sentences.

The fields are documented in docs/how-to/add-a-report.md; an office may re-design the template in Word.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from congdoan.kit.dates import format_long
from congdoan.kit.documents import render_docx
from congdoan.kit.numbers import format_number, format_percent
from congdoan.work.plans.rules import citation_words
from congdoan.work.reports import prose
from congdoan.work.reports.choices import PURPOSE_WORDS
from congdoan.work.reports.figures import OfficerParts, PlanReport, Recipient, TargetFigure

TEMPLATE = Path(__file__).parent / "templates" / "reports" / "plan_report.docx"

#: What bodies that no longer stand below have added: without it the children do not add up to the whole.
REMAINDER = "Đơn vị đã sắp xếp, chuyển hoặc kết thúc trong kỳ"

# The letters lists are marked with in Vietnamese; after the last one, a dash.
_LETTERS = tuple("abcdđeghiklmnopqrstuvxy")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
_IN_FULL = (
    (r"TLĐ", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM"),
    (r"LĐLĐ", "LIÊN ĐOÀN LAO ĐỘNG"),
    (r"CĐCS", "CÔNG ĐOÀN CƠ SỞ"),
    (r"NĐCS", "NGHIỆP ĐOÀN CƠ SỞ"),
    (r"CĐN", "CÔNG ĐOÀN NGÀNH"),
    (r"CĐ", "CÔNG ĐOÀN"),
    (r"TP\.?", "THÀNH PHỐ"),
    (r"KCN", "KHU CÔNG NGHIỆP"),
    (r"KKT", "KHU KINH TẾ"),
)


def template_path() -> Path:
    """The office's own template (CONGDOAN_HOME/templates/plan_report.docx) when there is one, else the house's."""
    own = Path(settings.HOME) / "templates" / TEMPLATE.name
    return own if own.is_file() else TEMPLATE


def write_docx(report: PlanReport, parts: OfficerParts, template: Path | bytes | None = None) -> bytes:
    """The .docx of a report. Raises kit.documents.MissingFields or BrokenTemplate for a re-designed template."""
    return render_docx(template or template_path(), context(report, parts))


def context(report: PlanReport, parts: OfficerParts) -> dict[str, Any]:
    """Everything the template may name. All values are ready text; lists are lists of text or of rows."""
    children, children_title = _children(report)
    return {
        "superior": in_full(report.superior),
        "issuer": in_full(report.unit_name),
        "number": number_line(parts.number, report.symbol),
        "place_and_date": place_and_date(report, parts),
        "subject": prose.subject(report),
        "opening": prose.opening(report),
        "as_of_note": prose.heading_note(report),
        "section": _sections(bool(children)),
        "overall": prose.overall(report),
        "targets": [_target(place, target, report) for place, target in enumerate(report.scored, start=1)],
        "workers_month": prose.workers_month(report),
        "ledger_text": _ledger_text(report),
        "ledger_titles": _ledger_titles(report),
        "ledger": _ledger(report),
        "party": prose.party(report),
        "children": children,
        "children_title": children_title,
        "children_note": "(Xếp theo tỷ lệ hoàn thành, thấp nhất trước)",
        "children_text": prose.children_text(report),
        "difficulties": prose.paragraphs(parts.difficulties, prose.DIFFICULTIES_PROMPT),
        "proposals": prose.paragraphs(parts.proposals, prose.PROPOSALS_PROMPT),
        "closing": f"Trên đây là Báo cáo kết quả thực hiện {report.period.name} của {report.committee} "
        f"{report.unit_short}./.",
        "recipients": recipient_lines(report.recipients),
        "signer_capacity": report.signer_capacity.upper().replace("T/M", "TM."),
        "signer_role": report.signer_role.upper(),
        "is_invented": report.is_invented,
    }


def _sections(has_children: bool) -> dict[str, str]:
    names = [
        "results",
        "ledger",
        "party",
        *(["children"] if has_children else []),
        "difficulties",
        "proposals",
    ]
    return {"children": "", **dict(zip(names, _ROMAN, strict=False))}


def in_full(name: str) -> str:
    """A body's name as the head of a document has it: in capitals, abbreviations written out.

    "LĐLĐ tỉnh Lai Châu" gives "LIÊN ĐOÀN LAO ĐỘNG TỈNH LAI CHÂU" (Decree 30/2020, Annex I, II.2b).
    """
    for short, full in _IN_FULL:
        name = re.sub(rf"(?<!\w){short}(?!\w)", full, name)
    return _PLACE.sub(_together, name.upper())


# A name that needs two lines breaks before the place, not inside it.
_PLACE = re.compile(r"(?<= )(?:TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|THỊ XÃ|XÃ|PHƯỜNG|ĐẶC KHU) .{2,18}$")


def _together(match: re.Match[str]) -> str:
    return match[0].replace(" ", "\N{NO-BREAK SPACE}")


def number_line(number: str, symbol: str) -> str:
    """ "05/BC-LĐLĐ"; room to write the number in while it has none. A number with its symbol is kept as it is."""
    number = number.strip()
    if "/" in number:
        return number
    return f"{number or '          '}/BC-{symbol}"


def place_and_date(report: PlanReport, parts: OfficerParts) -> str:
    """ "Lai Châu, ngày 08 tháng 4 năm 2025"; dots for what is not known yet."""
    place = report.place or "…………"
    if parts.dated_on is None:
        return f"{place}, ngày      tháng      năm {report.as_of.year}"
    return f"{place}, {format_long(parts.dated_on)}"


def recipient_lines(recipients: tuple[Recipient, ...]) -> list[str]:
    """The lines of Nơi nhận, without their dashes: each with why it gets a copy, the archive last."""
    lines: list[str] = []
    archive = "Lưu: VT."
    for item in recipients:
        if item.purpose == "file":
            name = re.sub(r"^lưu:?\s*", "", item.name, flags=re.IGNORECASE).rstrip(".;")
            archive = f"Lưu: {name or 'VT'}."
            continue
        why = PURPOSE_WORDS.get(item.purpose, "")
        lines.append(f"{item.name.rstrip('.;')}{f' ({why})' if why else ''};")
    return [*lines, archive]


def mark_of(place: int) -> str:
    """ "a)" for the first, "đ)" for the fifth, "-" beyond the alphabet."""
    return f"{_LETTERS[place - 1]})" if place <= len(_LETTERS) else "-"


def _target(place: int, target: TargetFigure, report: PlanReport) -> dict[str, str]:
    shows_period = target.adds_up and target.window_to > report.period.from_on
    return {
        "number": str(place),
        "mark": mark_of(place),
        "code": target.code,
        "name": target.name,
        "demand": target.demand,
        "period_value": prose.cell(target.period_value if shows_period else None, target),
        "value": prose.cell(target.value, target),
        "percent": prose.share(target),
        "expected": prose.cell(target.expected_by_now, target),
        "forecast": prose.cell(target.forecast, target),
        "missing": prose.cell(target.missing, target),
        "state": prose.state_words(target),
        "status": target.state,
        "citation": citation_words(target.citation) or prose.NO_FIGURE,
        "text": _PARTY_ELSEWHERE if target.is_party else prose.target_text(target, report),
    }


#: What section III says in full is not said twice.
_PARTY_ELSEWHERE = f"Kết quả nêu tại mục {_ROMAN[2]}."


def _ledger_text(report: PlanReport) -> list[str]:
    said = []
    for figure in report.reconciliations:
        text = prose.ledger_text(figure)
        said.append(f"{figure.title[0].upper()}{figure.title[1:]}: {text[0].lower()}{text[1:]}")
    return said


def _ledger_titles(report: PlanReport) -> dict[str, str]:
    titles = [f"{item.title[0].upper()}{item.title[1:]}" for item in report.reconciliations]
    first = titles[0] if titles else ""
    return {"period": first, "plan": titles[1] if len(titles) > 1 else first}


def _ledger(report: PlanReport) -> list[dict[str, Any]]:
    rows = []
    number = 0
    for row in prose.ledger_rows(report.reconciliations):
        strong = row.role in {"level", "sum"}
        number += 0 if strong else 1
        words = [
            prose.NO_FIGURE if figure.is_blank else word
            for figure, word in zip(report.reconciliations, row.words(), strict=True)
        ]
        rows.append(
            {
                "number": "" if strong else str(number),
                "label": row.label + (" (ghi riêng)" if row.role == "apart" else ""),
                "period": words[0] if words else prose.NO_FIGURE,
                "plan": words[-1] if words else prose.NO_FIGURE,
                "strong": strong,
            }
        )
    return rows


def _children(report: PlanReport) -> tuple[list[dict[str, Any]], str]:
    if not report.children or not report.child_targets:
        return [], ""
    lead = report.target(report.child_targets[0])
    rows: list[dict[str, Any]] = []
    given_sum = value_sum = Decimal(0)
    members_sum = 0
    for place, child in enumerate(prose.slowest_first(report.children), start=1):
        found = child.targets[0]
        given_sum += found.given or 0
        value_sum += found.value or 0
        members_sum += child.members or 0
        part = prose.child_share(child)
        rows.append(
            {
                "number": str(place),
                "name": child.name,
                "members": prose.NO_FIGURE if child.members is None else format_number(child.members),
                "given": prose.cell(found.given, lead),
                "value": prose.cell(found.value, lead),
                "percent": prose.NO_FIGURE if part is None else format_percent(part),
                "missing": _missing(found.given, found.value, lead),
                "strong": False,
            }
        )
    rest = report.child_remainders[0] if report.child_remainders else None
    if rest:
        value_sum += rest
        blank = dict.fromkeys(("number", "members", "given", "percent", "missing"), "")
        rows.append({**blank, "name": REMAINDER, "value": prose.cell(rest, lead), "strong": False})
    rows.append(
        {
            "number": "",
            "name": "Cộng",
            "members": format_number(members_sum),
            "given": prose.cell(given_sum, lead) if given_sum else prose.NO_FIGURE,
            "value": prose.cell(value_sum, lead),
            "percent": format_percent(value_sum / given_sum) if given_sum else prose.NO_FIGURE,
            "missing": _missing(given_sum or None, value_sum, lead),
            "strong": True,
        }
    )
    return rows, f"{lead.name} theo đơn vị trực thuộc"


def _missing(given: Decimal | None, value: Decimal | None, lead: TargetFigure) -> str:
    if given is None or value is None:
        return prose.NO_FIGURE
    return prose.cell(max(given - value, Decimal(0)), lead)
