"""Opening a list: what kind of file it really is (not what its name says), and its rows."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from congdoan.foundation.imports.reading import delimited, streamed, workbooks
from congdoan.foundation.imports.reading.refusals import FileRefused
from congdoan.kit.sealed_files import SealBroken, open_sealed, plain_size

#: (number as the spreadsheet shows it, from 1; values by column, from the first column).
Row = tuple[int, list[object]]
#: Asked with the place of each row (from 0, rising) whether it is wanted; one that is not is not taken apart.
Wanted = Callable[[int], bool]

#: Above this the sheet is streamed: calamine holds a whole sheet in memory.
CALAMINE_LIMIT_BYTES = 24 * 1024 * 1024
#: A workbook that unpacks to more than this is not a list of people.
UNPACKED_LIMIT_BYTES = 4 * 1024 * 1024 * 1024
#: Deflate packs at most about 1,030 to 1; lists pack 5 to 30 to 1.
RATIO_LIMIT = 200
_RATIO_COUNTS_FROM = 20 * 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Table:
    """One sheet. ``rows()`` starts from the top each time it is called, and may be given a Wanted; ``total`` is at
    least the number of rows.

    ``notices`` are Vietnamese sentences for the officer about the file as a whole.
    """

    sheets: list[str]
    sheet: str
    total: int
    rows: Callable[..., Iterator[Row]]
    notices: list[str] = field(default_factory=list)


def open_table(path: Path, *, limit_bytes: int, sheet: str = "", total: int | None = None) -> Table:
    """Open a file and choose a sheet (the first one with content unless named). Raises FileRefused.

    The file may be sealed (kit.sealed_files) or as it was sent. The size is judged before anything is parsed;
    ``limit_bytes`` is of the file as it was sent. ``total``, when an earlier opening told it, spares counting a large
    sheet again.
    """
    try:
        size = plain_size(path)
    except SealBroken as error:
        raise FileRefused(_BROKEN_WORDS) from error
    if size == 0:
        raise FileRefused("Tệp trống, không có nội dung nào. Hãy chọn lại tệp danh sách.")
    if size > limit_bytes:
        raise FileRefused(
            f"Tệp nặng {size / 1048576:.0f} MB, vượt mức {limit_bytes / 1048576:.0f} MB. "
            "Hãy tách danh sách thành nhiều tệp nhỏ hơn."
        )
    with open_sealed(path) as stream:
        head = stream.read(4096)
    if head.startswith(_OLE):
        return _old_workbook(path, sheet)
    if head.startswith(_ZIP):
        return _zipped_workbook(path, sheet, total)
    lowered = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lowered.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")) or b"<table" in lowered:
        raise FileRefused(
            "Tệp thật ra là một trang web được đặt đuôi bảng tính. Hãy mở bằng Excel, chọn Lưu thành (Save As) "
            "dạng .xlsx rồi tải lên lại."
        )
    if lowered.startswith(b"<?xml"):
        raise FileRefused(
            "Tệp là bảng tính dạng XML 2003. Hãy mở bằng Excel, chọn Lưu thành (Save As) dạng .xlsx rồi tải lên lại."
        )
    return _text(path)


def _text(path: Path) -> Table:
    layout = delimited.detect(path)
    if layout is None:
        raise FileRefused("Đây không phải là bảng tính. Hãy chọn tệp Excel (.xlsx, .xls) hoặc tệp .csv.")
    return Table(
        [], "", layout.lines, lambda wanted=None: delimited.rows(path, layout, wanted), layout.notices()
    )


def _old_workbook(path: Path, sheet: str) -> Table:
    with open_sealed(path) as stream:
        # An encrypted .xlsx is an OLE file whose directory names the package; the directory may stand anywhere.
        tail = b""
        while block := stream.read(1 << 20):
            if "EncryptedPackage".encode("utf-16-le") in tail + block:
                raise FileRefused(
                    "Tệp được đặt mật khẩu nên không đọc được. Hãy mở bằng Excel, bỏ mật khẩu, lưu lại rồi tải lên."
                )
            tail = block[-64:]
    return workbooks.open_workbook(path, sheet)


_BROKEN = (zipfile.BadZipFile, zlib.error, streamed.NotAWorkbook, EOFError, NotImplementedError, SealBroken)
_BROKEN_WORDS = (
    "Tệp bảng tính bị hỏng hoặc tải lên chưa trọn. Hãy mở thử bằng Excel, lưu lại rồi tải lên lần nữa."
)


def _unbroken(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, with damage that shows only on the way said in words."""
    try:
        yield from rows
    except _BROKEN as error:
        raise FileRefused(_BROKEN_WORDS) from error


def _zipped_workbook(path: Path, sheet: str, total: int | None) -> Table:
    try:
        with open_sealed(path) as stream, zipfile.ZipFile(stream) as archive:
            members = {info.filename: info for info in archive.infolist()}
            unpacked = sum(info.file_size for info in members.values())
            packed = max(1, sum(info.compress_size for info in members.values()))
            if any(info.flag_bits & 1 for info in members.values()):
                raise FileRefused(
                    "Tệp được đặt mật khẩu nên không đọc được. Hãy bỏ mật khẩu, lưu lại rồi tải lên."
                )
            if unpacked > UNPACKED_LIMIT_BYTES or (
                unpacked > _RATIO_COUNTS_FROM and unpacked / packed > RATIO_LIMIT
            ):
                raise FileRefused(
                    "Tệp nén bất thường: nội dung bung ra lớn hơn mức cho phép. Hãy mở bằng Excel, chép danh sách "
                    "sang một tệp mới rồi tải lên lại."
                )
            if "xl/workbook.xml" not in members:
                if "xl/workbook.bin" in members:
                    what = "bảng tính dạng .xlsb"
                elif "content.xml" in members:
                    what = "bảng tính dạng OpenDocument (.ods)"
                elif any(name.startswith("word/") for name in members):
                    what = "văn bản Word"
                else:
                    what = "tệp nén, không phải bảng tính"
                raise FileRefused(f"Tệp là {what}. Hãy lưu danh sách thành .xlsx rồi tải lên lại.")
            notices = []
            if any(name.endswith("vbaProject.bin") for name in members):
                notices.append("Tệp có macro; hệ thống chỉ đọc các ô, không chạy macro.")
            book = streamed.Workbook(archive)
            chosen = book.choose(sheet)
            sheet_bytes = members[chosen.member].file_size if chosen.member in members else 0
            sheet_bytes += members[book.strings_member].file_size if book.strings_member in members else 0
            if sheet_bytes > CALAMINE_LIMIT_BYTES:
                if total is None:
                    total = streamed.count_rows(archive, chosen.member)
                return Table(
                    book.names,
                    chosen.name,
                    total,
                    lambda wanted=None: _unbroken(streamed.rows(path, book, chosen, wanted)),
                    notices,
                )
            # The sizes in a zip are only claims; calamine would believe whatever comes out.
            streamed.check_sizes(archive, [chosen.member, book.strings_member])
    except _BROKEN as error:
        raise FileRefused(_BROKEN_WORDS) from error
    return workbooks.open_workbook(path, chosen.name, notices)
