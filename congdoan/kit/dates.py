"""Vietnamese dates: reading what people and spreadsheets write, periods of a report, working days.

Nothing here asks the clock; the day is always an argument. Ranges are half-open unless a function says
otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, Self

from congdoan.kit.text import nfc

Precision = Literal["day", "month", "year"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
# Two figures for a year: 50 to 99 are of the last century. A fixed rule, because the clock is not asked
# here.
_CENTURY_TURNS_AT = 50

_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL = 3654  # 02/01/1910; smaller whole numbers are years or counts, not days
_LAST_SERIAL = 73415  # 31/12/2100


class DateError(ValueError):
    """The text is not a date; the message (Vietnamese) says what is wrong and how to write one."""


_HOW = "Hãy viết theo dạng ngày/tháng/năm, ví dụ 18/11/2026."

_TIME = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?(?: ?[AP]M)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_DAY_FIRST = re.compile(r"(\d{1,2}) ?[/.\-] ?(\d{1,2}) ?[/.\-] ?(\d{4}|\d{2})" + _TIME, re.I)
_YEAR_FIRST = re.compile(r"(\d{4}) ?[/.\-] ?(\d{1,2}) ?[/.\-] ?(\d{1,2})" + _TIME, re.I)
_IN_WORDS = re.compile(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2}),? năm (\d{4})", re.I)
_EIGHT = re.compile(r"\d{8}")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_MONTH_FIRST = re.compile(r"(?:tháng )?(\d{1,2})(?: ?[/.\-] ?| năm )(\d{4})", re.I)
_YEAR_MONTH = re.compile(r"(\d{4}) ?[/.\-] ?(\d{1,2})")
_YEAR = re.compile(r"(?:năm )?(\d{4})", re.I)
_UNKNOWN_PARTS = re.compile(r"0{1,2} ?[/.\-] ?(\d{1,2}) ?[/.\-] ?(\d{4})")


def parse_date(value: object) -> date | None:
    """The day that `value` means; None when it is blank.

    Reads dates and datetimes, day-first text ("18/11/2026", "18-11-2026", "18.11.26", "18/11/2026 07:30"),
    ISO ("2026-11-18", "20261118"), "ngày 18 tháng 11 năm 2026", and Excel's day numbers (46344; also as
    text of five figures). Never month-first. A year of two figures lies between 1950 and 2049. Raises
    DateError for everything else, and for a year outside 1900 to 2100.
    """
    if type(value) is str:
        return _parse_text(value)
    if isinstance(value, datetime):
        return _plausible(value.date(), value)
    if isinstance(value, date):
        return _plausible(value, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_serial(float(value))
    return _parse_text(nfc(value))


@lru_cache(maxsize=1 << 15)
def _parse_text(raw: str) -> date | None:
    if match := _DAY_FIRST.fullmatch(raw):
        day, month, year = match.groups()
        return _make(day, month, year, raw)
    text = nfc(raw)
    if not text:
        return None
    if match := _DAY_FIRST.fullmatch(text) or _IN_WORDS.fullmatch(text):
        day, month, year = match.groups()
        return _make(day, month, year, text)
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
        return _make(day, month, year, text)
    if _EIGHT.fullmatch(text):
        # Never both readings at once: a month is at most 12, so no plausible day and month look like a
        # year.
        if FIRST_YEAR <= int(text[:4]) <= LAST_YEAR and 1 <= int(text[4:6]) <= 12:
            return _make(text[6:], text[4:6], text[:4], text)
        return _make(text[:2], text[2:4], text[4:], text)
    if match := _SERIAL.fullmatch(text):
        return _from_serial(float(match[1]))
    if _MONTH_FIRST.fullmatch(text) or _YEAR_MONTH.fullmatch(text) or _YEAR.fullmatch(text):
        raise DateError(f"{_quoted(text)} chưa đủ ngày, tháng, năm. {_HOW}")
    raise DateError(f"{_quoted(text)} không phải là ngày. {_HOW}")


def parse_partial_date(value: object) -> tuple[date, Precision] | None:
    """What is known of a date: its first day and how exactly it is known; None when `value` is blank.

    Besides all that parse_date reads: a month ("11/2026", "2026-11", "tháng 11 năm 2026"), a year ("2026",
    "năm 2026", the number 2026), and lists' way of writing an unknown day or month as zero ("00/11/1985",
    "00/00/1985"). parse_partial_date("11/2026") == (date(2026, 11, 1), "month"). Raises DateError.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and value in _YEARS:
        return date(int(value), 1, 1), "year"
    if not isinstance(value, date | int | float):
        text = nfc(value)
        if match := _UNKNOWN_PARTS.fullmatch(text):
            month, year = match.groups()
            if not int(month):
                return _make(1, 1, year, text), "year"
            return _make(1, month, year, text), "month"
        if match := _MONTH_FIRST.fullmatch(text):
            return _make(1, match[1], match[2], text), "month"
        if match := _YEAR_MONTH.fullmatch(text):
            return _make(1, match[2], match[1], text), "month"
        if match := _YEAR.fullmatch(text):
            return _make(1, 1, match[1], text), "year"
    day = parse_date(value)
    return None if day is None else (day, "day")


_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def _make(day: str | int, month: str | int, year: str | int, text: str) -> date:
    the_year = int(year)
    if len(str(year)) == 2:
        the_year += 1900 if the_year >= _CENTURY_TURNS_AT else 2000
    try:
        made = date(the_year, int(month), int(day))
    except ValueError:
        raise DateError(f"{_quoted(text)} không phải là một ngày có thật. {_HOW}") from None
    return _plausible(made, text)


def _from_serial(serial: float) -> date:
    if _FIRST_SERIAL <= serial < _LAST_SERIAL + 1:
        return _EXCEL_EPOCH + timedelta(days=int(serial))
    raise DateError(f"Số {_number(serial)} không phải là ngày. {_HOW}")


def _plausible(made: date, shown: object) -> date:
    if made.year not in _YEARS:
        raise DateError(
            f"{_quoted(nfc(shown))}: năm {made.year} không hợp lý, cần từ {FIRST_YEAR} đến {LAST_YEAR}."
        )
    return made


def _quoted(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


# --------------------------------------------------------------------------------------------------
# Writing
# --------------------------------------------------------------------------------------------------


def format_date(day: date | None, precision: Precision = "day") -> str:
    """ "18/11/2026", "11/2026" or "2026" as exactly as the date is known; '' for None."""
    if day is None:
        return ""
    if precision == "year":
        return f"{day.year:04d}"
    month = f"{day.month:02d}/{day.year:04d}"
    return month if precision == "month" else f"{day.day:02d}/{month}"


def format_long(day: date | None) -> str:
    """The date as documents write it: "ngày 18 tháng 11 năm 2026"; '' for None.

    Days below 10 and the months 1 and 2 take a leading zero, the other months do not: "ngày 08 tháng 3 năm
    2026" (Decree 30/2020/NĐ-CP, Annex I, II.4b).
    """
    if day is None:
        return ""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def days_left_words(today: date, due: date) -> str:
    """ "còn 2 ngày", "hôm nay" or "quá hạn 3 ngày": calendar days from `today` to the day `due`."""
    days = (due - today).days
    if days > 0:
        return f"còn {days} ngày"
    return f"quá hạn {-days} ngày" if days else "hôm nay"


# --------------------------------------------------------------------------------------------------
# Periods
# --------------------------------------------------------------------------------------------------


class PeriodError(ValueError):
    """The text is not a period; the message (Vietnamese) names the forms that are."""


_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(0?[1-9]|1[0-2])))?", re.I)


@dataclass(frozen=True, slots=True, order=False)
class Period:
    """A year, half-year, quarter or month: `from_on` is its first day, `to_on` the first day after it.

    `code` is the one way it is written: "2025", "2025-H1", "2025-Q2", "2025-05". Made by `parse`,
    `month_of`, `quarter_of`, `half_of` or `year_of`.
    """

    code: str
    from_on: date
    to_on: date

    @classmethod
    def parse(cls, text: object) -> Self:
        """The period written as "2025", "2025-H1", "2025-Q2" or "2025-05". Raises PeriodError."""
        written = nfc(text)
        match = _PERIOD.fullmatch(written)
        if not match or int(match[1]) not in _YEARS:
            raise PeriodError(
                f"“{_quoted(written)}” không phải là một kỳ. Hãy viết theo một trong các dạng: 2025 (năm), "
                "2025-H1 hoặc 2025-H2 (6 tháng), 2025-Q1 đến 2025-Q4 (quý), 2025-01 đến 2025-12 (tháng)."
            )
        year, quarter, half, month = match.groups()
        start = int(year) * 12
        if quarter:
            return cls._starting(start + 3 * (int(quarter) - 1), 3)
        if half:
            return cls._starting(start + 6 * (int(half) - 1), 6)
        if month:
            return cls._starting(start + int(month) - 1, 1)
        return cls._starting(start, 12)

    @classmethod
    def month_of(cls, day: date) -> Self:
        return cls._holding(day, 1)

    @classmethod
    def quarter_of(cls, day: date) -> Self:
        return cls._holding(day, 3)

    @classmethod
    def half_of(cls, day: date) -> Self:
        return cls._holding(day, 6)

    @classmethod
    def year_of(cls, day: date) -> Self:
        return cls._holding(day, 12)

    @classmethod
    def _holding(cls, day: date, length: int) -> Self:
        start = day.year * 12 + day.month - 1
        return cls._starting(start - start % length, length)

    @classmethod
    def _starting(cls, start: int, length: int) -> Self:
        """The period of `length` months whose first month is the `start`th since the year 0."""
        year, month = divmod(start, 12)
        code = {
            12: f"{year:04d}",
            6: f"{year:04d}-H{month // 6 + 1}",
            3: f"{year:04d}-Q{month // 3 + 1}",
            1: f"{year:04d}-{month + 1:02d}",
        }[length]
        end_year, end_month = divmod(start + length, 12)
        return cls(code, date(year, month + 1, 1), date(end_year, end_month + 1, 1))

    @property
    def _start(self) -> int:
        return self.from_on.year * 12 + self.from_on.month - 1

    @property
    def length(self) -> int:
        """How many months: 1, 3, 6 or 12."""
        return self.to_on.year * 12 + self.to_on.month - 1 - self._start

    @property
    def last_day(self) -> date:
        return self.to_on - timedelta(days=1)

    @property
    def name(self) -> str:
        """As sentences have it: "quý II năm 2025", "tháng 5 năm 2025", "6 tháng đầu năm 2025", "năm
        2025"."""
        year = f"năm {self.from_on.year}"
        match self.length:
            case 12:
                return year
            case 6:
                return f"6 tháng {'đầu' if self.from_on.month == 1 else 'cuối'} {year}"
            case 3:
                return f"quý {('I', 'II', 'III', 'IV')[self.from_on.month // 3]} {year}"
            case _:
                return f"tháng {self.from_on.month} {year}"

    def previous(self) -> Self:
        """The period of the same length just before."""
        return self._starting(self._start - self.length, self.length)

    def next(self) -> Self:
        """The period of the same length just after."""
        return self._starting(self._start + self.length, self.length)

    def same_last_year(self) -> Self:
        return self._starting(self._start - 12, self.length)

    def months(self) -> list[Self]:
        """Its months, the first one first."""
        return [self._starting(self._start + i, 1) for i in range(self.length)]

    def contains(self, day: date) -> bool:
        return self.from_on <= day < self.to_on

    def __contains__(self, day: date) -> bool:
        return self.contains(day)

    def __str__(self) -> str:
        return self.code


# --------------------------------------------------------------------------------------------------
# Working days
# --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _days_off_and_made_up(year: int) -> tuple[frozenset[date], frozenset[date]]:
    import holidays  # slow to load, and most of the house never counts working days

    vietnam = holidays.country_holidays("VN", years=year)
    # A swap may make up in January for a day of last December, and the other way round.
    made_up: set[date] = getattr(vietnam, "weekend_workdays", set())
    return frozenset(day for day in vietnam if day.year == year), frozenset(made_up)


def is_working_day(day: date) -> bool:
    """Neither Saturday, Sunday nor a public holiday in Vietnam (Labour Code 2019, Art. 112, days off in
    lieu and the swaps for public bodies included, as far as the package `holidays` knows them). A Saturday
    worked in exchange counts as a working day."""
    off, made_up = _days_off_and_made_up(day.year)
    return day in made_up or (day.weekday() < 5 and day not in off)


def add_working_days(day: date, count: int) -> date:
    """The `count`th working day after `day`, which itself is not counted (Civil Code 2015, Art. 147).

    A negative count goes back. 0 gives `day` itself, even on a holiday.
    """
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days pass from `start` to `end`: the day `start` is not counted, the day `end` is.

    Hence working_days_between(d, add_working_days(d, n)) == n for n > 0. Negative when `end` is before
    `start`.
    """
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + timedelta(days=i)) for i in range(1, (end - start).days + 1))
