"""The list of sources, and that of applications to unions that exist: screen, export and API. Confidential
applications are in no declared list and in no figure of one, so
that none of the three can tell of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from congdoan.foundation.listing.queries import unit_option
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, declare_list
from congdoan.kit.text import search_key
from congdoan.registry.joining.choices import OPEN_STATES, ROUTES, SOURCE_KINDS, STATES
from congdoan.registry.joining.models import Application, Source
from congdoan.registry.joining.queries import came_by, source_named, visible_applications, visible_sources
from congdoan.registry.joining.rules import DECIDE, INVITE


def _search(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    for word in search_key(typed).split():
        rows = rows.filter(name_key__contains=word)
    return rows


def _of_unit(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    unit = unit_named(value)
    return rows.filter(receiving_unit=unit) if unit is not None else rows.none()


def _of_source(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    return rows.filter(source__in=visible_sources(context.actor).filter(code=value))


def _source_name(context: ListContext) -> list[tuple[str, str]]:
    value = context.get("nguon")
    found = source_named(value) if value else None
    return (
        [
            (
                value,
                found.name
                if found and visible_sources(context.actor).filter(pk=found.pk).exists()
                else value,
            )
        ]
        if value
        else []
    )


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
            Filter("nguon", "Đến từ", _of_source, options=_source_name, is_hidden=True),
            Filter("don_vi", "Nơi nhận", _of_unit, options=unit_option, is_hidden=True),
        ),
        search=_search,
        search_label="Tìm theo họ tên, nơi làm việc; gõ không dấu cũng được",
        row_url=_url,
        empty_title="Chưa có đơn nào",
        empty_text="Người lao động gửi đơn trên trang Gia nhập công đoàn; đơn gửi đến đơn vị bạn sẽ hiện ở đây.",
    )
)


def _count_sources(rows: list[Any], context: ListContext) -> None:
    context.cache["came_by"] = came_by(context.actor, [row.pk for row in rows], is_for_the_eye=False)


def _came(name: str) -> Callable[[Source, ListContext], int]:
    return lambda row, context: int(getattr(context.cache["came_by"][row.pk], name))


def _last_day(row: Source, context: ListContext) -> date | None:
    return row.during.upper - timedelta(days=1) if row.during.upper else None


SOURCES = declare_list(
    ListSpec(
        name="joining.sources",
        title="Nguồn giới thiệu",
        capability=INVITE,
        url_name="joining:sources",
        queryset=lambda context: visible_sources(context.actor).select_related("unit", "enterprise"),
        order=("id",),
        newest_first=True,
        count_word="nguồn",
        prepare=_count_sources,
        columns=(
            Column("ten", "Tên", "name", width=34),
            Column("ma", "Mã", "code", width=10),
            Column("loai", "Loại", lambda row, context: row.get_kind_display().capitalize(), width=16),
            Column("don", "Đơn đã gửi", _came("sent"), kind="number", width=12),
            Column("cho_xet", "Chờ xét", _came("waiting"), kind="number", hide_on_phone=True, width=12),
            Column("ket_nap", "Đã kết nạp", _came("admitted"), kind="number", hide_on_phone=True, width=12),
            Column(
                "doanh_nghiep",
                "Nơi làm việc",
                lambda row, context: row.enterprise.name if row.enterprise else "",
                hide_on_phone=True,
                width=36,
            ),
            Column("don_vi", "Đơn vị", "unit.name", hide_on_phone=True, width=36),
            Column("cong_tac_vien", "Cộng tác viên", "collaborator", on_screen=False, width=24),
            Column(
                "tu", "Từ ngày", lambda row, context: row.during.lower, kind="date", on_screen=False, width=12
            ),
            Column("den", "Đến hết ngày", _last_day, kind="date", on_screen=False, width=12),
        ),
        filters=(
            Filter(
                "loai",
                "Loại",
                lambda rows, value, context: rows.filter(kind__in=value.split(",")),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in SOURCE_KINDS],
            ),
        ),
        search=_search,
        search_label="Tìm theo tên, cộng tác viên; gõ không dấu cũng được",
        row_url=lambda row, context: reverse("joining:source", args=[row.pk]),
        empty_title="Chưa có nguồn giới thiệu nào",
        empty_text="Lập một nguồn cho mỗi áp phích, sự kiện, cộng tác viên; mỗi nguồn có mã QR và mã ngắn riêng.",
    )
)
