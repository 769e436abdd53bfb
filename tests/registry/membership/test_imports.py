"""Lists of members: read, matched with the register, written, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.imports.actions import CannotUndo, commit, decide, preview, take_in, undo
from congdoan.foundation.imports.models import ImportRow, ImportRun
from congdoan.foundation.imports.queries import result
from congdoan.foundation.imports.reading import FileRefused
from congdoan.foundation.measures.queries import differences, stock
from congdoan.foundation.units.models import Unit
from congdoan.registry.membership.actions import Departure, depart
from congdoan.registry.membership.models import Membership, Movement
from congdoan.registry.people.models import Person
from tests.factories.people import make_members
from tests.factories.sheets import HEADINGS, PEOPLE, members, write_csv, write_xlsx
from tests.factories.tree import Tree
from tests.factories.users import make_actor

ON = date(2026, 11, 10)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def bring(
    actor: Actor,
    unit: Unit,
    rows: Sequence[Sequence[Any]],
    folder: Path,
    *,
    write: bool = True,
    on: date = ON,
    **options: str,
) -> ImportRun:
    path = write_xlsx(folder / "ds.xlsx", rows)
    run = take_in(
        actor=actor,
        on=on,
        kind="members",
        unit=unit,
        name="ds.xlsx",
        chunks=[path.read_bytes()],
        options={"as": options.get("as_kind", "admit")},
    )
    run = preview(actor=actor, run=run)
    return commit(actor=actor, run=run) if write else run


def row(run: ImportRun, number: int) -> ImportRow:
    return ImportRow.objects.get(run=run, number=number)


def words(run: ImportRun, number: int) -> str:
    return " ".join(item["message"] for item in row(run, number).messages)


def count(unit: Unit, on: date = ON) -> int:
    return stock("members", [unit.pk], on=on)[unit.pk]


def test_a_list_is_previewed_without_writing_then_written(tree: Tree, system: Actor, tmp_path: Path) -> None:
    union = tree.unions["NA1"]
    run = bring(system, union, members(), tmp_path, write=False)
    assert result(run) == {
        "import_id": run.pk,
        "rows": 3,
        "created": 3,
        "updated": 0,
        "unchanged": 0,
        "doubtful": 0,
        "refused": [],
    }
    assert not Person.objects.exists()
    assert count(union) == 0
    commit(actor=system, run=run)
    run.refresh_from_db()
    assert result(run)["created"] == 3
    assert count(union) == count(tree.root) == 3
    an = Person.objects.get(full_name="Nguyễn Thị An")
    assert (an.birth_on, an.sex) == (date(1990, 3, 8), "f")
    assert Membership.objects.get(person=an).unit == union
    assert not differences()
    # Nothing of a citizen id lies open in the staging rows.
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(r::text, '') FROM imports_importrow r")
        assert PEOPLE[0][3] not in cursor.fetchone()[0]


def test_no_identity_number_lies_open_under_the_files(
    tree: Tree, system: Actor, tmp_path: Path, settings: Any
) -> None:
    path = write_csv(tmp_path / "ds.csv", members(), encoding="utf-8", delimiter=";")
    assert PEOPLE[0][3].encode() in path.read_bytes()
    run = take_in(
        actor=system,
        on=ON,
        kind="members",
        unit=tree.unions["NA1"],
        name="ds.csv",
        chunks=[path.read_bytes()],
    )
    run = commit(actor=system, run=preview(actor=system, run=run))
    assert run.counts["created"] == 3
    stored = [found for found in Path(settings.MEDIA_ROOT).rglob("*") if found.is_file()]
    assert stored
    for found in stored:
        assert not any(person[3].encode() in found.read_bytes() for person in PEOPLE)


def test_the_same_list_again_changes_nothing(tree: Tree, system: Actor, tmp_path: Path) -> None:
    bring(system, tree.unions["NA1"], members(), tmp_path)
    again = bring(system, tree.unions["NA1"], members(), tmp_path)
    assert result(again)["unchanged"] == 3
    assert result(again)["created"] == 0
    assert Person.objects.count() == 3
    # Without the numbers too: name, birth date and sex are exactly those of one member.
    bare = [cells[:4] for cells in members()]
    third = bring(system, tree.unions["NA1"], bare, tmp_path)
    assert result(third)["unchanged"] == 3


def test_rows_are_refused_one_by_one_with_what_to_do(tree: Tree, system: Actor, tmp_path: Path) -> None:
    extra = [
        [4, "Phạm Văn Giang", "31/02/1985", "Nam", "001085000111"],
        [5, "", "01/02/1985", "Nam", "001085000112"],
        [6, "Đỗ Thị Hà", "", "Nữ", ""],
        [7, "Vũ Văn Khoa", "01/02/1985", "Khác", "001085000113"],
        [8, "Nguyễn Thị An", "08/03/1990", "Nữ", "001190000123"],
        [9, "Bùi Thị Lan", "01/01/2030", "Nữ", "001190000199"],
    ]
    run = bring(system, tree.unions["NA1"], members(extra), tmp_path)
    found = result(run)
    assert found["created"] == 3
    assert found["rows"] == 9
    by_row = {item["row"]: item for item in found["refused"]}
    assert sorted(by_row) == [8, 9, 10, 11, 12, 13]
    assert by_row[8]["column"] == "Ngày sinh"
    assert "31/02/1985" in by_row[8]["message"]
    assert "Thiếu họ và tên" in by_row[9]["message"]
    assert "số định danh" in by_row[10]["message"]
    assert "Nam hoặc Nữ" in by_row[11]["message"]
    assert "dòng 5" in by_row[12]["message"]
    assert "chưa đến" in by_row[13]["message"]


def test_notes_signatures_and_numbers_of_columns_are_no_rows(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    rows = [
        HEADINGS,
        [1, 2, 3, 4, 5],
        *[[number, *person] for number, person in enumerate(PEOPLE, 1)],
        HEADINGS,
        ["Tổ may 1"],
        ["", "Tổng cộng: 3 người"],
        ["", "NGƯỜI LẬP BIỂU", "", "TM. BAN CHẤP HÀNH"],
    ]
    run = bring(system, tree.unions["NA1"], rows, tmp_path)
    assert result(run)["rows"] == 3
    assert result(run)["created"] == 3
    assert "Đã bỏ qua" in run.notices[0]


def test_known_people_are_completed_by_number(tree: Tree, system: Actor, tmp_path: Path) -> None:
    bring(system, tree.unions["NA1"], members(), tmp_path)
    headings = [*HEADINGS, "Điện thoại", "Nơi ở"]
    rows = [headings, [1, *PEOPLE[0], "0912 345 678", "Số 5 đường Hoa"]]
    run = bring(system, tree.unions["NA1"], rows, tmp_path, write=False)
    assert row(run, 2).outcome == "update"
    assert "điện thoại" in words(run, 2)
    commit(actor=system, run=run)
    an = Person.objects.get(full_name="Nguyễn Thị An")
    assert (an.phone, an.address) == ("0912345678", "Số 5 đường Hoa")
    undo(actor=system, run=run)
    an.refresh_from_db()
    assert (an.phone, an.address) == ("", "")
    assert count(tree.unions["NA1"]) == 3


def test_same_name_and_birth_without_a_number_is_left_to_the_officer(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    union = tree.unions["NA1"]
    bring(system, union, members(), tmp_path)
    rows = [[*HEADINGS[:4], "Điện thoại"], [1, "Nguyễn Thị An", "08/03/1990", "Nữ", "0912345678"]]
    run = bring(system, union, rows, tmp_path, write=False)
    assert row(run, 2).outcome == "doubtful"
    assert decide(actor=system, run=run, rows=None, choice="same") == 1
    commit(actor=system, run=run)
    run.refresh_from_db()
    assert result(run)["updated"] == 1
    assert result(run)["doubtful"] == 0
    assert Person.objects.get(full_name="Nguyễn Thị An").phone == "0912345678"
    again = bring(
        system,
        union,
        [[*HEADINGS[:4], "Điện thoại"], [1, *PEOPLE[0][:3], "0987654321"]],
        tmp_path,
        write=False,
    )
    decide(actor=system, run=again, rows=None, choice="new")
    commit(actor=system, run=again)
    assert Person.objects.filter(full_name="Nguyễn Thị An").count() == 2
    assert count(union) == 4


def test_undecided_rows_stay_out(tree: Tree, system: Actor, tmp_path: Path) -> None:
    bring(system, tree.unions["NA1"], members(), tmp_path)
    rows = [[*HEADINGS[:4], "Điện thoại"], [1, *PEOPLE[0][:3], "0912345678"]]
    run = bring(system, tree.unions["NA1"], rows, tmp_path)
    assert result(run)["doubtful"] == 1
    assert result(run)["updated"] == 0
    assert Person.objects.get(full_name="Nguyễn Thị An").phone == ""


def test_a_member_of_another_unit_is_doubtful_and_may_be_transferred(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    bring(system, tree.unions["NA1"], members(), tmp_path)
    run = bring(system, tree.unions["NA2"], members(), tmp_path, write=False)
    assert result(run)["doubtful"] == 3
    assert "CĐCS NA 1" in words(run, 5)
    decide(actor=system, run=run, rows=[row(run, 5).pk], choice="same")
    commit(actor=system, run=run)
    assert count(tree.unions["NA1"]) == 2
    assert count(tree.unions["NA2"]) == 1
    assert Movement.objects.filter(kind="transfer_in").count() == 1
    assert not differences()
    undo(actor=system, run=ImportRun.objects.get(pk=run.pk))
    assert count(tree.unions["NA1"]) == 3
    assert not differences()


def test_where_a_member_is_stays_hidden_outside_ones_scope(
    tree: Tree, system: Actor, today: date, tmp_path: Path
) -> None:
    bring(system, tree.unions["SA1"], members(), tmp_path)
    officer = make_actor(today, tree.north)
    run = bring(officer, tree.unions["NA1"], members(), tmp_path, write=False)
    assert result(run)["doubtful"] == 3
    for number in (5, 6, 7):
        assert "ngoài phạm vi" in words(run, number)
        assert "SA" not in words(run, number)
        assert row(run, number).matched_id is None
    assert decide(actor=officer, run=run, rows=None, choice="same") == 0
    # A wrong name for a number that exists elsewhere does not tell whose it is.
    wrong = [HEADINGS, [1, "Hoàng Văn Tú", "01/01/1980", "Nam", PEOPLE[0][3]]]
    run = bring(officer, tree.unions["NA1"], wrong, tmp_path, write=False)
    assert "An" not in words(run, 2).replace("An toàn", "")


def test_who_left_comes_back_with_the_same_record(tree: Tree, system: Actor, tmp_path: Path) -> None:
    bring(system, tree.unions["NA1"], members(), tmp_path, on=date(2026, 1, 5))
    an = Person.objects.get(full_name="Nguyễn Thị An")
    depart(actor=system, items=[Departure(an, "leave", date(2026, 6, 1))])
    run = bring(system, tree.unions["NA2"], [HEADINGS, [1, *PEOPLE[0]]], tmp_path)
    assert result(run)["created"] == 1
    assert Person.objects.count() == 3
    assert Movement.objects.get(person=an, unit=tree.unions["NA2"]).kind == "readmit"


def test_undo_reverses_in_the_ledger_and_the_list_may_come_again(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    union = tree.unions["NA1"]
    rows = [cells[:4] for cells in members()]
    run = bring(system, union, rows, tmp_path)
    assert count(union) == 3
    undo(actor=system, run=run)
    run.refresh_from_db()
    assert run.state == "undone"
    assert count(union) == 0
    assert not Membership.objects.exists()
    assert not differences()
    again = bring(system, union, rows, tmp_path)
    assert result(again)["created"] == 3
    assert Person.objects.count() == 3
    assert count(union) == 3


def test_undo_is_refused_when_something_rests_on_it(tree: Tree, system: Actor, tmp_path: Path) -> None:
    run = bring(system, tree.unions["NA1"], members(), tmp_path)
    an = Person.objects.get(full_name="Nguyễn Thị An")
    depart(actor=system, items=[Departure(an, "leave", date(2026, 11, 15))])
    with pytest.raises(CannotUndo) as caught:
        undo(actor=system, run=run)
    (obstacle,) = caught.value.obstacles
    assert (obstacle.number, obstacle.label) == (5, "Nguyễn Thị An")
    assert count(tree.unions["NA1"]) == 3


def test_several_unions_in_one_list(tree: Tree, system: Actor, tmp_path: Path) -> None:
    headings = [*HEADINGS, "Đơn vị"]
    rows = [
        headings,
        [1, *PEOPLE[0], "NA1"],
        [2, *PEOPLE[1], "CĐCS NB 2"],
        [3, *PEOPLE[2], "SA1"],
    ]
    run = bring(system, tree.north, rows, tmp_path)
    found = result(run)
    assert found["created"] == 2
    assert "SA1" in found["refused"][0]["message"]
    assert count(tree.unions["NA1"]) == count(tree.unions["NB2"]) == 1
    with pytest.raises(FileRefused, match="không trực tiếp có đoàn viên"):
        bring(system, tree.north, members(), tmp_path)


def test_days_opening_balances_and_the_unions_life(tree: Tree, system: Actor, tmp_path: Path) -> None:
    union = tree.unions["NA1"]
    headings = [*HEADINGS, "Ngày vào công đoàn"]
    rows = [
        headings,
        [1, *PEOPLE[0], "01/05/2024"],
        [2, *PEOPLE[1], "01/05/2012"],
        [3, *PEOPLE[2], ""],
    ]
    run = bring(system, union, rows, tmp_path)
    assert result(run)["created"] == 2
    assert "chưa thành lập" in result(run)["refused"][0]["message"]
    assert count(union, date(2024, 5, 1)) == 1
    other = tree.unions["NA2"]
    numbers = [[*cells[:4], f"00{index}190000999", cells[5]] for index, cells in enumerate(rows[1:], 1)]
    run = bring(system, other, [headings, *numbers], tmp_path, as_kind="opening", on=date(2025, 1, 1))
    assert result(run)["created"] == 3
    assert count(other, date(2025, 1, 1)) == 3
    assert set(Movement.objects.filter(unit=other).values_list("kind", flat=True)) == {"opening"}
    assert Membership.objects.get(unit=other, joined_on=date(2012, 5, 1))


def test_foreign_workers_follow_the_law(tree: Tree, system: Actor, tmp_path: Path) -> None:
    headings = [
        *("Họ và tên", "Ngày sinh", "Số hộ chiếu", "Quốc tịch"),
        *("Hợp đồng từ ngày", "Hợp đồng đến ngày", "Ngày làm đơn"),
    ]
    rows = [
        headings,
        ["KIM MIN SOO", "01/02/1985", "M1234567", "Hàn Quốc", "01/01/2026", "31/12/2026", "01/11/2026"],
        ["LI WEI", "01/02/1986", "E7654321", "Trung Quốc", "01/06/2026", "30/11/2026", "01/11/2026"],
        ["JOHN SMITH", "01/02/1987", "GB123456", "Ở đâu đó", "", "", ""],
    ]
    run = bring(system, tree.unions["NA1"], rows, tmp_path)
    found = result(run)
    assert found["created"] == 1
    assert "12 tháng" in found["refused"][0]["message"]
    assert "quốc tịch" in found["refused"][1]["message"]
    assert Person.objects.get().nationality == "KR"


def test_only_who_may_bring_lists_in_here(tree: Tree, today: date, tmp_path: Path) -> None:
    for number, (unit, role) in enumerate(
        [(None, "officer"), (tree.south, "officer"), (tree.north_a, "viewer"), (tree.unions["NA1"], "viewer")]
    ):
        del number
        with pytest.raises(Forbidden):
            bring(make_actor(today, unit, role), tree.unions["NA1"], members(), tmp_path)
    superior = make_actor(today, tree.north, "leader")
    assert result(bring(superior, tree.unions["NA1"], members(), tmp_path))["created"] == 3


def test_somebody_was_faster(tree: Tree, system: Actor, tmp_path: Path) -> None:
    run = bring(system, tree.unions["NA1"], members(), tmp_path, write=False)
    make_members(system, tree.unions["NA2"], ON, citizen_id=PEOPLE[0][3], full_name=PEOPLE[0][0])
    commit(actor=system, run=run)
    run.refresh_from_db()
    found = result(run)
    assert found["created"] == 2
    assert [item["row"] for item in found["refused"]] == [5]
    assert not differences()
