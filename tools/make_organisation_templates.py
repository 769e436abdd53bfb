"""Draws the papers of a union body's beginning and end into congdoan/registry/organisation/templates/organisation/.

Run it after changing the layout here: python tools/make_organisation_templates.py. The parts that look like those of a
report are drawn by make_report_template; an office that only wants another look uploads its own template.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.shared import Pt
from make_report_template import WIDTH_CM, cell_text, head, plain_table, styles

from congdoan.kit.documents import draw_line_under, keep_whole, set_page

FOLDER = Path(__file__).parents[1] / "congdoan/registry/organisation/templates/organisation"


def begun(name: str, *, regarding: str = "") -> Any:
    """A document with its head; a letter says what it regards below its number."""
    document: Any = docx.Document()
    set_page(document)
    styles(document)
    head(document)
    if regarding:
        cell_text(document.tables[0].rows[1].cells[0], f"V/v {regarding}", "Đầu trang", size=Pt(12))
    facts = document.core_properties
    facts.author, facts.title, facts.comments = "congdoan", name, ""
    facts.created = facts.modified = datetime(2026, 1, 1)  # noqa: DTZ001 (a fixed mark: the file must not change by itself)
    return document


def paragraphs(document: Any, *texts: str) -> None:
    """Paragraphs of the body; "Điều 1." is bold. The last stays with the signature."""
    for text in texts:
        paragraph = document.add_paragraph(style="Thân bài")
        article, point, words = text.partition(". ")
        if article.startswith("Điều ") and point:
            paragraph.add_run(f"{article}. ").bold = True
            paragraph.add_run(words)
        else:
            paragraph.add_run(text)
    paragraph.paragraph_format.keep_with_next = True


def signed(document: Any, recipients: tuple[str, ...]) -> None:
    """Nơi nhận on the left, the committee and its chair on the right."""
    gap = document.add_paragraph(style="Ô chữ")
    gap.paragraph_format.keep_with_next = True
    table = plain_table(document, 1, (WIDTH_CM / 2, WIDTH_CM / 2))
    keep_whole(table.rows[0])
    left, right = table.rows[0].cells
    cell_text(left, "Nơi nhận:", "Nơi nhận")
    for line in recipients:
        cell_text(left, line, "Nơi nhận - dòng")
    cell_text(right, "TM. {{ committee }}", "Chữ ký")
    cell_text(right, "CHỦ TỊCH", "Chữ ký")
    cell_text(right, "………………………………", "Chữ ký", bold=False).paragraph_format.space_before = Pt(76)


def decision(file: str, name: str, subject: str, grounds: tuple[str, ...], articles: tuple[str, ...]) -> None:
    document = begun(name)
    document.add_paragraph("QUYẾT ĐỊNH", style="Tiêu đề").paragraph_format.space_before = Pt(18)
    document.add_paragraph(subject, style="Tiêu đề")
    draw_line_under(document.add_paragraph(style="Tiêu đề"), indent_cm=0, column_cm=WIDTH_CM, length_cm=4)
    authority = document.add_paragraph("{{ authority }}", style="Tiêu đề")
    authority.paragraph_format.space_before, authority.paragraph_format.space_after = Pt(10), Pt(8)
    for line in grounds:
        document.add_paragraph(line, style="Thân bài").runs[0].italic = True
    document.add_paragraph("QUYẾT ĐỊNH:", style="Tiêu đề").paragraph_format.space_before = Pt(8)
    paragraphs(document, *articles)
    signed(document, ("- Như Điều 3;", "- Công đoàn cấp trên (để báo cáo);", "- Lưu."))
    document.save(str(FOLDER / file))


def letter(file: str, name: str, regarding: str, to: str, texts: tuple[str, ...]) -> None:
    document = begun(name, regarding=regarding)
    whom = document.add_paragraph(f"Kính gửi: {to}", style="Đầu trang")
    whom.paragraph_format.space_before, whom.paragraph_format.space_after = Pt(24), Pt(14)
    paragraphs(document, *texts)
    signed(document, ("- Như trên;", "- {{ superior_name }} (để báo cáo);", "- Lưu."))
    document.save(str(FOLDER / file))


def main() -> None:
    grounds = ("Căn cứ Luật Công đoàn;", "Căn cứ Điều lệ Công đoàn Việt Nam;")
    decision(
        "recognition.docx",
        "Quyết định công nhận tổ chức công đoàn",
        "Về việc công nhận {{ union_name }}",
        (*grounds, "Xét hồ sơ đề nghị công nhận {{ union_name }},"),
        (
            "Điều 1. Công nhận {{ union_name }} ({{ kind }}) trực thuộc {{ parent_name }}, kể từ ngày {{ since }}"
            "{% if members %}, gồm {{ members }} ({{ members_in_words }}) đoàn viên{% endif %}.",
            "Điều 2. {{ union_name }} hoạt động theo Luật Công đoàn và Điều lệ Công đoàn Việt Nam, được sử dụng con dấu và "
            "mở tài khoản theo quy định của pháp luật.",
            "Điều 3. {{ issuer_name }} và {{ union_name }} chịu trách nhiệm thi hành quyết định này.",
        ),
    )
    decision(
        "dissolution.docx",
        "Quyết định giải thể tổ chức công đoàn",
        "Về việc giải thể {{ union_name }}",
        (*grounds, "Xét đề nghị giải thể {{ union_name }},"),
        (
            "Điều 1. Giải thể {{ union_name }} ({{ kind }}) trực thuộc {{ parent_name }}, kể từ ngày {{ since }}.",
            "Điều 2. Ban Chấp hành {{ union_name }} bàn giao hồ sơ, tài chính, tài sản, con dấu cho {{ parent_name }} "
            "theo quy định; quyền lợi của đoàn viên được bảo đảm theo Điều lệ Công đoàn Việt Nam.",
            "Điều 3. {{ issuer_name }}, {{ parent_name }} và {{ union_name }} chịu trách nhiệm thi hành quyết định này.",
        ),
    )
    recognised = (
        "{{ union_name }} được công nhận theo Quyết định số {{ decision_number }} {{ decision_dated }} của "
        "{{ decision_issuer }}; địa chỉ: {{ address }}."
    )
    letter(
        "seal.docx",
        "Công văn đề nghị đăng ký mẫu con dấu",
        "đăng ký mẫu con dấu",
        "Cơ quan Công an có thẩm quyền đăng ký mẫu con dấu",
        (
            recognised,
            "Để hoạt động theo quy định của pháp luật, {{ union_name }} đề nghị quý cơ quan cho đăng ký mẫu con dấu mang "
            "tên “{{ union_upper }}”.",
            "Gửi kèm: bản sao quyết định công nhận và giấy tờ của người được cử đến liên hệ. Trân trọng cảm ơn./.",
        ),
    )
    letter(
        "account.docx",
        "Công văn đề nghị mở tài khoản",
        "mở tài khoản của công đoàn",
        "Ngân hàng ………………………………………",
        (
            recognised,
            "{{ union_name }} đề nghị quý ngân hàng cho mở tài khoản thanh toán mang tên “{{ union_upper }}” để quản lý "
            "tài chính công đoàn. Chủ tài khoản: ……………………………………; chức vụ: ……………………………………",
            "Gửi kèm: bản sao quyết định công nhận và giấy tờ của chủ tài khoản, kế toán. Trân trọng cảm ơn./.",
        ),
    )


if __name__ == "__main__":
    main()
