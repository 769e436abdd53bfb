"""Lists attached to decisions: read into steps with the row of each, forgiving, and fast."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.imports.catalogue import FileRefused
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import version_on
from congdoan.registry.organisation.actions import NewUnion, found_unions
from congdoan.registry.reorganisation.actions import ReorganisationData, StepData, add_steps, commit, draft
from congdoan.registry.reorganisation.decision_lists import read_decision_list, write_template
from congdoan.registry.reorganisation.queries import balance
from tests.factories.sheets import write_xlsx
from tests.factories.tree import FOUNDED, Tree
from tests.registry.reorganisation.ground import DAY, faults

TITLES = [["LIÊN ĐOÀN LAO ĐỘNG TỈNH BẮC"], ["DANH SÁCH SẮP XẾP"], []]
HEADS = ["STT", "VIỆC (*)", "Mã đơn vị", "Tên đơn vị", "Mã đơn vị nhận", "Tên mới", "Loại đơn vị", "Lý do"]


def test_a_list_becomes_steps(tree: Tree, system: Actor, tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "danh-sach.xlsx",
        [
            *TITLES,
            HEADS,
            [1, "Thành lập", "NC", "", "N", "Công đoàn xã Bắc C", "cđ xã", ""],
            [2, "CHUYỂN TRỰC THUỘC", "NA1", "CĐCS NA 1", "NC", "", "", ""],
            [3, "sáp nhập vào", "NA2", "", "NA1", "", "", ""],
            [4, "Đổi tên", "NB1", "", "", "CĐCS tên mới", "", ""],
            [5, "Giải thể", "NB2", "", "NB1", "", "", "ít đoàn viên"],
            ["", "Tổng cộng: 5 đơn vị"],
        ],
    )
    found = read_decision_list(path)
    assert found.problems == []
    assert [(step.kind, step.row) for step in found.steps] == [
        ("found", 5),
        ("move", 6),
        ("merge", 7),
        ("rename", 8),
        ("dissolve", 9),
    ]
    made = draft(
        actor=system,
        on=system.today,
        data=ReorganisationData("Sắp xếp theo danh sách", tree.root, DAY, "5/QĐ", DAY),
    )
    add_steps(actor=system, on=system.today, reorganisation=made, steps=found.steps)
    commit(actor=system, on=system.today, reorganisation=made)
    version = version_on(tree.unions["NA1"], DAY)
    assert version is not None and version.parent == Unit.objects.get(code="NC")
    assert faults() == []


def test_a_row_gives_another_sector(tree: Tree, tmp_path: Path) -> None:
    heads = ["Việc", "Mã đơn vị", "Khu vực"]
    rows = [
        heads,
        ["Đổi khu vực kinh tế", "NA1", "soe"],
        ["Đổi khu vực", "NA2", "mặt trăng"],
        ["Đổi khu vực", "NA2"],
    ]
    found = read_decision_list(write_xlsx(tmp_path / "danh-sach.xlsx", rows))
    assert [(step.kind, step.arguments) for step in found.steps] == [
        ("change_sector", {"units": ["NA1"], "sector": "soe"})
    ]
    assert [problem.row for problem in found.problems] == [3, 4]
    assert "mặt trăng" in found.problems[0].message and "Khu vực" in found.problems[1].message


def test_rows_that_are_not_clear_are_named(tree: Tree, tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "danh-sach.xlsx",
        [
            HEADS,
            [1, "Bỏ", "NA1"],
            [2, "Sáp nhập", "", "", "NA1"],
            [3, "Sáp nhập", "NA1"],
            [4, "Thành lập", "NX", "", "N", "CĐ X", "loại lạ"],
            [5, "Giải thể", "NA1"],
            [6, "Đổi tên", "NB1", "", "", "Tên mới"],
        ],
    )
    found = read_decision_list(path)
    assert [step.row for step in found.steps] == [7]
    assert [problem.row for problem in found.problems] == [2, 3, 4, 5, 6]
    words = [problem.message for problem in found.problems]
    assert "Không hiểu việc “Bỏ”" in words[0]
    assert "Mã đơn vị" in words[1]
    assert "cần cột “Mã đơn vị nhận”" in words[2]
    assert "loại lạ" in words[3]
    assert "ra khỏi tổ chức" in words[4]


def test_problems_of_the_check_carry_the_row(tree: Tree, system: Actor, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "l.xlsx", [HEADS, [1, "Sáp nhập", "XX", "", "NA1"]])
    made = draft(
        actor=system,
        on=system.today,
        data=ReorganisationData("Sắp xếp theo danh sách", tree.root, DAY),
        steps=read_decision_list(path).steps,
    )
    (problem,) = balance(made, actor=system, on=system.today).errors
    assert (problem.step, problem.row) == (1, 2)


def test_parts_of_a_divided_unit_are_one_step(tree: Tree, tmp_path: Path) -> None:
    heads = ["Việc", "Mã đơn vị", "Mã đơn vị nhận", "Mã doanh nghiệp"]
    path = write_xlsx(
        tmp_path / "l.xlsx",
        [
            heads,
            ["Chia tách", "NA1", "NX", "A; B"],
            ["Chia tách", "NA1", "NA1", ""],
            ["Sáp nhập", "NB1", "NB2", ""],
        ],
    )
    found = read_decision_list(path)
    assert found.steps[0] == StepData(
        "split",
        {
            "unit": "NA1",
            "parts": [{"into": "NX", "enterprises": ["A", "B"], "communes": []}],
            "rest": "NA1",
            "keeps": True,
        },
        2,
    )
    assert [step.kind for step in found.steps] == ["split", "merge"]


def test_a_file_without_headings_is_refused(db: None, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="tiêu đề"):
        read_decision_list(write_xlsx(tmp_path / "l.xlsx", [["a", "b"], ["c", "d"]]))


def test_the_template_is_read_back(tree: Tree, tmp_path: Path) -> None:
    write_template(tmp_path / "mau.xlsx")
    with pytest.raises(FileRefused, match="không có dòng nào"):
        read_decision_list(tmp_path / "mau.xlsx")
    found = read_decision_list(tmp_path / "mau.xlsx", sheet="Ví dụ")
    assert [step.kind for step in found.steps] == ["merge", "move", "found", "dissolve"]
    assert found.problems == []


def test_fifteen_hundred_rows(tree: Tree, system: Actor, tmp_path: Path) -> None:
    """A province's list is read, weighed and carried out; processor time, since the clock of a shared machine lies."""
    codes = [f"NA-{number:04d}" for number in range(1500)]
    found_unions(
        actor=system,
        items=[
            NewUnion(
                code, f"CĐCS số {code}", code, "grassroots_union", tree.north_a, FOUNDED, is_opening=True
            )
            for code in codes
        ],
    )
    path = write_xlsx(
        tmp_path / "l.xlsx",
        [
            HEADS,
            *(
                [n, "Sáp nhập", code, "", codes[n - n % 4], "", "", ""]
                if n % 4
                else [n, "Chuyển trực thuộc", code, "", "NB", "", "", ""]
                for n, code in enumerate(codes)
            ),
        ],
    )
    started = time.process_time()
    found = read_decision_list(path)
    assert len(found.steps) == 1500
    assert time.process_time() - started < 2
    made = draft(
        actor=system,
        on=system.today,
        data=ReorganisationData("Sắp xếp theo danh sách", tree.root, DAY, "5/QĐ", DAY),
        steps=found.steps,
    )
    sheet = balance(made, actor=system, on=system.today)
    assert (sheet.counts["ended"], sheet.counts["moved"]) == (1125, 375)
    commit(actor=system, on=system.today, reorganisation=made)
    assert faults() == []
