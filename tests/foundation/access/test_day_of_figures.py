"""The day of the figures: a past one stays for the session, today's never does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from congdoan.kit.lists import names_url
from tests.factories.tree import Tree
from tests.factories.users import make_actor


@pytest.fixture
def officer(tree: Tree, today: date) -> Client:
    client = Client()
    user = make_actor(today, tree.north).user
    assert user is not None
    client.force_login(user)
    return client


def _day_shown(client: Client, query: str = "") -> date:
    shown = client.get(f"/doan-vien/{query}").context["as_of"]
    assert isinstance(shown, date)
    return shown


def test_a_past_day_is_kept_until_today_is_asked_for(officer: Client) -> None:
    today = timezone.localdate()
    assert _day_shown(officer, "?ngay=2025-06-30") == date(2025, 6, 30)
    assert _day_shown(officer) == date(2025, 6, 30)
    assert _day_shown(officer, "?ngay=") == today
    assert _day_shown(officer) == today


@pytest.mark.parametrize("days_ahead", [0, 1, 400])
def test_a_link_with_todays_date_means_today_and_tomorrow_too(
    officer: Client, monkeypatch: pytest.MonkeyPatch, days_ahead: int
) -> None:
    today = timezone.localdate()
    _day_shown(officer, "?ngay=2025-06-30")
    assert _day_shown(officer, f"?ngay={today + timedelta(days=days_ahead)}") == today
    assert "as_of" not in officer.session or officer.session["as_of"] == ""
    tomorrow = today + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: tomorrow)
    assert _day_shown(officer) == tomorrow


def test_the_day_of_a_figures_link_is_for_its_list_alone(officer: Client) -> None:
    page = officer.get(names_url("membership.members", {"gioi_tinh": "female", "ngay": "2025-06-30"}))
    assert page.context["as_of"] == date(2025, 6, 30)
    # Sorting, filtering and taking away keep to that day; the next page of the house shows today.
    links = [column["sort_url"] for column in page.context["list"]["columns"] if column["sort_url"]]
    assert links and all("ngay=2025-06-30" in link for link in [*links, page.context["list"]["export_url"]])
    assert 'form="list-filter" name="ngay" value="2025-06-30"' in page.text
    assert _day_shown(officer) == timezone.localdate()
    # Where a day is kept, a link to another one changes nothing of it.
    _day_shown(officer, "?ngay=2025-12-31")
    assert _day_shown(officer, "?ngay=2025-06-30&rieng=1") == date(2025, 6, 30)
    assert _day_shown(officer) == date(2025, 12, 31)


def test_what_is_no_day_is_today(officer: Client) -> None:
    assert _day_shown(officer, "?ngay=hom-qua") == timezone.localdate()
    assert _day_shown(officer) == timezone.localdate()
