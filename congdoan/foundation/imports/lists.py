"""Lists of imports and of their rows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from congdoan.foundation.imports import choices, queries
from congdoan.foundation.imports.catalogue import kinds
from congdoan.foundation.imports.models import ImportRow, ImportRun
from congdoan.foundation.imports.rules import RUN
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, declare_list
from congdoan.kit.numbers import whole_number
from congdoan.kit.text import nfc


def _kind_name(row: ImportRun, context: ListContext) -> str:
    names = context.cache.setdefault("kinds", {code: kind.name for code, kind in kinds().items()})
    return names.get(row.kind, row.kind)


def _run_url(row: ImportRun, context: ListContext) -> str:
    return reverse("imports:run", args=[row.pk])


def _counted(*names: str) -> Any:
    def value(row: ImportRun, context: ListContext) -> int | None:
        return next((row.counts[name] for name in names if name in row.counts), None)

    return value


declare_list(
    ListSpec(
        name="imports.runs",
        title="Các lần nhập danh sách",
        capability=RUN,
        queryset=lambda context: queries.visible_runs(context.actor).select_related("unit", "file"),
        columns=(
            Column("tep", "Tệp", "file.name", url=_run_url, width=40),
            Column("loai", "Danh sách", _kind_name, width=24, hide_on_phone=True),
            Column("don-vi", "Đơn vị", "unit.name", width=40),
            Column("ngay", "Ngày danh sách", "on", kind="date", hide_on_phone=True),
            Column("trang-thai", "Tình trạng", lambda row, context: row.get_state_display()),
            Column("dong", "Dòng", _counted("rows"), kind="number"),
            Column("them", "Thêm", _counted("created", "create"), kind="number"),
            Column("sua", "Sửa", _counted("updated", "update"), kind="number", hide_on_phone=True),
            Column("khong-nhan", "Không nhận", _counted("refused"), kind="number", hide_on_phone=True),
            Column("luc", "Tải lên", "created_at", kind="datetime", sort=("created_at",)),
            Column("nguoi", "Người nhập", "created_by_label", hide_on_phone=True),
        ),
        order=("created_at", "id"),
        newest_first=True,
        filters=(
            Filter(
                "loai",
                "Danh sách",
                lambda rows, value, context: rows.filter(kind=value),
                options=lambda context: [(code, kind.name) for code, kind in kinds().items()],
            ),
            Filter(
                "trang-thai",
                "Tình trạng",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=choices.STATES,
            ),
            Filter(
                "don-vi",
                "Đơn vị",
                lambda rows, value, context: rows.filter(unit__code=value),
                is_hidden=True,
                kind="text",
            ),
        ),
        search=lambda rows, typed, context: rows.filter(file__name__icontains=nfc(typed)),
        search_label="Tìm theo tên tệp",
        count_word="lần nhập",
        url_name="imports:list",
        row_url=_run_url,
        empty_title="Chưa nhập danh sách nào",
        empty_text="Tải lên danh sách đoàn viên hoặc doanh nghiệp để bắt đầu.",
    )
)


def _rows(context: ListContext) -> QuerySet[ImportRow]:
    """The rows of one import (``lan``); of none when it is not named: rows say nothing outside their import."""
    named = whole_number(context.get("lan"))
    rows = queries.visible_rows(context.actor)
    return rows.none() if named is None else rows.filter(run=named)


def _messages(row: ImportRow, context: ListContext) -> str:
    return " ".join(
        f"[{item['column']}] {item['message']}" if item["column"] else item["message"]
        for item in row.messages
    )


declare_list(
    ListSpec(
        name="imports.rows",
        title="Các dòng của lần nhập",
        capability=RUN,
        queryset=_rows,
        columns=(
            Column("dong", "Dòng", "number", kind="number", sort=("number",), width=8),
            Column("ten", "Tên", "label", width=30),
            Column("ket-qua", "Kết quả", lambda row, context: row.get_outcome_display()),
            Column("loi-nhan", "Lời nhắn", _messages, width=80),
            Column(
                "quyet-dinh",
                "Quyết định",
                lambda row, context: row.get_choice_display() if row.outcome == "doubtful" else "",
                hide_on_phone=True,
            ),
        ),
        order=("number", "id"),
        filters=(
            Filter(
                "ket-qua",
                "Kết quả",
                lambda rows, value, context: rows.filter(outcome__in=value.split(",")),
                kind="multi",
                options=choices.OUTCOMES,
            ),
            Filter(
                "canh-bao",
                "Có lời nhắn",
                lambda rows, value, context: (
                    rows.exclude(messages=[]) if value == "1" else rows.filter(messages=[])
                ),
                kind="bool",
                options=[("1", "có"), ("0", "không")],
            ),
            Filter(
                "lan",
                "Lần nhập",
                lambda rows, value, context: rows,
                kind="text",
                is_hidden=True,
            ),
        ),
        search=lambda rows, typed, context: rows.filter(label__icontains=nfc(typed)),
        search_label="Tìm theo tên",
        count_word="dòng",
        url_name="imports:rows",
        is_personal=True,
        empty_title="Không có dòng nào",
        empty_text="Mở một lần nhập rồi chọn nhóm dòng muốn xem.",
    )
)
