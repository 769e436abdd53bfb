"""Lists of employers: read, matched with the register, written, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.imports.actions import CannotUndo, commit, decide, preview, take_in, undo
from congdoan.foundation.imports.models import ImportRow, ImportRun
from congdoan.foundation.imports.queries import result
from congdoan.foundation.measures.queries import differences, stock
from congdoan.foundation.units.models import Unit
from congdoan.registry.enterprises.actions import HeadcountData, observe_headcounts
from congdoan.registry.enterprises.models import Enterprise
from tests.factories.sheets import write_xlsx
from tests.factories.tree import Tree
from tests.factories.users import make_actor

ON = date(2026, 11, 10)
HEADINGS = ["STT", "Tên công ty", "MST", "Loại hình", "Địa chỉ", "Số LĐ", "Nữ"]
ROWS = [
    [1, "Công ty TNHH May Hoa Ban", "0100112437", "FDI", "Lô A1", "1.250", 900],
    [2, "Tổng công ty Gỗ Sơn Dương", "", "Nhà nước", "Số 2 đường Cây", 120, ""],
    [3, "Hợp tác xã Rau Sạch", "", "", "Thôn 3", 8, 5],
]


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
) -> ImportRun:
    path = write_xlsx(folder / "dn.xlsx", rows)
    run = take_in(
        actor=actor, on=on, kind="enterprises", unit=unit, name="dn.xlsx", chunks=[path.read_bytes()]
    )
    run = preview(actor=actor, run=run)
    return commit(actor=actor, run=run) if write else run


def test_a_list_fills_the_register_and_its_figures(tree: Tree, system: Actor, tmp_path: Path) -> None:
    run = bring(system, tree.north_a, [["DANH SÁCH DOANH NGHIỆP"], [], HEADINGS, *ROWS], tmp_path)
    assert result(run)["created"] == 3
    assert result(run)["refused"] == []
    garment = Enterprise.objects.get(tax_code="0100112437")
    assert (garment.sector_id, garment.tax_code_ok, garment.address) == ("fdi", True, "Lô A1")
    sectors = set(Enterprise.objects.values_list("sector_id", flat=True))
    assert sectors == {"fdi", "soe", "cooperative"}
    assert stock("workers", [tree.root.pk], on=ON)[tree.root.pk] == 1378
    assert stock("enterprises", [tree.north_a.pk], on=ON)[tree.north_a.pk] == 3
    assert not differences()
    undo(actor=system, run=run)
    assert not Enterprise.objects.exists()
    assert stock("workers", [tree.root.pk], on=ON)[tree.root.pk] == 0
    assert not differences()


def test_refusals_and_warnings(tree: Tree, system: Actor, tmp_path: Path) -> None:
    rows = [
        HEADINGS,
        [1, "", "0100112437", "", "", "", ""],
        [2, "Công ty Một", "0100112438", "", "", "nhiều", ""],
        [3, "Công ty Hai", "", "Sao Hỏa", "", 5, ""],
        [4, "Công ty Ba", "", "", "", 5, 9],
        [5, "Công ty Bốn", "0100112430", "", "", 5, ""],
        [6, "Công ty Bốn nữa", "0100112430", "", "", 5, ""],
        ["", "Tổng cộng", "", "", "", 20, ""],
    ]
    run = bring(system, tree.north_a, rows, tmp_path)
    found = result(run)
    assert [item["row"] for item in found["refused"]] == [2, 3, 4, 5, 7]
    assert found["created"] == 1
    assert "dòng 6" in found["refused"][-1]["message"]
    (warning,) = ImportRow.objects.get(run=run, number=6).messages
    assert "Mã số thuế" in warning["message"]


def test_known_enterprises_are_changed_and_restored(tree: Tree, system: Actor, tmp_path: Path) -> None:
    bring(system, tree.north_a, [HEADINGS, *ROWS], tmp_path, on=date(2026, 5, 1))
    again = bring(system, tree.north_a, [HEADINGS, *ROWS], tmp_path)
    assert result(again)["unchanged"] == 3
    changed = [list(row) for row in ROWS]
    changed[0][4], changed[0][5] = "Lô B2", 1300
    run = bring(system, tree.north_a, [HEADINGS, changed[0]], tmp_path)
    assert result(run)["updated"] == 1
    garment = Enterprise.objects.get(tax_code="0100112437")
    assert garment.address == "Lô B2"
    assert stock("workers", [tree.root.pk], on=ON)[tree.root.pk] == 1428
    undo(actor=system, run=run)
    garment.refresh_from_db()
    assert garment.address == "Lô A1"
    assert stock("workers", [tree.root.pk], on=ON)[tree.root.pk] == 1378
    assert not differences()


def test_same_name_without_a_tax_code_is_left_to_the_officer(
    tree: Tree, system: Actor, tmp_path: Path
) -> None:
    bring(system, tree.north_a, [HEADINGS, *ROWS], tmp_path, on=date(2026, 5, 1))
    other = [1, "Hợp tác xã rau sạch", "", "", "Thôn 3", 12, ""]
    run = bring(system, tree.north_a, [HEADINGS, other], tmp_path, write=False)
    assert result(run)["doubtful"] == 1
    decide(actor=system, run=run, rows=None, choice="same")
    commit(actor=system, run=run)
    assert Enterprise.objects.count() == 3
    assert stock("workers", [tree.north_a.pk], on=ON)[tree.north_a.pk] == 1382


def test_an_enterprise_out_of_sight_is_not_described(
    tree: Tree, system: Actor, today: date, tmp_path: Path
) -> None:
    bring(system, tree.south_a, [HEADINGS, *ROWS], tmp_path)
    officer = make_actor(today, tree.north)
    run = bring(officer, tree.north_a, [HEADINGS, ROWS[0]], tmp_path, write=False)
    assert result(run)["doubtful"] == 1
    message = ImportRow.objects.get(run=run).messages[0]["message"]
    assert "ngoài phạm vi" in message
    assert "Hoa Ban" not in message
    with pytest.raises(Forbidden):
        bring(officer, tree.south_a, [HEADINGS, ROWS[0]], tmp_path)


def test_undo_is_refused_when_something_rests_on_it(tree: Tree, system: Actor, tmp_path: Path) -> None:
    run = bring(system, tree.north_a, [HEADINGS, *ROWS], tmp_path)
    garment = Enterprise.objects.get(tax_code="0100112437")
    observe_headcounts(
        actor=system, on=date(2026, 11, 15), items=[HeadcountData(1300, garment, source="survey")]
    )
    with pytest.raises(CannotUndo, match="số lao động"):
        undo(actor=system, run=run)
    assert Enterprise.objects.count() == 3
