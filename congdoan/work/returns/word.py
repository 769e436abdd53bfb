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

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from congdoan.kit.dates import format_long
from congdoan.kit.documents import (
    draw_line_under,
    keep_whole,
    repeat_header,
    set_cell_margins,
    set_columns,
    set_page,
)
from congdoan.work.reports.choices import DEFAULT_SYMBOL, NUMBER_SYMBOLS, WITH_STANDING_COMMITTEE
from congdoan.work.reports.word import in_full, number_line
from congdoan.work.returns.sheet import Line, Sheet

_TEXT_CM = 16.5
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


@dataclass(frozen=True)
class Heading:
    """What stands around the figures: who reports what to whom, for which days."""

    superior: str
    unit: str
    kind: str
    title: str
    period: str
    last_day: date
    dated_on: date | None
    place: str
    state: str


def file_stem(code: str, unit: str, period: str) -> str:
    """A name that is safe on every system a file is carried to."""
    return "_".join(re.sub(r"[^\w.-]+", "-", part) for part in (code, unit, period))


def write_word(heading: Heading, sheet: Sheet) -> bytes:
    """One return."""
    return write_booklet([(heading, sheet)])


def write_booklet(returns: Iterable[tuple[Heading, Sheet]], *, title: str = "") -> bytes:
    """Returns one after the other, each beginning on a page of its own; a cover with ``title`` when there is one."""
    document = Document()
    set_page(document)
    if title:
        _centred(document, title, size=20, bold=True, before=220)
    first = not title
    for heading, sheet in returns:
        if not first:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        first = False
        _draw(document, heading, sheet)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _draw(document: DocumentType, heading: Heading, sheet: Sheet) -> None:
    _head(document, heading)
    _centred(document, "BÁO CÁO", size=14, bold=True, before=12)
    title = re.sub(r"^Báo cáo\s+", "", heading.title)
    _centred(document, f"{title[:1].upper()}{title[1:]}", size=14, bold=True)
    _centred(document, f"Kỳ báo cáo: {heading.period}", size=14)
    line = document.add_paragraph()
    draw_line_under(line, indent_cm=0, column_cm=_TEXT_CM, length_cm=4)
    for place, part in enumerate(sheet.parts):
        _body(document, f"{ROMAN[place]}. {part.title.upper()}", bold=True)
        _table(document, part.columns, part.lines)
    number = len(sheet.parts)
    for text in sheet.texts:
        _body(document, f"{ROMAN[number]}. {text['title'].upper()}", bold=True)
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
        _body(document, "Số liệu khác với sổ đăng ký:", italic=True)
        for figure in reasons:
            _body(
                document,
                f"- {figure.label}: báo cáo {figure.text}, theo sổ {figure.computed}; {figure.reason}.",
            )
    _sign(document, heading)


def _head(document: DocumentType, heading: Heading) -> None:
    table = document.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    left, right = table.rows[0].cells
    _cell(left.paragraphs[0], in_full(heading.superior), size=13)
    _cell(left.add_paragraph(), in_full(heading.unit), size=13, bold=True)
    draw_line_under(left.add_paragraph(), indent_cm=0, column_cm=6.6, length_cm=2.5)
    symbol = NUMBER_SYMBOLS.get(heading.kind, DEFAULT_SYMBOL)
    _cell(left.add_paragraph(), f"Số: {number_line('', symbol)}", size=13)
    _cell(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True)
    _cell(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", size=13, bold=True)
    draw_line_under(right.add_paragraph(), indent_cm=0, column_cm=9.9, length_cm=5.2)
    place = heading.place or "…………"
    when = (
        format_long(heading.dated_on)
        if heading.dated_on
        else f"ngày      tháng      năm {heading.last_day.year}"
    )
    _cell(right.add_paragraph(), f"{place}, {when}", size=13, italic=True)
    set_columns(table, (6.6, 9.9))


def _table(document: DocumentType, columns: Sequence[str], lines: Sequence[Line]) -> None:
    table = document.add_table(rows=1, cols=3 + len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    set_cell_margins(table, side_cm=0.12, top_pt=2)
    for cell, words in zip(table.rows[0].cells, ("TT", "Nội dung", "ĐVT", *columns), strict=True):
        _cell(cell.paragraphs[0], words, size=12, bold=True)
    repeat_header(table.rows[0])
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
    wide = max(5.0, _TEXT_CM - 2.9 - 2.3 * len(columns))
    each = (_TEXT_CM - 2.9 - wide) / len(columns)
    set_columns(table, (1.0, wide, 1.9, *[each] * len(columns)))


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
    # A signature never stands on a page without what it signs: the last line goes over with it.
    for paragraph in (*document.paragraphs[-3:], *left.paragraphs[:-1], *right.paragraphs[:-1]):
        paragraph.paragraph_format.keep_with_next = True
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
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


def _body(document: DocumentType, words: str, *, bold: bool = False, italic: bool = False) -> None:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(words)
    run.bold, run.italic = bold, italic
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after, layout.first_line_indent = Pt(6), Pt(3), Cm(1.27)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
