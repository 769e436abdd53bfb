"""The list of briefings, and that of conclusions."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from congdoan.kit.dates import Period, PeriodError
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, SavedView, declare_list
from congdoan.kit.text import search_key
from congdoan.work.briefings.choices import CONCLUSION_STATES, KINDS, STATES
from congdoan.work.briefings.models import Briefing, Conclusion
from congdoan.work.briefings.queries import (
    IS_GIVEN,
    is_mine,
    periods_offered,
    state_line,
    visible_briefings,
    visible_conclusions,
)
from congdoan.work.briefings.rules import VIEW


def _briefings(context: ListContext) -> QuerySet[Any]:
    return visible_briefings(context.actor).select_related("unit", "plan")


def _briefing_url(row: Briefing, context: ListContext) -> str:
    return reverse("briefings:briefing", args=[row.pk])


def _search_briefings(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    found = (
        Q(unit__name_key__contains=search_key(typed)) | Q(place__icontains=typed) | Q(number__icontains=typed)
    )
    with suppress(PeriodError):
        found |= Q(period=Period.parse(typed).code)
    return rows.filter(found)


def _periods(context: ListContext) -> list[tuple[str, str]]:
    return periods_offered(context.as_of)


declare_list(
    ListSpec(
        name="briefings.briefings",
        title="Giao ban, sơ kết, tổng kết",
        capability=VIEW,
        queryset=_briefings,
        columns=(
            Column("hoi-nghi", "Hội nghị", "title", url=_briefing_url, width=34),
            Column("don-vi", "Đơn vị", "unit.name", width=40),
            Column("luc", "Thời gian", "held_at", kind="datetime", sort=("held_at",)),
            Column("dia-diem", "Địa điểm", "place", width=30, hide_on_phone=True),
            Column("chu-tri", "Chủ trì", "chair", width=28, hide_on_phone=True),
            Column("trang-thai", "Trạng thái", lambda row, context: row.get_state_display(), width=24),
        ),
        order=("held_at", "id"),
        newest_first=True,
        filters=(
            Filter(
                "loai",
                "Loại",
                lambda rows, value, context: rows.filter(kind__in=value.split(",")),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in KINDS],
            ),
            Filter(
                "trang_thai",
                "Trạng thái",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in STATES],
            ),
            Filter("ky", "Kỳ", lambda rows, value, context: rows.filter(period=value), options=_periods),
            Filter(
                "don_vi",
                "Đơn vị",
                lambda rows, value, context: rows.filter(unit__code=value),
                kind="text",
                is_hidden=True,
            ),
        ),
        search=_search_briefings,
        count_word="cuộc họp",
        url_name="briefings:list",
        row_url=_briefing_url,
        empty_title="Chưa có cuộc họp nào",
        empty_text="Lập lịch giao ban quý: chương trình được gợi ý từ những việc đang chậm.",
    )
)


def _conclusions(context: ListContext) -> QuerySet[Any]:
    return visible_conclusions(context.actor).select_related(
        "briefing__unit", "owner_unit", "taken_over_by", "owner_user"
    )


def _task_url(row: Conclusion, context: ListContext) -> str:
    return reverse("briefings:task", args=[row.pk])


def _mine(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    if context.actor.user is None:
        return rows if value != "1" else rows.none()
    mine = IS_GIVEN & is_mine(context.actor)
    return rows.filter(mine) if value == "1" else rows.exclude(mine)


def _late(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    late = Q(state="open", due_on__lt=context.as_of)
    return rows.filter(late) if value == "1" else rows.exclude(late)


def _search_conclusions(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    return rows.filter(
        Q(text__icontains=typed)
        | Q(owner_unit__name_key__contains=search_key(typed))
        | Q(taken_over_by__name_key__contains=search_key(typed))
        | Q(owner_user__full_name__icontains=typed)
    )


declare_list(
    ListSpec(
        name="briefings.conclusions",
        title="Kết luận giao ban",
        capability=VIEW,
        queryset=_conclusions,
        columns=(
            Column("noi-dung", "Việc", "text", url=_task_url, width=60),
            Column("thuc-hien", "Thực hiện", "owner_name", width=36),
            Column("han", "Hạn", "due_on", kind="date", sort=("due_on",)),
            Column(
                "trang-thai", "Trạng thái", lambda row, context: state_line(row, context.as_of)[1], width=20
            ),
            Column("hoi-nghi", "Hội nghị", "briefing.title", width=30, hide_on_phone=True),
            Column("ket-qua", "Kết quả", "result", width=50, on_screen=False),
        ),
        order=("due_on", "id"),
        filters=(
            Filter("cua_toi", "Việc của tôi", _mine, kind="bool"),
            Filter(
                "trang_thai",
                "Trạng thái",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in CONCLUSION_STATES],
            ),
            Filter("qua_han", "Quá hạn", _late, kind="bool"),
            Filter(
                "don_vi",
                "Đơn vị thực hiện",
                lambda rows, value, context: rows.filter(
                    Q(owner_unit__code=value) | Q(taken_over_by__code=value)
                ),
                kind="text",
                is_hidden=True,
            ),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Việc của tôi", {"cua_toi": "1", "trang_thai": "open"}),
            SavedView("Quá hạn", {"qua_han": "1"}),
        ),
        search=_search_conclusions,
        count_word="việc",
        url_name="briefings:tasks",
        row_url=_task_url,
        empty_title="Không có việc nào",
        empty_text="Việc được giao tại hội nghị giao ban hiện ở đây sau khi biên bản được khóa.",
    )
)
