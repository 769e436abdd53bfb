"""Messages leave only when people are at work."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congdoan.foundation.messaging.hours import (
    VIETNAM,
    OfficeHours,
    next_morning,
    next_working_instant,
    read_hours,
)
from congdoan.foundation.messaging.queries import office_hours

SPANS = [["07:30", "11:30"], ["13:30", "17:00"]]
HOURS = read_hours(SPANS, [], [])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        ("2026-11-18T09:00", "2026-11-18T09:00"),
        ("2026-11-18T07:29:59", "2026-11-18T07:30"),
        ("2026-11-18T07:30", "2026-11-18T07:30"),
        ("2026-11-18T11:30", "2026-11-18T13:30"),  # the end of a span is outside of it
        ("2026-11-18T12:00", "2026-11-18T13:30"),
        ("2026-11-18T17:00", "2026-11-19T07:30"),
        ("2026-11-20T18:00", "2026-11-23T07:30"),  # Friday evening: Monday
        ("2026-11-21T10:00", "2026-11-23T07:30"),  # Saturday
        ("2026-04-29T16:59", "2026-04-29T16:59"),
        ("2026-04-29T17:30", "2026-05-04T07:30"),  # 30/4 and 1/5 before a week-end
        ("2026-09-01T09:00", "2026-09-03T07:30"),  # National Day has two days
        ("2026-12-31T20:00", "2027-01-04T07:30"),  # across a year, 1/1/2027 is a Friday
    ],
)
def test_messages_wait_for_the_next_office_hours(moment: str, leaves: str) -> None:
    assert next_working_instant(at(moment), HOURS) == at(leaves)


def test_nothing_leaves_during_tet() -> None:
    """Tết Bính Ngọ: the first day of the year is 17/2/2026; nobody is at work from the eve to the fourth day."""
    leaves = next_working_instant(at("2026-02-16T09:00"), HOURS)
    assert leaves.date() >= date(2026, 2, 21)
    assert leaves.strftime("%H:%M") == "07:30"


def test_instants_of_other_zones_are_the_same_instant() -> None:
    utc = datetime.fromisoformat("2026-11-18T00:15+00:00")  # 7:15 in Vietnam
    assert next_working_instant(utc, HOURS) == at("2026-11-18T07:30")
    assert next_working_instant(datetime.fromisoformat("2026-11-17T17:30+00:00"), HOURS) == at(
        "2026-11-18T07:30"
    )


def test_days_made_up_are_worked_and_days_off_are_not() -> None:
    hours = read_hours(SPANS, ["2026-11-14"], ["2026-11-16"])
    assert next_working_instant(at("2026-11-14T08:00"), hours) == at("2026-11-14T08:00")
    assert next_working_instant(at("2026-11-14T17:00"), hours) == at("2026-11-17T07:30")


def test_a_digest_goes_at_the_beginning_of_a_working_day() -> None:
    assert next_morning(at("2026-11-18T06:00"), HOURS) == at("2026-11-18T07:30")
    assert next_morning(at("2026-11-18T07:30"), HOURS) == at("2026-11-19T07:30")
    assert next_morning(at("2026-11-18T12:00"), HOURS) == at("2026-11-19T07:30")
    assert next_morning(at("2026-11-20T08:00"), HOURS) == at("2026-11-23T07:30")


@given(st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)))
def test_what_leaves_is_in_office_hours_never_earlier_and_stays(moment: datetime) -> None:
    asked = moment.replace(tzinfo=VIETNAM)
    leaves = next_working_instant(asked, HOURS)
    assert leaves >= asked
    assert HOURS.is_worked(leaves.date())
    assert any(start <= leaves.timetz().replace(tzinfo=None) < end for start, end in HOURS.spans)
    assert next_working_instant(leaves, HOURS) == leaves
    assert leaves - asked < timedelta(days=12)


def test_the_shipped_parameters_are_the_office_hours(standards: None, today: date) -> None:
    assert office_hours(today) == HOURS


@pytest.mark.parametrize(
    ("spans", "made_up", "off", "named"),
    [
        ("07:30", [], [], "office_hours"),
        ([], [], [], "office_hours"),
        ([["11:30", "07:30"]], [], [], "office_hours"),
        ([["07:30", "11:30"], ["11:00", "17:00"]], [], [], "office_hours"),
        (SPANS, ["21/11/2026"], [], "made_up_days"),
        (SPANS, [], "2026-11-21", "days_off"),
    ],
)
def test_a_mistaken_parameter_is_named(spans: object, made_up: object, off: object, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read_hours(spans, made_up, off)


def test_a_calendar_without_working_days_is_refused() -> None:
    never = OfficeHours(HOURS.spans, days_off=frozenset(date(2026, 11, 1) + timedelta(i) for i in range(90)))
    with pytest.raises(ValueError, match="ngày nghỉ"):
        next_working_instant(at("2026-11-18T09:00"), never)
