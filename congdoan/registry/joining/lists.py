"""The list of applications to unions that exist: screen, export and API. Confidential ones are in no declared list, so
that none of the three can tell of them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from congdoan.foundation.units.queries import unit_named
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, declare_list
from congdoan.kit.text import search_key
from congdoan.registry.joining.choices import OPEN_STATES, ROUTES, STATES
from congdoan.registry.joining.models import Application
from congdoan.registry.joining.queries import visible_applications
from congdoan.registry.joining.rules import DECIDE


def _search(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    for word in search_key(typed).split():
        rows = rows.filter(name_key__contains=word)
    return rows


def _of_unit(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    unit = unit_named(value)
    return rows.filter(receiving_unit=unit) if unit is not None else rows.none()


def _unit_name(context: ListContext) -> list[tuple[str, str]]:
    value = context.get("don_vi")
    unit = unit_named(value) if value else None
    return [(value, unit.name if unit else value)] if value else []


def _workplace(row: Application, context: ListContext) -> str:
    return row.enterprise.name if row.enterprise is not None else row.workplace_name


def _url(row: Application, context: ListContext) -> str:
    return reverse("joining:application", args=[row.pk])


APPLICATIONS = declare_list(
    ListSpec(
        name="joining.applications",
        title="Đơn gia nhập",
        capability=DECIDE,
        url_name="joining:list",
        queryset=lambda context: visible_applications(context.actor).select_related(
            "receiving_unit", "enterprise"
        ),
        order=("due_on", "id"),
        newest_first=True,
        count_word="đơn",
        is_personal=True,
        columns=(
            Column("ten", "Họ và tên", "full_name", width=30),
            Column(
                "trang_thai",
                "Tình trạng",
                lambda row, context: row.get_state_display().capitalize(),
                width=16,
            ),
            Column("han", "Hạn trả lời", "due_on", kind="date", sort=("due_on",), width=14),
            Column("noi_lam", "Nơi làm việc", _workplace, hide_on_phone=True, width=40),
            Column("noi_nhan", "Nơi nhận", "receiving_unit.name", hide_on_phone=True, width=40),
            Column("ngay_gui", "Ngày gửi", "submitted_on", kind="date", hide_on_phone=True, width=14),
        ),
        filters=(
            Filter(
                "trang_thai",
                "Tình trạng",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in STATES],
            ),
            Filter(
                "duong",
                "Gửi đến",
                lambda rows, value, context: rows.filter(route__in=value.split(",")),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in ROUTES if code != "founding"],
            ),
            Filter(
                "dang_mo",
                "Còn phải xét",
                lambda rows, value, context: rows.filter(state__in=OPEN_STATES),
                options=[("1", "Còn phải xét")],
                is_hidden=True,
            ),
            Filter("don_vi", "Nơi nhận", _of_unit, options=_unit_name, is_hidden=True),
        ),
        search=_search,
        search_label="Tìm theo họ tên, nơi làm việc; gõ không dấu cũng được",
        row_url=_url,
        empty_title="Chưa có đơn nào",
        empty_text="Người lao động gửi đơn trên trang Gia nhập công đoàn; đơn gửi đến đơn vị bạn sẽ hiện ở đây.",
    )
)
