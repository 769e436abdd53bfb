"""The list of cases."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.urls import reverse

from congdoan.foundation.listing.queries import unit_option
from congdoan.foundation.units.queries import counted_below_on, unit_named
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, SavedView, declare_list
from congdoan.kit.text import search_key, upper_first
from congdoan.registry.proceedings import choices, rules
from congdoan.registry.proceedings.models import Proceeding
from congdoan.registry.proceedings.queries import due_proceedings, stage_names, visible_proceedings

Rows: TypeAlias = QuerySet[Proceeding]


def _queryset(context: ListContext) -> Rows:
    return visible_proceedings(context.actor).select_related("unit", "led_by")


def _search(rows: Rows, typed: str, context: ListContext) -> Rows:
    for word in search_key(typed).split():
        rows = rows.filter(unit__name_key__contains=word)
    return rows


def _late(rows: Rows, value: str, context: ListContext) -> Rows:
    late = rows.filter(state=choices.OPEN, due_on__lt=context.actor.today)
    return late if value == "1" else rows.exclude(pk__in=late.values("pk"))


def _due_soon(rows: Rows, value: str, context: ListContext) -> Rows:
    due = due_proceedings(rows, context.actor.today)
    return due if value == "1" else rows.exclude(pk__in=due.values("pk"))


def _in_unit(rows: Rows, value: str, context: ListContext) -> Rows:
    unit = unit_named(value)
    if unit is None:
        return rows.none()
    return rows.filter(unit__in=counted_below_on(unit, context.as_of).values("unit_id")) | rows.filter(
        unit=unit
    )


def _load(rows: list[Any], context: ListContext) -> None:
    context.cache["stages"] = stage_names(context.actor.today)


def _stage(row: Proceeding, context: ListContext) -> str:
    return str(context.cache["stages"].get((row.kind, row.stage), ""))


def _due(row: Proceeding, context: ListContext) -> Any:
    return row.due_on if row.is_open else None


PROCEEDINGS = declare_list(
    ListSpec(
        name="proceedings.proceedings",
        title="Kiện toàn, giải thể công đoàn",
        capability=rules.WORK,
        url_name="proceedings:list",
        queryset=_queryset,
        order=("opened_on", "id"),
        newest_first=True,
        count_word="việc",
        columns=(
            Column("cong_doan", "Công đoàn", "unit.name", width=45),
            Column("viec", "Việc", lambda row, context: upper_first(row.get_kind_display()), width=26),
            Column(
                "ly_do",
                "Lý do",
                lambda row, context: upper_first(row.get_cause_display()),
                hide_on_phone=True,
                width=34,
            ),
            Column("buoc", "Đang ở bước", _stage, width=28),
            Column("han", "Hạn bước sau", _due, kind="date", width=14),
            Column(
                "tinh_trang",
                "Tình trạng",
                lambda row, context: upper_first(row.get_state_display()),
                hide_on_phone=True,
                width=14,
            ),
            Column("chu_tri", "Đơn vị chủ trì", "led_by.name", hide_on_phone=True, width=36),
            Column("mo", "Mở ngày", "opened_on", kind="date", hide_on_phone=True, width=14),
        ),
        filters=(
            Filter(
                "tinh_trang",
                "Tình trạng",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=[(code, upper_first(name)) for code, name in choices.STATES],
            ),
            Filter(
                "viec",
                "Việc",
                lambda rows, value, context: rows.filter(kind__in=value.split(",")),
                kind="multi",
                options=[(code, upper_first(name)) for code, name in choices.KINDS],
            ),
            Filter("qua_han", "Quá hạn", _late, kind="bool"),
            Filter("den_han", "Đến hạn trong 7 ngày hoặc quá hạn", _due_soon, kind="bool"),
            Filter("don_vi", "Thuộc", _in_unit, options=unit_option, is_hidden=True),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Đang làm", {"tinh_trang": choices.OPEN}),
            SavedView("Quá hạn", {"qua_han": "1"}),
            SavedView("Giải thể", {"viec": choices.DISSOLUTION}),
        ),
        search=_search,
        search_label="Tìm theo tên công đoàn; gõ không dấu cũng được",
        row_url=lambda row, context: reverse("proceedings:proceeding", args=[row.pk]),
        prepare=_load,
        empty_title="Chưa có việc nào",
        empty_text="Mở danh sách Ban Chấp hành để thấy công đoàn nào khuyết Chủ tịch, hết nhiệm kỳ, rồi mở việc từ đó.",
    )
)
