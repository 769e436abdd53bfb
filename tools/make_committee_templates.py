"""Draws the decision that changes a committee and the proposals of cases into the rooms committees and proceedings.

Run it after changing the layout here: python tools/make_committee_templates.py. The parts that look like those of a report
or a decision are drawn by make_report_template, make_organisation_templates and make_founding_templates.
"""

from __future__ import annotations

from pathlib import Path

from docx.shared import Pt
from make_founding_templates import gap, heading, points, signatures, titled
from make_organisation_templates import paragraphs
from make_report_template import grid

ROOMS = Path(__file__).parents[1] / "congdoan/registry"
PEOPLE = (
    ("STT", 1.1, "item.number", "Ô giữa"),
    ("Họ và tên", 5.6, "item.name", "Ô chữ"),
    ("Ngày sinh", 2.6, "item.born", "Ô giữa"),
)


def main() -> None:
    change = titled(
        "Quyết định kiện toàn Ban Chấp hành", "QUYẾT ĐỊNH", "Về việc kiện toàn Ban Chấp hành {{ union_name }}"
    )
    authority = change.add_paragraph("{{ authority }}", style="Tiêu đề")
    authority.paragraph_format.space_before, authority.paragraph_format.space_after = Pt(10), Pt(8)
    for line in (
        "Căn cứ Luật Công đoàn;",
        "Căn cứ Điều lệ Công đoàn Việt Nam;",
        "Xét đề nghị của Ban Chấp hành {{ union_name }},",
    ):
        change.add_paragraph(line, style="Thân bài").runs[0].italic = True
    change.add_paragraph("QUYẾT ĐỊNH:", style="Tiêu đề").paragraph_format.space_before = Pt(8)
    points(change, "{%p if leaving %}")
    paragraphs(
        change,
        "Điều 1. Kể từ ngày {{ since }}, các ông, bà sau đây thôi tham gia Ban Chấp hành {{ union_name }}:",
    )
    grid(change, (*PEOPLE, ("Chức vụ", 6.5, "item.post", "Ô chữ")), "item in leaving")
    gap(change)
    points(change, "{%p endif %}", "{%p if entering %}")
    paragraphs(
        change,
        "Điều {{ entering_article }}. Kể từ ngày {{ since }}, các ông, bà sau đây giữ chức vụ trong Ban Chấp hành "
        "{{ union_name }}:",
    )
    grid(
        change,
        (*PEOPLE, ("Chức vụ", 3.9, "item.post", "Ô chữ"), ("Đến hết ngày", 2.6, "item.until", "Ô giữa")),
        "item in entering",
    )
    gap(change)
    points(change, "{%p endif %}")
    paragraphs(
        change,
        "Điều {{ last_article }}. {{ issuer_name }}, Ban Chấp hành {{ union_name }} và các ông, bà có tên "
        "trên chịu trách nhiệm thi hành quyết định này.",
    )
    signatures(
        change,
        ("- Như Điều {{ last_article }};", "- Công đoàn cấp trên (để báo cáo);", "- Lưu."),
        ("TM. {{ committee }}", "CHỦ TỊCH", ""),
        recipients=True,
    )
    change.save(str(ROOMS / "committees/templates/committees/change.docx"))

    for file, name, subject, asks in (
        (
            "consolidation.docx",
            "Tờ trình đề nghị kiện toàn Ban Chấp hành",
            "Về việc đề nghị kiện toàn Ban Chấp hành {{ union_name }}",
            "Ban Chấp hành {{ union_name }} trình {{ parent_name }} xem xét, quyết định kiện toàn Ban Chấp hành theo "
            "kết quả nêu trên./.",
        ),
        (
            "dissolution.docx",
            "Tờ trình đề nghị giải thể công đoàn",
            "Về việc đề nghị giải thể {{ union_name }}",
            "Ban Chấp hành {{ union_name }} trình {{ parent_name }} xem xét, quyết định giải thể {{ union_name }} theo quy "
            "định; đoàn viên được giới thiệu chuyển sinh hoạt hoặc thôi sinh hoạt theo nguyện vọng./.",
        ),
    ):
        proposal = titled(name, "TỜ TRÌNH", subject)
        to = proposal.add_paragraph("Kính gửi: {{ parent_name }}", style="Đầu trang")
        to.paragraph_format.space_before, to.paragraph_format.space_after = Pt(6), Pt(10)
        points(
            proposal,
            "{{ union_name }} ({{ kind }}) có {{ members }} đoàn viên đến ngày {{ day }}; Ban Chấp hành có "
            "{{ posts_count }} người.",
            "Lý do: {{ cause }}.{% if words %} {{ words }}.{% endif %}",
        )
        points(proposal, "{%p if posts %}")
        heading(proposal, "Ban Chấp hành hiện nay")
        grid(proposal, (*PEOPLE, ("Chức vụ", 6.5, "item.post", "Ô chữ")), "item in posts")
        gap(proposal)
        points(proposal, "{%p endif %}", "{%p if grounds %}")
        heading(proposal, "Việc đã làm")
        grid(
            proposal,
            (
                ("Ngày", 2.4, "item.on", "Ô giữa"),
                ("Việc", 5.4, "item.name", "Ô chữ"),
                ("Văn bản, kết quả", 8.2, "item.words", "Ô chữ"),
            ),
            "item in grounds",
        )
        gap(proposal)
        points(proposal, "{%p endif %}")
        paragraphs(proposal, asks)
        signatures(
            proposal,
            ("- Như trên;", "- Lưu."),
            ("TM. BAN CHẤP HÀNH", "{{ hand_post }}", "{{ hand_name }}"),
            recipients=True,
        )
        proposal.save(str(ROOMS / "proceedings/templates/proceedings" / file))


if __name__ == "__main__":
    main()
