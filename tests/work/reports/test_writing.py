"""Reports from the books: figures agree with plans and ledger, scope holds, nothing to come is reported."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import docx
import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from congdoan.config.cli import main
from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.files.queries import opened
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period
from congdoan.work.plans.actions import DecisionData, Share, allocate, report_value
from congdoan.work.plans.models import Plan, Target
from congdoan.work.plans.queries import concerns, progress
from congdoan.work.reports.actions import file_stem, write_report
from congdoan.work.reports.models import Report
from congdoan.work.reports.queries import gather, periods_for, visible_reports
from congdoan.work.reports.rules import ReportError, report_day
from tests.factories.users import make_actor
from tests.work.plans.conftest import Country

Q3 = Period.parse("2025-Q3")
END = date(2025, 9, 30)
ById = Callable[[str, str], Target]


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def booked(country: Country, plans: dict[str, Plan]) -> Country:
    """Two years of one province of two levels."""
    country.members("LC-H-1", date(2024, 1, 1), 1000, "opening")
    country.members("LC-H-1", date(2024, 8, 1), 30)
    country.members("LC-H-1", date(2025, 2, 1), 120)
    country.members("LC-H-1", date(2025, 5, 10), 40)
    country.members("LC-H-1", date(2025, 8, 1), 50)
    country.members("LC-H-1", date(2025, 8, 20), -10, "leave")
    country.members("LC-H-1", date(2025, 8, 25), -5, "retire")
    country.members("LC-H-1", date(2025, 9, 1), -100, "reorganise_out")
    return country


@pytest.fixture
def plan(plans: dict[str, Plan]) -> Plan:
    return plans["lai-chau-2025"]


def write(actor: Actor, plan: Plan, unit: Unit, **changes: Any) -> Report:
    return write_report(actor=actor, **{"plan": plan, "unit": unit, "period": Q3, "as_of": END, **changes})


# --- figures


def test_figures_are_those_of_the_plan_and_the_ledger(booked: Country, plan: Plan) -> None:
    report = gather(plan, booked["LC"], Q3, END)
    found = progress(plan, booked["LC"], END)
    for item in found.targets:
        figure = report.target(item.target.code)
        assert (figure.value, figure.missing, figure.forecast) == (item.value, item.missing, item.forecast)
    net = report.target("I-01")
    assert (net.value, net.period_value, net.same_last_year) == (195, 35, 30)
    assert net.demand == "thực tăng 1.810 đoàn viên"
    period, since = report.reconciliations
    assert (period.opening, period.closing, period.net_growth) == (1190, 1125, 35)
    assert period.opening + sum(n for _, _, n in period.lines) == period.closing
    assert (since.opening, since.closing, since.net_growth) == (1030, 1125, 195)
    assert period.amount("reorganised") == -100


def test_head_comes_from_the_tree_and_the_plan(booked: Country, plan: Plan) -> None:
    report = gather(plan, booked["LC"], Q3, END)
    assert (report.superior, report.unit_name) == ("Đơn vị TLD", "Đơn vị LC")
    assert (report.signer_capacity, report.signer_role, report.symbol) == (
        "TM. BAN THƯỜNG VỤ",
        "CHỦ TỊCH",
        "LĐLĐ",
    )
    assert report.recipients[-1].purpose == "file"
    assert any("địa danh" in gap for gap in report.gaps)


def test_whole_year_is_set_beside_the_year_before(booked: Country, plan: Plan) -> None:
    report = gather(plan, booked["LC"], Period.parse("2025"), date(2025, 12, 31))
    assert [item.title for item in report.reconciliations] == ["năm 2025", "cùng kỳ năm 2024"]
    assert report.may is not None and report.may.net_growth == 40


def test_a_year_before_the_books_began_is_unknown_and_not_zero(booked: Country, plan: Plan) -> None:
    first = gather(plan, booked["LC"], Period.parse("2025-01"), date(2025, 1, 31)).target("I-01")
    assert first.same_last_year is None
    later = gather(plan, booked["LC"], Period.parse("2025-02"), date(2025, 2, 28)).target("I-01")
    assert later.same_last_year == 0


def test_children_add_up_to_the_whole(booked: Country, plan: Plan, system: Actor, target: ById) -> None:
    Plan.objects.filter(pk=plan.pk).update(state="issued")
    allocate(
        actor=system,
        on=date(2025, 3, 20),
        target=target("lai-chau-2025", "I-01"),
        unit=booked["LC"],
        items=[Share(booked["LC-H"], Decimal(1500))],
        reserve=Decimal(310),
        effective_on=date(2025, 3, 20),
        decision=DecisionData("12/QĐ-LĐLĐ", date(2025, 3, 20)),
    )
    report = gather(plan, booked["LC"], Q3, END)
    place = report.child_targets.index("I-01")
    whole = report.target("I-01").value
    parts = sum((child.targets[place].value or Decimal(0)) for child in report.children)
    assert parts + (report.child_remainders[place] or 0) == whole
    district = next(child for child in report.children if child.code == "LC-H")
    assert district.targets[place].given == 1500


def test_reported_by_hand_keeps_its_source(
    booked: Country, plans: dict[str, Plan], system: Actor, target: ById
) -> None:
    party = target("hai-phong-2026", "T-08")
    unit = booked["HP"]
    before = gather(plans["hai-phong-2026"], unit, Period.parse("2026-Q3"), date(2026, 9, 30)).target("T-08")
    assert before.is_party and before.state == "none" and before.notice
    report_value(
        actor=system,
        on=date(2026, 9, 20),
        target=party,
        unit=unit,
        value=Decimal(41),
        source="Báo cáo 12/BC-BTC",
        day=date(2026, 9, 15),
    )
    after = gather(plans["hai-phong-2026"], unit, Period.parse("2026-Q3"), date(2026, 9, 30)).target("T-08")
    assert after.by_hand and after.hand_source == "Báo cáo 12/BC-BTC" and after.value == 41


def test_every_plan_of_the_examples_gives_both_files(
    booked: Country, plans: dict[str, Plan], system: Actor
) -> None:
    for code, plan in plans.items():
        period = Period.year_of(min(date(2026, 11, 18), plan.during.lower))
        kept = write(system, plan, plan.issuer, period=period, as_of=report_day(period, today=system.today))
        assert kept.docx is not None and kept.xlsx is not None and kept.docx.size > 20_000, code


# --- writing


def test_files_are_kept_audited_and_open_again(
    booked: Country, plan: Plan, system: Actor, tmp_path: Path
) -> None:
    kept = write(system, plan, booked["LC"], number="27", difficulties="Thiếu cán bộ.", out=tmp_path / "out")
    stem = "bao-cao_lai-chau-2025_LC_2025-Q3"
    assert file_stem(plan, booked["LC"], Q3) == stem
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{stem}.docx", f"{stem}.xlsx"}
    text = "\n".join(p.text for p in docx.Document(str(tmp_path / "out" / f"{stem}.docx")).paragraphs)
    assert "Thiếu cán bộ." in text and "thực tăng 35 đoàn viên" in text
    book = openpyxl.load_workbook(tmp_path / "out" / f"{stem}.xlsx")
    assert len(book.sheetnames) == 4
    assert kept.figures["report"]["targets"] and kept.figures["shown"]["ledger"]
    json.dumps(kept.figures)
    row = AuditEntry.objects.get(verb="reports.write")
    assert row.unit_id == booked["LC"].pk and "quý III năm 2025" in row.summary


def test_day_printed_is_the_day_written(booked: Country, plan: Plan, system: Actor) -> None:
    at = datetime(2025, 10, 8, 23, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    assert write(system, plan, booked["LC"], recorded_at=at).dated_on == date(2025, 10, 8)
    assert write(system, plan, booked["LC"]).dated_on == system.today
    assert write(system, plan, booked["LC"], dated_on=date(2025, 10, 9)).dated_on == date(2025, 10, 9)


def test_a_later_booking_leaves_the_written_report_as_it_was(
    booked: Country, plan: Plan, system: Actor
) -> None:
    first = write(system, plan, booked["LC"])
    booked.members("LC-H-1", date(2025, 9, 2), 7)
    second = write(system, plan, booked["LC"])
    first.refresh_from_db()
    values = [
        next(row["value"] for row in report.figures["report"]["targets"] if row["code"] == "I-01")
        for report in (first, second)
    ]
    assert [Decimal(value) for value in values] == [195, 202]
    assert first.docx_id != second.docx_id


def test_a_period_to_come_is_refused_with_a_sentence(booked: Country, plan: Plan, system: Actor) -> None:
    with pytest.raises(ReportError, match="Chưa lập được báo cáo quý I năm 2027"):
        write(system, plan, booked["LC"], period=Period.parse("2027-Q1"), as_of=date(2027, 3, 31))
    with pytest.raises(ReportError, match="Chưa có số liệu của ngày"):
        write(system, plan, booked["LC"], period=Period.parse("2026"), as_of=date(2026, 12, 31))
    assert not Report.objects.exists()


def test_a_running_period_counts_to_today(today: date) -> None:
    assert report_day(Period.parse("2026-Q4"), today=today) == today
    assert report_day(Q3, today=today) == END


def test_days_plans_and_bodies_that_do_not_fit_are_refused(
    booked: Country, plan: Plan, system: Actor
) -> None:
    with pytest.raises(ReportError, match="không nằm trong"):
        write(system, plan, booked["LC"], as_of=date(2025, 10, 1))
    with pytest.raises(ReportError, match="không có ngày nào thuộc"):
        write(system, plan, booked["LC"], period=Period.parse("2024"), as_of=date(2024, 12, 31))
    with pytest.raises(ReportError, match="không áp dụng"):
        write(system, plan, booked["HP"])
    assert concerns(plan, booked["LC-H-1"]) and not concerns(plan, booked["TLD"])


def test_an_office_may_bring_its_own_template(
    booked: Country, plan: Plan, system: Actor, settings: Any, tmp_path: Path
) -> None:
    settings.HOME = tmp_path
    own = docx.Document()
    own.add_paragraph("MẪU RIÊNG: {{ subject }}")
    (tmp_path / "templates").mkdir()
    own.save(str(tmp_path / "templates" / "plan_report.docx"))
    kept = write(system, plan, booked["LC"])
    assert (
        docx.Document(io.BytesIO(opened(system, kept.docx).read()))
        .paragraphs[0]
        .text.startswith("MẪU RIÊNG: Kết quả")
    )


def test_periods_offered_lie_in_the_plan_and_have_begun(plans: dict[str, Plan], today: date) -> None:
    groups = dict(periods_for(plans["lai-chau-2025"], today))
    assert [code for code, _ in groups["Quý"]] == ["2025-Q4", "2025-Q3", "2025-Q2", "2025-Q1"]
    assert groups["Năm"] == [("2025", "Năm 2025")]
    running = dict(periods_for(plans["hai-phong-2033"], today))
    assert running["Quý"][0][0] == "2026-Q4" and len(running["Tháng"]) == 12


# --- who may


@pytest.mark.parametrize(
    ("place", "role", "may_write", "may_read"),
    [
        (None, "officer", False, False),
        ("HP", "officer", False, False),
        ("LC-H", "officer", False, False),
        ("LC", "viewer", False, True),
        ("LC", "officer", True, True),
        ("TLD", "officer", True, True),
    ],
)
def test_only_who_may(
    booked: Country,
    plan: Plan,
    system: Actor,
    today: date,
    place: str | None,
    role: str,
    may_write: bool,
    may_read: bool,
) -> None:
    """A stranger, a neighbour, a subordinate, a reader, the body itself and its superior."""
    kept = write(system, plan, booked["LC"])
    actor = make_actor(today, booked[place] if place else None, role)
    assert visible_reports(actor).filter(pk=kept.pk).exists() is may_read
    if may_write:
        assert write(actor, plan, booked["LC"]).created_by == actor.user
    else:
        with pytest.raises(Forbidden):
            write(actor, plan, booked["LC"])
    client = Client()
    assert actor.user is not None
    client.force_login(actor.user)
    wanted = 200 if may_read else 404
    assert client.get(reverse("reports:report", args=[kept.pk])).status_code == wanted
    assert client.get(reverse("files:download", args=[kept.docx_id])).status_code == wanted
    page = client.get(reverse("reports:new"), {"ke_hoach": plan.code, "don_vi": "LC", "ky": "2025-Q3"})
    assert ("Số liệu sẽ báo cáo" in page.content.decode()) is may_write
    listed = client.get(reverse("reports:list"))
    if place is None:
        assert listed.status_code == 403
    else:
        assert (plan.title in listed.content.decode()) is may_read


# --- screens and the command line


@pytest.fixture
def officer(booked: Country, today: date) -> Client:
    client = Client()
    user = make_actor(today, booked["LC"]).user
    assert user is not None
    client.force_login(user)
    return client


def test_screen_previews_and_writes(officer: Client, plan: Plan) -> None:
    url = reverse("reports:new") + f"?ke_hoach={plan.code}&don_vi=LC"
    page = officer.get(url + "&ky=2025-Q3").content.decode()
    assert "thực tăng 1.810 đoàn viên" in page and "1.125" in page
    part = officer.get(url + "&ky=2025-Q2", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "report-preview" in part
    wrong = officer.post(url, {"ky": "2031-Q1"})
    assert wrong.status_code == 422 and not Report.objects.exists()
    done = officer.post(
        url,
        {"ky": "2025-Q3", "co_cau": "luc-do", "number": "27", "proposals": "Bổ sung kinh phí."},
        follow=True,
    )
    kept = Report.objects.get()
    assert done.redirect_chain[-1][0] == reverse("reports:report", args=[kept.pk])
    text = done.content.decode()
    assert "Tải bản Word" in text and "Bổ sung kinh phí." in text and "+35" in text
    sent = officer.get(reverse("files:download", args=[kept.xlsx_id]))
    assert (
        sent["Content-Disposition"].startswith("attachment") and "2025-Q3.xlsx" in sent["Content-Disposition"]
    )


def test_screen_refuses_in_words(officer: Client, plan: Plan) -> None:
    url = reverse("reports:new") + f"?ke_hoach={plan.code}&don_vi=LC"
    assert "không phải là một kỳ" in officer.get(url + "&ky=bay-gio").content.decode()
    assert "bắt đầu từ 01/01/2027" in officer.get(url + "&ky=2027-Q1").content.decode()
    assert "Chọn kế hoạch và đơn vị" in officer.get(reverse("reports:new")).content.decode()


def test_command_writes_and_prints(
    booked: Country, plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.setattr("congdoan.config.cli.report.start", lambda: None)
    arguments = ["report", "lai-chau-2025", "--unit", "LC", "--period", "2025-Q3", "--out", str(tmp_path)]
    assert main([*arguments, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (
        answer["as_of"] == "2025-09-30" and Path(answer["docx"]).is_file() and Path(answer["xlsx"]).is_file()
    )
    assert answer["to_fill_in"]
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("bao-cao_lai-chau-2025_LC_2025-Q3.docx")
    for wrong, words in (
        (["report", "khong-co", *arguments[2:]], "Không có kế hoạch"),
        ([*arguments[:3], "KHONG", *arguments[4:]], "Không có đơn vị"),
        ([*arguments[:5], "2025-Q9", *arguments[6:]], "không phải là một kỳ"),
        ([*arguments[:5], "2099", *arguments[6:]], "Chưa lập được"),
    ):
        assert main(wrong) == 2
        assert words in capsys.readouterr().err
