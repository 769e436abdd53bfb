"""The parts of screens: what they say, that they escape, and that nothing breaks the content security policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.template.loader import render_to_string

from congdoan.kit import charts
from congdoan.kit.templatetags import ui

KIT = Path(ui.__file__).resolve().parents[1]
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (KIT / "static/vendor/icons.svg").read_text()))


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Static addresses as they are written: these tests need no collected, hashed files."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_every_state_is_a_word_and_a_tone() -> None:
    for state, (word, tone) in ui.STATES.items():
        assert ui.state_badge(state) == f'<span class="state state-{tone}">{word}</span>'


def test_a_badge_takes_its_own_words_and_a_bare_tone() -> None:
    assert ui.state_badge("bad", "còn 2 ngày") == '<span class="state state-bad">còn 2 ngày</span>'
    assert ui.state_badge("good") == ""
    assert "&lt;b&gt;" in ui.state_badge("bad", "<b>")
    assert "Chưa có số liệu" in ui.state_badge(None)


def test_a_figure_opens_its_names() -> None:
    assert ui.figure("+1.262", "/doan-vien?x=1&y=2") == (
        '<a class="figure" href="/doan-vien?x=1&amp;y=2">+1.262</a>'
    )
    assert ui.figure("8").startswith("<span")


@pytest.mark.parametrize(
    ("name", "letters"), [("Nguyễn Thị Hoà Lan", "HL"), ("Lan", "L"), ("", "?"), ("Đỗ Ân", "ĐÂ")]
)
def test_initials_end_with_the_given_name(name: str, letters: str) -> None:
    assert f">{letters}<" in ui.avatar(name)


def test_a_target_card_says_all_and_stands_without_figures() -> None:
    card = render(
        "{% target_card target %}",
        target={
            "name": "Thực tăng", "value": "+1.262", "value_url": "/x", "target_words": "/ 1.810", "ratio": 0.7,
            "expected": 0.88, "state": "attention", "forecast": "dự báo 1.745, thiếu 65",
        },
    )  # fmt: skip
    for words in ("Thực tăng", "+1.262", "/ 1.810", "Cần chú ý", "thiếu 65", "đến nay cần 88%"):
        assert words in card
    bare = render("{% target_card target %}", target={"name": "Hầu hết", "target_words": "/ hầu hết"})
    assert "Chưa có số liệu" in bare


def test_a_work_list_without_work_says_so() -> None:
    assert "Đã xong việc" in render("{% work_list items %}", items=[])


class EnterpriseForm(forms.Form):
    name = forms.CharField(label="Tên", help_text="Như trên giấy đăng ký")
    note = forms.CharField(label="Ghi chú", required=False)
    kind = forms.ChoiceField(label="Loại", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def test_a_field_ties_label_help_and_error_together() -> None:
    form = EnterpriseForm({"name": "", "kind": "a"})
    field = render("{% form_field form.name %}", form=form)
    assert '<label for="id_name">Tên</label>' in field
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field
    assert 'id="id_name_helptext"' in field
    assert 'id="id_name_error"' in field
    assert "(không bắt buộc)" in render("{% form_field form.note %}", form=form)
    assert "<fieldset" in render("{% form_field form.kind %}", form=form)
    assert 'href="#id_name"' in render("{% form_errors form %}", form=form)
    assert "form_errors" not in render("{% form_fields form %}", form=EnterpriseForm())


def test_a_form_without_mistakes_shows_no_errors() -> None:
    assert "role=" not in render("{% form_errors form %}", form=EnterpriseForm())


def test_events_show_their_day() -> None:
    shown = render("{% timeline items %}", items=[{"on": date(2026, 3, 1), "title": "Kết nạp"}])
    assert "01/03/2026" in shown
    assert 'datetime="2026-03-01"' in shown


def test_empty_facts_are_a_dash() -> None:
    assert "—" in render("{% definition_list rows %}", rows=[("Điện thoại", "")])


def test_hidden_query_keeps_what_it_is_not_told_to_drop() -> None:
    query = QueryDict("q=may&as_of=2026-01-01&k=1&k=2&x=%22%3E")
    assert ui.hidden_query(query, "as_of") == (
        '<input type="hidden" name="q" value="may"><input type="hidden" name="k" value="1">'
        '<input type="hidden" name="k" value="2"><input type="hidden" name="x" value="&quot;&gt;">'
    )


def test_a_chart_shows_its_question_and_its_table() -> None:
    picture = charts.funnel([("Vận động", 9), ("Công nhận", 3)], title="Dừng ở bước nào", key="way")
    shown = render("{% chart picture %}", picture=picture)
    assert "Dừng ở bước nào" in shown
    assert 'data-chart="way-options"' in shown
    assert '<script id="way-options" type="application/json">' in shown
    assert "<details" in shown
    assert "Chưa có số liệu" in render("{% chart picture %}", picture=charts.trend([], [], title="x"))


def listing(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Doanh nghiệp", "url": "/dn", "has_search": True, "search": "", "search_label": "Tìm",
        "filters": [
            {"name": "khu-vuc", "label": "Khu vực", "kind": "multi", "value": "fdi",
             "options": [{"value": "fdi", "label": "FDI", "selected": True}]},
            {"name": "on-dinh", "label": "Ổn định", "kind": "bool", "value": "", "options": []},
        ],
        "params": {"q": "", "sap": "-ten", "khu-vuc": "fdi"},
        "chips": [{"label": "Khu vực: FDI", "remove_url": "/dn?sap=-ten"}],
        "count_text": "2 doanh nghiệp", "export_url": "/dn.xlsx?khu-vuc=fdi",
        "columns": [
            {"name": "ten", "label": "Tên", "sortable": True, "sort_state": "desc", "sort_url": "/dn?sap=ten"},
            {"name": "ld", "label": "Lao động", "numeric": True},
            {"name": "tt", "label": "Tình trạng"},
        ],
        "rows": [
            {"id": 7, "url": "/dn/7", "selectable": True, "cells": [
                {"text": "<Suối> Hoa"}, {"text": "1.204", "url": "/dv?dn=7"}, {"badge": "behind", "text": ""}]},
        ],
        "next_url": "/dn?sau=x", "previous_url": "",
        "bulk_actions": [{"name": "giao", "label": "Giao", "confirm": "Giao?", "icon": "check"}],
        "saved_views": [], "empty_title": "Chưa có doanh nghiệp", "empty_text": "Hãy nhập danh sách.",
        **changes,
    }  # fmt: skip


def show_list(rf: Any, **changes: Any) -> str:
    return render_to_string("kit/_list.html", {"list": listing(**changes)}, rf.get("/dn", {"khu-vuc": "fdi"}))


def test_a_list_shows_rows_order_chips_and_doors(rf: Any) -> None:
    shown = show_list(rf)
    assert "&lt;Suối&gt; Hoa" in shown
    assert '<a class="figure" href="/dv?dn=7">1.204' in shown
    assert 'aria-sort="descending"' in shown
    assert "Chậm" in shown
    assert 'href="/dn.xlsx?khu-vuc=fdi"' in shown
    assert 'data-label="Lao động"' in shown
    assert 'name="action" value="giao"' in shown
    assert 'rel="next"' in shown
    assert "csrfmiddlewaretoken" in shown
    assert 'action="/dn?khu-vuc=fdi"' in shown


def test_a_change_of_filter_keeps_the_order_and_drops_the_position(rf: Any) -> None:
    shown = show_list(rf)
    assert '<input type="hidden" form="list-filter" name="sap" value="-ten">' in shown
    assert shown.count('name="khu-vuc"') == 1


def test_a_list_without_rows_says_what_to_do(rf: Any) -> None:
    assert "Hãy nhập danh sách." in show_list(rf, rows=[], chips=[], next_url="")
    assert "Bỏ hết điều kiện" in show_list(rf, rows=[], next_url="")


@pytest.mark.parametrize(
    "page", ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"]
)
def test_an_error_page_needs_no_context_and_says_what_to_do(page: str) -> None:
    shown = render_to_string(page)
    assert 'lang="vi"' in shown
    assert "<h1>" in shown
    assert 'href="/"' in shown


def test_the_frame_stands_without_any_context(rf: Any) -> None:
    shown = render_to_string("kit/base.html", {}, rf.get("/"))
    assert 'id="main"' in shown
    assert "Tới nội dung chính" in shown


SOURCES: Mapping[str, str] = {
    str(path.relative_to(KIT)): path.read_text()
    for folder in (KIT.parent,)
    for path in sorted(folder.rglob("templates/**/*.html"))
    if KIT in path.parents
}


@pytest.mark.parametrize("name", SOURCES)
def test_templates_hold_to_the_content_security_policy(name: str) -> None:
    source = SOURCES[name]
    assert not re.search(r"\sstyle\s*=", source)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert "<style" not in source
    assert "hx-on" not in source


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    named: set[str] = set()
    for path in KIT.parent.rglob("templates/**/*.html"):
        source = path.read_text()
        named |= set(re.findall(r'{% icon "([a-z0-9-]+)"', source))
        named |= set(re.findall(r'icon\|default:"([a-z0-9-]+)"', source))
    assert named
    assert named <= SPRITE, f"thêm vào tools/icons.txt rồi chạy make assets: {sorted(named - SPRITE)}"


def test_vendored_files_name_no_source_maps() -> None:
    for path in (KIT / "static/vendor").glob("*.*s"):
        assert "sourceMappingURL" not in path.read_text(), path.name


def test_the_lock_of_assets_names_no_download_address() -> None:
    lock = KIT.parents[1] / "package-lock.json"
    assert '"resolved"' not in lock.read_text()
