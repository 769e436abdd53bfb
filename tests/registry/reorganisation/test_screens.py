"""Doors of reorganisations: what a form makes, what a list makes, what is refused, and what is shown afterwards."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from xlsxwriter import Workbook

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.jobs.actions import run_now
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.measures.actions import fold
from congdoan.registry.membership.actions import Departure, depart
from congdoan.registry.membership.queries import members_on
from congdoan.registry.reorganisation.decision_lists import read_decision_list, write_decision_list
from congdoan.registry.reorganisation.models import Reorganisation
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.registry.reorganisation.ground import DAY, decide, faults

JOINED = date(2025, 3, 1)


@pytest.fixture
def peopled(tree: Tree, system: Actor) -> Tree:
    for number, (_, unit) in enumerate(sorted(tree.unions.items())):
        make_members(system, unit, JOINED, number + 2, start=number * 20)
    fold()
    return tree


@pytest.fixture
def leader(peopled: Tree) -> User:
    return officer("lanh-dao", "leader", peopled.north)


@pytest.fixture
def client(leader: User) -> Client:
    made = Client()
    made.force_login(leader)
    return made


def begun(client: Client, tree: Tree) -> Reorganisation:
    answer = client.post(
        reverse("reorganisation:create"),
        {
            "title": "Sáp nhập hai công đoàn phía Bắc",
            "authority": f"{tree.north.name} ({tree.north.code})",
            "effective_on": "2026-07-01",
            "number": "",
            "issued_on": "",
            "note": "",
        },
    )
    made = Reorganisation.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("reorganisation:decision", args=[made.pk])
    return made


def at(name: str, made: Reorganisation, **more: Any) -> str:
    return reverse(f"reorganisation:{name}", kwargs={"pk": made.pk, **more})


def work_is_done() -> JobRun:
    """The newest work in the background, done here and now."""
    return run_now(JobRun.objects.order_by("-pk")[0])


def test_a_merger_from_the_first_form_to_the_undo(client: Client, peopled: Tree) -> None:
    one, other = peopled.unions["NA1"], peopled.unions["NA2"]
    n_one, n_other = members_on(one.pk, DAY).count(), members_on(other.pk, DAY).count()
    made = begun(client, peopled)
    answer = client.post(
        at("add_step", made, kind="merge"), {"units": ["NA1", ""], "into": f"{other.name} (NA2)"}
    )
    assert answer.status_code == 302
    assert made.steps.get().arguments == {"units": ["NA1"], "into": "NA2"}
    page = client.get(at("decision", made)).text
    assert "Sáp nhập" in page and one.name in page and "vào" in page

    # Before a check there is nothing to carry out.
    assert client.get(at("commit", made)).headers["Location"] == at("decision", made)
    answer = client.post(at("check", made))
    assert answer.headers["Location"] == at("sheet", made)
    page = client.get(at("sheet", made)).text
    assert "khớp đến người cuối cùng" in page and "Không còn lỗi" in page
    book = client.get(at("sheet_workbook", made))
    assert book.content[:2] == b"PK"
    assert members_on(other.pk, DAY).count() == n_other

    made.refresh_from_db()
    seen = made.checked_at.isoformat() if made.checked_at else ""
    paper = {"number": "12/QĐ-LĐLĐ", "issued_on": "2026-06-20", "seen": seen}
    assert client.post(at("commit", made), paper).status_code == 422
    assert not JobRun.objects.exists()
    answer = client.post(at("commit", made), paper | {"agreed": "on"})
    assert answer.headers["Location"] == at("decision", made)
    assert "Bạn có thể rời trang này" in client.get(at("decision", made)).text
    assert work_is_done().state == "done"
    made.refresh_from_db()
    assert made.state == "committed" and made.number == "12/QĐ-LĐLĐ"
    assert members_on(other.pk, DAY).count() == n_one + n_other
    assert "Đã thực hiện" in client.get(at("decision", made)).text

    assert "Hiện không có việc nào ngăn cản" in client.get(at("undo", made)).text
    assert client.post(at("undo", made), {"reason": ""}).status_code == 422
    client.post(at("undo", made), {"reason": "Ban hành nhầm ngày"})
    assert work_is_done().state == "done"
    made.refresh_from_db()
    assert made.state == "undone"
    assert members_on(one.pk, DAY).count() == n_one
    assert "Ban hành nhầm ngày" in client.get(at("decision", made)).text
    fold()
    assert faults() == []


def test_a_check_that_was_read_before_another_must_be_read_again(client: Client, peopled: Tree) -> None:
    made = begun(client, peopled)
    client.post(
        at("add_step", made, kind="rename"), {"unit": "NA1", "name": "CĐCS Tên mới", "short_name": ""}
    )
    client.post(at("check", made))
    answer = client.post(
        at("commit", made),
        {"number": "1", "issued_on": "2026-06-20", "agreed": "on", "seen": "2026-01-01T00:00:00+00:00"},
    )
    assert answer.headers["Location"] == at("commit", made)
    assert not JobRun.objects.exists()


def test_what_stands_in_the_way_is_listed(client: Client, peopled: Tree, system: Actor) -> None:
    membership = members_on(peopled.unions["NA1"].pk, DAY).select_related("person")[0]
    made = decide(system, peopled.north, ("merge", {"units": ["NA1"], "into": "NA2"}))
    assert "Hiện không có việc nào ngăn cản" in client.get(at("undo", made)).text
    depart(actor=system, items=[Departure(membership.person, "leave", date(2026, 8, 1), "theo đơn")])
    page = client.get(at("undo", made)).text
    assert "việc đã ghi sau đó" in page and membership.person.full_name in page
    # Whoever asked before that is told by the work in the background, with the same list.
    client.post(at("undo", made), {"reason": "Ban hành nhầm ngày"})
    assert work_is_done().state == "failed"
    page = client.get(at("decision", made)).text
    assert "Chưa hoàn tác được" in page and membership.person.full_name in page


def test_mistakes_are_shown_at_their_step(client: Client, peopled: Tree) -> None:
    made = begun(client, peopled)
    client.post(at("add_step", made, kind="dissolve"), {"unit": "NA1", "to": "", "leave": ""})
    assert made.steps.count() == 0
    client.post(
        at("add_step", made, kind="dissolve"), {"unit": "NA1", "leave": "leave", "reason": "Công ty giải thể"}
    )
    client.post(at("add_step", made, kind="move"), {"units": ["NA1"], "parent": peopled.north_b.code})
    client.post(at("check", made))
    made.refresh_from_db()
    assert made.state == "draft"
    page = client.get(at("sheet", made)).text
    assert "Phải sửa" in page and "đã kết thúc ở một bước trước" in page
    page = client.get(at("decision", made)).text
    assert "phải sửa" in page
    # The step is mended through its form.
    answer = client.get(at("edit_step", made, position=2))
    assert "NA1" in answer.text
    client.post(
        at("edit_step", made, position=2), {"units": ["NA2"], "parent": f"X ({peopled.north_b.code})"}
    )
    assert made.steps.get(position=2).arguments == {"units": ["NA2"], "parent": peopled.north_b.code}
    client.post(at("check", made))
    made.refresh_from_db()
    assert made.state == "checked"
    page = client.get(at("sheet", made)).text
    assert "ra khỏi tổ chức theo quyết định" in page
    # Taking a step out makes the check stale.
    client.post(at("remove_steps", made), {"buoc": ["1"]})
    made.refresh_from_db()
    assert made.state == "draft" and [step.position for step in made.steps.all()] == [1]
    assert "Hãy kiểm tra lại" in client.get(at("decision", made)).text


def test_units_to_be_founded_may_be_named(client: Client, peopled: Tree) -> None:
    made = begun(client, peopled)
    new = {
        "name": "Công đoàn cơ sở Lập Mới",
        "code": "NEW1",
        "kind": "grassroots_union",
        "parent": peopled.north_a.code,
        "sector": "",
    }
    assert client.post(at("add_step", made, kind="found"), new).status_code == 302
    found = client.get(at("suggest", made), {"truong": "into", "into": "lap moi"}).text
    assert "(NEW1)" in found and "lập theo quyết định này" in found
    answer = client.post(
        at("add_step", made, kind="merge"), {"units": ["NA1, NA2"], "into": "Công đoàn cơ sở Lập mới"}
    )
    assert answer.status_code == 302
    assert made.steps.get(position=2).arguments == {"units": ["NA1", "NA2"], "into": "NEW1"}
    answer = client.post(at("add_step", made, kind="merge"), {"units": ["NB1", "không có"], "into": "NEW1"})
    assert answer.status_code == 422 and "không có" in answer.text


@pytest.mark.parametrize(
    ("kind", "sent", "arguments"),
    [
        (
            "merge",
            {
                "units": ["NA1", "NA2"],
                "new_name": "CĐCS Gộp",
                "new_code": "GOP",
                "new_kind": "grassroots_union",
                "new_parent": "{north_a}",
                "new_sector": "",
                "passes_grants": "on",
            },
            {
                "units": ["NA1", "NA2"],
                "new": {"name": "CĐCS Gộp", "code": "GOP", "kind": "grassroots_union", "parent": "{north_a}"},
                "passes_grants": True,
            },
        ),
        (
            "split",
            {
                "unit": "NA1",
                "part0_into": "NA2",
                "part0_enterprises": "DN1\nDN2",
                "part1_into": "",
                "rest": "NB1",
            },
            {"unit": "NA1", "parts": [{"into": "NA2", "enterprises": ["DN1", "DN2"]}], "rest": "NB1"},
        ),
        (
            "end_level",
            {
                "kind": "district",
                "below": "{north}",
                "successors": "{north_a}\tNA1\n",
                "children": "",
                "default": "",
            },
            {"kind": "district", "below": "{north}", "successors": {"{north_a}": "NA1"}},
        ),
        (
            "transfer_authority",
            {"act": "readmit", "from_kind": "district", "to_kind": "", "source": "Điều lệ"},
            {"act": "readmit", "from_kind": "district", "source": "Điều lệ"},
        ),
    ],
)
def test_forms_give_the_arguments_of_their_step(
    client: Client, peopled: Tree, kind: str, sent: dict[str, Any], arguments: dict[str, Any]
) -> None:
    from congdoan.foundation.units.models import UnitVersion

    district = UnitVersion.objects.filter(unit=peopled.north_a).values_list("kind_id", flat=True)[0]

    def real(value: Any) -> Any:
        if isinstance(value, dict):
            return {real(name): real(item) for name, item in value.items()}
        if isinstance(value, list):
            return [real(item) for item in value]
        if not isinstance(value, str):
            return value
        for name in ("north_a", "north"):
            value = value.replace(f"{{{name}}}", getattr(peopled, name).code)
        return district if value == "district" else value

    made = begun(client, peopled)
    answer = client.post(at("add_step", made, kind=kind), real(sent))
    assert answer.status_code == 302, answer.text
    assert made.steps.get().arguments == real(arguments)
    # What was said comes back in the form, and saving it again changes nothing.
    form = client.get(at("edit_step", made, position=1)).context["form"]
    again: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if value not in (None, "", [], False):
            again[field.html_name] = "on" if value is True else value
    assert client.post(at("edit_step", made, position=1), again).status_code == 302
    assert made.steps.get().arguments == real(arguments)
    assert client.get(at("decision", made)).status_code == 200


def listed(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    """A list as an office sends it."""
    out = io.BytesIO()
    with Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "DANH SÁCH SẮP XẾP")
        for line, row in enumerate([("Việc", "Mã đơn vị", "Mã đơn vị nhận", "Tên mới"), *rows], 2):
            for column, value in enumerate(row):
                sheet.write(line, column, value)
    return SimpleUploadedFile("danh sách.xlsx", out.getvalue())


def test_a_list_is_taken_whole_or_not_at_all(
    client: Client, peopled: Tree, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    made = begun(client, peopled)
    answer = client.post(
        at("upload", made), {"file": listed(("Sáp nhập", "NA1", "NA2"), ("Đổi tên", "NB1", "", ""))}
    )
    assert answer.status_code == 422 and "Tên mới" in answer.text and made.steps.count() == 0
    answer = client.post(at("upload", made), {"file": SimpleUploadedFile("a.xlsx", b"not a workbook at all")})
    assert answer.status_code == 422 and made.steps.count() == 0
    answer = client.post(
        at("upload", made), {"file": listed(("Sáp nhập", "NA1", "NA2"), ("Đổi tên", "NB1", "", "CĐCS Mới"))}
    )
    assert answer.status_code == 302
    assert [(step.kind, step.row) for step in made.steps.all()] == [("merge", 4), ("rename", 5)]
    made.refresh_from_db()
    assert made.file is not None and made.file.name == "danh sách.xlsx"
    client.post(at("upload", made), {"file": listed(("Sáp nhập", "NB1", "NB2")), "replace": "on"})
    assert [step.arguments for step in made.steps.all()] == [{"units": ["NB1"], "into": "NB2"}]


def test_a_large_decision_is_checked_in_the_background(client: Client, peopled: Tree, system: Actor) -> None:
    made = decide(
        system,
        peopled.north,
        *[("rename", {"unit": "NA1", "name": f"Tên thứ {number}"}) for number in range(31)],
        done=False,
    )
    answer = client.post(at("check", made))
    assert answer.headers["Location"] == at("decision", made)
    assert work_is_done().state == "done"
    made.refresh_from_db()
    assert made.state == "checked" and made.checked_at and made.checked_at <= timezone.now()


def test_a_neighbour_finds_nothing(peopled: Tree, system: Actor) -> None:
    made = decide(system, peopled.north, ("merge", {"units": ["NA1"], "into": "NA2"}), done=False)
    client = Client()
    client.force_login(officer("nam", "leader", peopled.south))
    for name in ("decision", "sheet", "edit", "commit", "undo", "upload", "suggest", "sheet_workbook"):
        assert client.get(at(name, made)).status_code == 404
    assert made.title not in client.get(reverse("reorganisation:list")).text


def test_an_officer_prepares_but_does_not_carry_out(peopled: Tree, system: Actor) -> None:
    made = decide(system, peopled.north, ("merge", {"units": ["NA1"], "into": "NA2"}), done=False)
    client = Client()
    client.force_login(officer("can-bo", "officer", peopled.north))
    assert client.post(at("check", made)).status_code == 302
    page = client.get(at("decision", made)).text
    assert "Đã kiểm tra xong" in page and reverse("reorganisation:commit", args=[made.pk]) not in page
    assert client.get(at("commit", made)).status_code == 403
    assert client.post(at("commit", made), {"agreed": "on"}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_for_any_number_of_steps(
    client: Client, peopled: Tree, system: Actor, count: int, django_assert_max_num_queries: Any
) -> None:
    made = decide(
        system,
        peopled.north,
        *[("rename", {"unit": code, "name": "Tên khác"}) for code in ("NA1", "NA2", "NB1")[:count]],
        done=False,
    )
    client.get(at("decision", made))
    with django_assert_max_num_queries(22):
        client.get(at("decision", made))


def test_a_written_list_is_read_back_as_it_was(peopled: Tree, tmp_path: Path) -> None:
    path = tmp_path / "danh sach.xlsx"
    # "NA" is the code of a body here, and not the sign for a cell that says nothing.
    write_decision_list(
        path,
        [
            {"action": "Chuyển trực thuộc", "unit": "NB", "target": "NA"},
            {"action": "Đổi tên", "unit": "NA", "name": "Tên mới"},
        ],
    )
    read = read_decision_list(path)
    assert read.problems == []
    assert [(step.kind, step.row) for step in read.steps] == [("move", 4), ("rename", 5)]
    assert read.steps[0].arguments == {"units": ["NB"], "parent": "NA"}
    assert read.steps[1].arguments["unit"] == "NA"
