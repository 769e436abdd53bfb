"""Who may read and who may write reports, and when a report can be written."""

from __future__ import annotations

from datetime import date, timedelta

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.kit.dates import Period, format_date

VIEW, WRITE = "reports.view", "reports.write"
declare_capabilities((VIEW, "Xem báo cáo"), (WRITE, "Lập báo cáo"))


class ReportError(ValueError):
    """A report that cannot be written; the message says why and what to do instead."""


def report_day(period: Period, *, today: date) -> date:
    """The day a report of a period counts to: its last day, or today while it runs.

    Raises ReportError for a period that has not begun.
    """
    if period.from_on > today:
        raise ReportError(
            f"Chưa lập được báo cáo {period.name}: kỳ này bắt đầu từ {format_date(period.from_on)}, sau ngày "
            f"{format_date(today)}. Hãy chọn kỳ đang diễn ra hoặc đã qua."
        )
    return min(period.last_day, today)


def check_day(period: Period, as_of: date) -> None:
    """Raise ReportError unless ``as_of`` lies in the period."""
    if not period.contains(as_of):
        raise ReportError(
            f"Ngày chốt số liệu {format_date(as_of)} không nằm trong {period.name} "
            f"({format_date(period.from_on)} đến {format_date(period.to_on - timedelta(days=1))})."
        )


def check_plan_period(plan_title: str, from_on: date, to_on: date | None, period: Period) -> None:
    """Raise ReportError unless the period and the plan's own share at least a day."""
    if period.to_on <= from_on or (to_on is not None and period.from_on >= to_on):
        until = f" đến {format_date(to_on - timedelta(days=1))}" if to_on else ""
        raise ReportError(
            f"“{plan_title}” thực hiện từ {format_date(from_on)}{until}, không có ngày nào thuộc {period.name}. "
            "Hãy chọn kỳ khác hoặc kế hoạch khác."
        )
