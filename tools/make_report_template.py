"""Draws congdoan/work/reports/templates/reports/plan_report.docx, the template of a plan's report.

Run it after changing the layout here: python tools/make_report_template.py. An office that only wants another look
opens the .docx in Word instead; the fields are listed in docs/how-to/add-a-report.md.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from congdoan.kit.documents import (
    FIRST_LINE_CM,
    LINE_SPACING,
    PARAGRAPH_SPACE_PT,
    TEXT_WIDTH_MM,
    draw_line_under,
    keep_whole,
    repeat_header,
    set_cell_margins,
    set_columns,
    set_font,
    set_page,
)

TARGET = Path(__file__).parents[1] / "congdoan/work/reports/templates/reports/plan_report.docx"
CENTER, LEFT, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
WIDTH_CM = TEXT_WIDTH_MM / 10
HEAD_LEFT_CM = 6.9
HEAD_RIGHT_CM = WIDTH_CM - HEAD_LEFT_CM


def main() -> None:
    document = docx.Document()
    set_page(document)
    styles(document)
    head(document)
    title(document)
    body(document)
    foot(document)
    facts = document.core_properties
    facts.author, facts.title, facts.comments = "congdoan", "Báo cáo thực hiện kế hoạch", ""
    facts.created = facts.modified = datetime(2026, 1, 1)  # noqa: DTZ001 (a fixed mark: the file must not change by itself)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(TARGET))


def styles(document: Any) -> None:
    def style(name: str, size: float, align: Any, **layout: Any) -> None:
        made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = document.styles["Normal"]
        set_font(made, size, bold=layout.pop("bold", False), italic=layout.pop("italic", False))
        look = made.paragraph_format
        look.alignment = align
        look.space_before = Pt(layout.pop("before", 0))
        look.space_after = Pt(layout.pop("after", PARAGRAPH_SPACE_PT))
        look.line_spacing = layout.pop("spacing", LINE_SPACING)
        look.first_line_indent = Cm(layout.pop("first_line", 0))
        look.keep_with_next = layout.pop("keep", False)
        look.widow_control = True

    style("Thân bài", 14, JUSTIFY, first_line=FIRST_LINE_CM)
    style("Mục lớn", 14, JUSTIFY, bold=True, before=6, first_line=FIRST_LINE_CM, keep=True)
    style("Mục nhỏ", 14, JUSTIFY, bold=True, first_line=FIRST_LINE_CM, keep=True)
    style("Tên biểu", 13, CENTER, bold=True, before=6, keep=True, spacing=1)
    style("Ghi chú biểu", 11, RIGHT, italic=True, after=3, keep=True, spacing=1)
    style("Ô chữ", 11, LEFT, after=0, spacing=1)
    style("Ô giữa", 11, CENTER, after=0, spacing=1)
    style("Ô số", 11, RIGHT, after=0, spacing=1)
    style("Ô đầu", 11, CENTER, bold=True, after=0, spacing=1)
    style("Tiêu đề", 14, CENTER, bold=True, after=0, spacing=1)
    style("Đầu trang", 13, CENTER, after=0, spacing=1)
    style("Nơi nhận", 12, LEFT, bold=True, italic=True, after=0, spacing=1)
    style("Nơi nhận - dòng", 11, LEFT, after=0, spacing=1)
    style("Chữ ký", 14, CENTER, bold=True, after=0, spacing=1)


def cell_text(cell: _Cell, text: str, style: str, **traits: Any) -> Paragraph:
    """Write into a cell: its first paragraph when still empty, else a new one."""
    paragraph = cell.paragraphs[0] if not cell.paragraphs[0].text else cell.add_paragraph()
    paragraph.style = style
    run = paragraph.add_run(text)
    for name, value in traits.items():
        setattr(run.font, name, value)
    return paragraph


def plain_table(document: Any, rows: int, widths: tuple[float, ...]) -> Table:
    table = document.add_table(rows=rows, cols=len(widths))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    set_columns(table, widths)
    set_cell_margins(table, side_cm=0)
    return table


def head(document: Any) -> None:
    """Two columns: the body above and the issuing body; Quốc hiệu and Tiêu ngữ. Then number; place and date."""
    table = plain_table(document, 2, (HEAD_LEFT_CM, HEAD_RIGHT_CM))
    left, right = table.rows[0].cells
    cell_text(left, "{%p if superior %}", "Đầu trang")
    cell_text(left, "{{ superior }}", "Đầu trang", size=Pt(12))
    cell_text(left, "{%p endif %}", "Đầu trang")
    cell_text(left, "{{ issuer }}", "Đầu trang", size=Pt(12), bold=True)
    draw_line_under(left.add_paragraph(style="Đầu trang"), indent_cm=0, column_cm=HEAD_LEFT_CM, length_cm=2.6)
    cell_text(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Đầu trang", size=Pt(12.5), bold=True)
    cell_text(right, "Độc lập - Tự do - Hạnh phúc", "Đầu trang", size=Pt(13.5), bold=True)
    draw_line_under(
        right.add_paragraph(style="Đầu trang"), indent_cm=0, column_cm=HEAD_RIGHT_CM, length_cm=5.9
    )
    left, right = table.rows[1].cells
    cell_text(left, "Số: {{ number }}", "Đầu trang").paragraph_format.space_before = Pt(6)
    cell_text(right, "{{ place_and_date }}", "Đầu trang", italic=True).paragraph_format.space_before = Pt(6)


def title(document: Any) -> None:
    name = document.add_paragraph("BÁO CÁO", style="Tiêu đề")
    name.paragraph_format.space_before = Pt(18)
    document.add_paragraph("{{ subject }}", style="Tiêu đề")
    line = document.add_paragraph(style="Tiêu đề")
    draw_line_under(line, indent_cm=0, column_cm=WIDTH_CM, length_cm=4)
    document.add_paragraph("{{ opening }}", style="Thân bài").paragraph_format.space_before = Pt(10)


def each(document: Any, loop: str, text: str, style: str = "Thân bài") -> None:
    document.add_paragraph(f"{{%p for {loop} %}}", style=style)
    document.add_paragraph(text, style=style)
    document.add_paragraph("{%p endfor %}", style=style)


def body(document: Any) -> None:
    document.add_paragraph("{{ section.results }}. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU", style="Mục lớn")
    document.add_paragraph("1. Đánh giá chung", style="Mục nhỏ")
    each(document, "line in overall", "{{ line }}")
    document.add_paragraph("2. Tổng hợp kết quả", style="Mục nhỏ")
    targets_table(document)
    document.add_paragraph("3. Kết quả từng chỉ tiêu", style="Mục nhỏ").paragraph_format.space_before = Pt(10)
    document.add_paragraph("{%p for target in targets %}", style="Thân bài")
    one = document.add_paragraph(style="Thân bài")
    one.add_run("{{ target.mark }} {{ target.name }}.").italic = True
    one.add_run(" {{ target.text }}")
    document.add_paragraph("{%p endfor %}", style="Thân bài")
    document.add_paragraph("{%p if workers_month %}", style="Thân bài")
    document.add_paragraph("4. Tháng Công nhân", style="Mục nhỏ")
    document.add_paragraph("{{ workers_month }}", style="Thân bài")
    document.add_paragraph("{%p endif %}", style="Thân bài")

    document.add_paragraph("{{ section.ledger }}. BIẾN ĐỘNG ĐOÀN VIÊN VÀ THỰC TĂNG", style="Mục lớn")
    each(document, "line in ledger_text", "{{ line }}")
    ledger_table(document)

    heading = document.add_paragraph(
        "{{ section.party }}. GIỚI THIỆU ĐOÀN VIÊN ƯU TÚ CHO ĐẢNG", style="Mục lớn"
    )
    heading.paragraph_format.space_before = Pt(12)
    each(document, "line in party", "{{ line }}")

    document.add_paragraph("{%p if children %}", style="Thân bài")
    document.add_paragraph("{{ section.children }}. KẾT QUẢ CỦA CÁC ĐƠN VỊ TRỰC THUỘC", style="Mục lớn")
    each(document, "line in children_text", "{{ line }}")
    children_table(document)
    document.add_paragraph("{%p endif %}", style="Thân bài")

    heading = document.add_paragraph("{{ section.difficulties }}. KHÓ KHĂN, VƯỚNG MẮC", style="Mục lớn")
    heading.paragraph_format.space_before = Pt(12)
    each(document, "line in difficulties", "{{ line }}")
    document.add_paragraph("{{ section.proposals }}. ĐỀ XUẤT, KIẾN NGHỊ", style="Mục lớn")
    each(document, "line in proposals", "{{ line }}")
    document.add_paragraph("{{ closing }}", style="Thân bài").paragraph_format.keep_with_next = True


def grid(
    document: Any, columns: tuple[tuple[str, float, str, str], ...], loop: str, *, strong: str = ""
) -> None:
    """A ruled table: header row repeated on each page, one row per item of the loop, no row split.

    ``columns``: label, width in cm, field, style of the cell. Rows where ``strong`` holds are bold.
    """
    table = document.add_table(rows=4, cols=len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    set_columns(table, [width for _, width, _, _ in columns])
    set_cell_margins(table, side_cm=0.1, top_pt=2)
    for cell, (label, _, _, _) in zip(table.rows[0].cells, columns, strict=True):
        cell_text(cell, label, "Ô đầu")
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    repeat_header(table.rows[0])
    cell_text(table.rows[1].cells[0], f"{{%tr for {loop} %}}", "Ô chữ")
    for cell, (_, _, field, style) in zip(table.rows[2].cells, columns, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        if strong:
            paragraph = cell_text(
                cell, f"{{% if {strong} %}}{{{{ {field} }}}}{{% endif %}}", style, bold=True
            )
            paragraph.add_run(f"{{% if not {strong} %}}{{{{ {field} }}}}{{% endif %}}")
        else:
            cell_text(cell, f"{{{{ {field} }}}}", style)
    cell_text(table.rows[3].cells[0], "{%tr endfor %}", "Ô chữ")
    for row in table.rows:
        keep_whole(row)


def targets_table(document: Any) -> None:
    document.add_paragraph("Biểu 1. Kết quả thực hiện các chỉ tiêu", style="Tên biểu")
    document.add_paragraph("{{ as_of_note }}", style="Ghi chú biểu")
    grid(
        document,
        (
            ("STT", 0.95, "target.number", "Ô giữa"),
            ("Chỉ tiêu", 4.2, "target.name", "Ô chữ"),
            ("Mức giao", 2.5, "target.demand", "Ô giữa"),
            ("Trong kỳ báo cáo", 1.75, "target.period_value", "Ô số"),
            ("Lũy kế đến nay", 1.75, "target.value", "Ô số"),
            ("Tỷ lệ", 1.45, "target.percent", "Ô số"),
            ("Đánh giá", 2.0, "target.state", "Ô giữa"),
            ("Căn cứ", 1.9, "target.citation", "Ô giữa"),
        ),
        "target in targets",
    )


def ledger_table(document: Any) -> None:
    document.add_paragraph("Biểu 2. Cân đối đoàn viên", style="Tên biểu")
    document.add_paragraph("Đơn vị tính: đoàn viên", style="Ghi chú biểu")
    grid(
        document,
        (
            ("STT", 1.0, "row.number", "Ô giữa"),
            ("Nội dung", 7.9, "row.label", "Ô chữ"),
            ("{{ ledger_titles.period }}", 3.8, "row.period", "Ô số"),
            ("{{ ledger_titles.plan }}", 3.8, "row.plan", "Ô số"),
        ),
        "row in ledger",
        strong="row.strong",
    )


def children_table(document: Any) -> None:
    document.add_paragraph("Biểu 3. {{ children_title }}", style="Tên biểu")
    document.add_paragraph("{{ children_note }}", style="Ghi chú biểu")
    grid(
        document,
        (
            ("STT", 1.0, "child.number", "Ô giữa"),
            ("Đơn vị", 6.1, "child.name", "Ô chữ"),
            ("Đoàn viên hiện có", 2.1, "child.members", "Ô số"),
            ("Mức giao", 1.8, "child.given", "Ô số"),
            ("Kết quả", 1.8, "child.value", "Ô số"),
            ("Tỷ lệ", 1.8, "child.percent", "Ô số"),
            ("Còn thiếu", 1.9, "child.missing", "Ô số"),
        ),
        "child in children",
        strong="child.strong",
    )


def foot(document: Any) -> None:
    """Nơi nhận on the left, the signature on the right, never torn apart."""
    gap = document.add_paragraph(style="Ô chữ")
    gap.paragraph_format.space_after = Pt(6)
    gap.paragraph_format.keep_with_next = True
    table = plain_table(document, 1, (8.2, WIDTH_CM - 8.2))
    keep_whole(table.rows[0])
    left, right = table.rows[0].cells
    cell_text(left, "Nơi nhận:", "Nơi nhận")
    cell_text(left, "{%p for line in recipients %}", "Nơi nhận - dòng")
    cell_text(left, "- {{ line }}", "Nơi nhận - dòng")
    cell_text(left, "{%p endfor %}", "Nơi nhận - dòng")
    cell_text(right, "{{ signer_capacity }}", "Chữ ký")
    cell_text(right, "{{ signer_role }}", "Chữ ký")
    # Room for the signature and the seal; the name is written by whoever signs.
    cell_text(right, "………………………………", "Chữ ký", bold=False).paragraph_format.space_before = Pt(76)


if __name__ == "__main__":
    main()
