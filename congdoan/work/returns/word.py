"""A return as a Word file, and all returns of a round as one booklet.

The page is that of Decree 30/2020/NĐ-CP, Annex I (kit.documents); the text is drawn, not filled into a template,
because the form itself is data.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localtime
from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Cm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from congdoan.kit.dates import format_date, format_long
from congdoan.kit.documents import (
    draw_line_under,
    keep_whole,
    repeat_header,
    set_cell_margins,
    set_columns,
    set_page,
    turn_page,
)
from congdoan.kit.numbers import format_number, format_signed
from congdoan.work.reports.choices import DEFAULT_SYMBOL, NUMBER_SYMBOLS, WITH_STANDING_COMMITTEE
from congdoan.work.reports.word import in_full, number_line
from congdoan.work.returns.queries import Restatement
from congdoan.work.returns.sheet import Line, Sheet

_TEXT_CM, _LANDSCAPE_CM = 16.5, 25.7
#: More columns of figures than these do not fit beside each other on an upright page.
_UPRIGHT_COLUMNS = 4
#: A table of up to so many rows is not torn apart between two pages.
_WHOLE_ROWS = 6
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


@dataclass(frozen=True)
class Heading:
    """What stands around the figures: who reports what to whom, for which days."""

    superior: str
    unit: str
    kind: str
    title: str
    period: str
    from_on: date
    last_day: date
    dated_on: date | None
    place: str
    state: str


@dataclass(frozen=True)
class Cover:
    """What the first page of a booklet says: whose subordinates report, which form, for when."""

    unit: str
    title: str
    period: str


def file_stem(code: str, unit: str, period: str) -> str:
    """A name that is safe on every system a file is carried to."""
    return "_".join(re.sub(r"[^\w.-]+", "-", part) for part in (code, unit, period))


def write_word(heading: Heading, sheet: Sheet) -> bytes:
    """One return."""
    return write_booklet([(heading, sheet)])


def write_booklet(returns: Iterable[tuple[Heading, Sheet]], *, cover: Cover | None = None) -> bytes:
    """Returns one after the other, each beginning on a page of its own; before them a cover that lists them all."""
    document = Document()
    set_page(document)
    pages = list(returns)
    if cover:
        _draw_cover(document, cover, [heading for heading, _ in pages])
    for place, (heading, sheet) in enumerate(pages):
        if place or cover:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _draw(document, heading, sheet)
    return _saved(document)


def write_restatement(heading: Heading, found: Restatement) -> bytes:
    """What was reported, what is known now, and the movements in between, as an annex to the return it corrects."""
    document = Document()
    set_page(document)
    _head(document, heading)
    _centred(document, "BIỂU ĐIỀU CHỈNH SỐ LIỆU", size=14, bold=True, before=12)
    _centred(document, _unbroken(heading.title), size=14, bold=True)
    _centred(document, _days(heading), size=13)
    draw_line_under(document.add_paragraph(), indent_cm=0, column_cm=_TEXT_CM, length_cm=4)
    at = localtime(found.frozen.frozen_at)
    _body(
        document,
        f"Báo cáo được nghiệm thu lần {found.frozen.number} lúc {at:%H:%M} ngày {format_date(at.date())}; số liệu đã báo"
        " cáo giữ nguyên. Biểu này đặt số theo sổ khi báo cáo cạnh số theo sổ hiện nay.",
    )
    _body(document, "I. SỐ LIỆU THAY ĐỔI", bold=True)
    if found.changed:
        table = _grid(document, ("TT", "Nội dung", "Theo sổ khi báo cáo", "Theo sổ hiện nay", "Thay đổi"))
        for place, cell in enumerate(found.changed, start=1):
            _row(
                table,
                str(place),
                cell.label,
                format_number(cell.reported),
                format_number(cell.now),
                format_signed(cell.change),
            )
        set_columns(table, (1.0, 7.1, 2.9, 2.9, 2.6))
    else:
        _body(document, "Không ô nào thay đổi kể từ khi báo cáo.")
    _body(document, f"II. BIẾN ĐỘNG GHI SỔ SAU KHI BÁO CÁO: {format_number(found.count)}", bold=True)
    _body(document, "Có danh sách kèm theo." if found.movements else "Không có.")
    _sign(document, heading)
    if found.movements:
        _movements(document, found)
    return _saved(document)


def _movements(document: DocumentType, found: Restatement) -> None:
    """The list that goes with a restatement, behind the signature."""
    _turned(document, False, True)
    _centred(document, "DANH SÁCH BIẾN ĐỘNG GHI SỔ SAU KHI BÁO CÁO", size=14, bold=True)
    table = _grid(document, ("TT", "Đoàn viên", "Biến động", "Hiệu lực", "Ghi lúc", "Đơn vị", "Lý do"))
    for place, move in enumerate(found.movements, start=1):
        kind = move.get_kind_display() + (" (đảo)" if move.reverses_id else "")
        _row(
            table,
            str(place),
            move.person.full_name,
            kind,
            format_date(move.on),
            f"{localtime(move.recorded_at):%H:%M %d/%m/%Y}",
            move.unit.name,
            move.reason,
            words=7,
        )
    set_columns(table, (1.0, 4.7, 3.6, 2.5, 3.4, 5.5, 5.0))
    more = found.count - len(found.movements)
    if more > 0:
        _body(document, f"Và {format_number(more)} biến động khác; xem đủ trong sổ biến động đoàn viên.")


def _row(table: Table, *texts: str, words: int = 2) -> None:
    """A row whose first cell is its number; up to ``words`` cells are read from the left, the others are figures."""
    row = table.add_row()
    keep_whole(row)
    for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        side = WD_ALIGN_PARAGRAPH.LEFT if place < words else WD_ALIGN_PARAGRAPH.RIGHT
        _cell(cell.paragraphs[0], text, size=12, align=side if place else WD_ALIGN_PARAGRAPH.CENTER)


def _days(heading: Heading) -> str:
    days = f"từ ngày {format_date(heading.from_on)} đến hết ngày {format_date(heading.last_day)}"
    return f"Kỳ báo cáo: {heading.period} ({days})"


def _saved(document: DocumentType) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _draw_cover(document: DocumentType, cover: Cover, headings: Sequence[Heading]) -> None:
    _centred(document, in_full(cover.unit), size=14, bold=True, before=90)
    _centred(document, "TẬP BÁO CÁO", size=20, bold=True, before=60)
    _centred(document, _unbroken(cover.title), size=16, bold=True, before=6)
    _centred(document, f"Kỳ báo cáo: {cover.period}", size=14, before=6)
    line = document.add_paragraph()
    draw_line_under(line, indent_cm=0, column_cm=_TEXT_CM, length_cm=4)
    _body(document, f"Trong tập có {len(headings)} báo cáo:")
    table = _grid(document, ("TT", "Đơn vị", "Trạng thái"))
    for place, heading in enumerate(headings, start=1):
        row = table.add_row()
        keep_whole(row)
        _cell(row.cells[0].paragraphs[0], str(place), size=12)
        _cell(row.cells[1].paragraphs[0], heading.unit, size=12, align=WD_ALIGN_PARAGRAPH.LEFT)
        _cell(row.cells[2].paragraphs[0], heading.state, size=12)
    set_columns(table, (1.2, 11.3, 4.0))


def _draw(document: DocumentType, heading: Heading, sheet: Sheet) -> None:
    _head(document, heading)
    _centred(document, "BÁO CÁO", size=14, bold=True, before=12)
    title = re.sub(r"^Báo cáo\s+", "", heading.title)
    _centred(document, _unbroken(f"{title[:1].upper()}{title[1:]}"), size=14, bold=True)
    _centred(document, _days(heading), size=13)
    line = document.add_paragraph()
    draw_line_under(line, indent_cm=0, column_cm=_TEXT_CM, length_cm=4)
    is_wide = False
    for place, part in enumerate(sheet.parts):
        is_wide = _turned(document, is_wide, len(part.columns) > _UPRIGHT_COLUMNS)
        _body(document, f"{roman(place)}. {part.title.upper()}", bold=True)
        _table(document, part.columns, part.lines, _LANDSCAPE_CM if is_wide else _TEXT_CM)
    _turned(document, is_wide, False)
    number = len(sheet.parts)
    for text in sheet.texts:
        _body(document, f"{roman(number)}. {text['title'].upper()}", bold=True)
        number += 1
        for paragraph in (text["text"] or "[Chưa viết]").splitlines():
            if paragraph.strip():
                _body(document, paragraph.strip())
    reasons = [
        figure
        for part in sheet.parts
        for line_ in part.lines
        for figure in line_.figures
        if figure and figure.computed
    ]
    if reasons:
        _body(document, "(*) Số liệu báo cáo khác với sổ đăng ký:", italic=True, is_lead=True)
        for figure in reasons:
            _body(
                document,
                f"- {figure.label}: báo cáo {figure.text}, theo sổ {figure.computed}; {figure.reason}.",
            )
    _sign(document, heading)


def _head(document: DocumentType, heading: Heading) -> None:
    table = document.add_table(rows=2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    left, right = table.rows[0].cells
    _cell(left.paragraphs[0], in_full(heading.superior), size=13)
    _cell(left.add_paragraph(), in_full(heading.unit), size=13, bold=True)
    draw_line_under(left.add_paragraph(), indent_cm=0, column_cm=6.6, length_cm=2.5)
    _cell(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True)
    _cell(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", size=13, bold=True)
    draw_line_under(right.add_paragraph(), indent_cm=0, column_cm=9.9, length_cm=5.2)
    # Number, and place and date, stand on one line however many lines the names took.
    left, right = table.rows[1].cells
    symbol = NUMBER_SYMBOLS.get(heading.kind, DEFAULT_SYMBOL)
    _cell(left.paragraphs[0], f"Số: {number_line('', symbol)}", size=13)
    place = heading.place or "…………"
    when = (
        format_long(heading.dated_on)
        if heading.dated_on
        else f"ngày      tháng      năm {heading.last_day.year}"
    )
    _cell(right.paragraphs[0], f"{place}, {when}", size=13, italic=True)
    for cell in (left, right):
        cell.paragraphs[0].paragraph_format.space_before = Pt(6)
    set_columns(table, (6.6, 9.9))


def _unbroken(title: str) -> str:
    """The name of a form keeps together: "2-HĐCĐ"."""
    return re.sub(r"(?<=\w)-(?=\w)", "\N{NON-BREAKING HYPHEN}", title)


def roman(place: int) -> str:
    """The number of the part at a place, from 0: "I", "IV"; beyond fifteen in figures."""
    return ROMAN[place] if place < len(ROMAN) else str(place + 1)


def _turned(document: DocumentType, is_wide: bool, wanted: bool) -> bool:
    """Go on on a page that lies or stands as ``wanted``."""
    if is_wide != wanted:
        turn_page(document.add_section(WD_SECTION.NEW_PAGE), is_wide=wanted)
    return wanted


def _grid(document: DocumentType, labels: Sequence[str]) -> Table:
    table = document.add_table(rows=1, cols=len(labels))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    set_cell_margins(table, side_cm=0.12, top_pt=2)
    for cell, words in zip(table.rows[0].cells, labels, strict=True):
        _cell(cell.paragraphs[0], words, size=12, bold=True)
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    repeat_header(table.rows[0])
    keep_whole(table.rows[0])
    return table


def _table(document: DocumentType, columns: Sequence[str], lines: Sequence[Line], room_cm: float) -> None:
    table = _grid(document, ("TT", "Nội dung", "ĐVT", *columns))
    for place, line in enumerate(lines, start=1):
        row = table.add_row()
        keep_whole(row)
        cells = row.cells
        _cell(cells[0].paragraphs[0], str(place), size=12)
        _cell(cells[1].paragraphs[0], line.title, size=12, align=WD_ALIGN_PARAGRAPH.LEFT)
        _cell(cells[2].paragraphs[0], line.unit, size=12)
        for cell, figure in zip(cells[3:], line.figures, strict=True):
            words = figure.text if figure else ""
            _cell(
                cell.paragraphs[0],
                words + ("*" if figure and figure.computed else ""),
                size=12,
                align=WD_ALIGN_PARAGRAPH.RIGHT,
            )
        if place < len(lines) and (place == 1 or len(lines) <= _WHOLE_ROWS):
            for cell in cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
    # "nghìn đồng" and "1.234.567*" keep to one line.
    number_cm, unit_cm = 1.0, 2.4
    each = 2.3 if len(columns) < _UPRIGHT_COLUMNS else 2.0
    wide = max(5.0, room_cm - number_cm - unit_cm - each * len(columns))
    each = (room_cm - number_cm - unit_cm - wide) / len(columns)
    set_columns(table, (number_cm, wide, unit_cm, *[each] * len(columns)))


def _sign(document: DocumentType, heading: Heading) -> None:
    document.add_paragraph()
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    _cell(left.paragraphs[0], "Nơi nhận:", size=12, bold=True, italic=True, align=WD_ALIGN_PARAGRAPH.LEFT)
    for words in (f"- {heading.superior} (để b/c);", "- Lưu: VT."):
        _cell(left.add_paragraph(), words, size=11, align=WD_ALIGN_PARAGRAPH.LEFT)
    committee = "TM. BAN THƯỜNG VỤ" if heading.kind in WITH_STANDING_COMMITTEE else "TM. BAN CHẤP HÀNH"
    _cell(right.paragraphs[0], committee, size=14, bold=True)
    _cell(right.add_paragraph(), "CHỦ TỊCH", size=14, bold=True)
    # Room for the signature and the seal; the name is written by whoever signs.
    name = right.add_paragraph()
    _cell(name, "………………………………", size=14)
    name.paragraph_format.space_before = Pt(70)
    # A signature never stands on a page without what it signs: the last line goes over with it.
    for paragraph in (*document.paragraphs[-2:], *left.paragraphs[:-1], *right.paragraphs[:-1]):
        paragraph.paragraph_format.keep_with_next = True
    keep_whole(table.rows[0])
    set_columns(table, (7.5, 9))


def _cell(
    paragraph: Paragraph,
    words: str,
    *,
    size: float,
    bold: bool = False,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER,
) -> None:
    run = paragraph.add_run(words)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)


def _centred(
    document: DocumentType, words: str, *, size: float, bold: bool = False, before: float = 0
) -> None:
    paragraph = document.add_paragraph()
    _cell(paragraph, words, size=size, bold=bold)
    paragraph.paragraph_format.space_before = Pt(before)


def _body(
    document: DocumentType, words: str, *, bold: bool = False, italic: bool = False, is_lead: bool = False
) -> None:
    """A paragraph of the text; a bold one is a heading and, as one that leads in, stays with what follows."""
    paragraph = document.add_paragraph()
    run = paragraph.add_run(words)
    run.bold, run.italic = bold, italic
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after, layout.first_line_indent = Pt(6), Pt(3), Cm(1.27)
    layout.keep_with_next = bold or is_lead
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
