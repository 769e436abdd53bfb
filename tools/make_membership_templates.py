"""Draws the letter that introduces a member to another union into congdoan/registry/membership/templates/membership/.

Run it after changing the layout here: python tools/make_membership_templates.py.
"""

from __future__ import annotations

from pathlib import Path

from docx.shared import Pt
from make_organisation_templates import begun, paragraphs, signed
from make_report_template import WIDTH_CM

from congdoan.kit.documents import draw_line_under

FOLDER = Path(__file__).parents[1] / "congdoan/registry/membership/templates/membership"


def main() -> None:
    document = begun("Giấy giới thiệu chuyển sinh hoạt công đoàn")
    document.add_paragraph("GIẤY GIỚI THIỆU", style="Tiêu đề").paragraph_format.space_before = Pt(18)
    document.add_paragraph("Chuyển sinh hoạt công đoàn", style="Tiêu đề")
    draw_line_under(document.add_paragraph(style="Tiêu đề"), indent_cm=0, column_cm=WIDTH_CM, length_cm=4)
    whom = document.add_paragraph("Kính gửi: {{ to_unit }}", style="Đầu trang")
    whom.paragraph_format.space_before, whom.paragraph_format.space_after = Pt(6), Pt(12)
    paragraphs(
        document,
        "{{ issuer_name }} giới thiệu đồng chí: {{ name }}{% if born %}, sinh ngày {{ born }}{% endif %}.",
        "Là đoàn viên công đoàn từ ngày {{ joined }}; sinh hoạt tại {{ from_unit }} đến ngày {{ since }}.",
        "Được chuyển đến sinh hoạt tại {{ to_unit }} kể từ ngày {{ since }}{% if reason %}, lý do: {{ reason }}{% endif %}.",
        "Đề nghị {{ to_unit }} tiếp nhận và tạo điều kiện để đồng chí {{ name }} sinh hoạt, thực hiện quyền và trách nhiệm "
        "của đoàn viên. Giấy này có giá trị đến hết ngày {{ valid_until }}.",
    )
    signed(document, ("- Như trên;", "- Đoàn viên;", "- Lưu."))
    document.save(str(FOLDER / "introduction.docx"))


if __name__ == "__main__":
    main()
