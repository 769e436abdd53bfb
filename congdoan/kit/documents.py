"""Word and Excel files: the page of an administrative document, templates filled by name, sheets ready to print.

The measures of the page are those of Decree 30/2020/NĐ-CP, Annex I. Nothing here knows what a document is about.
Everything is made in memory; no office program is needed.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import xlsxwriter
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import OpcError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Mm, Pt
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from docxtpl import DocxTemplate
from jinja2 import TemplateError, TemplateRuntimeError, Undefined, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Decree 30/2020/NĐ-CP, Annex I, part I: A4; top and bottom 20-25 mm, left 30-35 mm, right 15-20 mm; Times New
# Roman, black; page number 13-14 centred in the top margin and not on page 1; at least 6 pt between paragraphs,
# lines 1 to 1.5; first line 1 or 1.27 cm.
PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
MARGIN_TOP_MM, MARGIN_BOTTOM_MM, MARGIN_LEFT_MM, MARGIN_RIGHT_MM = 20, 20, 30, 15
TEXT_WIDTH_MM = PAGE_WIDTH_MM - MARGIN_LEFT_MM - MARGIN_RIGHT_MM
FONT = "Times New Roman"
BODY_PT, PAGE_NUMBER_PT, PARAGRAPH_SPACE_PT, LINE_SPACING = 14, 14, 6, 1.1
FIRST_LINE_CM = 1.27


class MissingFields(ValueError):
    """The template asks for fields nobody filled. ``fields`` are their names; no file was made."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(
            "Mẫu văn bản cần các trường chưa có số liệu: "
            + ", ".join(self.fields)
            + ". Hãy sửa tên trường trong mẫu hoặc bổ sung số liệu."
        )


class BrokenTemplate(ValueError):
    """The template cannot be read or has a mistake in its marks; the message (Vietnamese) says which."""


# --------------------------------------------------------------------------------------------------
# Filling a template
# --------------------------------------------------------------------------------------------------


def render_docx(template: Path | bytes, context: Mapping[str, Any]) -> bytes:
    """Fill a .docx template (docxtpl: ``{{ field }}``, ``{%p for %}``, ``{%tr for %}``) and return the file.

    Raises MissingFields with the names of every field the template uses and ``context`` lacks, nested ones too,
    instead of leaving holes in the document; BrokenTemplate when the file or its marks cannot be read. A template
    is code from whoever drew it, so it runs in a sandbox.
    """
    missing: dict[str, None] = {}

    class Recorded(Undefined):
        """A field nobody filled: noted, and empty so that the rest of the template is read for more of them."""

        def __init__(
            self,
            hint: str | None = None,
            obj: Any = None,
            name: str | None = None,
            exc: type[TemplateRuntimeError] = UndefinedError,
        ) -> None:
            super().__init__(hint, obj, name, exc)
            if issubclass(exc, SecurityError):
                raise exc(hint)
            if name is not None:
                missing[str(name)] = None

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return Recorded(name=name)

    environment = SandboxedEnvironment(autoescape=True, undefined=Recorded)
    source = io.BytesIO(template) if isinstance(template, bytes) else str(template)
    try:
        document = DocxTemplate(source)
        document.render(dict(context), environment, autoescape=True)
    except TemplateError as error:
        raise BrokenTemplate(f"Mẫu văn bản có dấu trường viết sai: {error}.") from error
    except (BadZipFile, OpcError, etree.XMLSyntaxError, KeyError, ValueError, OSError) as error:
        raise BrokenTemplate(
            "Không đọc được mẫu văn bản; mẫu phải là tệp Word (.docx) còn nguyên vẹn."
        ) from error
    if missing:
        raise MissingFields(list(missing))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# --------------------------------------------------------------------------------------------------
# Drawing a document (templates are drawn with these)
# --------------------------------------------------------------------------------------------------


def set_page(document: Document) -> None:
    """A4 with the margins of Decree 30, Times New Roman 14 as the default, page numbers in the top margin."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_WIDTH_MM), Mm(PAGE_HEIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(MARGIN_TOP_MM), Mm(MARGIN_BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(MARGIN_LEFT_MM), Mm(MARGIN_RIGHT_MM)
    section.header_distance, section.footer_distance = Mm(10), Mm(10)
    section.different_first_page_header_footer = True
    normal: Any = document.styles["Normal"]
    set_font(normal, BODY_PT)
    normal.paragraph_format.space_after = Pt(0)
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number = header.add_run()
    number.font.size, number.font.name = Pt(PAGE_NUMBER_PT), FONT
    add_field(number, "PAGE")


def turn_page(section: Section, *, is_wide: bool) -> None:
    """Lay the pages of a section on their side, or stand them up again; they go on from the pages before."""
    section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
    sides = (PAGE_HEIGHT_MM, PAGE_WIDTH_MM) if is_wide else (PAGE_WIDTH_MM, PAGE_HEIGHT_MM)
    section.page_width, section.page_height = Mm(sides[0]), Mm(sides[1])
    # Bound on the left edge of an upright page, which is the upper edge of one that lies.
    section.top_margin = Mm(MARGIN_LEFT_MM if is_wide else MARGIN_TOP_MM)
    section.left_margin = Mm(MARGIN_TOP_MM if is_wide else MARGIN_LEFT_MM)
    section.right_margin = Mm(MARGIN_BOTTOM_MM if is_wide else MARGIN_RIGHT_MM)
    section.bottom_margin = Mm(MARGIN_RIGHT_MM if is_wide else MARGIN_BOTTOM_MM)
    section.different_first_page_header_footer = False


def set_font(style: Any, size_pt: float, *, bold: bool = False, italic: bool = False) -> None:
    """Give a style the document's font, for every script, in black."""
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size_pt), bold, italic
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def add_field(run: Run, code: str) -> None:
    """A field Word works out by itself, such as PAGE."""
    for kind in ("begin", None, "end"):
        if kind is None:
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {code} "
            run._r.append(text)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def draw_line_under(paragraph: Paragraph, *, indent_cm: float, column_cm: float, length_cm: float) -> None:
    """Make the paragraph a solid line of ``length_cm`` in the middle of a column: its upper border."""
    side = max((column_cm - length_cm) / 2, 0)
    layout = paragraph.paragraph_format
    layout.left_indent, layout.right_indent = Cm(indent_cm + side), Cm(side)
    layout.first_line_indent = Cm(0)
    layout.space_before, layout.space_after = Pt(4), Pt(0)
    layout.line_spacing = Pt(4)
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
    )


def repeat_header(row: _Row) -> None:
    """The row comes back at the top of every page the table runs over."""
    mark = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(mark)


def keep_whole(row: _Row) -> None:
    """The row is not split between two pages."""
    mark = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(mark)


def set_columns(table: Table, widths_cm: Sequence[float]) -> None:
    """Fix the widths of a table's columns, in every cell: Word and LibreOffice each read another place."""
    table.autofit = False
    for column, width in zip(table.columns, widths_cm, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def set_cell_margins(table: Table, *, side_cm: float, top_pt: float = 0) -> None:
    """The white space inside every cell of a table."""
    margins = OxmlElement("w:tblCellMar")
    for name, size in (
        ("top", Pt(top_pt)),
        ("left", Cm(side_cm)),
        ("bottom", Pt(top_pt)),
        ("right", Cm(side_cm)),
    ):
        side = OxmlElement(f"w:{name}")
        side.set(qn("w:w"), str(int(size.twips)))
        side.set(qn("w:type"), "dxa")
        margins.append(side)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    if look is None:
        properties.append(margins)
    else:
        look.addprevious(margins)


# --------------------------------------------------------------------------------------------------
# Spreadsheets
# --------------------------------------------------------------------------------------------------

# The language mark makes programs that heed it write 1.810 and 95,5; Excel follows the reader's own settings.
WHOLE = "[$-42A]#,##0"
ONE_DECIMAL = "[$-42A]#,##0.0"
TWO_DECIMALS = "[$-42A]#,##0.00"
SHARE = "[$-42A]0.0%"
SIGNED = "[$-42A]+#,##0;[$-42A]-#,##0;0"
DAY = "dd/mm/yyyy"


class Sheets:
    """A workbook in memory, with the formats of a printed table and sheets set up for A4 landscape.

    Formulas are written with the value they come to (`formula`), so that a viewer that does not calculate shows
    the right figure too.
    """

    def __init__(self, *, title: str, made_on: date) -> None:
        self._out = io.BytesIO()
        self.book: Workbook = xlsxwriter.Workbook(self._out, {"in_memory": True})
        self.book.set_properties({"title": title})
        self.book.set_calc_mode("auto")
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.made_on = made_on

    def format(self, number: str = "", **traits: Any) -> Format:
        """A cell format: the font of the document, 11 pt, thin borders unless ``border=0``; made once."""
        wanted = {"font_name": FONT, "font_size": 11, "border": 1, "valign": "vcenter", **traits}
        if number:
            wanted["num_format"] = number
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(wanted)
        return self._formats[key]

    def sheet(
        self, name: str, *, widths: Sequence[float], heading: Sequence[str], note: str = "", footer: str = ""
    ) -> tuple[Worksheet, int]:
        """A new sheet with a heading across its columns; returns it and the first free row (from 0).

        ``heading``: the first line plain, the second bold, later ones centred bold in larger type. Prints on A4
        landscape, one page wide, page number below.
        """
        sheet = self.book.add_worksheet(name)
        last = len(widths) - 1
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        row = 0
        for place, line in enumerate(heading):
            traits: dict[str, Any] = {"border": 0, "text_wrap": True}
            traits |= {"bold": place > 0, "align": "left" if place < 2 else "center"}
            if place >= 2:
                traits["font_size"] = 14
            sheet.merge_range(row, 0, row, last, line, self.format(**traits))
            if place >= 2:
                sheet.set_row(row, _height(line, sum(widths), per_line=19, share=0.78))
            row += 1
        if note:
            sheet.merge_range(row, 0, row, last, note, self.format(border=0, italic=True, align="center"))
            row += 1
        row += 1
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.45, right=0.45, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f'&L&"{FONT},Italic"&9{footer.replace("&", "&&")}&R&"{FONT},Regular"&9Trang &P/&N')
        sheet.hide_gridlines(2)
        return sheet, row

    def header_row(
        self,
        sheet: Worksheet,
        row: int,
        labels: Sequence[str],
        *,
        height: float = 48,
        groups: Sequence[tuple[int, int, str]] = (),
    ) -> int:
        """The labels of a table; they stay in sight while scrolling and come back on every printed page.

        ``groups``: (first column, last column, label) written in a row above. Returns the first row after.
        """
        style = self.format(bold=True, align="center", text_wrap=True, bg_color="#E8EEF6")
        first = row
        if groups:
            grouped: set[int] = set()
            for start, end, label in groups:
                sheet.merge_range(row, start, row, end, label, style)
                grouped |= set(range(start, end + 1))
            for column, label in enumerate(labels):
                if column not in grouped:
                    sheet.merge_range(row, column, row + 1, column, label, style)
            sheet.set_row(row, 34)
            row += 1
        else:
            grouped = set(range(len(labels)))
        for column in grouped:
            sheet.write_string(row, column, labels[column], style)
        sheet.set_row(row, height)
        sheet.repeat_rows(first, row)
        sheet.freeze_panes(row + 1, 0)
        return row + 1

    def number(
        self, sheet: Worksheet, row: int, column: int, value: Decimal | int | None, style: Format
    ) -> None:
        """A figure, or an empty cell when there is none."""
        if value is None:
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_number(row, column, float(value), style)

    def formula(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        text: str,
        style: Format,
        value: Decimal | int | str | None,
    ) -> None:
        """A live formula together with the value it comes to now ('' for a formula that shows nothing)."""
        shown: Any = "" if value is None else value if isinstance(value, str) else float(value)
        sheet.write_formula(row, column, text, style, shown)

    def finish(self) -> bytes:
        """Close the workbook and return the file."""
        self.book.close()
        return self._out.getvalue()


def row_height(texts: Sequence[tuple[str, float]], *, per_line: float = 15) -> float:
    """How high a row must be, in points, for wrapped texts of 11 pt: (text, width of its column) each.

    Excel does not grow rows of files it did not write itself.
    """
    return max([per_line + 3, *(_height(text, width, per_line=per_line) for text, width in texts)])


def _height(text: str, width: float, *, per_line: float, share: float = 1.05) -> float:
    """Lines are counted word by word, because that is how they break."""
    room = max(width * share, 4)
    lines = 0
    for part in text.split("\n"):
        used = 0.0
        lines += 1
        for word in part.split():
            needed = len(word) + (1 if used else 0)
            if used and used + needed > room:
                lines, used = lines + 1, float(len(word))
            else:
                used += needed
    return max(lines, 1) * per_line + 4
