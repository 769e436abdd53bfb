"""The list of cards."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from congdoan.foundation.listing.queries import unit_option
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, declare_list
from congdoan.kit.text import search_key
from congdoan.registry.cards import choices
from congdoan.registry.cards.models import Card
from congdoan.registry.cards.queries import visible_cards, with_present_unit


def _search(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    for word in search_key(typed).split():
        rows = rows.filter(person__name_key__contains=word)
    return rows


def _of_unit(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    unit = unit_named(value)
    return rows.filter(unit=unit) if unit is not None else rows.none()


def _to_exchange(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    elsewhere = Q(state=choices.VALID, member_of__isnull=False) & ~Q(member_of=F("unit_id"))
    return rows.filter(elsewhere if value == "1" else ~elsewhere)


def _queryset(context: ListContext) -> QuerySet[Any]:
    return with_present_unit(visible_cards(context.actor), context.actor.today)


def _url(row: Card, context: ListContext) -> str:
    return reverse("cards:card", args=[row.pk])


CARDS = declare_list(
    ListSpec(
        name="cards.cards",
        title="Thẻ đoàn viên",
        capability="membership.view",
        url_name="cards:list",
        queryset=_queryset,
        order=("sort_key", "id"),
        count_word="thẻ",
        is_personal=True,
        columns=(
            Column("ten", "Họ và tên", "person.full_name", width=30),
            Column("so", "Số thẻ", "number", width=18),
            Column("don_vi", "Đơn vị cấp", "unit.name", hide_on_phone=True, width=44),
            Column("ngay", "Ngày cấp", "issued_on", kind="date", hide_on_phone=True, width=12),
            Column(
                "ly_do",
                "Lý do cấp",
                lambda row, context: row.get_reason_display().capitalize(),
                hide_on_phone=True,
                width=18,
            ),
            Column(
                "tinh_trang",
                "Tình trạng",
                lambda row, context: row.get_state_display().capitalize(),
                width=14,
            ),
        ),
        filters=(
            Filter(
                "tinh_trang",
                "Tình trạng",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in choices.STATES],
            ),
            Filter("can_doi", "Đã chuyển công đoàn, cần đổi", _to_exchange, kind="bool"),
            Filter("don_vi", "Đơn vị cấp", _of_unit, options=unit_option, is_hidden=True),
        ),
        search=_search,
        search_label="Tìm theo họ tên; gõ không dấu cũng được",
        row_url=_url,
        empty_title="Chưa có thẻ nào",
        empty_text="Mở trang một công đoàn cơ sở để cấp thẻ cho mọi đoàn viên ở đó, hoặc mở hồ sơ một đoàn viên.",
    )
)
