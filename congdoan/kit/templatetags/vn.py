"""Filters that show dates, numbers and money the Vietnamese way: {% load vn %}.

Every filter shows nothing for None and for '', so a blank falls through to `|default:"–"`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone

from congdoan.kit import countries, dates, money, numbers, text

register = template.Library()


def _number(value: object, write: Callable[[Any], str]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        value = Decimal(value)  # a figure that already came through a form or JSON
    return write(value)


@register.filter
def number(value: object, decimals: int | None = None) -> str:
    """{{ 1810|number }} "1.810"; {{ 2.5|number:2 }} "2,50"."""
    return _number(value, lambda n: numbers.format_number(n, decimals))


@register.filter
def signed(value: object, decimals: int | None = None) -> str:
    """{{ 1262|signed }} "+1.262"; {{ change|signed }} "−155"."""
    return _number(value, lambda n: numbers.format_signed(n, decimals))


@register.filter
def percent(value: object, decimals: int = 1) -> str:
    """{{ 0.955|percent }} "95,5%": a share, not a number of hundredths."""
    return _number(value, lambda n: numbers.format_percent(n, decimals))


@register.filter
def dong(value: object) -> str:
    """{{ 3000000|dong }} "3.000.000đ"."""
    return _number(value, money.format_dong)


@register.filter
def dong_in_words(value: object) -> str:
    """{{ 3000000|dong_in_words }} "Ba triệu đồng chẵn"."""
    return _number(value, money.in_words)


@register.filter
def date_vn(value: date | datetime | None, precision: dates.Precision = "day") -> str:
    """{{ day|date_vn }} "18/11/2026"; {{ day|date_vn:"month" }} "11/2026". An instant shows its local
    day."""
    return dates.format_date(_day(value), precision)


@register.filter
def long_date(value: date | datetime | None) -> str:
    """{{ day|long_date }} "ngày 18 tháng 11 năm 2026"."""
    return dates.format_long(_day(value))


def _day(value: date | datetime | None) -> date | None:
    if isinstance(value, datetime):
        return timezone.localdate(value) if timezone.is_aware(value) else value.date()
    return value or None


@register.filter
def lower_first(value: object) -> str:
    """{{ "Họp Ban Chấp hành"|lower_first }} "họp Ban Chấp hành": within a sentence, names keep their letters."""
    return text.lower_first(value)


@register.filter
def mask(value: object, keep: int = 3) -> str:
    """{{ citizen_id|mask }} "•••••••••901"."""
    return text.mask(value, keep)


@register.filter
def country(value: str | None) -> str:
    """{{ "KR"|country }} "Hàn Quốc"."""
    return countries.country_name(value) if value else ""
