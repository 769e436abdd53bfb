"""``congdoan import``: the shapes of its answers, and its clear sentences."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from congdoan.config.cli import main
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.units.models import Decision
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.membership.models import Movement
from congdoan.registry.people.models import Person
from tests.factories.tree import Tree

LISTS = Path(__file__).resolve().parents[2] / "examples" / "lists"


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    # The test database stands already; a command would migrate the real one.
    monkeypatch.setattr("congdoan.config.cli.startup.start", lambda **_: None)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["import", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_members(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(LISTS / "danh-sach-doan-vien.xlsx")
    code, found = answer(capsys, "members", path, "--unit", "NA1", "--dry-run")
    assert code == 1
    assert sorted(found) == [
        *("created", "doubtful", "import_id", "refused", "rows", "unchanged", "updated"),
    ]
    assert (found["rows"], found["created"], found["doubtful"]) == (12, 8, 0)
    assert [item["row"] for item in found["refused"]] == [14, 15, 16, 17]
    assert all(set(item) == {"row", "column", "message"} for item in found["refused"])
    assert not Person.objects.exists()
    _, found = answer(capsys, "members", path, "--unit", "NA1")
    assert found["created"] == Person.objects.count() == 8
    _, found = answer(capsys, "members", path, "--unit", "NA1")
    assert (found["created"], found["unchanged"]) == (0, 8)
    assert main(["import", "members", path, "--unit", "NA1", "--dry-run"]) == 1
    words = capsys.readouterr().out
    assert "không đổi      8" in words
    assert "Dòng 14" in words


def test_a_decision_is_put_on_record_once_and_not_by_a_look(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(LISTS / "danh-sach-doan-vien.xlsx")
    given = ("members", path, "--unit", "NA1", "--decision", "7/QĐ-CĐCS", "--on", "01/10/2026")
    answer(capsys, *given, "--dry-run")
    assert not Decision.objects.exists()
    answer(capsys, *given)
    answer(capsys, *given)
    made = Decision.objects.select_related("issuer").get()
    assert made.issuer is not None
    assert (made.number, made.issued_on, made.issuer.code) == ("7/QĐ-CĐCS", date(2026, 10, 1), "NA1")
    assert AuditEntry.objects.filter(verb="units.keep_decision").count() == 1
    assert set(Movement.objects.values_list("decision", flat=True)) == {made.pk}


def test_enterprises(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(
        capsys,
        "enterprises",
        str(LISTS / "danh-sach-doanh-nghiep.xlsx"),
        "--unit",
        "NA",
        "--on",
        "01/10/2026",
    )
    assert code == 1
    assert found["created"] == Enterprise.objects.count() == 5
    assert {item["row"] for item in found["refused"]} == {10, 11}


def test_what_cannot_be_done_is_said(
    tree: Tree, tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    path = str(LISTS / "danh-sach-doan-vien.xlsx")

    def refusal(*arguments: str) -> str:
        assert main(["import", *arguments]) == 2
        return capsys.readouterr().err

    assert "Không có đơn vị mã" in refusal("members", path, "--unit", "KHONG-CO")
    assert "Không thấy tệp" in refusal("members", str(tmp_path / "x.xlsx"), "--unit", "NA1")
    assert "không trực tiếp có đoàn viên" in refusal("members", path, "--unit", "N")
    assert "không phải là ngày" in refusal("members", path, "--unit", "NA1", "--on", "hôm qua")
    text = tmp_path / "x.csv"
    text.write_text("một;hai\nba;bốn\n")
    assert "dòng tiêu đề" in refusal("members", str(text), "--unit", "NA1")
    settings.UPLOAD_LIMIT_BYTES = 100
    assert "vượt mức" in refusal("members", path, "--unit", "NA1")
