"""The list of proposals."""

from __future__ import annotations

from django.urls import reverse

from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.approvals.queries import visible_approvals
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, SavedView, declare_list


def _url(row: Approval, context: ListContext) -> str:
    return reverse("approvals:approval", args=[row.pk])


declare_list(
    ListSpec(
        name="approvals.approvals",
        title="Phê duyệt",
        # Everybody sees what they proposed; what others proposed is seen by who may decide it.
        capability="",
        queryset=lambda context: visible_approvals(context.actor).select_related(
            "unit", "proposed_by", "decided_by"
        ),
        columns=(
            Column("viec", "Việc", "title", url=_url, width=60),
            Column("don-vi", "Đơn vị", "unit.name", width=40, hide_on_phone=True),
            Column("nguoi", "Người đề xuất", "proposed_by.full_name", width=28),
            Column("luc", "Đề xuất lúc", "proposed_at", kind="datetime", hide_on_phone=True),
            Column("trang-thai", "Trạng thái", lambda row, context: row.get_state_display()),
            Column("nguoi-duyet", "Người quyết định", "decided_by.full_name", width=28, hide_on_phone=True),
        ),
        order=("id",),
        newest_first=True,
        filters=(
            Filter(
                "trang-thai",
                "Trạng thái",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=Approval.STATES,
            ),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Đang chờ duyệt", {"trang-thai": "open"}),
        ),
        count_word="đề xuất",
        url_name="approvals:list",
        row_url=_url,
        empty_title="Không có đề xuất nào",
        empty_text="Việc cần người thứ hai duyệt sẽ hiện ở đây.",
    )
)
