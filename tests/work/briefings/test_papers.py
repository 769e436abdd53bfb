"""What the data pack and the notice of conclusions say."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest

from congdoan.foundation.files.queries import opened
from congdoan.work.briefings import actions, word
from congdoan.work.briefings.actions import AgendaData, ConclusionData
from congdoan.work.briefings.queries import agenda_mark, suggestions
from congdoan.work.briefings.rules import BriefingError
from tests.work.briefings.conftest import HELD_ON, Office


def read(data: bytes) -> tuple[str, list[list[list[str]]]]:
    """(all paragraphs outside tables, the rows of each table)."""
    document = docx.Document(io.BytesIO(data))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    return "\n".join(paragraph.text for paragraph in document.paragraphs), tables


def test_the_data_pack_holds_agenda_targets_children_ledger_and_last_conclusions(office: Office) -> None:
    office.closed(office.task(date(2026, 7, 31)), period="2026-Q2", day=date(2026, 7, 8))
    made = office.planned()
    keys = [item.key for item in suggestions(made, HELD_ON)]
    actions.put_on_agenda(actor=office.at(HELD_ON), on=HELD_ON, briefing=made, keys=keys)
    text, tables = read(word.write_pack(made, on=HELD_ON))
    assert "Phục vụ Hội nghị giao ban quý III năm 2026" in text
    assert "08 giờ 00, ngày 08 tháng 10 năm 2026" in text
    assert "Số liệu tính đến hết ngày 30/09/2026" in text
    assert "Trong 1 kết luận, 0 đã thực hiện xong; 1 quá hạn." in text
    _, agenda, targets, _ledger, children, last = tables
    assert [row[1] for row in agenda[1:]] == [item.title for item in made.agenda.all()]
    assert targets[1][1] == "Phát triển đoàn viên thực tăng"
    assert targets[1][4].strip("+") == "3"
    names = [row[1] for row in children[1:]]
    assert names == ["LĐLĐ huyện Bắc B", "LĐLĐ huyện Bắc A", "Cộng"], "the slowest first"
    assert last[1][1:4] == ["Rà soát doanh nghiệp", "LĐLĐ huyện Bắc A", "31/07/2026"]
    assert last[1][4] == "Quá hạn 69 ngày"


def test_without_conclusions_of_last_time_the_pack_says_so(office: Office) -> None:
    text, tables = read(word.write_pack(office.planned(), on=HELD_ON))
    assert "Chương trình sẽ thông qua tại hội nghị." in text
    assert "Kỳ trước không có kết luận nào phải theo dõi." in text
    assert len(tables) == 4


def test_figures_of_a_period_to_come_are_refused_in_words(office: Office) -> None:
    made = office.planned("2026-Q4", date(2026, 12, 28))
    with pytest.raises(BriefingError, match="01/10/2026"):
        word.write_pack(made, on=date(2026, 9, 30))


def test_the_notice_says_who_came_what_was_concluded_and_who_does_it(office: Office) -> None:
    office.closed(office.task(text="Còn dở"), period="2026-Q2", day=date(2026, 7, 8))
    made, at = office.held(), office.at(HELD_ON)
    first, second = made.attendances.order_by("pk")
    actions.take_attendance(actor=at, on=HELD_ON, briefing=made, present={first.pk: True, second.pk: False})
    actions.save_agenda(
        actor=at,
        on=HELD_ON,
        briefing=made,
        items=[AgendaData("Tình hình chung", "", "Đã\nbàn kỹ")],
        seen=agenda_mark(made),
    )
    actions.reschedule(
        actor=at,
        on=HELD_ON,
        briefing=made,
        held_at=made.held_at,
        place=made.place,
        chair=made.chair,
        summary="Còn chậm.\nCần cố gắng.",
    )
    carried = made.conclusions.get()
    office.conclude(
        made,
        office.task(text="Việc mới <gấp> & quan trọng"),
        ConclusionData(carried.text, date(2026, 11, 30), unit=office.tree.north_a, pk=carried.pk),
    )
    actions.close(actor=at, on=HELD_ON, briefing=made, number="12", dated_on=date(2026, 10, 9))
    made.refresh_from_db()
    assert made.notice is not None
    text, tables = read(opened(office.system, made.notice).read())
    head, given, foot = tables
    assert head[1] == ["Số: 12/TB-LĐLĐ", head[1][1]]
    assert "ngày 09 tháng 10 năm 2026" in head[1][1]
    assert "Kết luận Hội nghị giao ban quý III năm 2026" in text
    assert "do đồng chí Chủ tịch chủ trì." in text
    assert "Có mặt 1/2 đại biểu, đơn vị được mời: LĐLĐ huyện Bắc A." in text
    assert "Vắng 1: LĐLĐ huyện Bắc B." in text
    assert "I. ĐÁNH GIÁ CHUNG\nCòn chậm.\nCần cố gắng." in text
    assert "1. Tình hình chung. Đã bàn kỹ" in text
    assert "III. KẾT LUẬN, PHÂN CÔNG THỰC HIỆN" in text
    assert given[1:] == [
        ["1", "Việc mới <gấp> & quan trọng", "LĐLĐ huyện Bắc A", "31/10/2026"],
        ["2", "Còn dở (chuyển tiếp từ kết luận giao ban quý II năm 2026)", "LĐLĐ huyện Bắc A", "30/11/2026"],
    ]
    assert "Tổng Liên đoàn (để b/c);" in foot[0][0]


def test_the_kept_notice_does_not_change_with_the_tasks(office: Office) -> None:
    made, (task,) = office.closed(office.task())
    assert made.notice is not None and made.pack is not None
    before = opened(office.system, made.notice).read()
    actions.finish(actor=office.at(HELD_ON), on=HELD_ON, conclusion=task, result="Xong")
    made.refresh_from_db()
    assert opened(office.system, made.notice).read() == before
