"""Filters that put the codes of a plan document into words: {% load plans %}."""

from __future__ import annotations

from datetime import date

from django import template

from congdoan.kit.dates import Period, format_date
from congdoan.work.plans.rules import citation_words

register = template.Library()

BASIS_KINDS = {
    "law": "Luật",
    "decree": "Nghị định",
    "charter": "Điều lệ",
    "resolution": "Nghị quyết",
    "directive": "Chỉ thị",
    "programme": "Chương trình",
    "action_programme": "Chương trình hành động",
    "project": "Đề án",
    "plan": "Kế hoạch",
    "decision": "Quyết định",
}
PURPOSES = {
    "report": "để báo cáo",
    "direct": "để chỉ đạo",
    "coordinate": "để phối hợp",
    "implement": "để thực hiện",
    "file": "lưu",
}
NORM_PERIODS = {"once": "một lần", "month": "hằng tháng", "quarter": "hằng quý", "year": "hằng năm"}


@register.filter
def citation(value: str | None) -> str:
    """{{ target.citation|citation }} "Mục II.1"."""
    return citation_words(value)


@register.filter
def basis_kind(code: str) -> str:
    """{{ row.kind|basis_kind }} "Nghị quyết"."""
    return BASIS_KINDS.get(code, code)


@register.filter
def purpose(code: str) -> str:
    """{{ row.purpose|purpose }} "để thực hiện"."""
    return PURPOSES.get(code, code)


@register.filter
def norm_period(code: str | None) -> str:
    """{{ row.period|norm_period }} "hằng tháng"; what the plan leaves out is said so."""
    return NORM_PERIODS.get(code or "", "không ghi")


@register.filter
def period_name(code: str) -> str:
    """{{ item.period|period_name }} "quý II năm 2026"; the whole window for a blank."""
    return Period.parse(code).name if code else "cả kỳ"


@register.filter
def iso_day(text: str | None) -> str:
    """{{ row.issued_on|iso_day }} "13/02/2025" from the "2025-02-13" that JSON keeps."""
    return format_date(date.fromisoformat(text)) if text else ""
