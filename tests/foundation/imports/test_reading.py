"""Files of every kind give the same rows; bad files give one clear sentence."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from congdoan.foundation.imports.headings import find_headings
from congdoan.foundation.imports.queries import look_at
from congdoan.foundation.imports.reading import FileRefused, files, open_table
from congdoan.registry.membership.imports import FIELDS
from tests.factories.sheets import HEADINGS, members, write_csv, write_xlsx
from tests.factories.tree import Tree

LIMIT = 100 * 1024 * 1024


def read(path: Path) -> list[tuple[int, list[object]]]:
    return [
        (number, list(cells))
        for number, cells in open_table(path, limit_bytes=LIMIT).rows()
        if any(value not in ("", None) for value in cells)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_files(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = write_csv(tmp_path / "ds.csv", members(), encoding=encoding, delimiter=delimiter)
    rows = read(path)
    assert rows[2] == (4, HEADINGS)
    assert rows[3][1][1] == "Nguyễn Thị An"
    assert len(rows) == 6


def test_windows_1258(tmp_path: Path) -> None:
    import unicodedata

    # The code page writes the tone as a mark of its own, behind the letter with its shape.
    text = "Họ và tên;Ngày sinh\r\nNguyễn Thị Ánh;08/03/1990\r\n"
    apart = "".join(
        char if char.encode("cp1258", "ignore") else unicodedata.normalize("NFD", char) for char in text
    )
    # NFD splits shape and tone; put the shape back on its letter.
    joined = apart
    for whole in "âăêôơưÂĂÊÔƠƯ":
        base, mark = unicodedata.normalize("NFD", whole)
        for tone in "\u0300\u0301\u0303\u0309\u0323":
            joined = joined.replace(base + tone + mark, whole + tone).replace(
                base + mark + tone, whole + tone
            )
    (tmp_path / "ds.csv").write_bytes(joined.encode("cp1258"))
    table = open_table(tmp_path / "ds.csv", limit_bytes=LIMIT)
    assert [cells for _, cells in table.rows()][1] == ["Nguyễn Thị Ánh", "08/03/1990"]
    assert "Windows-1258" in table.notices[0]


def test_the_streamed_reader_reads_what_calamine_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ds.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("A")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": '"ngày" dd/mm/yyyy hh:mm'})
        plain = book.add_format({"num_format": '"day" 0'})
        sheet.write_row(1, 1, ["Họ & tên <1>", "x"])
        sheet.write_datetime(2, 1, date(1990, 3, 8), day)
        sheet.write_datetime(2, 2, datetime(1990, 3, 8, 12, 0), moment)
        sheet.write(2, 3, 5, plain)
        sheet.write(3, 1, True)
        sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 3, '="a"&"b"', None, "a&b")
        sheet.write(4, 4, 12345678901)
        sheet.write(5, 0, 1.5)
        sheet.write_rich_string(6, 0, "Nguyễn ", book.add_format({"bold": True}), "Thị ", "An")
        sheet.write(7, 30, "  xa  ")
    by_calamine = read(path)
    monkeypatch.setattr(files, "CALAMINE_LIMIT_BYTES", 0)
    streamed = read(path)

    def trimmed(rows: list[tuple[int, list[object]]]) -> list[tuple[int, list[object]]]:
        found = []
        for number, cells in rows:
            while cells and cells[-1] in ("", None):
                cells = cells[:-1]
            found.append((number, cells))
        return found

    assert trimmed(streamed) == trimmed(by_calamine)
    assert streamed[1][1][1] == date(1990, 3, 8)
    assert streamed[-2][1][0] == "Nguyễn Thị An"
    tree = []
    with zipfile.ZipFile(path) as archive:
        book_parts = files.streamed.Workbook(archive)
        reader = files.streamed._Reader(
            book_parts, files.streamed._Strings(archive, book_parts.strings_member).get
        )
        with archive.open(book_parts.sheets[0].member) as stream:
            tree = list(reader.by_tree(stream))
    assert trimmed(tree) == trimmed(by_calamine)


def test_inline_strings_and_namespace_prefixes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ds.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        book.add_worksheet().write_row(0, 0, ["Họ và tên", "Ngày sinh & nơi sinh"])
    monkeypatch.setattr(files, "CALAMINE_LIMIT_BYTES", 0)
    assert read(path) == [(1, ["Họ và tên", "Ngày sinh & nơi sinh"])]
    prefixed = tmp_path / "prefixed.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(prefixed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                text = data.decode().replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
                data = text.replace("xmlns=", "xmlns:x=").encode()
            new.writestr(name, data)
    assert read(prefixed) == [(1, ["Họ và tên", "Ngày sinh & nơi sinh"])]


def refusal(path: Path, limit: int = LIMIT) -> str:
    with pytest.raises(FileRefused) as caught:
        list(open_table(path, limit_bytes=limit).rows())
    message = str(caught.value)
    assert message.endswith(".")
    return message


def test_bad_files_say_what_to_do(tmp_path: Path) -> None:
    def put(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    assert "trống" in refusal(put("a.xlsx", b""))
    assert "không phải là bảng tính" in refusal(
        put("b.xlsx", b"%PDF-1.4\n\x00\x01\x02\x03\x04\x05\x06" + bytes(50))
    )
    assert "trang web" in refusal(
        put("c.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>")
    )
    assert "hỏng" in refusal(put("d.xlsx", b"PK\x03\x04 this is no zip at all"))
    ole = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    assert "mật khẩu" in refusal(put("f.xlsx", ole))
    assert "Excel" in refusal(put("g.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)))
    word = io.BytesIO()
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "Word" in refusal(put("h.xlsx", word.getvalue()))
    with xlsxwriter.Workbook(str(tmp_path / "i.xlsx")) as book:
        book.add_worksheet()
    assert "trống" in refusal(tmp_path / "i.xlsx")


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lon.xlsx"
    with path.open("wb") as stream:
        stream.truncate(300 * 1024 * 1024)
    assert "300 MB" in refusal(path)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    source = write_xlsx(tmp_path / "ds.xlsx", members())
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data += b" " * (60 * 1024 * 1024)
            new.writestr(name, data)
    assert "bất thường" in refusal(bomb)
    # One that lies about its size: the checksum is missed as soon as what was claimed is read.
    raw = bytearray(bomb.read_bytes())
    size = (60 * 1024 * 1024).to_bytes(4, "little")
    with zipfile.ZipFile(bomb) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    assert size != real
    liar = tmp_path / "liar.xlsx"
    liar.write_bytes(bytes(raw).replace(real, (50_000).to_bytes(4, "little")))
    assert "hỏng" in refusal(liar)


def test_macros_are_only_noted(tmp_path: Path) -> None:
    source = write_xlsx(tmp_path / "ds.xlsx", members())
    path = tmp_path / "ds.xlsm"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/vbaProject.bin", b"\x00" * 100)
    assert "macro" in open_table(path, limit_bytes=LIMIT).notices[0]


def headings_of(rows: list[list[object]], memory: dict[str, str] | None = None) -> dict[str, int]:
    numbered = [(number, cells) for number, cells in enumerate(rows, 1)]
    return find_headings(numbered, FIELDS, memory or {}).mapping


def test_headings_are_found_below_titles_and_by_many_names(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "ds.xlsx", members(), merged_title=True)
    table = open_table(path, limit_bytes=LIMIT)
    found = find_headings(table.rows(), FIELDS, {})
    assert found.row == 4
    assert found.mapping == {"full_name": 1, "birth": 2, "sex": 3, "citizen_id": 4}
    headings = ["stt", "HO TEN", "NGAY SINH", "so cmnd/cccd", "Noi lam viec", "Ghi chu", "MST doanh nghiep"]
    assert headings_of([headings]) == {
        "full_name": 1,
        "birth": 2,
        "citizen_id": 3,
        "workplace": 4,
        "workplace_tax": 6,
    }
    assert headings_of([["Họ và tên (*)", "Ngày cấp CCCD", "Số CCCD", "Nơi cấp"]]) == {
        "full_name": 0,
        "citizen_id": 2,
    }


def test_double_headings_and_the_two_columns_of_the_sexes() -> None:
    rows: list[list[object]] = [
        ["TT", "Họ và tên", "Năm sinh", "", "Ngày vào công đoàn"],
        ["", "", "Nam", "Nữ", ""],
        [1, "Nguyễn Thị An", "", 1990, "01/05/2015"],
    ]
    numbered = [(number, cells) for number, cells in enumerate(rows, 1)]
    found = find_headings(numbered, FIELDS, {})
    assert (found.row, found.end) == (1, 2)
    assert found.mapping["male"] == 2
    assert found.mapping["female"] == 3
    assert "birth" not in found.mapping


def test_what_was_chosen_by_hand_is_remembered() -> None:
    rows: list[list[object]] = [["Nhân sự", "Sinh", "Ghi chú gì đó"], ["An", "1990", "x"]]
    assert headings_of(rows) == {}
    assert headings_of(rows, {"nhansu": "full_name", "sinh": "birth"}) == {"full_name": 0, "birth": 1}


def test_no_headings_at_all() -> None:
    assert headings_of([["a", "b"], ["c", "d"]]) == {}


def test_damage_that_shows_only_on_the_way_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_xlsx(tmp_path / "ds.xlsx", members())
    damaged = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(path) as archive:
        strings = archive.getinfo("xl/sharedStrings.xml")
    raw = bytearray(path.read_bytes())
    start = strings.header_offset + 30 + len(strings.filename) + 20
    raw[start : start + 40] = bytes(40)
    damaged.write_bytes(raw)
    monkeypatch.setattr(files, "CALAMINE_LIMIT_BYTES", 0)
    assert "hỏng" in refusal(damaged)


def test_a_sheet_of_notes_may_come_first(tree: Tree, tmp_path: Path) -> None:
    path = tmp_path / "ds.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Hướng dẫn").write_column(
            0, 0, ["Đọc kỹ trước khi ghi", "Mỗi người một dòng"] * 20
        )
        sheet = book.add_worksheet("Danh sách")
        for line, cells in enumerate(members()):
            sheet.write_row(line, 0, cells)
    table, headings = look_at(path, kind="members", unit=tree.unions["NA1"])
    assert (table.sheet, headings.row) == ("Danh sách", 4)


@pytest.mark.parametrize("texts", [1, 63, 64, 65, 5_000])
def test_shared_strings_are_found_by_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: int
) -> None:
    path = tmp_path / "ds.xlsx"
    written = [f"Chữ “{number}” & " + "dài " * (number % 700) for number in range(texts)]
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_column(0, 0, written)
    # So little is held that lots are read again and again.
    monkeypatch.setattr(files.streamed._Strings, "_BYTES_KEPT", 1 << 14)
    with zipfile.ZipFile(path) as archive:
        strings = files.streamed._Strings(archive, "xl/sharedStrings.xml")
        places = [(number * 37) % texts for number in range(texts)]
        assert [strings.get(place) for place in places] == [written[place] for place in places]
        assert (strings.get(-1), strings.get(texts), strings.get(texts + 64)) == ("", "", "")
        assert len(strings._starts) == (texts + 63) // 64 + 1
        assert len(strings._lots) <= 2
        strings.close()


def test_reading_a_list_four_times_as_long_takes_no_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CALAMINE_LIMIT_BYTES", 0)
    # Both lists are longer than what is held of them on purpose.
    monkeypatch.setattr(files.streamed, "_PIECE", 1 << 16)
    monkeypatch.setattr(files.streamed._Strings, "_BYTES_KEPT", 1 << 18)

    def peak(count: int) -> int:
        path = tmp_path / f"{count}.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for line in range(count):
                sheet.write_row(line, 0, [f"Người thứ {line}", f"Số nhà {line}", f"{line:012}", f"CĐ {line}"])
        table = open_table(path, limit_bytes=LIMIT)
        tracemalloc.start()
        try:
            assert sum(1 for _ in table.rows()) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(40_000) < 1.1 * peak(10_000)
