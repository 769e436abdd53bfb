"""The list of reorganisation decisions: screen, export and API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from congdoan.foundation.listing.queries import unit_option
from congdoan.foundation.units.models import UnitPlacement
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, declare_list
from congdoan.kit.text import search_key
from congdoan.registry.reorganisation.choices import STATES
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.queries import visible_reorganisations
from congdoan.registry.reorganisation.rules import VIEW

#: State → tone and word of its badge.
BADGES = {
    "draft": ("muted", "Đang soạn"),
    "checked": ("info", "Đã kiểm tra"),
    "committed": ("good", "Đã thực hiện"),
    "undone": ("warn", "Đã hoàn tác"),
}


def _search(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    """By title, number and authority, without accents. Decisions are few, so they are compared one by one."""
    words = search_key(typed).split()
    found = [
        pk
        for pk, *texts in rows.values_list("pk", "title", "number", "authority__name")
        if all(word in search_key(" ".join(texts)) for word in words)
    ]
    return rows.filter(pk__in=found)


def _day(lookup: str) -> Callable[[QuerySet[Any], str, ListContext], QuerySet[Any]]:
    def apply(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
        try:
            return rows.filter(**{lookup: date.fromisoformat(value)})
        except ValueError:
            return rows

    return apply


def _of_unit(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    unit = unit_named(value)
    if unit is None:
        return rows.none()
    below = UnitPlacement.objects.filter(ancestor=unit, is_last=True)
    return rows.filter(authority__in=below.values("unit_id"))


def _url(row: Reorganisation, context: ListContext) -> str:
    return reverse("reorganisation:decision", args=[row.pk])


def _who(row: Reorganisation, context: ListContext) -> str:
    """Whoever did the last thing with it."""
    user = row.undone_by or row.committed_by or row.created_by
    return user.get_full_name() if user else "Hệ thống"


REORGANISATIONS = declare_list(
    ListSpec(
        name="reorganisation.reorganisations",
        title="Sắp xếp tổ chức",
        capability=VIEW,
        url_name="reorganisation:list",
        # The balance sheet is large and shown elsewhere.
        queryset=lambda context: visible_reorganisations(context.actor).defer("balance"),
        order=("effective_on", "id"),
        newest_first=True,
        count_word="quyết định",
        columns=(
            Column("trich_yeu", "Trích yếu", "title", width=60),
            Column("so", "Số", lambda row, context: row.number or "(chưa có số)", width=18),
            Column("hieu_luc", "Hiệu lực từ", "effective_on", kind="date", sort=("effective_on",), width=14),
            Column("tinh_trang", "Tình trạng", lambda row, context: BADGES[row.state][1], width=16),
            Column("co_quan", "Cơ quan ban hành", "authority.name", hide_on_phone=True, width=40),
            Column("nguoi", "Người làm", _who, hide_on_phone=True, width=24),
            Column("ngay_ky", "Ngày ký", "issued_on", kind="date", on_screen=False, width=14),
            Column("thuc_hien", "Thực hiện lúc", "committed_at", kind="datetime", on_screen=False, width=20),
        ),
        filters=(
            Filter(
                "tinh_trang",
                "Tình trạng",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=[(code, BADGES[code][1]) for code, _ in STATES],
            ),
            Filter("tu_ngay", "Hiệu lực từ ngày", _day("effective_on__gte"), kind="date"),
            Filter("den_ngay", "Đến ngày", _day("effective_on__lte"), kind="date"),
            Filter("don_vi", "Thuộc", _of_unit, options=unit_option, is_hidden=True),
        ),
        search=_search,
        search_label="Tìm theo trích yếu, số, cơ quan; gõ không dấu cũng được",
        row_url=_url,
        empty_title="Chưa có quyết định sắp xếp nào",
        empty_text="Lập quyết định để sáp nhập, chia tách, chuyển, đổi tên, kết thúc đơn vị: kiểm tra trước, thực hiện một "
        "lần, hoàn tác được.",
    )
)
