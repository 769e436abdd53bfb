"""Lists of a plan edited row by row: legal bases, recipients, norms, campaigns, open points."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.models import AuditEntry
from congdoan.work.indicators.models import Indicator
from congdoan.work.plans.actions import (
    DecisionData,
    PlanData,
    Share,
    TargetData,
    add_target,
    allocate,
    create_plan,
    issue_plan,
)
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import contents_of, mark_of
from tests.factories.users import make_actor
from tests.work.plans.conftest import Country


@pytest.fixture
def draft(plans: dict[str, Plan], country: Country, system: Actor, today: date) -> Plan:
    """A draft of Hải Phòng for 2027 with one target."""
    actor = system
    plan = create_plan(
        actor=actor,
        on=today,
        data=PlanData("hp-2027", "Kế hoạch năm 2027", country["HP"], date(2027, 1, 1), date(2028, 1, 1)),
    )
    add_target(
        actor=actor,
        on=today,
        plan=plan,
        data=TargetData(
            "T-01",
            "Thực tăng",
            Indicator.objects.get(pk="members_net_growth"),
            "eq",
            Decimal(10),
            "tăng 10",
            date(2027, 1, 1),
            date(2028, 1, 1),
        ),
    )
    return plan


@pytest.fixture
def desk(client: Client, country: Country, today: date) -> Client:
    client.force_login(make_actor(today, country["HP"], "leader").user)
    return client


def address(plan: Plan, part: str) -> str:
    return reverse("plans:contents", args=[plan.code, part])


def sent(plan: Plan, part: str, *rows: dict[str, str], **more: str) -> dict[str, Any]:
    """A page of rows as the browser sends it."""
    data: dict[str, Any] = {"seen": mark_of(contents_of(plan, part)), "dong": []}
    for number, row in enumerate(rows):
        data["dong"].append(str(number))
        data |= {f"dong-{number}-{name}": value for name, value in row.items()}
    return data | more


BASIS = {"kind": "law", "number": "50/2024/QH15", "issued_on": "27/11/2024", "subject": "Luật Công đoàn"}


def test_rows_are_saved_in_their_order_and_read_back(draft: Plan, desk: Client) -> None:
    other = {"kind": "plan", "number": "1/KH", "citation": "Mục II"}
    blank = {"kind": "", "number": ""}
    saved = desk.post(address(draft, "can-cu"), sent(draft, "legal_bases", BASIS, blank, other))
    assert saved.status_code == 302, saved.content.decode()
    draft.refresh_from_db()
    assert [row["number"] for row in draft.legal_bases] == ["50/2024/QH15", "1/KH"]
    assert draft.legal_bases[0]["issued_on"] == "2024-11-27"
    body = desk.get(reverse("plans:plan", args=[draft.code]) + "?muc=can-cu").content.decode()
    assert "Luật 50/2024/QH15" in body and "27/11/2024" in body and "Mục II" in body
    again = desk.get(address(draft, "can-cu")).content.decode()
    assert 'value="27/11/2024"' in again


def test_a_wrong_row_is_named_and_nothing_is_saved(draft: Plan, desk: Client) -> None:
    wrong = {"kind": "law", "number": "", "subject": "", "issued_on": "31/02/2025"}
    answer = desk.post(address(draft, "can-cu"), sent(draft, "legal_bases", BASIS, wrong))
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Căn cứ 2, Ngày ban hành" in body and "Căn cứ 2, Số, ký hiệu" in body
    assert "Căn cứ 1," not in body
    assert 'value="31/02/2025"' in body and 'value="50/2024/QH15"' in body
    draft.refresh_from_db()
    assert draft.legal_bases == []


def test_rows_are_added_removed_and_raised_without_saving(draft: Plan, desk: Client) -> None:
    first, second = {"name": "Ban Tổ chức"}, {"name": "Lưu: VT", "purpose": "file"}
    page = address(draft, "noi-nhan")
    more = desk.post(page, sent(draft, "recipients", first, second, them="1")).content.decode()
    assert more.count('name="dong"') == 3
    assert 'value="Ban Tổ chức"' in more and "data-focus" in more
    fewer = desk.post(page, sent(draft, "recipients", first, second, bo="0")).content.decode()
    assert 'value="Ban Tổ chức"' not in fewer and 'value="Lưu: VT"' in fewer
    raised = desk.post(page, sent(draft, "recipients", first, second, len="1")).content.decode()
    assert raised.index("Lưu: VT") < raised.index("Ban Tổ chức")
    draft.refresh_from_db()
    assert draft.recipients == []


def test_norms_get_their_codes_and_words(draft: Plan, desk: Client) -> None:
    norm = {"name": "Hỗ trợ thành lập CĐCS", "amount": "3.000.000", "unit": "CĐCS", "period": "once"}
    vague = {"name": "Khen thưởng", "amount": "", "period": ""}
    page = address(draft, "dinh-muc")
    answer = desk.post(page, sent(draft, "norms", norm, vague))
    assert "Định mức 2, Điều còn bỏ ngỏ" in answer.content.decode()
    assert desk.post(page, sent(draft, "norms", norm, vague | {"open": "Mức chi"})).status_code == 302
    draft.refresh_from_db()
    assert [(row["code"], row["amount"], row["in_words"]) for row in draft.norms] == [
        ("M-01", 3_000_000, "Ba triệu đồng chẵn"),
        ("M-02", None, None),
    ]
    kept = {**vague, "code": "M-02", "open": "Mức chi"}
    assert desk.post(page, sent(draft, "norms", kept, norm)).status_code == 302
    draft.refresh_from_db()
    assert [row["code"] for row in draft.norms] == ["M-02", "M-03"]


def test_an_issued_plan_is_corrected_with_a_reason(
    draft: Plan, desk: Client, system: Actor, today: date
) -> None:
    issue_plan(actor=system, on=today, plan=draft, number="1/KH", issued_on=today)
    page = address(draft, "can-cu")
    refused = desk.post(page, sent(draft, "legal_bases", BASIS))
    assert refused.status_code == 422 and "đính chính" in refused.content.decode()
    draft.refresh_from_db()
    assert draft.legal_bases == []
    reason = "Ghi thiếu Luật Công đoàn khi ban hành"
    assert desk.post(page, sent(draft, "legal_bases", BASIS, reason=reason)).status_code == 302
    entry = AuditEntry.objects.filter(verb="plans.edit_contents").get()
    assert entry.reason == reason
    assert entry.data["before"] == [] and entry.data["after"][0]["number"] == "50/2024/QH15"
    heading = {
        "title": "Kế hoạch năm 2027 (sửa)",
        "issuer_body": "Ban Thường vụ",
        "from_on": "1/1/2027",
        "last_on": "31/12/2027",
    }
    editing = reverse("plans:edit", args=[draft.code])
    assert desk.post(editing, heading).status_code == 422
    assert desk.post(editing, heading | {"reason": "Sai trích yếu khi gõ văn bản"}).status_code == 302
    draft.refresh_from_db()
    assert draft.title.endswith("(sửa)") and len(draft.legal_bases) == 1


def test_what_another_officer_saved_meanwhile_is_not_written_over(draft: Plan, desk: Client) -> None:
    page = address(draft, "noi-nhan")
    mine = sent(draft, "recipients", {"name": "Ban Tổ chức"})
    theirs = sent(draft, "recipients", {"name": "Văn phòng"})
    assert desk.post(page, theirs).status_code == 302
    answer = desk.post(page, mine)
    assert answer.status_code == 422 and "cán bộ khác" in answer.content.decode()
    assert "Ban Tổ chức" in answer.content.decode()
    draft.refresh_from_db()
    assert [row["name"] for row in draft.recipients] == ["Văn phòng"]


def test_campaigns_move_their_targets_unless_given_down(
    draft: Plan, desk: Client, country: Country, system: Actor, today: date
) -> None:
    page = address(draft, "dot")
    may = {"name": "Tháng Công nhân", "from_on": "1/5/2027", "last_on": "31/5/2027"}
    outside = may | {"from_on": "1/5/2029", "last_on": "31/5/2029"}
    assert "nằm ngoài kỳ" in desk.post(page, sent(draft, "campaigns", outside)).content.decode()
    assert desk.post(page, sent(draft, "campaigns", may)).status_code == 302
    campaign = draft.campaigns.get()
    target = draft.targets.get()
    form = {
        "name": target.name,
        "indicator": target.indicator_id,
        "operator": "eq",
        "value": "10",
        "campaign": campaign.pk,
        "from_on": "1/1/2027",
        "last_on": "31/12/2027",
    }
    changing = reverse("plans:edit_target", args=[draft.code, target.code])
    assert desk.post(changing, form).status_code == 302
    target.refresh_from_db()
    assert (target.campaign, target.window.lower) == (campaign, date(2027, 5, 1))
    stored = may | {"code": campaign.code}
    longer = stored | {"last_on": "15/6/2027"}
    assert desk.post(page, sent(draft, "campaigns", longer)).status_code == 302
    target.refresh_from_db()
    assert target.window.upper == date(2027, 6, 16)
    assert "vì còn chỉ tiêu T-01" in desk.post(page, sent(draft, "campaigns")).content.decode()
    child = country["HP-VB"]
    allocate(
        actor=system,
        on=today,
        target=target,
        unit=country["HP"],
        items=[Share(child, Decimal(10))],
        effective_on=today,
        decision=DecisionData("2/QĐ", today),
    )
    assert "đã giao cho cấp dưới" in desk.post(page, sent(draft, "campaigns", stored)).content.decode()
    assert draft.campaigns.get().during.upper == date(2027, 6, 16)


def test_only_editors_of_the_issuer_edit(draft: Plan, client: Client, country: Country, today: date) -> None:
    client.force_login(make_actor(today, country["HP-VB"], "leader").user)
    page = address(draft, "can-cu")
    assert client.get(page).status_code in (403, 404)
    assert client.post(page, sent(draft, "legal_bases", BASIS)).status_code in (403, 404)
    draft.refresh_from_db()
    assert draft.legal_bases == []
