"""Returns on paper: nothing is cut, headings stay with their tables, a wide table lies on its side."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm
from openpyxl import load_workbook

from congdoan.work.returns.sheet import Figure, Line, Part, Sheet
from congdoan.work.returns.word import Cover, Heading, write_booklet, write_word
from congdoan.work.returns.workbook import write_excel

LONG = "Công đoàn cơ sở Công ty Trách nhiệm hữu hạn Một thành viên Chế biến Thủy sản Xuất khẩu Hải Phòng"
WHY = "Bảy đoàn viên kết nạp theo Quyết định số 15 chưa kịp ghi vào sổ vì mất điện toàn khu công nghiệp"
HEADING = Heading(
    superior="Công đoàn các Khu công nghiệp và Khu kinh tế thành phố Hải Phòng và vùng phụ cận",
    unit=LONG,
    kind="grassroots_union",
    title="Báo cáo hoạt động công đoàn cơ sở 6 tháng (mẫu 1-HĐCĐ)",
    period="6 tháng đầu năm 2026",
    from_on=date(2025, 12, 1),
    last_day=date(2026, 5, 31),
    dated_on=date(2026, 6, 5),
    place="Hải Phòng",
    state="đã nộp",
)


def sheet(columns: int, rows: int = 5, parts: int = 1) -> Sheet:
    def line(number: int) -> Line:
        figures: list[Figure | None] = [
            Figure(
                key=f"r{number}.c{place}",
                label=f"Dòng {number} (cột {place})",
                column=f"Cột {place}",
                origin="entered" if place == number == 0 else "asked",
                value=Decimal(1234567),
                text="1.234.567",
                computed="1.234.560" if place == number == 0 else "",
                reason=WHY if place == number == 0 else "",
            )
            for place in range(columns)
        ]
        return Line(f"r{number}", f"Dòng {number}", "nghìn đồng", "", figures)

    titles = [f"Cột {place}" for place in range(columns)]
    made = [Part(f"p{n}", f"Phần {n}", titles, [line(row) for row in range(rows)]) for n in range(parts)]
    return Sheet(made, [{"code": "said", "title": "Kết quả", "text": "Một dòng.\nHai dòng."}])


def opened(data: bytes) -> DocumentType:
    return Document(io.BytesIO(data))


@pytest.mark.parametrize(("columns", "turned"), [(1, [0]), (4, [0]), (5, [0, 1, 0]), (9, [0, 1, 0])])
def test_a_wide_table_lies_on_its_side_and_the_words_stand_again(columns: int, turned: Sequence[int]) -> None:
    document = opened(write_word(HEADING, sheet(columns)))
    ways = [int(section.orientation == WD_ORIENT.LANDSCAPE) for section in document.sections]
    assert ways == turned
    for section in document.sections:
        assert section.page_width and section.page_height and section.left_margin and section.right_margin
        lies = section.orientation == WD_ORIENT.LANDSCAPE
        across, down = round(section.page_width.mm), round(section.page_height.mm)
        assert (across, down) == ((297, 210) if lies else (210, 297))
        assert Mm(15) <= section.left_margin <= Mm(35)
    figures = document.tables[1]
    widths = [column.width or 0 for column in figures.columns]
    section = document.sections[turned.index(1) if 1 in turned else 0]
    room = section.page_width - section.left_margin - section.right_margin  # type: ignore[operator]
    assert sum(widths) <= room + Mm(1)
    assert min(widths[3:]) >= Mm(18), "1.234.567* keeps to one line"


def test_headings_stay_with_their_tables_and_headers_come_back() -> None:
    document = opened(write_word(HEADING, sheet(2, rows=40)))
    bold = [
        paragraph
        for paragraph in document.paragraphs
        if paragraph.text.startswith(("I.", "II.")) and paragraph.runs[0].bold
    ]
    assert len(bold) == 2 and all(paragraph.paragraph_format.keep_with_next for paragraph in bold)
    figures = document.tables[1]
    assert (
        figures.rows[0]._tr.trPr is not None and figures.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    )
    assert all(
        row._tr.trPr is not None and row._tr.trPr.find(qn("w:cantSplit")) is not None for row in figures.rows
    )
    first = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in figures.rows]
    assert first[:2] == [True, True] and not any(first[2:]), "a long table may run over pages"


def test_number_and_day_stand_on_one_line_whatever_the_names() -> None:
    document = opened(write_word(HEADING, sheet(2)))
    head = document.tables[0]
    assert head.rows[0].cells[0].text.startswith("CÔNG ĐOÀN CÁC KHU CÔNG NGHIỆP")
    left, right = head.rows[1].cells
    assert left.text.startswith("Số:") and right.text == "Hải Phòng, ngày 05 tháng 6 năm 2026"
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "từ ngày 01/12/2025 đến hết ngày 31/05/2026" in words
    assert f"báo cáo 1.234.567, theo sổ 1.234.560; {WHY}." in words


def test_more_parts_than_roman_numbers_are_known() -> None:
    document = opened(write_word(HEADING, sheet(1, rows=1, parts=17)))
    assert any(paragraph.text.startswith("17. PHẦN 16") for paragraph in document.paragraphs)
    book = load_workbook(
        io.BytesIO(write_excel(HEADING, sheet(1, rows=1, parts=17), made_on=date(2026, 6, 5)))
    )
    assert any(cell.value == "17. Phần 16" for (cell,) in book.active.iter_rows(max_col=1))  # type: ignore[union-attr]


def test_the_cover_of_a_booklet_lists_what_is_in_it() -> None:
    cover = Cover("Liên đoàn Lao động thành phố Hải Phòng", HEADING.title, HEADING.period)
    document = opened(write_booklet([(HEADING, sheet(2)), (HEADING, sheet(5))], cover=cover))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert "TẬP BÁO CÁO" in words and "Trong tập có 2 báo cáo:" in words
    listed = document.tables[0]
    assert [row.cells[1].text for row in listed.rows] == ["Đơn vị", LONG, LONG]


def test_a_long_note_has_room_in_the_workbook() -> None:
    book = load_workbook(io.BytesIO(write_excel(HEADING, sheet(1), made_on=date(2026, 6, 5))))
    page = book.active
    assert page is not None
    (noted,) = (row for row in page.iter_rows() if any(WHY in str(cell.value) for cell in row))
    height = page.row_dimensions[noted[0].row].height
    assert height is not None and height >= 30, "at least two lines"
    assert page.page_setup.orientation == "landscape"
