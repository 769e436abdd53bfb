"""The list of the audit trail."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import make_aware

from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.audit.queries import visible_entries
from congdoan.foundation.audit.rules import READINGS, ROOM_NAMES, VIEW
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, SavedView, declare_list


def _url(row: AuditEntry, context: ListContext) -> str:
    return reverse("audit:entry", args=[row.pk])


def _of_rooms(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    condition = Q(pk__in=[])
    for room in value.split(","):
        condition |= Q(verb__startswith=f"{room}.")
    return rows.filter(condition)


def _midnight(value: str) -> datetime | None:
    try:
        return make_aware(datetime.combine(date.fromisoformat(value), time.min))
    except ValueError:
        return None


def _from(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    moment = _midnight(value)
    return rows.filter(at__gte=moment) if moment else rows


def _until(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    moment = _midnight(value)
    return rows.filter(at__lt=moment + timedelta(days=1)) if moment else rows


def _search(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    return rows.filter(
        Q(summary__icontains=typed)
        | Q(reason__icontains=typed)
        | Q(actor_label__icontains=typed)
        | Q(verb__istartswith=typed)
    )


def _object(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    kind, _, pk = value.partition(":")
    return rows.filter(object_type=kind, object_id=pk) if pk else rows.filter(object_type=kind)


declare_list(
    ListSpec(
        name="audit.entries",
        title="Nhật ký",
        capability=VIEW,
        queryset=lambda context: visible_entries(context.actor).select_related("unit", "user"),
        columns=(
            Column("luc", "Lúc", "at", kind="datetime", url=_url, sort=("at",)),
            Column("ai", "Người làm", "actor_label", width=28),
            Column("viec", "Việc", "summary", url=_url, width=70),
            Column("don-vi", "Đơn vị", "unit.name", width=40, hide_on_phone=True),
            Column("ly-do", "Lý do", "reason", width=40, hide_on_phone=True),
            Column("dong-tu", "Mã việc", "verb", on_screen=False),
            Column("dia-chi", "Địa chỉ mạng", "address", on_screen=False),
        ),
        order=("at", "id"),
        newest_first=True,
        filters=(
            Filter("mang", "Mảng việc", _of_rooms, kind="multi", options=tuple(ROOM_NAMES.items())),
            Filter("tu", "Từ ngày", _from, kind="date"),
            Filter("den", "Đến hết ngày", _until, kind="date"),
            Filter(
                "nguoi",
                "Tên đăng nhập",
                lambda rows, value, context: rows.filter(user__username__iexact=value),
                kind="text",
            ),
            Filter(
                "ma-don-vi",
                "Mã đơn vị",
                lambda rows, value, context: rows.filter(unit__code__iexact=value),
                kind="text",
            ),
            Filter(
                "dong-tu",
                "Mã việc",
                lambda rows, value, context: rows.filter(verb__in=value.split(",")),
                kind="text",
                is_hidden=True,
            ),
            Filter("doi-tuong", "Đối tượng", _object, kind="text", is_hidden=True),
        ),
        search=_search,
        search_label="Tìm trong nhật ký",
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Đọc thông tin riêng", {"dong-tu": ",".join(READINGS)}),
            SavedView("Đăng nhập không thành công", {"dong-tu": "accounts.sign_in_failed"}),
            SavedView("Phân quyền", {"mang": "access,accounts"}),
        ),
        count_word="dòng",
        url_name="audit:entries",
        row_url=_url,
        empty_title="Chưa có dòng nhật ký nào khớp",
        is_personal=True,
    )
)
