"""Workbooks that fit in memory, .xlsx and .xls, read by calamine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import python_calamine

from congdoan.foundation.imports.reading.refusals import FileRefused
from congdoan.kit.sealed_files import open_sealed

if TYPE_CHECKING:
    from congdoan.foundation.imports.reading.files import Row, Table, Wanted


def open_workbook(path: Path, sheet: str = "", notices: list[str] | None = None) -> Table:
    """Open with calamine. Raises FileRefused for a damaged, encrypted or unknown workbook."""
    from congdoan.foundation.imports.reading.files import Table

    try:
        with open_sealed(path) as stream:
            book = python_calamine.CalamineWorkbook.from_filelike(stream)
        names = [
            meta.name for meta in book.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        found: Any = None
        for name in [sheet] if sheet in names else names:
            found = book.get_sheet_by_name(name)
            if found.start is not None:
                break
    except python_calamine.PasswordError as error:
        raise FileRefused(
            "Tệp được đặt mật khẩu nên không đọc được. Hãy mở bằng Excel, bỏ mật khẩu, lưu lại rồi tải lên."
        ) from error
    # The Rust side may also panic on a mangled .xls; a panic is no Exception.
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        if "password" in str(error).lower():
            raise FileRefused(
                "Tệp được đặt mật khẩu nên không đọc được. Hãy mở bằng Excel, bỏ mật khẩu, lưu lại rồi tải lên."
            ) from error
        raise FileRefused(
            "Không đọc được bảng tính này: tệp hỏng hoặc không phải Excel. Hãy mở bằng Excel, lưu lại thành .xlsx."
        ) from error
    if found is None or found.start is None:
        raise FileRefused("Bảng tính trống, không có ô nào được ghi. Hãy chọn lại tệp danh sách.")
    left = found.start[1]

    def rows(wanted: Wanted | None = None) -> Iterator[Row]:
        padding = [""] * left
        for number, cells in enumerate(found.iter_rows(), 1):
            if wanted is None or wanted(number - 1):
                yield number, padding + cells if left else cells

    return Table(names, found.name, found.end[0] + 1, rows, list(notices or []))
