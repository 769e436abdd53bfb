"""Draws congdoan/registry/joining/templates/joining/decision.docx, the decision that admits members, with its list.

Run it after changing the layout here: python tools/make_decision_template.py. The parts that look like those of a report
are drawn by make_report_template; an office that only wants another look opens the .docx in Word instead.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.shared import Pt
from make_report_template import WIDTH_CM, cell_text, grid, head, plain_table, styles

from congdoan.kit.documents import draw_line_under, keep_whole, set_page

TARGET = Path(__file__).parents[1] / "congdoan/registry/joining/templates/joining/decision.docx"


def main() -> None:
    document: Any = docx.Document()
    set_page(document)
    styles(document)
    head(document)
    document.add_paragraph("QUYẾT ĐỊNH", style="Tiêu đề").paragraph_format.space_before = Pt(18)
    document.add_paragraph("{{ subject }}", style="Tiêu đề")
    draw_line_under(document.add_paragraph(style="Tiêu đề"), indent_cm=0, column_cm=WIDTH_CM, length_cm=4)
    # Not the body but its committee decides (Decree 30/2020, Annex III, form of a decision).
    authority = document.add_paragraph("{{ authority }}", style="Tiêu đề")
    authority.paragraph_format.space_before, authority.paragraph_format.space_after = Pt(10), Pt(8)
    for line in (
        "Căn cứ Luật Công đoàn;",
        "Căn cứ Điều lệ Công đoàn Việt Nam;",
        "Xét đơn tự nguyện gia nhập của người lao động,",
    ):
        document.add_paragraph(line, style="Thân bài").runs[0].italic = True
    document.add_paragraph("QUYẾT ĐỊNH:", style="Tiêu đề").paragraph_format.space_before = Pt(8)
    for text in (
        "Điều 1. Kết nạp {{ whom }} vào Công đoàn Việt Nam, kể từ ngày {{ since }}. {{ ceremony }}",
        "Điều 2. Đoàn viên có quyền và trách nhiệm theo Luật Công đoàn và Điều lệ Công đoàn Việt Nam.",
        "Điều 3. {{ issuer_name }} và người có tên tại Điều 1 chịu trách nhiệm thi hành quyết định này.",
    ):
        article, _, words = text.partition(". ")
        paragraph = document.add_paragraph(style="Thân bài")
        paragraph.add_run(f"{article}. ").bold = True
        paragraph.add_run(words)
    # The signature takes the last article with it when it goes over to another page.
    paragraph.paragraph_format.keep_with_next = True
    gap = document.add_paragraph(style="Ô chữ")
    gap.paragraph_format.keep_with_next = True
    table = plain_table(document, 1, (WIDTH_CM / 2, WIDTH_CM / 2))
    keep_whole(table.rows[0])
    left, right = table.rows[0].cells
    cell_text(left, "Nơi nhận:", "Nơi nhận")
    for line in ("- Như Điều 3;", "- Công đoàn cấp trên (để báo cáo);", "- Lưu."):
        cell_text(left, line, "Nơi nhận - dòng")
    cell_text(right, "TM. {{ committee }}", "Chữ ký")
    cell_text(right, "CHỦ TỊCH", "Chữ ký")
    # Room for the signature and the seal; the name is written by whoever signs.
    cell_text(right, "………………………………", "Chữ ký", bold=False).paragraph_format.space_before = Pt(76)
    document.add_paragraph("{%p if has_list %}", style="Thân bài")
    title = document.add_paragraph("DANH SÁCH ĐƯỢC KẾT NẠP", style="Tiêu đề")
    title.paragraph_format.page_break_before = True
    document.add_paragraph("(kèm theo Quyết định số {{ number }}, {{ dated }})", style="Đầu trang")
    document.add_paragraph(style="Đầu trang")
    grid(
        document,
        (
            ("STT", 1.1, "item.number", "Ô giữa"),
            ("Họ và tên", 4.4, "item.name", "Ô chữ"),
            ("Ngày sinh", 2.2, "item.born", "Ô giữa"),
            ("Giới tính", 1.5, "item.sex", "Ô giữa"),
            ("Nơi làm việc", 5.1, "item.workplace", "Ô chữ"),
            ("Ngày làm đơn", 2.2, "item.applied", "Ô giữa"),
        ),
        "item in people",
    )
    document.add_paragraph("{%p endif %}", style="Thân bài")
    facts = document.core_properties
    facts.author, facts.title, facts.comments = "congdoan", "Quyết định kết nạp đoàn viên", ""
    facts.created = facts.modified = datetime(2026, 1, 1)  # noqa: DTZ001 (a fixed mark: the file must not change by itself)
    document.save(str(TARGET))


if __name__ == "__main__":
    main()
