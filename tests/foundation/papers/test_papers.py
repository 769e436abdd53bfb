"""A body's own templates: checked, by date, inherited, and only for whom it is right."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.files.models import StoredFile
from congdoan.foundation.papers.actions import (
    TemplateRefused,
    check_template,
    stop_using,
    upload_template,
    use_again,
)
from congdoan.foundation.papers.catalogue import Paper, papers
from congdoan.foundation.papers.models import TemplateVersion
from congdoan.foundation.papers.queries import AbsentData, in_force, write_paper
from congdoan.foundation.units.models import Unit
from congdoan.kit.documents import render_docx
from tests.factories.officers import officer
from tests.factories.tree import Tree
from tests.factories.users import make_actor
from tests.foundation.papers.test_marks import drawn

CODE = "admission-decision"
BODY = (
    "{{ issuer }} {{ subject }} {{ whom }} {{ since }}",
    "{% for item in people %}{{ item.number }}. {{ item.name }}{% endfor %}",
)


@pytest.fixture
def paper() -> Paper:
    return papers()[CODE]


def words(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


def put(actor: Actor, unit: Unit, title: str, from_on: date) -> TemplateVersion:
    return upload_template(
        actor=actor,
        unit=unit,
        paper=papers()[CODE],
        name=f"{title}.docx",
        content=drawn(title, *BODY),
        from_on=from_on,
        reason="Theo mẫu mới của cơ quan",
    )


def first_line(unit: Unit, on: date) -> str:
    return words(write_paper(CODE, papers()[CODE].sample, unit=unit, on=on)).splitlines()[0]


def test_every_shipped_template_passes_its_own_check_and_its_sample_fills_it() -> None:
    assert CODE in papers()
    for paper in papers().values():
        check_template(paper, paper.template.read_bytes())
        assert render_docx(paper.template, paper.sample)
        for item in paper.fields:
            assert item.name in paper.sample, f"{paper.code}: {item.name} has no sample"


def test_the_nearest_template_above_holds_from_its_day(tree: Tree, system: Actor, paper: Paper) -> None:
    union = tree.unions["NA1"]
    put(system, tree.north, "Mẫu tỉnh", date(2026, 3, 1))
    put(system, tree.north_a, "Mẫu huyện", date(2026, 6, 1))
    assert in_force(union, date(2026, 2, 28))[CODE].version is None
    assert first_line(union, date(2026, 3, 1)) == "Mẫu tỉnh"
    assert first_line(union, date(2026, 6, 1)) == "Mẫu huyện"
    assert first_line(tree.unions["NB1"], date(2026, 6, 1)) == "Mẫu tỉnh"
    assert in_force(tree.unions["SA1"], date(2026, 6, 1))[CODE].version is None
    stop_using(actor=system, unit=tree.north_a, paper=paper, from_on=date(2026, 9, 1), reason="Dùng chung")
    assert first_line(union, date(2026, 8, 31)) == "Mẫu huyện"
    assert first_line(union, date(2026, 9, 1)) == "Mẫu tỉnh"


def test_an_older_template_comes_back_and_nothing_is_lost(tree: Tree, system: Actor, paper: Paper) -> None:
    first = put(system, tree.north, "Mẫu một", date(2026, 3, 1))
    put(system, tree.north, "Mẫu hai", date(2026, 4, 1))
    use_again(actor=system, version=first, paper=paper, from_on=date(2026, 5, 1), reason="Mẫu hai sai lề")
    days = (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
    assert [first_line(tree.north, day) for day in days] == ["Mẫu một", "Mẫu hai", "Mẫu một"]
    put(system, tree.north, "Mẫu ba", date(2026, 5, 1))
    assert first_line(tree.north, date(2026, 5, 1)) == "Mẫu ba"  # of one day, what was recorded last
    assert TemplateVersion.objects.count() == 4
    assert AuditEntry.objects.filter(verb="papers.template", unit_id=tree.north.pk).count() == 4


def test_what_is_wrong_with_a_template_is_listed_and_nothing_kept(
    tree: Tree, system: Actor, paper: Paper
) -> None:
    content = drawn(
        "{{ isuer }} {{ subject }} {{ whom }}", "{% for x in people %}{{ x.nam }}{{ x }}{% endfor %}"
    )
    with pytest.raises(TemplateRefused) as refused:
        upload_template(
            actor=system,
            unit=tree.north,
            paper=paper,
            name="a.docx",
            content=content,
            from_on=date(2026, 3, 1),
            reason="thử",
        )
    told = " ".join(refused.value.faults)
    assert "Không có trường “isuer”. Có phải “issuer”?" in told
    assert "Không có trường “nam” trong danh sách “people”. Có phải “name”?" in told
    assert "Thiếu trường bắt buộc “issuer”" in told
    assert "Thiếu trường bắt buộc “since”" in told
    assert "phải ghi rõ trường của dòng" in told
    assert not TemplateVersion.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_paper_without_its_data_is_a_list_and_no_file(tree: Tree, paper: Paper) -> None:
    values: dict[str, Any] = {
        **paper.sample,
        "whom": "",
        "people": [{**paper.sample["people"][0], "name": ""}],
    }
    with pytest.raises(AbsentData) as absent:
        write_paper(CODE, values, unit=tree.north, on=date(2026, 3, 1))
    assert absent.value.fields == ("Kết nạp ai", "Họ và tên (dòng 1)")


def test_only_who_may_design_there_changes_a_template(tree: Tree, today: date, paper: Paper) -> None:
    for actor in (
        make_actor(today, tree.south, "leader"),
        make_actor(today, tree.north, "viewer"),
        make_actor(today, tree.unions["NA1"], "leader"),
    ):
        with pytest.raises(Forbidden):
            put(actor, tree.north_a, "Mẫu", date(2026, 3, 1))
    leader = make_actor(today, tree.north, "leader")
    version = put(leader, tree.north_a, "Mẫu", date(2026, 3, 1))
    assert version.recorded_by == leader.user
    with pytest.raises(Forbidden):
        use_again(
            actor=make_actor(today, tree.south_a, "leader"),
            version=version,
            paper=paper,
            from_on=date(2026, 4, 1),
            reason="x",
        )
    assert TemplateVersion.objects.count() == 1


def test_reading_what_is_in_force_costs_the_same_for_any_number(
    tree: Tree, system: Actor, django_assert_max_num_queries: Any
) -> None:
    for month in range(1, 6):
        put(system, tree.north, f"Mẫu {month}", date(2026, month, 1))
    with django_assert_max_num_queries(4):
        in_force(tree.unions["NA1"], date(2026, 6, 1))


def test_the_pages(tree: Tree, client: Client) -> None:
    client.force_login(officer("can-bo", "officer", tree.north_a))
    listed = client.get(reverse("papers:home"), follow=True)
    assert "Quyết định kết nạp đoàn viên" in listed.text
    assert "Mẫu gốc" in listed.text
    address = reverse("papers:paper", args=[tree.north_a.code, CODE])
    data = {"from_on": "01/03/2026", "reason": "Logo mới"}
    wrong = SimpleUploadedFile("a.docx", drawn("{{ isuer }}"))
    refused = client.post(address, {**data, "file": wrong})
    assert refused.status_code == 422
    assert "Có phải “issuer”?" in refused.text
    sent = client.post(
        address, {**data, "file": SimpleUploadedFile("a.docx", drawn("Mẫu huyện", *BODY))}, follow=True
    )
    assert "Mẫu riêng của đơn vị, từ ngày 01/03/2026" in sent.text
    assert "Logo mới" in sent.text
    seen = client.get(reverse("papers:preview", args=[tree.north_a.code, CODE]))
    assert words(seen.content).startswith("Mẫu huyện")
    assert client.get(reverse("papers:current", args=[tree.north_a.code, CODE])).content == drawn_of(
        tree.north_a
    )
    below = client.get(reverse("papers:paper", args=["NA1", CODE]))
    assert "Mẫu của LĐLĐ huyện Bắc A" in below.text
    version = TemplateVersion.objects.get()
    for name, more in (("papers:again", [version.pk]), ("papers:stop", [])):
        page = reverse(name, args=[tree.north_a.code, CODE, *more])
        assert client.get(page).status_code == 200
        assert client.post(page, {"from_on": "02/03/2026", "reason": ""}).status_code == 422
        assert client.post(page, {"from_on": "02/03/2026", "reason": "đổi"}).status_code == 302
    assert in_force(tree.north_a, date(2026, 3, 2))[CODE].version is None
    assert client.get(reverse("papers:list", args=["NB"])).status_code == 404


def drawn_of(unit: Unit) -> bytes:
    return in_force(unit, date(2026, 11, 18))[CODE].content()
