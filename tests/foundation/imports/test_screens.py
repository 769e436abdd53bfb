"""The wizard: upload, columns, preview, commit, result, undo; and who may open it."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.imports import actions
from congdoan.foundation.imports.models import ColumnMemory, ImportRun
from congdoan.foundation.jobs.actions import run_now
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.units.models import Unit
from congdoan.registry.people.models import Person
from tests.factories.officers import officer
from tests.factories.sheets import HEADINGS, PEOPLE, members, write_xlsx
from tests.factories.tree import Tree


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def client_of(username: str, role: str, unit: Unit) -> Client:
    client = Client()
    client.force_login(officer(username, role, unit), backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(client: Client, path: Path, unit: Unit, kind: str = "members") -> Any:
    data = {
        "kind": kind,
        "unit": f"{unit.name} ({unit.code})",
        "on": timezone.localdate().isoformat(),
        "file": SimpleUploadedFile(path.name, path.read_bytes()),
    }
    return client.post(reverse("imports:start"), data)


def do(run: ImportRun) -> ImportRun:
    """The work the page started, done here and now."""
    run.refresh_from_db()
    assert run.job is not None
    done = run_now(run.job)
    assert done.state == "done", done.message
    run.refresh_from_db()
    return run


def columns_of(run: ImportRun, **changes: str) -> dict[str, str]:
    chosen = {index: name for name, index in run.mapping.items()}
    data = {f"column-{column['index']}": chosen.get(column["index"], "") for column in run.columns}
    return data | {name.replace("_", "-"): value for name, value in changes.items()}


def test_the_whole_way(tree: Tree, tmp_path: Path) -> None:
    union = tree.unions["NA1"]
    client = client_of("can-bo", "officer", tree.north_a)
    assert client.get(reverse("imports:start")).status_code == 200
    path = write_xlsx(
        tmp_path / "ds.xlsx", members([[4, "Phạm Văn Giang", "31/02/1985", "Nam", "001085000111"]])
    )
    response = upload(client, path, union)
    assert response.status_code == 302, response.content.decode()
    run = ImportRun.objects.get()
    page = client.get(reverse("imports:run", args=[run.pk])).content.decode()
    assert "Số CCCD" in page
    assert PEOPLE[0][3] not in page
    client.post(reverse("imports:columns", args=[run.pk]), columns_of(run))
    waiting = client.get(reverse("imports:run", args=[run.pk])).content.decode()
    assert "hx-get" in waiting
    run = do(run)
    page = client.get(reverse("imports:run", args=[run.pk])).content.decode()
    assert "31/02/1985" in page
    assert "Ghi 3 dòng vào sổ" in page
    rows_page = client.get(reverse("imports:rows"), {"lan": run.pk}).content.decode()
    assert "Nguyễn Thị An" in rows_page
    client.post(reverse("imports:commit", args=[run.pk]))
    run = do(run)
    assert run.state == "committed"
    assert Person.objects.count() == 3
    assert "Đã ghi vào sổ" in client.get(reverse("imports:run", args=[run.pk])).content.decode()
    refused = client.get(reverse("imports:refused", args=[run.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(refused.streaming_content)))
    (sheet,) = book.worksheets
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[0] == [*HEADINGS, "Lý do"]
    assert values[1][:5] == [4, "Phạm Văn Giang", "31/02/1985", "Nam", "001085000111"]
    assert "Ngày sinh" in values[1][5]
    client.post(reverse("imports:undo", args=[run.pk]))
    run = do(run)
    assert run.state == "undone"
    assert client.get(reverse("imports:list")).status_code == 200


def test_the_mended_refused_rows_come_in(tree: Tree, system: Actor, tmp_path: Path) -> None:
    from congdoan.foundation.imports.documents import write_refused

    union = tree.unions["NA1"]
    path = write_xlsx(
        tmp_path / "ds.xlsx", members([[4, "Phạm Văn Giang", "31/02/1985", "Nam", "001085000111"]])
    )

    def bring(source: Path) -> ImportRun:
        run = actions.take_in(
            actor=system,
            on=date(2026, 11, 10),
            kind="members",
            unit=union,
            name=source.name,
            chunks=[source.read_bytes()],
        )
        return actions.commit(actor=system, run=actions.preview(actor=system, run=run))

    first = bring(path)
    assert write_refused(first, tmp_path / "sua.xlsx") == 1
    book = openpyxl.load_workbook(tmp_path / "sua.xlsx")
    book.active["C2"] = "28/02/1985"
    book.save(tmp_path / "sua.xlsx")
    second = bring(tmp_path / "sua.xlsx")
    assert second.counts["created"] == 1
    assert second.counts["refused"] == 0


def test_a_column_chosen_by_hand_is_remembered(tree: Tree, tmp_path: Path) -> None:
    client = client_of("can-bo", "officer", tree.north_a)
    rows = [["Họ tên", "Lúc sinh", "Giấy tờ gì đó"], ["Nguyễn Thị An", "08/03/1990", "001190000123"]]
    path = write_xlsx(tmp_path / "la.xlsx", rows)
    upload(client, path, tree.unions["NA1"])
    # Only one heading is known: the officer says which row and which columns.
    run = ImportRun.objects.get()
    assert run.header_row == 0
    assert "Dòng nào ghi tên các cột" in client.get(reverse("imports:run", args=[run.pk])).content.decode()
    client.post(reverse("imports:header_row", args=[run.pk]), {"row": "1"})
    run.refresh_from_db()
    assert run.header_row == 1
    client.post(
        reverse("imports:columns", args=[run.pk]),
        columns_of(run, column_1="birth", column_2="citizen_id"),
    )
    assert do(run).counts["create"] == 1
    assert ColumnMemory.objects.get(heading_key="lucsinh").field == "birth"
    upload(client, path, tree.unions["NA1"])
    again = ImportRun.objects.latest("pk")
    assert again.mapping == {"full_name": 0, "birth": 1, "citizen_id": 2}
    # The same field for two columns is a mistake that is said.
    twice = client.post(reverse("imports:columns", args=[again.pk]), columns_of(again, column_2="birth"))
    assert twice.status_code == 422
    assert "hai cột" in twice.content.decode()


def test_bad_uploads_are_answered_on_the_form(tree: Tree, tmp_path: Path, settings: Any) -> None:
    client = client_of("can-bo", "officer", tree.north_a)
    wrong = tmp_path / "anh.xlsx"
    wrong.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 20)
    response = upload(client, wrong, tree.unions["NA1"])
    assert response.status_code == 422
    assert "không phải là bảng tính" in response.content.decode()
    empty = tmp_path / "trong.xlsx"
    empty.write_bytes(b"")
    assert "trống" in upload(client, empty, tree.unions["NA1"]).content.decode()
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    large = tmp_path / "lon.csv"
    large.write_bytes(b"a;b;c\n" * 300_000)
    refused = upload(client, large, tree.unions["NA1"])
    assert refused.status_code == 413
    assert "1 MB" in refused.content.decode()
    assert not ImportRun.objects.exists()
    assert not list((tmp_path / "files").rglob("incoming-*"))


def test_who_may_open_an_import(tree: Tree, tmp_path: Path) -> None:
    owner = client_of("can-bo", "officer", tree.north_a)
    upload(owner, write_xlsx(tmp_path / "ds.xlsx", members()), tree.unions["NA1"])
    run = ImportRun.objects.get()
    doors = [reverse(name, args=[run.pk]) for name in ("imports:run", "imports:refused")]
    posts = [
        reverse(name, args=[run.pk])
        for name in (
            *("imports:columns", "imports:header_row", "imports:preview"),
            *("imports:decide", "imports:commit", "imports:undo"),
        )
    ]
    strangers = {
        "neighbour": client_of("ke-ben", "officer", tree.north_b),
        "subordinate elsewhere": client_of("cap-duoi", "committee", tree.unions["NA2"]),
        "viewer": client_of("nguoi-xem", "viewer", tree.north_a),
    }
    for client in strangers.values():
        assert [client.get(url).status_code for url in doors] == [404] * len(doors)
        assert [client.post(url).status_code for url in posts] == [404] * len(posts)
        assert client.get(reverse("files:download", args=[run.file_id])).status_code == 404
        rows = client.get(reverse("imports:rows"), {"lan": run.pk})
        assert rows.status_code == 403 or "Nguyễn" not in rows.content.decode()
    assert upload(strangers["neighbour"], tmp_path / "ds.xlsx", tree.unions["NA1"]).status_code == 422
    anonymous = Client()
    assert anonymous.get(doors[0]).status_code == 302
    superior = client_of("cap-tren", "leader", tree.north)
    assert superior.get(doors[0]).status_code == 200
    file = superior.get(reverse("files:download", args=[run.file_id]))
    assert file.status_code == 200
    assert file["Content-Disposition"].startswith("attachment")
    committee = client_of("bch", "committee", tree.unions["NA1"])
    assert committee.get(doors[0]).status_code == 200


def test_work_that_failed_says_why_on_the_page(tree: Tree, tmp_path: Path) -> None:
    client = client_of("can-bo", "officer", tree.north_a)
    upload(client, write_xlsx(tmp_path / "ds.xlsx", [HEADINGS]), tree.unions["NA1"])
    run = ImportRun.objects.get()
    client.post(reverse("imports:columns", args=[run.pk]), columns_of(run))
    run.refresh_from_db()
    assert isinstance(run.job, JobRun)
    assert run_now(run.job).state == "failed"
    page = client.get(reverse("imports:run", args=[run.pk])).content.decode()
    assert "không có dòng dữ liệu nào" in page


def test_templates_can_be_filled_in_and_brought(tree: Tree, system: Actor, tmp_path: Path) -> None:
    client = client_of("can-bo", "officer", tree.north_a)
    for kind, code in (("members", "NA1"), ("enterprises", "NA")):
        response = client.get(reverse("imports:template", args=[kind]))
        path = tmp_path / f"{kind}.xlsx"
        path.write_bytes(b"".join(response.streaming_content))
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["Danh sách", "Hướng dẫn"]
        sheet = book["Danh sách"]
        for column, cell in enumerate(sheet[3], 1):
            if str(cell.value).startswith(("Họ và tên", "Tên doanh nghiệp")):
                sheet.cell(4, column, "Nguyễn Thị An")
            elif cell.value == "Ngày sinh":
                sheet.cell(4, column, "08/03/1990")
        book.save(path)
        run = actions.take_in(
            actor=system,
            on=date(2026, 11, 10),
            kind=kind,
            unit=Unit.objects.get(code=code),
            name="mau.xlsx",
            chunks=[path.read_bytes()],
        )
        assert actions.preview(actor=system, run=run).counts["create"] == 1
