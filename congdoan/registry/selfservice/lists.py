"""The list of members' requests. It says what is asked for, never the values."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, SavedView, declare_list
from congdoan.kit.text import search_key
from congdoan.registry.selfservice import choices
from congdoan.registry.selfservice.models import MemberRequest
from congdoan.registry.selfservice.queries import visible_requests


def _search(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    for word in search_key(typed).split():
        rows = rows.filter(person__name_key__contains=word)
    return rows


def _url(row: MemberRequest, context: ListContext) -> str:
    return reverse("selfservice:request", args=[row.pk])


REQUESTS = declare_list(
    ListSpec(
        name="selfservice.requests",
        title="Đề nghị của đoàn viên",
        capability="people.edit",
        url_name="selfservice:list",
        queryset=lambda context: (
            visible_requests(context.actor).select_related("person", "unit").defer("content_sealed")
        ),
        order=("id",),
        newest_first=True,
        count_word="đề nghị",
        is_personal=True,
        columns=(
            Column("ten", "Họ và tên", "person.full_name", width=30),
            Column("noi_dung", "Đề nghị", lambda row, context: row.what, width=40),
            Column(
                "trang_thai",
                "Tình trạng",
                lambda row, context: row.get_state_display().capitalize(),
                width=22,
            ),
            Column("don_vi", "Công đoàn khi gửi", "unit.name", hide_on_phone=True, width=44),
            Column("ngay", "Gửi ngày", "asked_on", kind="date", hide_on_phone=True, width=12),
            Column("nguoi", "Người trả lời", "decided_name", hide_on_phone=True, width=24),
        ),
        filters=(
            Filter(
                "trang_thai",
                "Tình trạng",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in choices.STATES],
            ),
            Filter(
                "loai",
                "Loại",
                lambda rows, value, context: rows.filter(kind__in=value.split(",")),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in choices.KINDS],
            ),
        ),
        saved_views=(SavedView("Chờ trả lời", {"trang_thai": choices.OPEN}), SavedView("Tất cả", {})),
        search=_search,
        search_label="Tìm theo họ tên; gõ không dấu cũng được",
        row_url=_url,
        empty_title="Chưa có đề nghị nào",
        empty_text="Đoàn viên gửi đề nghị sửa thông tin, xin thôi là đoàn viên ở trang Thông tin của tôi.",
    )
)
