"""One's notices, and the log of deliveries."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from congdoan.foundation.messaging.actions import mark_read, send_again
from congdoan.foundation.messaging.choices import CHANNELS, STATES
from congdoan.foundation.messaging.models import Delivery, Notice
from congdoan.foundation.messaging.queries import visible_deliveries, visible_notices
from congdoan.foundation.messaging.rules import VIEW_DELIVERIES, notice_kind, notice_kinds
from congdoan.kit.lists import BulkAction, Column, Filter, ListContext, ListSpec, SavedView, declare_list


def _kind_name(code: str) -> str:
    try:
        return notice_kind(code).name
    except KeyError:
        return code


def _notice_url(row: Notice, context: ListContext) -> str:
    return reverse("messaging:notice", args=[row.pk])


def _next_try(row: Delivery, context: ListContext) -> datetime | None:
    return row.next_try_at if row.state == "waiting" else None


def _read_some(context: ListContext, ids: list[int]) -> str:
    return f"Đã đánh dấu {mark_read(actor=context.actor, notices=ids)} thông báo là đã đọc."


def _send_some(context: ListContext, ids: list[int]) -> str:
    count = send_again(actor=context.actor, deliveries=ids)
    if not count:
        return "Không có tin nào cần gửi lại: chỉ gửi lại được tin không gửi được hoặc đang giữ lại."
    return f"Đã đưa {count} tin vào hàng chờ; tin được gửi trong giờ hành chính."


declare_list(
    ListSpec(
        name="messaging.notices",
        title="Thông báo",
        # Everybody has their own.
        capability="",
        queryset=lambda context: visible_notices(context.actor),
        columns=(
            Column("tieu-de", "Thông báo", "title", url=_notice_url, width=60),
            Column(
                "moi", "", lambda row, context: "" if row.read_at else "new", kind="badge", in_export=False
            ),
            Column("loai", "Loại", lambda row, context: _kind_name(row.kind), width=30, hide_on_phone=True),
            Column("han", "Hạn", "due_on", kind="date"),
            Column("luc", "Lúc", "created_at", kind="datetime", sort=("created_at",)),
        ),
        order=("created_at", "id"),
        newest_first=True,
        filters=(
            Filter(
                "chua-doc",
                "Chưa đọc",
                lambda rows, value, context: rows.filter(read_at__isnull=value == "1"),
                kind="bool",
            ),
            Filter(
                "loai",
                "Loại",
                lambda rows, value, context: rows.filter(kind__in=value.split(",")),
                kind="multi",
                options=lambda context: [(kind.code, kind.name) for kind in notice_kinds()],
            ),
        ),
        saved_views=(SavedView("Tất cả", {}), SavedView("Chưa đọc", {"chua-doc": "1"})),
        actions=(BulkAction("da-doc", "Đánh dấu đã đọc", _read_some),),
        count_word="thông báo",
        url_name="messaging:list",
        row_url=_notice_url,
        empty_title="Chưa có thông báo nào",
        empty_text="Khi có việc cần bạn biết hoặc sắp đến hạn, thông báo hiện ở đây.",
    )
)

declare_list(
    ListSpec(
        name="messaging.deliveries",
        title="Nhật ký gửi tin",
        capability=VIEW_DELIVERIES,
        queryset=lambda context: visible_deliveries(context.actor).select_related("notice__user"),
        # What a notice says is its reader's alone; who repairs the sending sees only its kind.
        columns=(
            Column("nguoi-nhan", "Người nhận", "notice.user.full_name", width=28),
            Column(
                "loai", "Loại", lambda row, context: _kind_name(row.notice.kind), width=30, hide_on_phone=True
            ),
            Column("kenh", "Kênh", lambda row, context: row.get_channel_display()),
            Column("trang-thai", "Trạng thái", lambda row, context: row.get_state_display()),
            Column("ly-do", "Lý do", "last_error", width=60),
            Column("so-lan", "Số lần thử", "attempts", kind="number", hide_on_phone=True),
            Column("lan-toi", "Gửi lần tới", _next_try, kind="datetime"),
            Column("da-gui", "Gửi xong lúc", "sent_at", kind="datetime", hide_on_phone=True),
            Column("luc", "Tạo lúc", "created_at", kind="datetime", hide_on_phone=True),
        ),
        order=("created_at", "id"),
        newest_first=True,
        filters=(
            Filter(
                "trang-thai",
                "Trạng thái",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=STATES,
            ),
            Filter(
                "kenh",
                "Kênh",
                lambda rows, value, context: rows.filter(channel__in=value.split(",")),
                kind="multi",
                options=CHANNELS,
            ),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Cần xem lại", {"trang-thai": "failed,held"}),
        ),
        actions=(
            BulkAction(
                "gui-lai",
                "Gửi lại",
                _send_some,
                icon="send",
                confirm="Gửi lại các tin đã chọn? Tin “không rõ đã đi hay chưa” có thể đến hai lần.",
            ),
        ),
        count_word="lượt gửi",
        url_name="messaging:deliveries",
        is_personal=True,
        empty_title="Chưa gửi tin nào",
        empty_text="Email và tin nhắn gửi cho người dùng của đơn vị hiện ở đây: đã gửi, còn chờ, hay không gửi được vì sao.",
    )
)
