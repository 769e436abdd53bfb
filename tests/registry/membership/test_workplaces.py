"""The workplace a list of members names: found, written, left to a decision, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.imports import staging
from congdoan.foundation.imports.actions import CannotUndo, commit, decide, preview, take_in, undo
from congdoan.foundation.imports.models import ImportRow, ImportRun
from congdoan.foundation.units.models import Unit
from congdoan.kit.lists import ListContext, filtered, get_list
from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.membership.actions import Admission, admit
from congdoan.registry.membership.imports import workplaces
from congdoan.registry.membership.imports.matching import UnitRows
from congdoan.registry.membership.imports.reading import contract_kind
from congdoan.registry.membership.models import Membership
from congdoan.registry.people.actions import EmploymentData, employ
from congdoan.registry.people.models import Employment, Person
from congdoan.registry.people.queries import employments_of
from tests.factories.people import make_people
from tests.factories.sheets import HEADINGS, PEOPLE, write_xlsx
from tests.factories.tree import FOUNDED, Tree
from tests.factories.users import make_actor

ON = date(2026, 11, 10)
#: Its check figure is right.
TAX_CODE = "0100112437"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def enterprise(
    actor: Actor, name: str, *, at: Unit | None = None, below: Unit | None = None, tax_code: str = ""
) -> Enterprise:
    """An employer where the union ``at`` works, or that the body ``below`` is in charge of."""
    (made,) = register_enterprises(
        actor=actor,
        on=FOUNDED,
        items=[
            EnterpriseData(
                name, "fdi", tax_code, registered_on=FOUNDED, unit=below, hosts=[(at, FOUNDED)] if at else ()
            )
        ],
    )
    return made


def read(
    actor: Actor, unit: Unit, columns: Sequence[str], rows: Sequence[Sequence[Any]], folder: Path
) -> ImportRun:
    """A preview of PEOPLE with further columns, a row for each."""
    sheet = [
        [number, *person, *more] for number, (person, more) in enumerate(zip(PEOPLE, rows, strict=False), 1)
    ]
    path = write_xlsx(folder / "ds.xlsx", [[*HEADINGS, *columns], *sheet])
    run = take_in(actor=actor, on=ON, kind="members", unit=unit, name="ds.xlsx", chunks=[path.read_bytes()])
    return preview(actor=actor, run=run)


def row(run: ImportRun, number: int) -> ImportRow:
    return ImportRow.objects.get(run=run, number=number)


def words(run: ImportRun, number: int) -> str:
    return " ".join(item["message"] for item in row(run, number).messages)


def works(name: str) -> Employment | None:
    person = Person.objects.get(full_name=name)
    return employments_of([person.pk], ON).get(person.pk)


def test_contract_and_job_are_written_with_the_workplace(tree: Tree, system: Actor, tmp_path: Path) -> None:
    union = tree.unions["NA1"]
    by_name = enterprise(system, "Công ty TNHH Hoa Ban", at=union)
    by_code = enterprise(system, "Công ty ở xa", below=tree.south_b, tax_code=TAX_CODE)
    run = read(
        system,
        union,
        ["Doanh nghiệp", "Mã số thuế nơi làm việc", "Công việc", "Loại HĐLĐ", "Hợp đồng từ ngày", "Hợp đồng đến ngày"],
        [
            ["CÔNG TY TNHH HOA BAN", "", "Công nhân may", "HĐLĐ xác định thời hạn", "01/02/2026", "31/01/2027"],
            ["tên ghi sai", "0100112437", "", "", "", ""],
            ["", "", "Thợ máy", "", "", ""],
        ],
        tmp_path,
    )  # fmt: skip
    assert not Employment.objects.exists()
    commit(actor=system, run=run)
    first = works(PEOPLE[0][0])
    assert first is not None
    assert (first.enterprise, first.job_title, first.contract_kind) == (by_name, "Công nhân may", "fixed")
    assert (first.during.lower, first.during.upper) == (date(2026, 2, 1), None)
    assert (first.contract_from, first.contract_to) == (date(2026, 2, 1), date(2027, 1, 31))
    second = works(PEOPLE[1][0])
    assert second is not None and (second.enterprise, second.during.lower) == (by_code, ON)
    assert works(PEOPLE[2][0]) is None


def test_a_name_is_found_only_where_the_unit_has_to_do_with_it(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    union = tree.unions["NA1"]
    enterprise(system, "Công ty Xa", below=tree.south_a)
    above = enterprise(system, "Công ty Trên", below=tree.north_a)
    run = read(system, union, ["Nơi làm việc"], [["Công ty Xa"], ["công ty trên"], ["Công ty Lạ"]], tmp_path)
    assert (run.counts["create"], run.counts["doubtful"], run.counts["refused"]) == (3, 0, 0)
    for number in (2, 4):
        assert "Không tìm thấy doanh nghiệp" in words(run, number)
        assert row(run, number).messages[0]["column"] == "Nơi làm việc"
    commit(actor=system, run=run)
    assert Membership.objects.count() == 3
    assert [(item.person.full_name, item.enterprise) for item in Employment.objects.all()] == [
        (PEOPLE[1][0], above)
    ]


def test_one_of_several_is_chosen_by_the_union_or_left_to_a_decision(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    own = enterprise(system, "Công ty Chung Tên", at=tree.unions["NA1"])
    enterprise(system, "Công ty Chung Tên", at=tree.unions["NA2"])
    run = read(
        system,
        tree.north_a,
        ["Nơi làm việc", "Đơn vị"],
        [["Công ty Chung Tên", "NA1"], ["Công ty Chung Tên", "NA2"]],
        tmp_path,
    )
    assert run.counts["create"] == 2
    third = enterprise(system, "Công ty Chung Tên", at=tree.unions["NA2"])
    run = read(
        system,
        tree.north_a,
        ["Nơi làm việc", "Đơn vị"],
        [["Công ty Chung Tên", "NA1"], ["Công ty Chung Tên", "NA2"], ["Công ty Chung Tên", "NA2"]],
        tmp_path,
    )
    assert (run.counts["create"], run.counts["doubtful"]) == (1, 2)
    assert "Có 3 doanh nghiệp" in words(run, 3) and "mã số thuế" in words(run, 3)
    decide(actor=system, run=run, rows=[row(run, 3).pk], choice="new")
    commit(actor=system, run=run)
    assert Membership.objects.count() == 2
    assert [item.enterprise for item in Employment.objects.all()] == [own]
    assert not Employment.objects.filter(enterprise=third).exists()


def test_the_list_again_writes_a_workplace_that_was_missing_and_nothing_else(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    union = tree.unions["NA1"]
    rows = [["Công ty Mới", "Thợ"]] * 3
    run = read(system, union, ["Nơi làm việc", "Công việc"], rows, tmp_path)
    commit(actor=system, run=run)
    assert not Employment.objects.exists()
    made = enterprise(system, "Công ty Mới", at=union)
    again = read(system, union, ["Nơi làm việc", "Công việc"], rows, tmp_path)
    assert again.counts["update"] == 3
    assert "Sẽ ghi nơi làm việc" in words(again, 2)
    again = commit(actor=system, run=again)
    assert again.counts["updated"] == 3
    assert {(item.enterprise_id, item.job_title) for item in Employment.objects.all()} == {(made.pk, "Thợ")}
    third = read(system, union, ["Nơi làm việc", "Công việc"], rows, tmp_path)
    assert third.counts["unchanged"] == 3
    undo(actor=system, run=again)
    assert not Employment.objects.exists()
    assert Membership.objects.count() == 3


def test_undo_takes_the_workplace_back_and_restores_what_was_completed(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    union = tree.unions["NA1"]
    made = enterprise(system, "Công ty Một", at=union)
    commit(actor=system, run=read(system, union, ["Nơi làm việc"], [["Công ty Một"]], tmp_path))
    before = Employment.objects.values().get()
    run = read(
        system,
        union,
        ["Nơi làm việc", "Chức danh", "Loại hợp đồng"],
        [["Công ty Một", "Tổ trưởng", "Không xác định thời hạn"], ["Công ty Một", "", ""]],
        tmp_path,
    )
    assert (run.counts["update"], run.counts["create"]) == (1, 1)
    run = commit(actor=system, run=run)
    assert Employment.objects.get(pk=before["id"]).job_title == "Tổ trưởng"
    assert Employment.objects.count() == 2
    undo(actor=system, run=run)
    assert Employment.objects.values().get() == before
    assert before["enterprise_id"] == made.pk


def test_a_workplace_that_changed_since_stands_in_the_way_of_undo(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    union = tree.unions["NA1"]
    made = enterprise(system, "Công ty Một", at=union)
    run = commit(actor=system, run=read(system, union, ["Nơi làm việc"], [["Công ty Một"]], tmp_path))
    person = Person.objects.get()
    employ(actor=system, items=[EmploymentData(person, made, ON, until_on=date(2026, 11, 15))])
    with pytest.raises(CannotUndo, match="nơi làm việc"):
        undo(actor=system, run=run)
    assert Employment.objects.count() == Membership.objects.count() == 1


def test_an_officer_of_the_unit_may_do_it(tree: Tree, system: Actor, today: date, tmp_path: Path) -> None:
    union = tree.unions["NA1"]
    made = enterprise(system, "Công ty Một", at=union)
    officer = make_actor(today, union, "officer")
    run = commit(actor=officer, run=read(officer, union, ["Nơi làm việc"], [["Công ty Một"]], tmp_path))
    assert Employment.objects.get().enterprise == made
    undo(actor=officer, run=run)
    assert not Employment.objects.exists()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Không xác định thời hạn", "indefinite"),
        ("HĐLĐ không xác định thời hạn", "indefinite"),
        ("hợp đồng lao động xác định thời hạn", "fixed"),
        ("12 tháng", "fixed"),
        ("XĐTH 36 tháng", "fixed"),
        ("Thời vụ", "seasonal"),
        ("Hợp đồng làm việc", "civil_servant"),
        ("Biên chế", "civil_servant"),
        ("cộng tác viên", ""),
    ],
)
def test_kinds_of_contracts_as_lists_write_them(text: str, kind: str) -> None:
    assert contract_kind(text) == kind


def test_what_is_remembered_from_piece_to_piece_is_bounded(
    tree: Tree, system: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "CHUNK", 2)
    monkeypatch.setattr(workplaces, "_MOST_KNOWN", 1)
    monkeypatch.setattr(UnitRows, "_MOST", 1)
    known: list[int] = []
    found = workplaces._found

    def watched(*asked: Any) -> Any:
        answer = found(*asked)
        known.append(len(answer))
        return answer

    monkeypatch.setattr(workplaces, "_found", watched)
    codes = ["NA1", "NA2", "NB1", "NB2"]
    employers = {code: enterprise(system, f"Công ty {code}", at=tree.unions[code]) for code in codes}
    rows = [
        [line, f"Nguyễn Văn {name}", "08/03/1990", "Nam", "", codes[line % 4], f"Công ty {codes[line % 4]}"]
        for line, name in enumerate(
            ["An", "Bình", "Cường", "Dũng", "Em", "Giang", "Hùng", "Khoa", "Long", "Minh", "Nam", "Oanh"]
        )
    ]
    path = write_xlsx(tmp_path / "ds.xlsx", [[*HEADINGS, "Đơn vị", "Nơi làm việc"], *rows])
    run = take_in(
        actor=system, on=ON, kind="members", unit=tree.north, name="ds.xlsx", chunks=[path.read_bytes()]
    )
    commit(actor=system, run=preview(actor=system, run=run))
    # Two rows a piece: what is held is what one piece asks for.
    assert len(known) > 5 and max(known) <= 2
    booked = {
        item.person.full_name: (item.unit.code, works(item.person.full_name))
        for item in Membership.objects.all()
    }
    for _, name, *_, code, _ in rows:
        unit, job = booked[str(name)]
        assert unit == code and job is not None and job.enterprise == employers[str(code)]


def test_foreign_members_whose_contract_ends_are_listed_until_it_is_renewed(
    tree: Tree, system: Actor, today: date
) -> None:
    at = enterprise(system, "Công ty Sao Sáng", at=tree.unions["NA1"])
    begun, last, since = date(2024, 1, 1), date(2026, 3, 31), date(2025, 9, 1)
    ends, renewed, endless = make_people(system, 3, nationality="KR")
    (vietnamese,) = make_people(system, 1, start=10)
    dated = {ends: last, renewed: last, endless: None, vietnamese: last}
    employ(
        actor=system,
        items=[
            EmploymentData(person, at, begun, contract_kind="fixed", contract_from=begun, contract_to=to)
            for person, to in dated.items()
        ],
    )
    admit(
        actor=system,
        items=[Admission(person, tree.unions["NA1"], since, application_on=since) for person in dated],
    )
    other = enterprise(system, "Công ty Mây Hồng", at=tree.unions["NA1"])
    following = EmploymentData(
        renewed, other, date(2026, 4, 1), contract_from=date(2026, 4, 1), contract_to=date(2028, 3, 31)
    )
    employ(actor=system, items=[following])

    readers = {unit: make_actor(today, tree.unions[unit]) for unit in ("NA1", "NB1")}

    def due(on: date, unit: str = "NA1", value: str = "1") -> set[int]:
        context = ListContext(actor=readers[unit], as_of=on, params={"het_hop_dong": value})
        return {row.person_id for row in filtered(get_list("membership.members"), context)}

    assert due(date(2026, 2, 28)) == set()  # 31 days before the last day
    assert due(date(2026, 3, 1)) == {ends.pk, renewed.pk}
    assert due(date(2026, 4, 1)) == {ends.pk}  # the renewed one works by a later contract
    assert due(date(2026, 4, 1), value="0") == {renewed.pk, endless.pk, vietnamese.pk}
    assert due(date(2026, 4, 1), unit="NB1") == set()  # a neighbour sees nobody
    # Renewed with the same employer: the newer contract replaces the older, as by a list that is read in again.
    renewal = EmploymentData(ends, at, begun, contract_from=date(2026, 4, 1), contract_to=date(2028, 3, 31))
    employ(actor=system, items=[renewal])
    assert due(date(2026, 4, 1)) == set()
