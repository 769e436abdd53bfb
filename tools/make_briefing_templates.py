"""Draws the templates of a briefing's papers: data_pack.docx and conclusion_notice.docx.

Run it after changing the layout here: python tools/make_briefing_templates.py. The parts that look like those of a
report are drawn by make_report_template; an office that only wants another look opens the .docx in Word instead.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.shared import Pt
from make_report_template import (
    WIDTH_CM,
    children_table,
    each,
    foot,
    grid,
    head,
    ledger_table,
    styles,
    targets_table,
)

from congdoan.kit.documents import draw_line_under, set_page

FOLDER = Path(__file__).parents[1] / "congdoan/work/briefings/templates/briefings"


def main() -> None:
    save(data_pack(), "data_pack.docx", "Tài liệu phục vụ hội nghị")
    save(conclusion_notice(), "conclusion_notice.docx", "Thông báo kết luận hội nghị")


def save(document: Any, name: str, title: str) -> None:
    facts = document.core_properties
    facts.author, facts.title, facts.comments = "congdoan", title, ""
    facts.created = facts.modified = datetime(2026, 1, 1)  # noqa: DTZ001 (a fixed mark: the file must not change by itself)
    document.save(str(FOLDER / name))


def started() -> Any:
    document = docx.Document()
    set_page(document)
    styles(document)
    head(document)
    return document


def named(document: Any, kind: str, subject: str) -> None:
    """The kind of paper, what it is about, and the line under it."""
    document.add_paragraph(kind, style="Tiêu đề").paragraph_format.space_before = Pt(18)
    document.add_paragraph(subject, style="Tiêu đề")
    line = document.add_paragraph(style="Tiêu đề")
    draw_line_under(line, indent_cm=0, column_cm=WIDTH_CM, length_cm=4)


def heading(document: Any, text: str, *, before: float = 12) -> None:
    document.add_paragraph(text, style="Mục lớn").paragraph_format.space_before = Pt(before)


def when(document: Any, condition: str, draw: Any) -> None:
    """What is there only under a condition."""
    document.add_paragraph(f"{{%p if {condition} %}}", style="Thân bài")
    draw()
    document.add_paragraph("{%p endif %}", style="Thân bài")


def data_pack() -> Any:
    document = started()
    # A pack of papers is no document of its own and has no number (Decree 30/2020, Art. 7 names the kinds).
    number = document.tables[0].rows[1].cells[0]
    number.paragraphs[0].clear()
    named(document, "TÀI LIỆU", "Phục vụ {{ meeting }}")
    document.add_paragraph("Thời gian: {{ when }}.", style="Thân bài").paragraph_format.space_before = Pt(10)
    document.add_paragraph("Địa điểm: {{ where }}. Chủ trì: {{ chair }}.", style="Thân bài")

    heading(document, "{{ section.agenda }}. CHƯƠNG TRÌNH", before=6)
    when(document, "agenda_empty", lambda: document.add_paragraph("{{ agenda_empty }}", style="Thân bài"))

    def agenda() -> None:
        grid(
            document,
            (
                ("STT", 1.0, "item.number", "Ô giữa"),
                ("Nội dung", 8.5, "item.title", "Ô chữ"),
                ("Số liệu, căn cứ", 7.0, "item.detail", "Ô chữ"),
            ),
            "item in agenda",
        )

    when(document, "agenda", agenda)
    heading(document, "{{ section.results }}. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU")
    each(document, "line in overall", "{{ line }}")
    targets_table(document)
    heading(document, "{{ section.ledger }}. BIẾN ĐỘNG ĐOÀN VIÊN VÀ THỰC TĂNG")
    each(document, "line in ledger_text", "{{ line }}")
    ledger_table(document)

    def children() -> None:
        heading(document, "{{ section.children }}. KẾT QUẢ CỦA CÁC ĐƠN VỊ TRỰC THUỘC, CHẬM NHẤT TRƯỚC")
        each(document, "line in children_text", "{{ line }}")
        children_table(document)

    when(document, "children", children)
    heading(document, "{{ section.last }}. THỰC HIỆN KẾT LUẬN KỲ TRƯỚC")
    document.add_paragraph("{{ last_text }}", style="Thân bài")

    def last() -> None:
        document.add_paragraph(
            "Biểu {% if children %}4{% else %}3{% endif %}. Kết luận kỳ trước và tình trạng", style="Tên biểu"
        )
        grid(
            document,
            (
                ("STT", 1.0, "item.number", "Ô giữa"),
                ("Nội dung", 5.9, "item.text", "Ô chữ"),
                ("Thực hiện", 3.4, "item.owner", "Ô chữ"),
                ("Hạn", 2.1, "item.due", "Ô giữa"),
                ("Tình trạng, kết quả", 4.1, "item.state", "Ô chữ"),
            ),
            "item in last",
        )

    when(document, "last", last)
    return document


def conclusion_notice() -> Any:
    document = started()
    named(document, "THÔNG BÁO", "{{ subject }}")
    document.add_paragraph("{{ opening }}", style="Thân bài").paragraph_format.space_before = Pt(10)
    each(document, "line in attendance", "{{ line }}")
    document.add_paragraph("{{ lead_in }}", style="Thân bài")

    def summary() -> None:
        heading(document, "{{ section.summary }}. ĐÁNH GIÁ CHUNG", before=6)
        each(document, "line in summary", "{{ line }}")

    def discussed() -> None:
        heading(document, "{{ section.discussed }}. NỘI DUNG THẢO LUẬN", before=6)
        document.add_paragraph("{%p for item in discussed %}", style="Thân bài")
        one = document.add_paragraph(style="Thân bài")
        one.add_run("{{ item.number }}. {{ item.title }}.").italic = True
        one.add_run(" {{ item.note }}")
        document.add_paragraph("{%p endfor %}", style="Thân bài")

    when(document, "summary", summary)
    when(document, "discussed", discussed)
    heading(document, "{{ section.conclusions }}. KẾT LUẬN, PHÂN CÔNG THỰC HIỆN", before=6)

    def given() -> None:
        grid(
            document,
            (
                ("STT", 1.0, "item.number", "Ô giữa"),
                ("Nội dung", 8.6, "item.text", "Ô chữ"),
                ("Thực hiện", 4.5, "item.owner", "Ô chữ"),
                ("Hạn", 2.4, "item.due", "Ô giữa"),
            ),
            "item in conclusions",
        )

    when(document, "conclusions", given)
    closing = document.add_paragraph("{{ closing }}", style="Thân bài")
    closing.paragraph_format.space_before = Pt(10)
    closing.paragraph_format.keep_with_next = True
    foot(document)
    return document


if __name__ == "__main__":
    main()
