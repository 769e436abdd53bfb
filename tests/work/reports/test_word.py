"""The Word file: the page of Decree 30/2020, its parts in their order, and nothing left unfilled."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from congdoan.kit.documents import BrokenTemplate, MissingFields, render_docx
from congdoan.work.reports.figures import OfficerParts, Recipient
from congdoan.work.reports.word import (
    TEMPLATE,
    in_full,
    mark_of,
    number_line,
    place_and_date,
    recipient_lines,
    write_docx,
)
from tests.work.reports import samples


def made(parts: OfficerParts | None = None, **changes: Any) -> Any:
    return docx.Document(io.BytesIO(write_docx(samples.report(**changes), parts or OfficerParts(), TEMPLATE)))


def everything(document: Any) -> str:
    """All text of the body, in its order, tables too."""
    return "\n".join(
        "".join(run.text or "" for run in paragraph.iter(qn("w:t")))
        for paragraph in document.element.body.iter(qn("w:p"))
    )


def test_page_of_decree_30() -> None:
    section = made().sections[0]
    measures = {
        "page_width": 210,
        "page_height": 297,
        "top_margin": 20,
        "bottom_margin": 20,
        "left_margin": 30,
        "right_margin": 15,
    }
    # Word keeps twentieths of a point, so a millimetre comes back a hair off.
    assert {name: round(getattr(section, name).mm) for name in measures} == measures


def test_page_number_centred_in_the_top_margin_but_not_on_page_one() -> None:
    section = made().sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" not in section.first_page_header._element.xml
    header = section.header.paragraphs[0]
    assert "PAGE" in header._p.xml and header.alignment == 1
    assert header.runs[0].font.size.pt in {13, 14}


def test_times_new_roman_14_for_every_script() -> None:
    styles = made().styles
    for name in ("Normal", "Thân bài"):
        fonts = styles[name].element.rPr.rFonts
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {
            "Times New Roman"
        }
    body = styles["Thân bài"]
    assert body.font.size.pt == 14 and body.paragraph_format.alignment == 3
    assert body.paragraph_format.space_after.pt >= 6
    assert 1.0 <= body.paragraph_format.first_line_indent.cm <= 1.27


def test_head_subject_and_sections_in_order() -> None:
    text = everything(made(OfficerParts(number="27", dated_on=date(2026, 10, 8))))
    wanted = [
        "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM",
        "LIÊN ĐOÀN LAO ĐỘNG THÀNH\xa0PHỐ\xa0HẢI\xa0PHÒNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 27/BC-LĐLĐ",
        "Hải Phòng, ngày 08 tháng 10 năm 2026",
        "BÁO CÁO",
        "Kết quả thực hiện Kế hoạch phát triển đoàn viên, thành lập CĐCS năm 2026 (quý III năm 2026)",
        "I. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU",
        "II. BIẾN ĐỘNG ĐOÀN VIÊN VÀ THỰC TĂNG",
        "III. GIỚI THIỆU ĐOÀN VIÊN ƯU TÚ CHO ĐẢNG",
        "IV. KẾT QUẢ CỦA CÁC ĐƠN VỊ TRỰC THUỘC",
        "V. KHÓ KHĂN, VƯỚNG MẮC",
        "VI. ĐỀ XUẤT, KIẾN NGHỊ",
        "Nơi nhận:",
        "- Tổng LĐLĐ Việt Nam (để b/c);",
        "- Lưu: VT, Ban Công tác công đoàn.",
        "TM. BAN THƯỜNG VỤ",
        "CHỦ TỊCH",
    ]
    places = [text.find(part) for part in wanted]
    assert -1 not in places, wanted[places.index(-1)]
    assert places == sorted(places)
    assert "{" not in text and "}" not in text


def test_a_body_without_children_has_no_table_of_them_and_numbers_on() -> None:
    text = everything(made(children=()))
    assert "ĐƠN VỊ TRỰC THUỘC" not in text
    assert "IV. KHÓ KHĂN, VƯỚNG MẮC" in text and "V. ĐỀ XUẤT, KIẾN NGHỊ" in text


def test_tables_repeat_their_head_and_split_no_row() -> None:
    document = made()
    ruled = [table for table in document.tables if table.style and table.style.name == "Table Grid"]
    assert len(ruled) == 3
    for table in ruled:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    first = [cell.text for cell in ruled[0].rows[1].cells]
    assert first == [
        "1",
        "Đoàn viên thực tăng năm 2026",
        "thực tăng 1.900 đoàn viên",
        "310",
        "1.012",
        "53,3%",
        "Chậm tiến độ",
        "Mục II.1",
    ]


def test_reconciliation_adds_up_in_both_columns() -> None:
    table = made().tables[2]
    rows = {row.cells[1].text: [cell.text for cell in row.cells[2:]] for row in table.rows[1:]}
    assert rows["Đoàn viên đầu kỳ"] == ["19.102", "18.400"]
    assert rows["Thực tăng"] == ["+310", "+1.012"]
    assert rows["Sắp xếp tổ chức (ghi riêng)"] == ["+25", "+25"]
    assert rows["Đoàn viên cuối kỳ"] == ["19.437", "19.437"]


def test_forty_children_slowest_first_with_their_sum() -> None:
    children = tuple(samples.child(i, 10 + 3 * i, (7 * i) % 45) for i in range(1, 41))
    table = made(children=children, child_remainders=()).tables[3]
    assert len(table.rows) == 42
    shares = [row.cells[5].text for row in table.rows[1:-1]]
    values = [Decimal(share.rstrip("%").replace(",", ".")) for share in shares]
    assert values == sorted(values)
    assert table.rows[-1].cells[1].text == "Cộng"


def test_blank_parts_become_prompts_and_written_ones_paragraphs() -> None:
    text = everything(made(OfficerParts(difficulties="Thiếu cán bộ.\n\nDoanh nghiệp chưa phối hợp.")))
    assert "\nThiếu cán bộ.\nDoanh nghiệp chưa phối hợp.\n" in text
    assert "[Nêu đề xuất, kiến nghị" in text


def test_unsigned_report_leaves_room_for_number_and_day() -> None:
    report = samples.report(place="")
    assert re.fullmatch(r" +/BC-LĐLĐ", number_line("", "LĐLĐ"))
    assert number_line("102/BC-LĐLĐ", "CĐN") == "102/BC-LĐLĐ"
    assert re.fullmatch(r"…+, ngày +tháng +năm 2026", place_and_date(report, OfficerParts()))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("LĐLĐ tỉnh Lai Châu", "LIÊN ĐOÀN LAO ĐỘNG TỈNH LAI CHÂU"),
        ("LĐLĐ TP Hải Phòng", "LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ HẢI PHÒNG"),
        ("CĐCS Công ty TNHH Ánh Dương", "CÔNG ĐOÀN CƠ SỞ CÔNG TY TNHH ÁNH DƯƠNG"),
        ("", ""),
    ],
)
def test_names_in_full_capitals(name: str, wanted: str) -> None:
    assert in_full(name).replace("\xa0", " ") == wanted


def test_recipients_say_why_and_end_with_the_archive() -> None:
    lines = recipient_lines((Recipient("Lưu: VT, ToC.", "file"), Recipient("Ban Tổ chức TLĐ;", "report")))
    assert lines == ["Ban Tổ chức TLĐ (để b/c);", "Lưu: VT, ToC."]
    assert recipient_lines(()) == ["Lưu: VT."]


def test_lists_are_marked_in_vietnamese_letters() -> None:
    assert [mark_of(place) for place in (1, 4, 5, 6, 30)] == ["a)", "d)", "đ)", "e)", "-"]


def test_marks_of_word_in_a_name_do_not_break_the_file() -> None:
    text = everything(made(unit_short="CĐCS A & B <C>", targets=(samples.target(name="Chỉ tiêu <1> & 2"),)))
    assert "CĐCS A & B <C>" in text and "Chỉ tiêu <1> & 2" in text


def test_a_template_with_unknown_fields_gives_their_list_and_no_file() -> None:
    document = docx.Document()
    document.add_paragraph("{{ subject }} {{ slogan }} {{ section.annex }}")
    document.add_paragraph("{%p for row in targets %}")
    document.add_paragraph("{{ row.colour }}")
    document.add_paragraph("{%p endfor %}")
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(MissingFields) as caught:
        write_docx(samples.report(), OfficerParts(), out.getvalue())
    assert {"slogan", "annex", "colour"} == set(caught.value.fields)
    assert "slogan" in str(caught.value)


def test_a_broken_template_is_named_so() -> None:
    with pytest.raises(BrokenTemplate, match="Word"):
        render_docx(b"not a file", {})
    document = docx.Document()
    document.add_paragraph("{{ subject")
    document.add_paragraph("{% for %}")
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(BrokenTemplate):
        render_docx(out.getvalue(), {"subject": "x"})


def test_the_template_is_a_sandbox() -> None:
    document = docx.Document()
    document.add_paragraph("{{ subject.__class__.__mro__ }}")
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(BrokenTemplate):
        render_docx(out.getvalue(), {"subject": "x"})
