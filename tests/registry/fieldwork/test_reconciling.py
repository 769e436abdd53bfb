"""An outside list beside the register: matched, different, only there, only here; what cannot be read says why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.registry.enterprises.actions import EnterpriseData, HeadcountData
from congdoan.registry.enterprises.actions import register_enterprises as register
from congdoan.registry.enterprises.models import HeadcountObservation
from congdoan.registry.fieldwork.actions import FieldworkError, OutsideLine, hold_against
from congdoan.registry.fieldwork.imports import read_outside
from congdoan.registry.fieldwork.models import OutsideList, OutsideRow
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.sheets import write_xlsx
from tests.factories.tree import Tree

SINCE = date(2024, 1, 1)


@pytest.fixture
def boss(tree: Tree, system: Actor, today: date) -> Actor:
    register(
        actor=system,
        on=SINCE,
        items=[
            EnterpriseData(
                name,
                "fdi",
                tax_code=code,
                unit=unit,
                registered_on=SINCE,
                headcounts=[HeadcountData(workers, on=SINCE)] if workers is not None else [],
            )
            for name, code, unit, workers in (
                ("Công ty Khớp", "0100112437", tree.north_a, 100),
                ("Công ty Khác", "0100109106", tree.north_a, 80),
                ("Công ty Chỉ Trong Sổ", "0100100079", tree.north_a, 30),
                ("Công ty Nhỏ", "0100686209", tree.north_a, 5),
                ("Công ty Không Mã", "", tree.north_a, 40),
                ("Công ty Nơi Khác", "0300588569", tree.south_a, 500),
            )
        ],
    )
    return acting(officer("can-bo", "officer", tree.north_a), today)


ROWS = [
    ["CHI CỤC THUẾ KHU VỰC"],
    [],
    ["STT", "Tên người nộp thuế", "MST", "Số lao động"],
    [1, "CT KHỚP", "0100112437", 100],
    [2, "CT Khác", "0100109106", "95"],
    [3, "công ty không mã", "", 40],
    [4, "Công ty Lạ", "0101248141", 60],
    [5, "Công ty Nơi Khác", "0300588569", 500],
    [6, "CT Khớp chi nhánh", "0100112437", 3],
    [7, "Công ty Gõ Sai", "0100107518", "khoảng trăm"],
]


def verdicts(made: OutsideList) -> dict[str, str]:
    return dict(made.rows.values_list("name", "verdict"))


def test_a_file_beside_the_register(boss: Actor, tree: Tree, today: date, tmp_path: Path) -> None:
    lines = read_outside(write_xlsx(tmp_path / "thue.xlsx", ROWS))
    made = hold_against(actor=boss, on=today, unit=tree.north_a, title="Thuế", least=20, lines=lines)
    assert verdicts(made) == {
        "CT KHỚP": "same",
        "CT Khác": "differs",
        "công ty không mã": "same",
        "Công ty Lạ": "only_there",
        # In the register of another body: this body's does not have it.
        "Công ty Nơi Khác": "only_there",
        "CT Khớp chi nhánh": "unread",
        "Công ty Gõ Sai": "unread",
        "Công ty Chỉ Trong Sổ": "only_here",
    }
    differs = made.rows.get(verdict="differs")
    assert (differs.workers, differs.ours, differs.has_union) == (95, 80, False)
    assert "khoảng trăm" in made.rows.get(name="Công ty Gõ Sai").note
    assert made.rows.get(name="Công ty Nơi Khác").enterprise is None
    assert HeadcountObservation.objects.count() == 6  # the register stays as it was


def test_refusals(boss: Actor, tree: Tree, today: date, tmp_path: Path) -> None:
    with pytest.raises(FieldworkError, match="dòng tiêu đề"):
        read_outside(write_xlsx(tmp_path / "la.xlsx", [["a", "b"], [1, 2]]))
    with pytest.raises(FieldworkError, match="không có dòng"):
        hold_against(actor=boss, on=today, unit=tree.north_a, title="Trống", least=0, lines=[])
    line = OutsideLine(1, "", "Công ty", 1)
    with pytest.raises(Forbidden):
        hold_against(actor=boss, on=today, unit=tree.south_a, title="Nơi khác", least=0, lines=[line])
    assert not OutsideRow.objects.exists()


def test_on_the_screen(boss: Actor, tree: Tree, tmp_path: Path) -> None:
    client = Client()
    client.force_login(boss.user)  # type: ignore[arg-type]
    path = write_xlsx(tmp_path / "thue.xlsx", ROWS)
    with path.open("rb") as file:
        answer = client.post(
            "/khao-sat/doi-chieu/tai-len/", {"title": "Thuế 2026", "least": 20, "file": file}, follow=True
        )
    assert answer.status_code == 200 and "Công ty Lạ" in answer.text and "Chỉ Trong Sổ" in answer.text
    assert "Thuế 2026" in client.get("/khao-sat/doi-chieu/").text
    only = client.get("/khao-sat/doi-chieu/ket-qua/?ket_qua=only_here").text
    assert "Chỉ Trong Sổ" in only and "Công ty Lạ" not in only
    assert client.get("/khao-sat/doi-chieu/ket-qua/?xuat=xlsx").status_code == 200
    with (tmp_path / "khong.xlsx").open("wb") as bad:
        bad.write(b"khong phai so tinh")
    with (tmp_path / "khong.xlsx").open("rb") as file:
        refused = client.post("/khao-sat/doi-chieu/tai-len/", {"title": "Sai", "least": 20, "file": file})
    assert refused.status_code == 422
    neighbour = Client()
    neighbour.force_login(officer("hang-xom", "officer", tree.north_b))
    assert "Công ty Lạ" not in neighbour.get("/khao-sat/doi-chieu/ket-qua/").text
