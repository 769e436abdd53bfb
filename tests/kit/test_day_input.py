"""A day in forms and filters: typed as people write it, shown as dd/mm/yyyy, whatever the browser's language."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django import forms

from congdoan.kit.forms import DayField
from congdoan.kit.templatetags import ui


@pytest.fixture(autouse=True)
def plain_static_files(settings) -> None:  # type: ignore[no-untyped-def]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


class DayForm(forms.Form):
    on = DayField(label="Kể từ ngày")


def box(html: str) -> str:
    """The value of the box that is sent (the calendar beside it has no name)."""
    (named,) = re.findall(r'<input[^>]*name="[^"]+"[^>]*>', html)
    assert 'type="text"' in named
    found = re.search(r'value="([^"]*)"', named)
    return found.group(1) if found else ""


@pytest.mark.parametrize(
    "typed", ["1/7/2025", "01-07-2025", "01072025", "2025-07-01", "1.7.2025", " 01/07/2025 "]
)
def test_every_way_of_writing_a_day_is_read(typed: str) -> None:
    form = DayForm({"on": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["on"] == date(2025, 7, 1)
    assert box(str(form["on"])) == "01/07/2025"


@pytest.mark.parametrize("typed", ["31/02/2025", "2025", "hôm qua", "13/13/2025"])
def test_what_is_no_day_stays_in_the_box_and_is_answered_in_words(typed: str) -> None:
    form = DayForm({"on": typed})
    assert not form.is_valid()
    assert "ngày" in form.errors["on"][0]
    assert box(str(form["on"])) == typed


def test_first_values_are_shown_day_first() -> None:
    assert box(str(DayForm(initial={"on": date(2025, 7, 1)})["on"])) == "01/07/2025"
    assert box(str(DayForm(initial={"on": "2025-07-01"})["on"])) == "01/07/2025"
    assert box(str(DayForm()["on"])) == ""


def test_the_box_keeps_its_label_and_escapes_what_is_typed() -> None:
    html = str(DayForm({"on": '"><script>'})["on"])
    assert "<script>" not in html
    assert 'id="id_on"' in html
    assert html.count("name=") == 1
    assert 'max="2026-11-18"' in ui.day_input("ngay", date(2025, 7, 1), date(2026, 11, 18))
