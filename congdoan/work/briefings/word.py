"""The two papers of a briefing as Word files: the data pack before it, the notice of conclusions after it.

Both are filled from the figures a report of the same plan, body and period has, so that they say the same. The fields
of the templates are those of a report (docs/how-to/add-a-report.md) and the ones below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from congdoan.kit.dates import Period, format_date, format_long
from congdoan.kit.documents import render_docx
from congdoan.kit.numbers import format_number
from congdoan.work.briefings import queries, rules
from congdoan.work.briefings.models import AgendaItem, Attendance, Briefing, Conclusion
from congdoan.work.briefings.rules import BriefingError
from congdoan.work.reports import word as report_word
from congdoan.work.reports.figures import OfficerParts, PlanReport
from congdoan.work.reports.queries import gather
from congdoan.work.reports.rules import ReportError

_TEMPLATES = Path(__file__).parent / "templates" / "briefings"
_ROMAN = ("I", "II", "III", "IV", "V", "VI")
#: Who was there is named up to here, who was not up to there; beyond, their number says enough.
_PRESENT_NAMED, _NAMED = 12, 30


def template_path(name: str) -> Path:
    """The office's own template (CONGDOAN_HOME/templates/…) when there is one, else the house's."""
    own = Path(settings.HOME) / "templates" / name
    return own if own.is_file() else _TEMPLATES / name


def write_pack(briefing: Briefing, *, on: date) -> bytes:
    """The data pack as it stands on a day: agenda, targets, ledger, bodies below with the slowest first, conclusions
    of last time. Raises BriefingError when the plan has no figures for the body and period."""
    report = figures(briefing, on)
    return render_docx(template_path("data_pack.docx"), pack_context(briefing, report, on))


def write_notice(briefing: Briefing, *, on: date) -> bytes:
    """The notice of conclusions (Thông báo kết luận) as it stands on a day. Raises BriefingError as `write_pack`."""
    report = figures(briefing, on)
    return render_docx(template_path("conclusion_notice.docx"), notice_context(briefing, report, on))


def figures(briefing: Briefing, on: date) -> PlanReport:
    """The figures of the period. Raises BriefingError with what to do."""
    period = Period.parse(briefing.period)
    if period.from_on > on:
        raise BriefingError(
            f"Chưa có số liệu: {period.name} bắt đầu từ {format_date(period.from_on)}. Tài liệu lập được từ ngày đó."
        )
    try:
        return gather(briefing.plan, briefing.unit, period, rules.figures_day(period, briefing.held_on, on))
    except ReportError as error:
        raise BriefingError(str(error)) from error


def file_stem(briefing: Briefing, what: str) -> str:
    """ "thong-bao-ket-luan_HP_2026-Q3"."""
    parts = (what, briefing.unit.code, briefing.period)
    return "_".join(re.sub(r"[^\w.-]+", "-", part) for part in parts)


def _common(briefing: Briefing, report: PlanReport, dated_on: date | None) -> dict[str, Any]:
    """What both papers share: the report's own fields, and the meeting."""
    shown = report_word.context(report, OfficerParts(dated_on=dated_on))
    local = timezone.localtime(briefing.held_at)
    return shown | {
        "meeting": f"Hội nghị {briefing.title[0].lower()}{briefing.title[1:]}",
        "when": f"{local.hour:02d} giờ {local.minute:02d}, {format_long(local.date())}",
        "where": briefing.place or "…………",
        "chair": briefing.chair,
    }


def pack_context(briefing: Briefing, report: PlanReport, on: date) -> dict[str, Any]:
    """The fields of data_pack.docx."""
    shown = _common(briefing, report, briefing.held_on)
    last = queries.last_conclusions(briefing)
    sections = ["agenda", "results", "ledger", *(["children"] if shown["children"] else []), "last"]
    return shown | {
        "section": {"children": "", **dict(zip(sections, _ROMAN, strict=False))},
        "agenda": [_agenda_row(place, item) for place, item in enumerate(briefing.agenda.all(), 1)],
        "agenda_empty": "" if briefing.agenda.exists() else "Chương trình sẽ thông qua tại hội nghị.",
        "last": [_conclusion_row(place, item, on) for place, item in enumerate(last, 1)],
        "last_text": _last_text(last, on),
        "as_of_note": f"Số liệu tính đến hết ngày {format_date(report.as_of)}",
    }


def notice_context(briefing: Briefing, report: PlanReport, on: date) -> dict[str, Any]:
    """The fields of conclusion_notice.docx. After closing, ``on`` no longer matters: states are those of the closing."""
    shown = _common(briefing, report, briefing.dated_on)
    attendances = list(briefing.attendances.select_related("unit", "user"))
    conclusions = list(
        briefing.conclusions.select_related(
            "owner_unit", "taken_over_by", "owner_user", "carried_from__briefing"
        )
    )
    summary = [line.strip() for line in briefing.summary.splitlines() if line.strip()]
    discussed = [item for item in briefing.agenda.all() if item.note.strip()]
    sections = [
        *(["summary"] if summary else []),
        *(["discussed"] if discussed else []),
        "conclusions",
    ]
    committee = f"{report.committee} {report.unit_short}"
    return shown | {
        "number": _number_line(briefing.number, report.symbol),
        "subject": f"Kết luận {shown['meeting']}",
        "opening": (
            f"Hồi {shown['when']}, tại {shown['where']}, {committee} tổ chức {shown['meeting']} do {briefing.chair} "
            "chủ trì."
        ),
        "lead_in": (
            "Sau khi xem xét kết quả thực hiện nhiệm vụ và ý kiến thảo luận, hội nghị thống nhất kết luận như sau:"
        ),
        "attendance": attendance_words(attendances),
        "section": {
            "summary": "",
            "discussed": "",
            **dict(zip(sections, _ROMAN, strict=False)),
        },
        "summary": summary,
        "discussed": [
            {"number": str(place), "title": item.title.rstrip("."), "note": " ".join(item.note.split())}
            for place, item in enumerate(discussed, 1)
        ],
        "conclusions": [_given_row(place, item) for place, item in enumerate(conclusions, 1)],
        "closing": (
            f"Trên đây là kết luận {shown['meeting']}; đề nghị các đơn vị, cá nhân được giao tổ chức thực hiện và báo "
            f"kết quả về {report.unit_short} đúng hạn./."
        ),
        "recipients": [
            *([f"{report.superior} (để b/c);"] if report.superior else []),
            "Thành phần dự hội nghị (để thực hiện);",
            "Lưu: VT.",
        ],
    }


def _number_line(number: str, symbol: str) -> str:
    """ "12/TB-LĐLĐ"; room to write the number in while it has none."""
    number = number.strip()
    return number if "/" in number else f"{number or '          '}/TB-{symbol}"


def attendance_words(attendances: Sequence[Attendance]) -> list[str]:
    """Who was there and who was not, as sentences; without a roll call, who was invited."""
    if not attendances:
        return []
    if all(row.is_present is None for row in attendances):
        return [f"Thành phần mời: {_names(attendances)}."]
    present = [row for row in attendances if row.is_present]
    absent = [row for row in attendances if row.is_present is False]
    said = [
        f"Có mặt {format_number(len(present))}/{format_number(len(attendances))} đại biểu, đơn vị được mời"
        + (f": {_names(present)}." if 0 < len(present) <= _PRESENT_NAMED else ".")
    ]
    if absent:
        said.append(f"Vắng {format_number(len(absent))}: {_names(absent)}.")
    return said


def _names(rows: Sequence[Attendance]) -> str:
    named = "; ".join(row.who for row in rows[:_NAMED])
    more = len(rows) - _NAMED
    return f"{named} và {format_number(more)} đại biểu, đơn vị khác" if more > 0 else named


def _agenda_row(place: int, item: AgendaItem) -> dict[str, str]:
    return {"number": str(place), "title": item.title, "detail": item.detail}


def _conclusion_row(place: int, item: Conclusion, on: date) -> dict[str, str]:
    _, words = queries.state_line(item, on)
    words = f"{words[0].upper()}{words[1:]}"
    return {
        "number": str(place),
        "text": item.text,
        "owner": item.owner_name,
        "due": format_date(item.due_on),
        "state": f"{words}. {item.result}" if item.result else words,
    }


def _last_text(last: Sequence[Conclusion], on: date) -> str:
    if not last:
        return "Kỳ trước không có kết luận nào phải theo dõi."
    done = sum(item.state == "done" for item in last)
    late = sum(item.is_late(on) for item in last)
    words = f"Trong {format_number(len(last))} kết luận, {format_number(done)} đã thực hiện xong"
    return f"{words}; {format_number(late)} quá hạn." if late else f"{words}."


def _given_row(place: int, item: Conclusion) -> dict[str, str]:
    text = item.text
    if item.carried_from is not None:
        origin = item.carried_from.briefing.title
        text = f"{text} (chuyển tiếp từ kết luận {origin[0].lower()}{origin[1:]})"
    return {
        "number": str(place),
        "text": text,
        "owner": item.owner_name,
        "due": format_date(item.due_on),
    }
