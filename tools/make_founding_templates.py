"""Draws the legal papers of a founding file into congdoan/registry/founding/templates/founding/.

Run it after changing the layout here: python tools/make_founding_templates.py. The parts that look like those of a report
or a decision are drawn by make_report_template and make_organisation_templates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx.shared import Pt
from make_organisation_templates import begun, paragraphs
from make_report_template import WIDTH_CM, cell_text, grid, plain_table

from congdoan.kit.documents import draw_line_under, keep_whole

FOLDER = Path(__file__).parents[1] / "congdoan/registry/founding/templates/founding"


def titled(name: str, kind: str, subject: str) -> Any:
    document = begun(name)
    document.add_paragraph(kind, style="Tiêu đề").paragraph_format.space_before = Pt(18)
    document.add_paragraph(subject, style="Tiêu đề")
    draw_line_under(document.add_paragraph(style="Tiêu đề"), indent_cm=0, column_cm=WIDTH_CM, length_cm=4)
    return document


def gap(document: Any) -> None:
    document.add_paragraph(style="Ô chữ").paragraph_format.keep_with_next = True


def signatures(
    document: Any, left: tuple[str, ...], right: tuple[str, ...], *, recipients: bool = False
) -> None:
    """Two hands at the foot: lines above the room for a signature, the last below it ('' for dots)."""
    gap(document)
    table = plain_table(document, 1, (WIDTH_CM / 2, WIDTH_CM / 2))
    keep_whole(table.rows[0])
    for place, (cell, lines) in enumerate(zip(table.rows[0].cells, (left, right), strict=True)):
        if place == 0 and recipients:
            cell_text(cell, "Nơi nhận:", "Nơi nhận")
            for line in lines:
                cell_text(cell, line, "Nơi nhận - dòng")
            continue
        for line in lines[:-1]:
            cell_text(cell, line, "Chữ ký")
        if lines:
            last = cell_text(cell, lines[-1] or "………………………………", "Chữ ký", bold=bool(lines[-1]))
            last.paragraph_format.space_before = Pt(76)


def points(document: Any, *texts: str) -> None:
    for text in texts:
        document.add_paragraph(text, style="Thân bài")


def heading(document: Any, text: str) -> None:
    paragraph = document.add_paragraph(style="Thân bài")
    paragraph.add_run(text).bold = True
    paragraph.paragraph_format.keep_with_next = True


PEOPLE = (
    ("STT", 1.1, "item.number", "Ô giữa"),
    ("Họ và tên", 4.8, "item.name", "Ô chữ"),
    ("Ngày sinh", 2.3, "item.born", "Ô giữa"),
)


def main() -> None:
    founders = titled(
        "Quyết định công nhận ban vận động",
        "QUYẾT ĐỊNH",
        "Về việc công nhận Ban vận động thành lập {{ union_name }}",
    )
    authority = founders.add_paragraph("{{ authority }}", style="Tiêu đề")
    authority.paragraph_format.space_before, authority.paragraph_format.space_after = Pt(10), Pt(8)
    for line in (
        "Căn cứ Luật Công đoàn;",
        "Căn cứ Điều lệ Công đoàn Việt Nam;",
        "Xét đề nghị của người lao động tại {{ workplace }},",
    ):
        founders.add_paragraph(line, style="Thân bài").runs[0].italic = True
    founders.add_paragraph("QUYẾT ĐỊNH:", style="Tiêu đề").paragraph_format.space_before = Pt(8)
    points(
        founders, "Điều 1. Công nhận Ban vận động thành lập {{ union_name }} gồm {{ founders_count }} người:"
    )
    grid(
        founders,
        (*PEOPLE, ("Công việc", 5.2, "item.job", "Ô chữ"), ("Trách nhiệm", 3.1, "item.post", "Ô giữa")),
        "item in founders",
    )
    gap(founders)
    paragraphs(
        founders,
        "Điều 2. Ban vận động tuyên truyền, tiếp nhận đơn gia nhập, chuẩn bị và tổ chức đại hội thành lập; chấm "
        "dứt hoạt động "
        "khi công đoàn được công nhận.",
        "Điều 3. {{ issuer_name }} và các ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành quyết định này.",
    )
    signatures(
        founders, ("- Như Điều 3;", "- Lưu."), ("TM. {{ committee }}", "CHỦ TỊCH", ""), recipients=True
    )
    founders.save(str(FOLDER / "founders.docx"))

    listed = titled(
        "Danh sách người gia nhập",
        "DANH SÁCH",
        "Người lao động đề nghị gia nhập và thành lập {{ union_name }}",
    )
    grid(
        listed,
        (
            *PEOPLE,
            ("Giới tính", 1.5, "item.sex", "Ô giữa"),
            ("Công việc", 4.4, "item.job", "Ô chữ"),
            ("Ngày làm đơn", 2.4, "item.applied", "Ô giữa"),
        ),
        "item in applicants",
    )
    gap(listed)
    paragraphs(
        listed,
        "Danh sách này có {{ applicants_count }} ({{ applicants_in_words }}) người, đơn gửi kèm hồ sơ.",
    )
    signatures(listed, (), ("{{ hand }}", "{{ hand_post }}", "{{ hand_name }}"))
    listed.save(str(FOLDER / "applicants.docx"))

    script = titled("Kịch bản đại hội", "KỊCH BẢN", "Đại hội thành lập {{ union_name }}")
    points(
        script,
        "Thời gian: {% if starts_at %}{{ starts_at }}, {% endif %}{{ held }}. Địa điểm: {{ place }}.",
        "Thành phần: {{ summoned }} người lao động có đơn gia nhập được triệu tập.{% if guests %} Khách mời: "
        "{{ guests }}.{% endif %}",
    )
    for number, text in enumerate(
        (
            "Ổn định tổ chức, kiểm tra tư cách, chào cờ, tuyên bố lý do, giới thiệu đại biểu.",
            "Bầu người chủ trì ({{ chair }}) và thư ký ({{ secretary }}); thông qua chương trình, quy chế làm việc.",
            "{{ body }} báo cáo quá trình vận động và danh sách {{ applicants_count }} người có đơn gia nhập.",
            "Đại diện {{ leading_name }} hướng dẫn quyền và trách nhiệm của đoàn viên, phát biểu chỉ đạo.",
            "Thảo luận phương hướng hoạt động.",
            "Thông qua số lượng, tiêu chuẩn và danh sách bầu cử Ban Chấp hành{% if has_inspection %} và Ủy ban Kiểm "
            "tra{% endif %}.",
            "Bầu ban kiểm phiếu ({{ tellers }}); phát phiếu, bỏ phiếu kín, kiểm phiếu.",
            "Công bố kết quả bầu cử; Ban Chấp hành ra mắt, họp phiên thứ nhất bầu các chức danh.",
            "Thông qua nghị quyết, biên bản; bế mạc.",
        ),
        1,
    ):
        points(script, f"{number}. {text}")
    script.paragraphs[-1].paragraph_format.keep_with_next = True
    signatures(script, (), ("{{ hand }}", "{{ hand_post }}", "{{ hand_name }}"))
    script.save(str(FOLDER / "script.docx"))

    minutes = titled("Biên bản đại hội", "BIÊN BẢN", "Đại hội thành lập {{ union_name }}")
    points(
        minutes,
        "Hôm nay, {% if starts_at %}{{ starts_at }}, {% endif %}{{ held }}, tại {{ place }}, người lao động của "
        "{{ workplace }} "
        "họp đại hội thành lập công đoàn.",
    )
    heading(minutes, "I. Thành phần")
    points(
        minutes,
        "Triệu tập {{ summoned }} người, có mặt {{ present }} ({{ present_in_words }}) người, bằng {{ present_share }}."
        "{% if guests %} Khách mời: {{ guests }}.{% endif %}",
        "Chủ trì: {{ chair }}. Thư ký: {{ secretary }}.",
    )
    heading(minutes, "II. Nội dung")
    points(
        minutes,
        "1. {{ body }} báo cáo quá trình vận động; có {{ applicants_count }} ({{ applicants_in_words }}) người "
        "làm đơn gia nhập.",
        "2. Ý kiến thảo luận: {{ opinions }}",
        "3. Đại hội biểu quyết thành lập {{ union_name }}, đề nghị {{ leading_name }} công nhận.",
        "4. Đại hội bầu Ban Chấp hành bằng phiếu kín; kết quả ở biên bản kiểm phiếu kèm theo. Trúng cử:",
    )
    grid(
        minutes,
        (*PEOPLE, ("Công việc", 4.6, "item.job", "Ô chữ"), ("Chức danh", 3.7, "item.post", "Ô giữa")),
        "item in executive",
    )
    minutes.add_paragraph("{%p if has_inspection %}", style="Thân bài")
    gap(minutes)
    points(minutes, "5. Ủy ban Kiểm tra:")
    grid(
        minutes,
        (*PEOPLE, ("Công việc", 4.6, "item.job", "Ô chữ"), ("Chức danh", 3.7, "item.post", "Ô giữa")),
        "item in inspection",
    )
    minutes.add_paragraph("{%p endif %}", style="Thân bài")
    paragraphs(minutes, "Biên bản được đọc lại trước đại hội và được nhất trí thông qua.")
    signatures(minutes, ("THƯ KÝ", "{{ secretary }}"), ("CHỦ TRÌ", "{{ chair }}"))
    minutes.save(str(FOLDER / "minutes.docx"))

    votes = titled("Biên bản kiểm phiếu", "BIÊN BẢN KIỂM PHIẾU", "Bầu Ban Chấp hành {{ union_name }}")
    points(
        votes,
        "Hôm nay, {{ held }}, tại {{ place }}, ban kiểm phiếu gồm: {{ tellers }}, đã kiểm phiếu bầu Ban Chấp hành.",
        "Số người dự: {{ present }}. Số phiếu phát ra: {{ issued }} ({{ issued_in_words }}). Số phiếu thu về: "
        "{{ returned }} "
        "({{ returned_in_words }}). Số phiếu hợp lệ: {{ valid }} ({{ valid_in_words }}); không hợp lệ: {{ invalid }}.",
        "Kết quả:",
    )
    grid(
        votes,
        (
            ("STT", 1.1, "item.number", "Ô giữa"),
            ("Họ và tên", 6.2, "item.name", "Ô chữ"),
            ("Số phiếu", 2.2, "item.votes", "Ô giữa"),
            ("Tỷ lệ trên phiếu thu về", 3.4, "item.share", "Ô giữa"),
            ("Kết quả", 3.6, "item.result", "Ô giữa"),
        ),
        "item in candidates",
    )
    gap(votes)
    paragraphs(
        votes,
        "Trúng cử {{ elected_count }} ({{ elected_in_words }}) người. Biên bản lập thành ba bản, niêm phong cùng "
        "phiếu bầu.",
    )
    signatures(votes, ("CHỦ TRÌ", "{{ chair }}"), ("TM. BAN KIỂM PHIẾU", ""))
    votes.save(str(FOLDER / "votes.docx"))

    committee = titled(
        "Danh sách ban chấp hành",
        "DANH SÁCH",
        "Ban Chấp hành{% if has_inspection %}, Ủy ban Kiểm tra{% endif %} {{ union_name }}",
    )
    columns = (
        *PEOPLE,
        ("Giới tính", 1.5, "item.sex", "Ô giữa"),
        ("Công việc", 4, "item.job", "Ô chữ"),
        ("Chức danh", 2.8, "item.post", "Ô giữa"),
    )
    heading(committee, "Ban Chấp hành")
    grid(committee, columns, "item in executive")
    committee.add_paragraph("{%p if has_inspection %}", style="Thân bài")
    gap(committee)
    heading(committee, "Ủy ban Kiểm tra")
    grid(committee, columns, "item in inspection")
    committee.add_paragraph("{%p endif %}", style="Thân bài")
    signatures(committee, (), ("{{ hand }}", "{{ hand_post }}", "{{ hand_name }}"))
    committee.save(str(FOLDER / "committee.docx"))

    submission = titled(
        "Tờ trình đề nghị công nhận", "TỜ TRÌNH", "Về việc đề nghị công nhận {{ union_name }}"
    )
    whom = submission.add_paragraph("Kính gửi: {{ leading_name }}", style="Đầu trang")
    whom.paragraph_format.space_before, whom.paragraph_format.space_after = Pt(6), Pt(12)
    paragraphs(
        submission,
        "Thực hiện Luật Công đoàn và Điều lệ Công đoàn Việt Nam, người lao động tại {{ workplace }} đã có "
        "{{ applicants_count }} "
        "({{ applicants_in_words }}) người tự nguyện làm đơn gia nhập công đoàn.",
        "{% if held %}Ngày {{ held_short }}, đại hội thành lập với {{ present }} người dự đã bầu Ban Chấp hành "
        "gồm {{ elected_count }} "
        "({{ elected_in_words }}) người, do {{ chair_elected }} làm Chủ tịch. {% endif %}"
        "{{ body }} đề nghị {{ leading_name }} xem xét, công nhận {{ union_name }}, công nhận đoàn viên và Ban "
        "Chấp hành.",
        "Hồ sơ gửi kèm: danh sách và đơn của người gia nhập; biên bản đại hội; biên bản kiểm phiếu; danh sách "
        "Ban Chấp hành"
        "{% if has_inspection %}, Ủy ban Kiểm tra{% endif %}.",
        "Trân trọng./.",
    )
    signatures(
        submission,
        ("- Như trên;", "- Lưu."),
        ("{{ hand }}", "{{ hand_post }}", "{{ hand_name }}"),
        recipients=True,
    )
    submission.save(str(FOLDER / "submission.docx"))

    appraisal = titled("Phiếu thẩm định hồ sơ", "PHIẾU THẨM ĐỊNH", "Hồ sơ đề nghị công nhận {{ union_name }}")
    points(
        appraisal,
        "Nơi làm việc: {{ workplace }}. Hình thức: {{ kind_name }}. Hồ sơ nhận ngày {{ submission_dated }}.",
        "Số người có đơn: {{ applicants_count }} ({{ applicants_in_words }})"
        "{% if not_counted %}, trong đó {{ not_counted }} người nước ngoài chưa tính vào số tối thiểu{% endif %}"
        "; số tối thiểu: {{ quorum }} "
        "({{ quorum_source }}).",
        "Giấy tờ trong hồ sơ:",
    )
    grid(
        appraisal,
        (
            ("STT", 1.1, "item.number", "Ô giữa"),
            ("Giấy tờ", 8.4, "item.name", "Ô chữ"),
            ("Nội dung", 3.6, "item.state", "Ô giữa"),
            ("Bản ký, bản quét", 3.4, "item.scan", "Ô giữa"),
        ),
        "item in checklist",
    )
    gap(appraisal)
    paragraphs(appraisal, "Ý kiến thẩm định: {{ appraisal }}")
    signatures(appraisal, (), ("NGƯỜI THẨM ĐỊNH", "{{ appraiser }}"))
    appraisal.save(str(FOLDER / "appraisal.docx"))

    launch = titled("Chương trình ra mắt", "CHƯƠNG TRÌNH", "Lễ công bố quyết định và ra mắt {{ union_name }}")
    points(
        launch,
        "Thời gian: {% if launch_starts_at %}{{ launch_starts_at }}, {% endif %}{{ launch }}. Địa điểm: "
        "{{ launch_place }}.",
    )
    for number, text in enumerate(
        (
            "Đón tiếp đại biểu; văn nghệ chào mừng.",
            "Chào cờ, tuyên bố lý do, giới thiệu đại biểu.",
            "Công bố quyết định công nhận {{ union_name }} và Ban Chấp hành.",
            "Kết nạp đoàn viên, trao thẻ: {{ applicants_count }} người.",
            "Ban Chấp hành ra mắt; Chủ tịch phát biểu nhận nhiệm vụ.",
            "Đại diện {{ leading_name }} phát biểu; trao kinh phí hỗ trợ ban đầu (nếu có).",
            "Người sử dụng lao động phát biểu; ký quy chế phối hợp (nếu có).",
            "Chụp ảnh lưu niệm, bế mạc.",
        ),
        1,
    ):
        points(launch, f"{number}. {text}")
    launch.paragraphs[-1].paragraph_format.keep_with_next = True
    signatures(launch, (), ("{{ hand }}", "{{ hand_post }}", "{{ hand_name }}"))
    launch.save(str(FOLDER / "launch.docx"))

    support = titled(
        "Giấy đề nghị hỗ trợ kinh phí thành lập",
        "GIẤY ĐỀ NGHỊ",
        "Hỗ trợ kinh phí thành lập {{ union_name }}",
    )
    whom = support.add_paragraph("Kính gửi: {{ leading_name }}", style="Đầu trang")
    whom.paragraph_format.space_before, whom.paragraph_format.space_after = Pt(6), Pt(12)
    paragraphs(
        support,
        "{{ union_name }} được công nhận theo Quyết định số {{ decision_number }} {{ decision_dated }}"
        "{% if applicants_count %}, gồm {{ applicants_count }} ({{ applicants_in_words }}) đoàn viên{% endif %}."
        "{% if launch %} Lễ ra mắt: {{ launch }}.{% endif %}",
        "Căn cứ {{ support_source }}, {{ union_name }} đề nghị {{ leading_name }} hỗ trợ kinh phí thành lập: "
        "{{ support }} đồng ({{ support_in_words }}).",
        "Kinh phí dùng cho công tác chuẩn bị, mua sắm, in ấn tài liệu, trang trí và các chi phí hợp lý khác của buổi lễ "
        "thành lập, ra mắt; chứng từ gửi kèm khi thanh toán.",
        "Trân trọng./.",
    )
    signatures(
        support,
        ("- Như trên;", "- Lưu."),
        ("{{ hand }}", "{{ hand_post }}", "{{ hand_name }}"),
        recipients=True,
    )
    support.save(str(FOLDER / "support.docx"))


if __name__ == "__main__":
    main()
