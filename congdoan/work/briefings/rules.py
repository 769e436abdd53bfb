"""Who may see and run briefings, what they are told of, and when a step may be taken."""

from __future__ import annotations

from datetime import date, timedelta

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.foundation.messaging.rules import NoticeKind, declare_notice_kind
from congdoan.kit.dates import Period, format_date
from congdoan.work.briefings.choices import KINDS, PERIOD_MONTHS

VIEW, RUN = "briefings.view", "briefings.run"
declare_capabilities((VIEW, "Xem giao ban"), (RUN, "Tổ chức giao ban, báo kết quả kết luận"))

INVITED = declare_notice_kind(
    NoticeKind("briefings.invited", "Mời họp giao ban, sơ kết, tổng kết", "Bạn có lịch họp mới")
)
GIVEN = declare_notice_kind(
    NoticeKind("briefings.given", "Kết luận giao ban được giao", "Bạn được giao việc tại hội nghị giao ban")
)
DUE = declare_notice_kind(
    NoticeKind("briefings.due", "Kết luận giao ban sắp đến hạn", "Bạn có việc giao ban sắp đến hạn")
)
LATE = declare_notice_kind(
    NoticeKind("briefings.late", "Kết luận giao ban quá hạn", "Bạn có việc giao ban đã quá hạn")
)

REMINDER_DAYS, WAITING_DAYS = "briefing.reminder_days", "briefing.approval_waiting_days"


class BriefingError(ValueError):
    """What cannot be done with a briefing; the message says why and what to do instead."""


def period_obstacle(kind: str, period: Period) -> str:
    """Why a meeting of this kind is not about this period; '' when it may be."""
    if period.length in PERIOD_MONTHS[kind]:
        return ""
    lengths = {3: "một quý", 6: "6 tháng", 12: "một năm"}
    words = " hoặc ".join(lengths[months] for months in PERIOD_MONTHS[kind])
    return f"Hội nghị {dict(KINDS)[kind]} xét kết quả của {words}, không phải {period.name}. Hãy chọn lại kỳ."


def held_obstacle(period: Period, held_on: date) -> str:
    """Why a meeting about a period is not held on a day; '' when it may be."""
    if held_on >= period.from_on:
        return ""
    return (
        f"Ngày họp {format_date(held_on)} trước khi {period.name} bắt đầu ({format_date(period.from_on)}). "
        "Hãy chọn ngày họp hoặc kỳ khác."
    )


def figures_day(period: Period, held_on: date, today: date) -> date:
    """The day whose figures a meeting looks at: the period's end, or the meeting's day, or today while both are
    still to come."""
    return min(period.last_day, held_on, today)


def reminder_begins(due_on: date, days: int) -> date:
    """The first day on which somebody is reminded of a task."""
    return due_on - timedelta(days=days)
