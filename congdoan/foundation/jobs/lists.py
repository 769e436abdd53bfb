"""The list of one's own background work."""

from __future__ import annotations

from django.urls import reverse

from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.jobs.queries import visible_runs
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, declare_list


def _url(row: JobRun, context: ListContext) -> str:
    return reverse("jobs:run", args=[row.pk])


declare_list(
    ListSpec(
        name="jobs.runs",
        title="Công việc chạy nền",
        # Everybody has a list of what they themselves started.
        capability="",
        queryset=lambda context: visible_runs(context.actor).select_related("unit"),
        columns=(
            Column("ten", "Công việc", "title", url=_url, width=50),
            Column("trang-thai", "Trạng thái", lambda row, context: row.get_state_display()),
            Column("don-vi", "Đơn vị", "unit.name", width=40, hide_on_phone=True),
            Column("bat-dau", "Bắt đầu", "created_at", kind="datetime", sort=("created_at",)),
            Column("loi-nhan", "Kết quả", "message", width=60, hide_on_phone=True),
        ),
        order=("created_at", "id"),
        newest_first=True,
        filters=(
            Filter(
                "trang-thai",
                "Trạng thái",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=JobRun.STATES,
            ),
        ),
        count_word="công việc",
        url_name="jobs:list",
        row_url=_url,
        empty_title="Chưa có công việc nào",
        empty_text="Khi bạn nhập danh sách hoặc xuất tệp lớn, công việc hiện ở đây cùng tiến độ.",
    )
)
