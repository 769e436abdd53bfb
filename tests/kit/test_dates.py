from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congdoan.kit.dates import (
    DateError,
    Period,
    PeriodError,
    add_working_days,
    days_left_words,
    format_date,
    format_long,
    is_working_day,
    parse_date,
    parse_partial_date,
    working_days_between,
)

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
THE_DAY = date(2026, 11, 18)


class TestParseDate:
    @pytest.mark.parametrize(
        "written",
        [
            THE_DAY,
            datetime(2026, 11, 18, 23, 59, tzinfo=UTC),
            "18/11/2026",
            "18-11-2026",
            "18.11.2026",
            "18.11.26",
            " 18/11/2026\u00a0",
            "18 / 11 / 2026",
            "18/11/2026 07:30",
            "18/11/2026 07:30:00",
            "2026-11-18",
            "2026/11/18",
            "2026-11-18T00:00:00",
            "2026-11-18 00:00:00.000",
            "2026-11-18T00:00:00+07:00",
            "20261118",
            "18112026",
            "ngày 18 tháng 11 năm 2026",
            "18 tháng 11 năm 2026",
            46344,
            46344.75,
            "46344",
            "46344.0",
        ],
    )
    def test_ways_to_write_it(self, written: object) -> None:
        assert parse_date(written) == THE_DAY

    @pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0"])
    def test_blank(self, blank: object) -> None:
        assert parse_date(blank) is None
        assert parse_partial_date(blank) is None

    def test_two_figures_of_a_year(self) -> None:
        assert parse_date("1/2/49") == date(2049, 2, 1)
        assert parse_date("1/2/50") == date(1950, 2, 1)

    @pytest.mark.parametrize(
        ("written", "says"),
        [
            ("31/02/2020", "31/02/2020 không phải là một ngày có thật"),
            ("29/02/2025", "không phải là một ngày có thật"),
            ("11/18/2026", "không phải là một ngày có thật"),
            ("00/11/2026", "không phải là một ngày có thật"),
            ("18/11/0206", "năm 206 không hợp lý"),
            ("18/11/2206", "năm 2206 không hợp lý"),
            (date(1066, 10, 14), "năm 1066 không hợp lý"),
            ("11/2026", "chưa đủ ngày, tháng, năm"),
            ("2026", "chưa đủ ngày, tháng, năm"),
            ("không rõ", "không phải là ngày"),
            ("18/11/20261", "không phải là ngày"),
            ("١٨/11/2026x", "không phải là ngày"),
            (2026, "Số 2026 không phải là ngày"),
            (0, "Số 0 không phải là ngày"),
            (1e300, "không phải là ngày"),
            (float("nan"), "không phải là ngày"),
            (float("inf"), "không phải là ngày"),
            (True, "không phải là ngày"),
        ],
    )
    def test_nonsense_is_told(self, written: object, says: str) -> None:
        with pytest.raises(DateError, match=says):
            parse_date(written)

    @given(days)
    def test_reads_what_it_writes(self, day: date) -> None:
        assert parse_date(format_date(day)) == day
        assert parse_date(format_long(day)) == day
        assert parse_date(day.isoformat()) == day
        assert parse_date(f"{day:%Y%m%d}") == day
        assert parse_date(f"{day:%d%m%Y}") == day

    @given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.none()))
    def test_any_other_thing_is_a_date_error(self, value: object) -> None:
        try:
            assert parse_date(value) is None or parse_date(value) is not None
            parse_partial_date(value)
        except DateError as error:
            assert str(error)


class TestPartial:
    @pytest.mark.parametrize(
        ("written", "first", "precision"),
        [
            ("18/11/2026", THE_DAY, "day"),
            (THE_DAY, THE_DAY, "day"),
            ("11/2026", date(2026, 11, 1), "month"),
            ("3-2026", date(2026, 3, 1), "month"),
            ("2026-11", date(2026, 11, 1), "month"),
            ("tháng 11 năm 2026", date(2026, 11, 1), "month"),
            ("tháng 11/2026", date(2026, 11, 1), "month"),
            ("2026", date(2026, 1, 1), "year"),
            ("năm 2026", date(2026, 1, 1), "year"),
            (1985, date(1985, 1, 1), "year"),
            (1985.0, date(1985, 1, 1), "year"),
            ("00/00/1985", date(1985, 1, 1), "year"),
            ("00/11/1985", date(1985, 11, 1), "month"),
            (46344, THE_DAY, "day"),
        ],
    )
    def test_precision(self, written: object, first: date, precision: str) -> None:
        assert parse_partial_date(written) == (first, precision)

    @pytest.mark.parametrize("written", ["13/2026", "1066", "2026-13", "31/02/2020"])
    def test_nonsense(self, written: str) -> None:
        with pytest.raises(DateError):
            parse_partial_date(written)


class TestWriting:
    def test_format_date(self) -> None:
        assert format_date(date(2025, 3, 5)) == "05/03/2025"
        assert format_date(date(2025, 3, 5), "month") == "03/2025"
        assert format_date(date(2025, 3, 5), "year") == "2025"
        assert format_date(None) == format_long(None) == ""

    @pytest.mark.parametrize(
        ("day", "text"),
        [
            (date(2026, 11, 18), "ngày 18 tháng 11 năm 2026"),
            (date(2026, 2, 8), "ngày 08 tháng 02 năm 2026"),
            (date(2026, 1, 31), "ngày 31 tháng 01 năm 2026"),
            (date(2026, 3, 8), "ngày 08 tháng 3 năm 2026"),
        ],
    )
    def test_format_long(self, day: date, text: str) -> None:
        assert format_long(day) == text

    @pytest.mark.parametrize(
        ("days_on", "words"), [(2, "còn 2 ngày"), (0, "hôm nay"), (-3, "quá hạn 3 ngày")]
    )
    def test_days_left_words(self, days_on: int, words: str) -> None:
        assert days_left_words(THE_DAY, THE_DAY + timedelta(days=days_on)) == words


CODES = st.builds(
    "{}{}".format,
    st.integers(1901, 2099),
    st.sampled_from(
        ["", "-H1", "-H2", *(f"-Q{q}" for q in range(1, 5)), *(f"-{m:02d}" for m in range(1, 13))]
    ),
)


class TestPeriod:
    @pytest.mark.parametrize(
        ("code", "name", "from_on", "to_on"),
        [
            ("2025", "năm 2025", date(2025, 1, 1), date(2026, 1, 1)),
            ("2025-H1", "6 tháng đầu năm 2025", date(2025, 1, 1), date(2025, 7, 1)),
            ("2025-H2", "6 tháng cuối năm 2025", date(2025, 7, 1), date(2026, 1, 1)),
            ("2025-Q1", "quý I năm 2025", date(2025, 1, 1), date(2025, 4, 1)),
            ("2025-Q2", "quý II năm 2025", date(2025, 4, 1), date(2025, 7, 1)),
            ("2025-Q3", "quý III năm 2025", date(2025, 7, 1), date(2025, 10, 1)),
            ("2025-Q4", "quý IV năm 2025", date(2025, 10, 1), date(2026, 1, 1)),
            ("2025-05", "tháng 5 năm 2025", date(2025, 5, 1), date(2025, 6, 1)),
            ("2025-12", "tháng 12 năm 2025", date(2025, 12, 1), date(2026, 1, 1)),
        ],
    )
    def test_parse(self, code: str, name: str, from_on: date, to_on: date) -> None:
        period = Period.parse(code)
        assert period == Period(code, from_on, to_on)
        assert period.name == name
        assert str(period) == code

    def test_lenient_writing_has_one_code(self) -> None:
        assert Period.parse(" 2025-q2 ").code == "2025-Q2"
        assert Period.parse("2025-5").code == "2025-05"
        assert Period.parse(2025).code == "2025"

    @pytest.mark.parametrize(
        "text", ["2025-Q5", "2025-H3", "2025-13", "2025-00", "Q2", "", None, "0001", "20255"]
    )
    def test_nonsense_names_the_forms(self, text: object) -> None:
        with pytest.raises(PeriodError, match=r"2025-H1.*2025-Q1.*2025-01"):
            Period.parse(text)

    @given(CODES)
    def test_neighbours(self, code: str) -> None:
        period = Period.parse(code)
        assert Period.parse(period.code) == period
        assert period.next().from_on == period.to_on
        assert period.next().previous() == period
        assert period.previous().to_on == period.from_on
        assert period.length == period.next().length == len(period.months())
        last_year = period.same_last_year()
        assert (last_year.from_on.year, last_year.from_on.month) == (
            period.from_on.year - 1,
            period.from_on.month,
        )
        assert last_year.length == period.length
        months = period.months()
        assert months[0].from_on == period.from_on and months[-1].to_on == period.to_on
        assert all(a.to_on == b.from_on for a, b in pairwise(months))

    def test_edges(self) -> None:
        quarter = Period.parse("2025-Q2")
        assert quarter.last_day == date(2025, 6, 30)
        assert quarter.contains(date(2025, 4, 1)) and date(2025, 6, 30) in quarter
        assert not quarter.contains(date(2025, 7, 1)) and date(2025, 3, 31) not in quarter
        assert [m.code for m in quarter.months()] == ["2025-04", "2025-05", "2025-06"]
        assert Period.parse("2025-01").previous().code == "2024-12"
        assert Period.parse("2024-02").last_day == date(2024, 2, 29)

    @given(st.dates(date(1901, 1, 1), date(2099, 12, 31)))
    def test_of_a_day(self, day: date) -> None:
        for period, length in (
            (Period.month_of(day), 1),
            (Period.quarter_of(day), 3),
            (Period.half_of(day), 6),
            (Period.year_of(day), 12),
        ):
            assert day in period
            assert period.length == length
            assert Period.parse(period.code) == period


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("day", "works"),
        [
            (date(2026, 11, 18), True),
            (date(2026, 11, 21), False),  # Saturday
            (date(2026, 11, 22), False),  # Sunday
            (date(2026, 9, 2), False),  # National Day
            (date(2025, 1, 29), False),  # Tết
            (date(2026, 4, 27), False),  # in lieu of the Hùng Kings' day, a Sunday
            (date(2025, 5, 2), False),  # swapped …
            (date(2025, 4, 26), True),  # … for this Saturday
        ],
    )
    def test_is_working_day(self, day: date, works: bool) -> None:
        assert is_working_day(day) is works

    def test_add_working_days(self) -> None:
        friday = date(2026, 11, 13)
        assert add_working_days(friday, 0) == friday
        assert add_working_days(friday, 1) == date(2026, 11, 16)
        assert add_working_days(date(2026, 11, 14), 1) == date(2026, 11, 16)
        assert add_working_days(date(2026, 11, 16), -1) == friday
        # Tết 2025: 25/01 to 02/02 off
        assert add_working_days(date(2025, 1, 24), 1) == date(2025, 2, 3)

    @given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(1, 40))
    def test_adding_and_counting_agree(self, day: date, count: int) -> None:
        end = add_working_days(day, count)
        assert is_working_day(end)
        assert working_days_between(day, end) == count
        assert working_days_between(end, day) == -count
