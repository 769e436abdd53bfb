"""The list attached to a decision, as offices send it: one row a change, read into steps; and an empty one to fill in.

A row says what is done, to which unit (by code), and where to. Rows of one divided unit that follow each other are one
step, a part each. What a row does not say clearly becomes a problem with its number, and the other rows are read on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.imports.catalogue import Field
from congdoan.foundation.imports.cells import getter, is_closing_line, is_mark, text_of
from congdoan.foundation.imports.headings import find_headings
from congdoan.foundation.imports.reading import FileRefused, open_table
from congdoan.foundation.units.models import UnitKind
from congdoan.kit.text import header_key, nfc
from congdoan.registry.membership.choices import DEPARTURES, KINDS
from congdoan.registry.reorganisation.planning import Problem, StepData

FIELDS = (
    Field(
        "action",
        "Việc",
        (
            "Nội dung",
            "Hình thức",
            "Hình thức sắp xếp",
            "Phương án",
            "Nội dung sắp xếp",
            "Thao tác",
            "Loại việc",
        ),
        required=True,
        help="Sáp nhập, Chuyển trực thuộc, Giải thể, Thành lập, Đổi tên, Đổi loại, Đổi khu vực, Chia tách, Kết thúc cấp",
        example="Sáp nhập",
    ),
    Field(
        "unit",
        "Mã đơn vị",
        ("Mã", "Mã CĐCS", "Mã công đoàn", "Mã đơn vị cũ", "Mã đơn vị sắp xếp"),
        required=True,
        help="Mã của đơn vị được sắp xếp; khi thành lập: mã của đơn vị mới; khi kết thúc cấp: mã của cấp trên",
        example="HP-VB-01",
    ),
    Field(
        "unit_name",
        "Tên đơn vị",
        ("Tên", "Tên công đoàn", "Tên CĐCS", "Tên đơn vị cũ"),
        help="Để người đọc dễ đối chiếu",
    ),
    Field(
        "target",
        "Mã đơn vị nhận",
        (
            "Mã đơn vị đích",
            "Mã đơn vị mới",
            "Mã cấp trên mới",
            "Mã đơn vị tiếp nhận",
            "Mã cấp trên",
            "Chuyển về",
            "Nhập vào",
        ),
        help="Sáp nhập vào đâu, chuyển về đâu, trực thuộc đâu",
        example="HP-VB-02",
    ),
    Field("name", "Tên mới", ("Tên đơn vị mới", "Tên sau sắp xếp"), help="Khi thành lập hoặc đổi tên"),
    Field("short_name", "Tên ngắn", ("Tên viết tắt", "Tên gọi tắt")),
    Field(
        "kind",
        "Loại đơn vị",
        ("Loại", "Loại hình", "Loại hình công đoàn"),
        help="Ví dụ: Công đoàn cơ sở, CĐ xã",
    ),
    Field(
        "sector",
        "Khu vực",
        ("Khu vực kinh tế", "Loại hình kinh tế"),
        help="Khi thành lập hoặc đổi khu vực: tên khu vực như trong danh mục",
    ),
    Field("territory", "Mã địa bàn", ("Địa bàn", "Mã xã")),
    Field(
        "enterprises",
        "Mã doanh nghiệp",
        ("Doanh nghiệp", "Các doanh nghiệp"),
        help="Khi chia tách: các mã, cách nhau dấu phẩy",
    ),
    Field(
        "communes",
        "Mã xã, phường",
        ("Xã phường", "Các xã phường"),
        help="Khi chia tách: các mã địa bàn, cách nhau dấu phẩy",
    ),
    Field(
        "leave",
        "Đoàn viên ra khỏi tổ chức",
        ("Đoàn viên thôi", "Lý do ra"),
        help="Khi giải thể mà đoàn viên không chuyển đi đâu",
    ),
    Field("reason", "Lý do", ("Ghi chú", "Căn cứ", "Lý do sắp xếp")),
    Field(
        "grants",
        "Chuyển quyền",
        ("Chuyển phân quyền", "Cán bộ giữ quyền"),
        help="Đánh x: cán bộ của đơn vị cũ có quyền ở đơn vị nhận",
    ),
)

#: Words a cell may use, folded (kit.text.header_key); the longest that the cell begins with counts.
_ACTIONS = {
    "sapnhap": "merge",
    "hopnhat": "merge",
    "nhapvao": "merge",
    "nhap": "merge",
    "gop": "merge",
    "chuyentructhuoc": "move",
    "chuyengiao": "move",
    "chuyenve": "move",
    "chuyen": "move",
    "dieuchuyen": "move",
    "giaithe": "dissolve",
    "ketthuchoatdong": "dissolve",
    "dunghoatdong": "dissolve",
    "chamdut": "dissolve",
    "ketthuc": "dissolve",
    "thanhlap": "found",
    "lapmoi": "found",
    "doiten": "rename",
    "doikhuvuc": "change_sector",
    "chuyenkhuvuc": "change_sector",
    "doiloai": "change_kind",
    "chuyendoi": "change_kind",
    "chuyenloai": "change_kind",
    "chiatach": "split",
    "chia": "split",
    "tach": "split",
    "ketthuccap": "end_level",
    "ketthuccacap": "end_level",
}


@dataclass
class DecisionList:
    """What a list was understood as. ``problems`` are of level "error" and carry the row; ``rows`` were read in all."""

    steps: list[StepData] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    rows: int = 0


class _RowError(ValueError):
    pass


def read_decision_list(path: Path, *, limit_bytes: int = 20 * 1024 * 1024, sheet: str = "") -> DecisionList:
    """Read a list (.xlsx, .xls or .csv). Raises FileRefused for a file that is none, or has no headings."""
    table = open_table(path, limit_bytes=limit_bytes, sheet=sheet)
    headings = find_headings(table.rows(), FIELDS, {})
    if not headings.row:
        raise FileRefused(
            "Không tìm thấy dòng tiêu đề có cột “Việc” và “Mã đơn vị”. Hãy dùng tệp mẫu, hoặc ghi hai tiêu đề này"
            " ở đầu bảng."
        )
    get = {item.name: getter(headings.mapping, item.name) for item in FIELDS}
    kinds: dict[str, str] = {}
    for kind in UnitKind.objects.order_by("pk"):
        kinds |= {header_key(word): kind.pk for word in (kind.pk, kind.name, kind.short_name)}
    sectors: dict[str, str] = {}
    for sector in Sector.objects.all():
        sectors |= {header_key(word): sector.pk for word in (sector.pk, sector.name)}
    found = DecisionList(notices=list(table.notices))
    for number, cells in table.rows():
        if number <= headings.end:
            continue
        values = {name: _text(name, read(cells)) if read else "" for name, read in get.items()}
        if not values["action"] and not values["unit"]:
            continue
        if not values["unit"] and is_closing_line(values["action"]):
            continue
        values["grants"] = "x" if get["grants"] and is_mark(get["grants"](cells)) else ""
        found.rows += 1
        try:
            _take(found, number, values, kinds, sectors)
        except _RowError as error:
            found.problems.append(Problem(str(error), None, number))
    if not found.rows:
        raise FileRefused("Danh sách không có dòng nào dưới tiêu đề. Hãy kiểm tra lại tệp.")
    return found


def _text(name: str, value: object) -> str:
    """A cell as text. A code is taken as it stands: "NA" may be a province and need not mean that there is nothing."""
    return nfc(value) if name in {"unit", "target"} else text_of(value)


def _take(
    found: DecisionList, number: int, values: dict[str, str], kinds: dict[str, str], sectors: dict[str, str]
) -> None:
    action = _action(values["action"])
    if not values["unit"]:
        raise _RowError("Cột “Mã đơn vị” bỏ trống. Hãy ghi mã đơn vị.")

    def need(name: str) -> str:
        if not values[name]:
            label = next(item.label for item in FIELDS if item.name == name)
            raise _RowError(f"Việc “{values['action']}” cần cột “{label}”. Hãy điền vào dòng này.")
        return values[name]

    def kind() -> str:
        code = kinds.get(header_key(need("kind")))
        if code is None:
            raise _RowError(f"Không có loại đơn vị “{values['kind']}”. Hãy ghi tên loại như trong danh mục.")
        return code

    def sector() -> str | None:
        if not values["sector"]:
            return None
        code = sectors.get(header_key(values["sector"]))
        if code is None:
            raise _RowError(f"Không có khu vực “{values['sector']}”. Hãy ghi tên khu vực như trong danh mục.")
        return code

    def new_sector() -> str:
        need("sector")
        return sector() or ""

    if action == "split":
        _part(found, number, values, need("target"))
        return
    shapes: dict[str, Callable[[], dict[str, Any]]] = {
        "merge": lambda: {"units": [values["unit"]], "into": need("target"), **_grants(values)},
        "move": lambda: {"units": [values["unit"]], "parent": need("target")},
        "dissolve": lambda: {"unit": values["unit"], **_whereto(values), **_grants(values)},
        "found": lambda: {
            "code": values["unit"],
            "name": values["name"] or need("unit_name"),
            "short_name": values["short_name"],
            "kind": kind(),
            "parent": need("target"),
            "sector": sector(),
            "territory": values["territory"] or None,
        },
        "rename": lambda: {"unit": values["unit"], "name": need("name"), "short_name": values["short_name"]},
        "change_kind": lambda: {"unit": values["unit"], "kind": kind()},
        "change_sector": lambda: {"units": [values["unit"]], "sector": new_sector()},
        "end_level": lambda: {
            "below": values["unit"],
            "kind": kind(),
            "default": values["target"],
            **_grants(values),
        },
    }
    found.steps.append(StepData(action, shapes[action](), number))


def _action(text: str) -> str:
    key = header_key(text)
    if not key:
        raise _RowError("Cột “Việc” bỏ trống. Hãy ghi: Sáp nhập, Chuyển trực thuộc, Giải thể…")
    known = [words for words in _ACTIONS if key.startswith(words)]
    if not known:
        raise _RowError(
            f"Không hiểu việc “{text}”. Hãy ghi một trong: Sáp nhập, Chuyển trực thuộc, Giải thể, Thành lập, Đổi tên, Đổi"
            " loại, Đổi khu vực, Chia tách, Kết thúc cấp."
        )
    return _ACTIONS[max(known, key=len)]


def _grants(values: dict[str, str]) -> dict[str, Any]:
    return {"passes_grants": True} if values["grants"] else {}


def _whereto(values: dict[str, str]) -> dict[str, Any]:
    if values["target"]:
        return {"to": values["target"]}
    if not values["leave"]:
        raise _RowError(
            "Giải thể cần “Mã đơn vị nhận” (đoàn viên chuyển về đâu) hoặc cột “Đoàn viên ra khỏi tổ chức”. Hãy điền một cột."
        )
    key = header_key(values["leave"])
    kind = next((code for code in DEPARTURES if header_key(KINDS[code].name) in key), "leave")
    return {"leave": kind, "reason": values["reason"] or values["leave"]}


def _part(found: DecisionList, number: int, values: dict[str, str], into: str) -> None:
    """One part of a divided unit; rows of the same unit that follow each other are one step."""
    last = found.steps[-1] if found.steps else None
    if last is None or last.kind != "split" or last.arguments["unit"] != values["unit"]:
        last = StepData("split", {"unit": values["unit"], "parts": [], **_grants(values)}, number)
        found.steps.append(last)
    part = {
        "into": into,
        "enterprises": _codes(values["enterprises"]),
        "communes": _codes(values["communes"]),
    }
    if into == values["unit"]:
        last.arguments["keeps"] = True
    if part["enterprises"] or part["communes"]:
        last.arguments["parts"].append(part)
    elif last.arguments.get("rest", into) != into:
        raise _RowError(
            f"{values['unit']}: hai dòng đều nhận phần còn lại. Hãy ghi doanh nghiệp hoặc xã, phường cho một trong hai."
        )
    else:
        last.arguments["rest"] = into
        if not last.arguments["parts"]:
            last.arguments["parts"].append(part)


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.replace(";", ",").replace("\n", ",").split(",") if code.strip()]


_EXAMPLES: Sequence[dict[str, str]] = (
    {"action": "Sáp nhập", "unit": "CĐ-A", "unit_name": "CĐCS Công ty A", "target": "CĐ-B", "grants": "x"},
    {"action": "Chuyển trực thuộc", "unit": "CĐ-C", "unit_name": "CĐCS Công ty C", "target": "XÃ-01"},
    {"action": "Thành lập", "unit": "XÃ-01", "name": "Công đoàn xã Ví dụ", "kind": "CĐ xã", "target": "TỈNH"},
    {"action": "Giải thể", "unit": "CĐ-D", "leave": "thôi là đoàn viên", "reason": "doanh nghiệp giải thể"},
)


def write_template(path: Path) -> None:
    """An empty list with all headings, a sheet that explains the columns and one with examples."""
    with xlsxwriter.Workbook(str(path)) as book:
        head = book.add_format(
            {"bold": True, "bg_color": "#E4E8EE", "border": 1, "text_wrap": True, "align": "center"}
        )
        title = book.add_format({"bold": True, "font_size": 13})
        text = book.add_format({"num_format": "@"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in (("Danh sách", ()), ("Ví dụ", _EXAMPLES)):
            sheet = book.add_worksheet(name)
            sheet.write(0, 0, "DANH SÁCH SẮP XẾP TỔ CHỨC CÔNG ĐOÀN", title)
            sheet.write(2, 0, "STT", head)
            sheet.set_column(0, 0, 6)
            for column, item in enumerate(FIELDS, 1):
                sheet.write(2, column, item.label + (" (*)" if item.required else ""), head)
                sheet.set_column(column, column, max(14, min(28, len(item.label) + 4)), text)
            sheet.set_row(2, 32)
            sheet.freeze_panes(3, 3)
            for line, values in enumerate(rows, 3):
                sheet.write(line, 0, line - 2)
                for column, item in enumerate(FIELDS, 1):
                    sheet.write_string(line, column, values.get(item.name, ""), text)
        notes = book.add_worksheet("Hướng dẫn")
        notes.set_column(0, 0, 28)
        notes.set_column(1, 1, 80, wrap)
        notes.write(0, 0, "Cách ghi các cột", title)
        for line, item in enumerate(FIELDS, 2):
            notes.write(line, 0, item.label + (" (*)" if item.required else ""))
            notes.write(line, 1, item.help, wrap)
        notes.write(len(FIELDS) + 3, 0, "Thứ tự")
        notes.write(
            len(FIELDS) + 3,
            1,
            "Các dòng có hiệu lực theo thứ tự từ trên xuống: lập đơn vị mới trước, rồi mới chuyển các đơn vị về đó.",
            wrap,
        )


def write_decision_list(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """A filled list, as an office would send it: rows by the names of FIELDS; read back by `read_decision_list`."""
    with xlsxwriter.Workbook(str(path)) as book:
        head = book.add_format({"bold": True, "bg_color": "#E4E8EE", "border": 1, "text_wrap": True})
        sheet = book.add_worksheet("Danh sách")
        sheet.write(
            0, 0, "DANH SÁCH SẮP XẾP TỔ CHỨC CÔNG ĐOÀN", book.add_format({"bold": True, "font_size": 13})
        )
        shown = [item for item in FIELDS if item.required or any(row.get(item.name) for row in rows)]
        for column, item in enumerate(shown, 1):
            sheet.write(2, column, item.label, head)
            sheet.set_column(column, column, max(14, min(34, len(item.label) + 8)))
        sheet.write(2, 0, "STT", head)
        sheet.freeze_panes(3, 3)
        for line, row in enumerate(rows, 3):
            sheet.write(line, 0, line - 2)
            for column, item in enumerate(shown, 1):
                sheet.write_string(line, column, row.get(item.name, ""))
