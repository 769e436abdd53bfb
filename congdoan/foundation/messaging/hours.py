"""Office hours in Vietnam: when a message may leave so that it disturbs nobody at night or on a holiday."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from congdoan.kit.dates import is_working_day

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
#: No stretch of days off is as long; a calendar that has only days off is a mistake in the parameters.
_FAR = 60


@dataclass(frozen=True)
class OfficeHours:
    """Spans of a working day (from, to), in order, half-open; days worked though they are days off, and days off
    that the calendar does not know."""

    spans: tuple[tuple[time, time], ...]
    made_up: frozenset[date] = frozenset()
    days_off: frozenset[date] = frozenset()

    def is_worked(self, day: date) -> bool:
        return day in self.made_up or (day not in self.days_off and is_working_day(day))


def read_hours(spans: object, made_up: object, days_off: object) -> OfficeHours:
    """Office hours from the parameters' values: [["07:30", "11:30"], …] and lists of days "2026-02-14".

    Raises ValueError in words that name the parameter.
    """
    try:
        read = tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in _listed(spans))
    except (TypeError, ValueError) as error:
        raise ValueError(
            'Tham số messaging.office_hours phải có dạng [["07:30", "11:30"], ["13:30", "17:00"]].'
        ) from error
    ends = [moment for span in read for moment in span]
    if not read or any(a >= b for a, b in zip(ends, ends[1:], strict=False)):
        raise ValueError("Tham số messaging.office_hours phải có ít nhất một khoảng giờ, theo thứ tự.")
    return OfficeHours(read, _days("messaging.made_up_days", made_up), _days("messaging.days_off", days_off))


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _days(name: str, value: object) -> frozenset[date]:
    try:
        return frozenset(date.fromisoformat(str(day)) for day in _listed(value))
    except (TypeError, ValueError) as error:
        raise ValueError(f'Tham số {name} phải là danh sách ngày dạng "2026-02-14".') from error


def next_working_instant(at: datetime, hours: OfficeHours) -> datetime:
    """``at`` itself (an aware instant) when it lies in office hours, else the start of the next span."""
    for day, start, end in _spans_from(at, hours):
        if at < _instant(day, end):
            return max(at, _instant(day, start))
    raise ValueError("Không có ngày làm việc nào trong 60 ngày tới. Hãy xem lại tham số ngày nghỉ.")


def next_morning(at: datetime, hours: OfficeHours) -> datetime:
    """The next instant after ``at`` at which a working day begins: when a daily digest goes out."""
    for day, start, _ in _spans_from(at, hours):
        if start == hours.spans[0][0] and _instant(day, start) > at:
            return _instant(day, start)
    raise ValueError("Không có ngày làm việc nào trong 60 ngày tới. Hãy xem lại tham số ngày nghỉ.")


def _spans_from(at: datetime, hours: OfficeHours) -> Iterator[tuple[date, time, time]]:
    first = at.astimezone(VIETNAM).date()
    for day in (first + timedelta(days=i) for i in range(_FAR)):
        if hours.is_worked(day):
            yield from ((day, start, end) for start, end in hours.spans)


def _instant(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=VIETNAM)
