"""The doors of plans: what they show, to whom, and that each does what it says."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.actions import NewUnit, create_units
from congdoan.work.plans.actions import DecisionData, allocate
from congdoan.work.plans.models import Allocation, Plan, ReportedValue, Target
from tests.factories.users import make_actor
from tests.work.plans.conftest import Country
from tests.work.plans.test_allocation import shares

ById = Callable[[str, str], Target]
Sign = Callable[..., Client]


@pytest.fixture
def sign(client: Client, today: date) -> Sign:
    """A client signed in as somebody with a role at a unit."""

    def signed(unit: object, role: str = "leader") -> Client:
        actor = make_actor(today, unit, role)  # type: ignore[arg-type]
        client.force_login(actor.user)
        return client

    return signed


def page(client: Client, name: str, *args: str, query: str = "", status: int = 200) -> str:
    response = client.get(reverse(f"plans:{name}", args=args) + query)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def test_the_list_and_every_plan_open(plans: dict[str, Plan], country: Country, sign: Sign) -> None:
    client = sign(country["TLD"])
    shown = page(client, "list")
    for plan in plans.values():
        assert plan.code in shown
    assert "6 kế hoạch" in shown
    for code, plan in plans.items():
        for tab in ("", "don-vi", "dot", "can-cu", "dinh-muc", "diem-mo"):
            body = page(client, "plan", code, query=f"?muc={tab}")
            assert plan.title in body
    assert "136/KH-LĐLĐ" in page(client, "plan", "lai-chau-2025")
    assert "Ba triệu đồng chẵn" in page(client, "plan", "binh-duong-2025", query="?muc=dinh-muc")
    assert "Nghị quyết 02-NQ/TW" in page(client, "plan", "lai-chau-2025", query="?muc=can-cu")
    found = client.get(reverse("plans:list") + "?q=nghe an")
    assert "nghe-an-2023" in found.content.decode() and "lai-chau-2025" not in found.content.decode()
    assert client.get(reverse("plans:list") + "?nam=2023&xuat=xlsx").status_code == 200


def test_a_plans_page_takes_as_many_queries_for_more_bodies(
    plans: dict[str, Plan], country: Country, sign: Sign, system: Actor
) -> None:
    client = sign(country["HP"])
    counts = []
    for more in (0, 1, 5):
        made = create_units(
            actor=system,
            items=[
                NewUnit(f"HP-M{more}{n}", f"Ngành {n}", "N", "sector_union", country["HP"], date(2020, 1, 1))
                for n in range(more)
            ],
        )
        country.units |= {unit.code: unit for unit in made}
        for code in [unit.code for unit in made] or ["HP-VB-1"]:
            country.members(code, date(2026, 2, 1), 3)
        page(client, "plan", "hai-phong-2026")
        with CaptureQueriesContext(connection) as seen:
            page(client, "plan", "hai-phong-2026")
        with CaptureQueriesContext(connection) as below:
            body = panel(client, reverse("plans:plan", args=["hai-phong-2026"]) + "?muc=cham-nhat")
        assert f"HP-M{more}" in body or not made
        counts.append((len(seen), len(below)))
    assert counts[0] == counts[1] == counts[2]
    assert max(counts[0]) <= 32


def test_the_slowest_bodies_come_with_a_second_request(
    plans: dict[str, Plan], country: Country, sign: Sign
) -> None:
    country.members("HP-VB-1", date(2026, 2, 1), 30)
    client = sign(country["HP"])
    address = reverse("plans:plan", args=["hai-phong-2026"])
    whole = page(client, "plan", "hai-phong-2026")
    assert f'hx-get="{address}?muc=cham-nhat"' in whole and f'href="{address}?muc=don-vi"' in whole
    below = panel(client, f"{address}?muc=cham-nhat")
    assert "<html" not in below and "Đơn vị trực thuộc, chậm nhất trước" in below
    table = page(client, "plan", "hai-phong-2026", query="?muc=don-vi")
    rows = re.findall(r"<tr>.*?</tr>", below, re.DOTALL)[1:]
    assert len(rows) >= 2 and any("+30" in row for row in rows)
    assert all(row in table for row in rows)

    before = page(client, "plan", "hai-phong-2026", query="?ngay=2026-01-31")
    assert f'hx-get="{address}?muc=cham-nhat&amp;ngay=2026-01-31"' in before
    assert "+30" not in panel(client, f"{address}?muc=cham-nhat&ngay=2026-01-31")

    home = client.get("/?ngay=").content.decode()
    assert 'hx-get="/?phan=don-vi"' in home
    assert 'hx-get="/?phan=don-vi&amp;ngay=2026-01-31"' in client.get("/?ngay=2026-01-31").content.decode()
    below = panel(client, "/?phan=don-vi&ngay=")
    assert "<html" not in below and "+30" in below and country["HP-VB"].name in below

    neighbour = sign(country["LC"])
    assert neighbour.get(f"{address}?muc=cham-nhat", headers={"HX-Request": "true"}).status_code == 404
    assert country["HP-VB"].name not in panel(neighbour, "/?phan=don-vi")


def panel(client: Client, address: str) -> str:
    """What a page asks for once it is shown."""
    response = client.get(address, headers={"HX-Request": "true"})
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_every_target_opens(plans: dict[str, Plan], country: Country, sign: Sign) -> None:
    client = sign(country["TLD"])
    for target in Target.objects.select_related("plan"):
        body = page(client, "target", target.plan.code, target.code)
        assert target.name in body


def test_figures_lead_to_their_names(plans: dict[str, Plan], country: Country, sign: Sign) -> None:
    country.members("HP-VB-1", date(2026, 2, 1), 30)
    client = sign(country["HP"])
    body = page(client, "plan", "hai-phong-2026")
    assert "+30" in body
    movements = f"{reverse('membership:movements')}?don_vi=HP&amp;tu=2026-01-01"
    assert movements in body
    assert "Đơn vị trực thuộc, chậm nhất trước" in body
    assert "thiếu" in body
    foot = page(client, "target", "hai-phong-2026", "T-01").partition('<div class="target-foot">')[2]
    assert re.match(r"dự báo cuối năm [^.]+(\.\d+)*\. Trong đó ", foot), foot[:200]


def test_who_sees_what(plans: dict[str, Plan], country: Country, sign: Sign) -> None:
    stranger = sign(None)
    assert stranger.get(reverse("plans:list")).status_code == 403
    page(stranger, "plan", "hai-phong-2026", status=404)
    neighbour = sign(country["LC"])
    page(neighbour, "plan", "hai-phong-2026", status=404)
    assert "hai-phong-2026" not in page(neighbour, "list")
    page(neighbour, "allocation", "hai-phong-2026", "T-01", status=404)
    page(neighbour, "target", "hai-phong-2026", "T-01", status=404)
    subordinate = sign(country["HP-VB"])
    body = page(subordinate, "plan", "hai-phong-2026")
    assert "số liệu của Đơn vị HP-VB" in body
    page(subordinate, "plan", "hai-phong-2026", query="?don_vi=HP", status=404)
    page(subordinate, "plan", "hai-phong-2026", query="?don_vi=HP-AD", status=404)
    page(subordinate, "target", "hai-phong-2026", "T-01", query="?don_vi=HP-AD", status=404)
    page(subordinate, "edit", "hai-phong-2026", status=403)
    assert (
        subordinate.post(reverse("plans:end", args=["hai-phong-2026"]), {"end-reason": "x"}).status_code
        == 403
    )
    assert Plan.objects.get(code="hai-phong-2026").state == "issued"
    adjusting = reverse("plans:adjust", args=["hai-phong-2026", "T-06"]) + "?don_vi=HP-VB"
    asked = {"value": "80", "effective_on": "2026-11-01", "reason": "Tự hạ mức của chính mình"}
    assert subordinate.post(adjusting, asked).status_code == 403
    superior = sign(country["TLD"])
    page(superior, "plan", "hai-phong-2026", query="?don_vi=HP-VB")
    page(superior, "plan", "hai-phong-2026", query="?don_vi=LC", status=404)
    assert superior.post(adjusting, asked).status_code == 302


def test_a_plan_is_drafted_filled_and_issued(plans: dict[str, Plan], country: Country, sign: Sign) -> None:
    client = sign(country["HP"])
    page(client, "create")
    made = client.post(
        reverse("plans:create"),
        {
            "code": "hp-2027",
            "title": "Kế hoạch năm 2027",
            "issuer": country["HP"].pk,
            "issuer_body": "Ban Thường vụ",
            "from_on": "2027-01-01",
            "last_on": "2027-12-31",
            "recipients": "Tổng LĐLĐ Việt Nam\nVT",
        },
    )
    assert made.status_code == 302, made.content.decode()
    plan = Plan.objects.get(code="hp-2027")
    assert (plan.state, plan.during.upper) == ("draft", date(2028, 1, 1))
    refused = client.post(
        reverse("plans:issue", args=["hp-2027"]), {"number": "1/KH", "issued_on": "2026-11-18"}
    )
    assert refused.status_code == 422
    assert "chưa có chỉ tiêu" in refused.content.decode()
    wanted = {
        "code": "T-01",
        "name": "Đoàn viên thực tăng",
        "indicator": "members_net_growth",
        "operator": "eq",
        "value": "1.810",
        "from_on": "2027-01-01",
        "last_on": "2027-12-31",
    }
    adding = reverse("plans:add_target", args=["hp-2027"])
    assert "cần một con số" in client.post(adding, wanted | {"value": ""}).content.decode()
    assert client.post(adding, wanted).status_code == 302
    target = plan.targets.get()
    assert (target.value, target.window.upper) == (1810, date(2028, 1, 1))
    changing = reverse("plans:edit_target", args=["hp-2027", "T-01"])
    assert client.post(changing, wanted | {"value": "1.900", "min_headcount": "20"}).status_code == 302
    target.refresh_from_db()
    assert (target.value, target.scope) == (1900, {"min_headcount": 20})
    assert (
        client.post(
            reverse("plans:issue", args=["hp-2027"]), {"number": "1/KH", "issued_on": "2026-11-18"}
        ).status_code
        == 302
    )
    plan.refresh_from_db()
    assert (plan.state, plan.number) == ("issued", "1/KH")
    page(client, "edit", "hp-2027")
    removing = reverse("plans:remove_target", args=["hp-2027", "T-01"])
    assert client.post(removing).status_code == 422
    assert "Lý do đính chính" in page(client, "remove_target", "hp-2027", "T-01")
    assert plan.targets.exists()
    assert client.post(removing, {"reason": "Ghi trùng với chỉ tiêu khác"}).status_code == 302
    assert not plan.targets.exists()
    assert client.post(reverse("plans:end", args=["hp-2027"]), {"end-reason": "Thử xong"}).status_code == 302


def test_the_sheet_checks_suggests_keeps_and_issues(
    plans: dict[str, Plan], country: Country, sign: Sign
) -> None:
    client = sign(country["HP"])
    url = reverse("plans:allocation", args=["hai-phong-2026", "T-01"])
    body = client.get(url).content.decode()
    vb, ad, tl = (country[code].pk for code in ("HP-VB", "HP-AD", "HP-TL"))
    assert f'name="v-{vb}-2026-Q1"' in body and "Còn thiếu 1.900" in body
    boxes = {
        f"v-{vb}": "1.000",
        f"v-{ad}": "600",
        f"v-{tl}": "",
        "reserve": "100",
        "effective_on": "2026-01-20",
    }
    checked = client.post(url, boxes | {"act": "check"}, headers={"HX-Request": "true"}).content.decode()
    assert "Còn thiếu 200" in checked and "<html" not in checked
    odd = client.post(url, boxes | {"act": "check", f"v-{tl}": "hai trăm"}).content.decode()
    assert "chưa phải là số" in odd
    filled = client.post(url, boxes | {"suggest": "equal"}, headers={"HX-Request": "true"}).content.decode()
    assert filled.count('value="600"') == 3 and "Chia đều" in filled
    assert not Allocation.objects.exists()
    assert client.post(url, boxes | {"act": "draft"}).status_code == 302
    assert Allocation.objects.get().state == "draft"
    assert 'value="1.000"' in client.get(url).content.decode()
    decision = {"number": "15/QĐ-LĐLĐ", "issued_on": "2026-01-20", "act": "issue"}
    refused = client.post(url, boxes | decision)
    assert refused.status_code == 422
    assert "còn thiếu 200 so với chỉ tiêu 1.900" in refused.content.decode()
    assert (
        "Cần ghi khi ban hành"
        in client.post(url, boxes | {f"v-{tl}": "200", "act": "issue"}).content.decode()
    )
    quarters = {f"v-{tl}-2026-Q1": "150", f"v-{tl}-2026-Q2": "50"}
    assert client.post(url, boxes | decision | {f"v-{tl}": "200"} | quarters).status_code == 302
    in_force = Allocation.objects.get(state="issued")
    assert in_force.items.filter(unit=tl).count() == 3
    again = boxes | decision | {f"v-{tl}": "100", f"v-{vb}": "1.100", "base": str(in_force.pk)}
    assert client.post(url, again | {"reason": "Điều chỉnh"}).status_code == 302
    late = client.post(url, again)
    assert late.status_code == 422
    assert "vừa được cán bộ khác giao lại" in late.content.decode()
    assert "Lần 2" in page(client, "target", "hai-phong-2026", "T-01")


def test_a_value_is_reported_with_its_source(plans: dict[str, Plan], country: Country, sign: Sign) -> None:
    client = sign(country["HP"])
    url = reverse("plans:report_value", args=["hai-phong-2026", "T-08"])
    wrong = client.post(url, {"value": "nhiều", "day": "2026-06-30", "source": "BC"})
    assert wrong.status_code == 422 and "không phải là một số" in wrong.content.decode()
    assert client.post(url, {"value": "41", "day": "2026-06-30", "source": "BC 12"}).status_code == 302
    assert ReportedValue.objects.get().value == 41
    assert "BC 12" in page(client, "target", "hai-phong-2026", "T-08")


def test_the_bodies_below_as_a_workbook(
    plans: dict[str, Plan], country: Country, sign: Sign, target: ById, system: Actor
) -> None:
    allocate(
        actor=system,
        on=date(2026, 1, 20),
        target=target("hai-phong-2026", "T-01"),
        unit=country["HP"],
        items=shares(country, 900, 600, 400),
        effective_on=date(2026, 1, 20),
        decision=DecisionData("15/QĐ", date(2026, 1, 20)),
        reserve=Decimal(0),
    )
    country.members("HP-VB-1", date(2026, 2, 1), 90)
    client = sign(country["HP"])
    answer = client.get(reverse("plans:plan", args=["hai-phong-2026"]) + "?xuat=xlsx&chi_tieu=T-01")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(
        0
    )
    table = {row[1]: row for row in rows.to_python()[5:] if len(row) > 3 and row[1]}
    assert table["HP-VB"][2:5] == [900, 90, 0.1]


def test_bodies_below_are_read_a_page_at_a_time(
    plans: dict[str, Plan], country: Country, sign: Sign, system: Actor
) -> None:
    made = create_units(
        actor=system,
        items=[
            NewUnit(f"HP-P{n:02}", f"Ngành {n:02}", "N", "sector_union", country["HP"], date(2020, 1, 1))
            for n in range(42)
        ],
    )
    codes = {"HP-VB", "HP-AD", "HP-TL", *(unit.code for unit in made)}
    client = sign(country["HP"])
    url = reverse("plans:plan", args=["hai-phong-2026"]) + "?muc=don-vi&chi_tieu=T-03"
    seen: list[str] = []
    asked, back = url, []
    while asked:
        shown = client.get(asked).context
        seen += [row["unit"].code for row in shown["children"]]
        back.append(shown["previous_url"])
        assert shown["leading"].target.code == "T-03"
        asked = shown["next_url"]
    # Every body once, on three pages, and each page leads back to the one before.
    assert len(seen) == len(set(seen)) == 45 and set(seen) == codes
    assert [bool(one) for one in back] == [False, True, True]
    assert "1–20 trong 45 đơn vị" in client.get(back[1]).content.decode()
    # A number that is none, or beyond the end, shows a page all the same.
    for number, words in (
        ("3", "41–45 trong 45"),
        ("99", "41–45 trong 45"),
        ("0", "1–20 trong 45"),
        ("-4", "1–20 trong 45"),
        ("x", "1–20 trong 45"),
    ):
        assert words in client.get(f"{url}&trang={number}").content.decode(), number
    # The file holds them all.
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{url}&xuat=xlsx").getvalue()))
    cells = {str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row}
    assert codes <= cells
