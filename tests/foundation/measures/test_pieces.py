"""A span of days is read in few pieces, and exactly."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from congdoan.foundation.measures.queries import _next_month, _pieces

DAYS = st.dates(date(2019, 1, 1), date(2028, 12, 31))


@given(DAYS, st.integers(1, 2000))
def test_pieces_cover_each_day_of_the_span_once_and_no_other(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    counted: Counter[date] = Counter()
    by_grain: Counter[str] = Counter()
    for sign, grain, a, b in _pieces(start, end):
        assert a < b
        by_grain[grain] += (b - a).days
        assert grain != "m" or (b - a).days <= 31 * 6
        day = a
        while day < b:
            if grain == "m":
                assert day.day == 1
                after = _next_month(day)
            elif grain == "y":
                assert (day.month, day.day) == (1, 1)
                after = date(day.year + 1, 1, 1)
            else:
                after = day + timedelta(days=1)
            while day < after:
                counted[day] += sign
                day += timedelta(days=1)
    assert {day for day, n in counted.items() if n} == {start + timedelta(days=n) for n in range(length)}
    assert set(counted.values()) <= {0, 1}
    assert by_grain["d"] <= 31
