"""What a worker finds who is stopped on the public pages: each fault said where it is, nothing lost, and a way on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from congdoan.faces.portal.workplaces import workplaces
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Parameter, Territory
from congdoan.foundation.units.actions import NewUnit, create_units
from congdoan.foundation.units.models import UnitVersion
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.founding.models import FoundingFile
from congdoan.registry.joining import choices
from congdoan.registry.joining.models import Application
from tests.faces.portal.test_public_pages import ROOM, code_of, door, filled, send
from tests.factories.applications import make_workplace
from tests.factories.tree import FOUNDED, Tree


@pytest.fixture
def workplace(tree: Tree, system: Actor) -> Enterprise:
    return make_workplace(system, tree.north_a, host=tree.unions["NA1"], name="Sao Mai Garment")


def typed(space: str = "portal", **changes: Any) -> HttpResponse:
    """A form sent by somebody whose workplace is in no register."""
    client = Client()
    given = {"workplace_name": "Xưởng gỗ Ban Mai", "province": "P12", **changes}
    answer: HttpResponse = client.post(door("join", space), filled(client.get(door("join", space)), **given))
    return answer


def png() -> SimpleUploadedFile:
    return SimpleUploadedFile("don.png", b"\x89PNG signed", "image/png")


def box(page: HttpResponse, name: str) -> str:
    """What stands in and under one box of the form."""
    parts = re.split(r'(?=<div class="(?:field|tick))|</fieldset>', page.content.decode())
    return next(part for part in parts if f'name="{name}"' in part and part.startswith("<div"))


# --------------------------------------------------------------------------------------------------
# The commune
# --------------------------------------------------------------------------------------------------


def test_a_commune_that_is_not_known_goes_by_its_province_and_is_read_by_the_officer(tree: Tree) -> None:
    UnitVersion.objects.filter(unit=tree.south).update(territory="P12")
    communes = Territory.objects.filter(parent="P12", level="commune").order_by("code")
    for number, (commune, place, words) in enumerate(
        [
            (communes[0].name, communes[0].code, "Xưởng gỗ Ban Mai"),
            ("Thị trấn Cũ Kỹ", "P12", "Xưởng gỗ Ban Mai, Thị trấn Cũ Kỹ"),
            ("", "P12", "Xưởng gỗ Ban Mai"),
        ]
    ):
        page = typed(commune=commune, identity=f"01219800{number:04d}")
        assert page.status_code == 200, page.content.decode()
        row = Application.objects.latest("pk")
        assert (row.territory_id, row.workplace_name) == (place, words)
        assert (row.route, row.receiving_unit, row.is_confidential) == (choices.FOUNDING, tree.south, True)
    # What officers read of the workplace is what was typed.
    assert FoundingFile.objects.filter(workplace_name__contains="Cũ Kỹ", territory="P12").count() == 1


def test_the_longest_words_lose_nothing(tree: Tree) -> None:
    page = typed(workplace_name="x" * 168, commune="y" * 80)
    assert page.status_code == 200
    assert Application.objects.get().workplace_name == f"{'x' * 168}, {'y' * 80}"
    assert typed(workplace_name="x" * 169, commune="").status_code == 422


def test_a_form_without_a_commune_costs_no_statement_more(tree: Tree) -> None:
    commune = Territory.objects.filter(parent="P12", level="commune").order_by("code")[0]
    counts = []
    for words in (commune.name, commune.name, "Xã Không Ai Biết", ""):
        client = Client()
        values = filled(client.get(door("join")), workplace_name="Ban Mai", province="P12", commune=words)
        with CaptureQueriesContext(connection) as asked:
            assert client.post(door("join"), values).status_code == 200
        counts.append(len(asked))
    assert max(counts[2:]) <= counts[1]


def test_a_trade_s_only_union_in_a_province_is_not_for_every_trade(tree: Tree, system: Actor) -> None:
    UnitVersion.objects.filter(unit=tree.south).update(territory="P12")
    create_units(
        actor=system,
        items=[
            NewUnit(
                "NDC", "Nghiệp đoàn Nghề cá", "NĐ", "occupational_union", tree.south, FOUNDED, territory="P12"
            )
        ],
    )
    given = {"workplace_name": "", "contract_kind": "none", "commune": "Bến Cũ"}
    for job, name in (("đánh cá", "Nghiệp đoàn Nghề cá"), ("chạy xe ôm", tree.south.name)):
        assert typed(**given, job_title=job).status_code == 200
        row = Application.objects.latest("pk")
        assert (row.receiving_unit.name, row.workplace_name) == (name, "Bến Cũ")


def test_the_box_says_that_it_may_be_left_out(tree: Tree) -> None:
    for space, label, words in (
        ("portal", "(nếu biết)", "Chưa biết tên mới sau khi sáp nhập thì ghi tên cũ, hoặc để trống."),
        ("portal-en", "(if you know it)", "give the old one or leave this empty"),
    ):
        shown = box(Client().get(door("join", space)), "commune")
        assert label in shown
        assert words in shown
        assert 'aria-describedby="id_commune_helptext"' in shown
        assert 'id="id_commune_helptext"' in shown


# --------------------------------------------------------------------------------------------------
# Faults
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number", ["12345", "0912 00", "091200011", "0112000111", "+12", "không có", "+84 12"]
)
def test_a_number_that_nobody_answers_is_said(workplace: Enterprise, number: str) -> None:
    page = send(workplace, phone=number)
    assert page.status_code == 422
    assert "Hãy ghi 10 chữ số, ví dụ 0912345678." in box(page, "phone")
    assert "Please enter 10 digits" in box(send(workplace, "portal-en", phone=number), "phone")
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("+84 912.000.111", "0912000111"),
        ("912000111", "0912000111"),
        ("0168 2000 111", "0382000111"),
        ("024 3825 0111", "02438250111"),
        ("+855 12 345 678", "+85512345678"),
    ],
)
def test_a_number_that_is_right_passes_however_it_is_written(
    workplace: Enterprise, number: str, kept: str
) -> None:
    assert send(workplace, phone=number).status_code == 200
    assert Application.objects.get().phone == kept


def test_each_fault_is_said_at_its_box_and_linked_from_the_top(workplace: Enterprise) -> None:
    for space, missing, result, marked in (
        ("portal", "Hãy điền mục này.", "Kết quả chưa đúng.", "Hãy xem các chỗ được đánh dấu."),
        ("portal-en", "Please fill this in.", "The result is not right.", "Please see the marked places."),
    ):
        page = send(workplace, space, full_name="", total="99", agree_membership="", contract_kind="fixed")
        text = page.content.decode()
        assert page.status_code == 422
        assert missing in box(page, "full_name")
        assert result in box(page, "total")
        assert 'aria-describedby="total_error"' in box(page, "total")
        # Contract dates are looked at though other boxes are wrong too.
        assert 'class="error"' in box(page, "contract_from")
        assert "bắt buộc" not in re.sub("không bắt buộc", "", text)
        top = text.split('role="alert"', 1)[1].split("<form", 1)[0]
        assert marked in top
        linked = re.findall(r'href="#(\w+)"', top)
        assert linked == ["id_full_name", "id_contract_from", "id_agree_membership", "total"]
        # Each link leads somewhere, and each error that a box names is there.
        ids = re.findall(r' id="(\w+)"', text)
        assert len(ids) == len(set(ids))
        named = set(linked) | set(" ".join(re.findall(r'aria-describedby="([^"]+)"', text)).split())
        assert "id_agree_membership_error" in named
        assert named <= set(ids)


def test_marks_are_spoken_of_only_where_there_are_some(workplace: Enterprise) -> None:
    page = send(workplace, mark="forged").content.decode()
    assert "mở đã lâu" in page
    assert "được đánh dấu" not in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contract_from": "1/1/2026", "contract_to": ""}, "cần ngày bắt đầu"),
        ({"contract_from": "1/6/2026", "contract_to": "1/5/2026"}, "trước ngày bắt đầu"),
        ({"contract_from": "40/40/2026", "contract_to": ""}, "Không đọc được ngày này"),
    ],
)
def test_contract_dates_are_checked_beside_other_faults(
    workplace: Enterprise, changes: dict[str, str], said: str
) -> None:
    page = send(workplace, full_name="", contract_kind="fixed", **changes).content.decode()
    assert said in page
    assert page.count("cần ngày bắt đầu") in ((2,) if "cần" in said else (0,))


def test_optional_boxes_and_dates_are_worded(workplace: Enterprise) -> None:
    page = Client().get(f"{door('join')}?noi={workplace.code}").content.decode()
    for words in ("Công việc (nếu có)", "Giới tính (nếu muốn ghi)", 'placeholder="ngày/tháng/năm"'):
        assert words in page
    english = Client().get(f"{door('join', 'portal-en')}?noi={workplace.code}").content.decode()
    for words in ("Your work (if any)", "Sex (if you wish to say)", 'placeholder="dd/mm/yyyy"'):
        assert words in english


def test_a_file_that_the_browser_lost_is_asked_for_again(workplace: Enterprise) -> None:
    for space, words in (("portal", "Hãy chọn lại tệp"), ("portal-en", "Please choose the file again")):
        assert words in box(send(workplace, space, full_name=""), "scan")
        assert words in box(send(workplace, space, total="99"), "scan")
        assert words not in send(workplace, space, full_name="", scan="").content.decode()
        assert words not in send(workplace, space).content.decode()
    Parameter.objects.filter(code="joining.sends_per_hour").update(value=0)
    page = send(workplace)
    assert page.status_code == 429
    assert "Hãy chọn lại tệp" in box(page, "scan")


# --------------------------------------------------------------------------------------------------
# The code
# --------------------------------------------------------------------------------------------------


def test_the_answer_keeps_the_code_before_the_eyes(workplace: Enterprise) -> None:
    for space, words, copy in (
        ("portal", "Mất mã thì không ai cấp lại được, nhưng đơn vẫn được xét.", "Sao chép mã"),
        ("portal-en", "Nobody can issue a lost code again", "Copy the code"),
    ):
        page = send(workplace, space).content.decode()
        # Another language would be another page, without the code.
        assert "hreflang" not in page
        assert words in page
        assert re.search(rf"<p data-copying hidden><button [^>]*data-copy [^>]*>{copy}<", page)
        follow = Client().get(door("follow", space)).content.decode()
        assert "hreflang" in follow
        assert ("Không còn mã?" in follow) or ("No code any more?" in follow)


def test_pages_have_names_of_their_own(workplace: Enterprise) -> None:
    pages = [
        Client().get(door("landing")),
        Client().get(door("workplace")),
        Client().get(door("join")),
        send(workplace),
        Client().get(door("follow")),
    ]
    titles = [re.search("<title>(.+?)</title>", page.content.decode())[1] for page in pages]  # type: ignore[index]
    assert len(set(titles)) == 5, titles


def test_what_was_typed_stays_when_a_network_looks_too_often(workplace: Enterprise) -> None:
    code = code_of(send(workplace))
    Application.objects.update(state=choices.ASKED)
    Parameter.objects.filter(code="joining.looks_per_hour").update(value=0)
    given = {"code": code, "do": "answer", "words": "Tôi gửi <bản> chụp"}
    stopped = Client().post(door("follow"), given)
    text = stopped.content.decode()
    assert stopped.status_code == 429
    assert f'value="{code}"' in text
    assert "Tôi gửi &lt;bản&gt; chụp</textarea>" in text
    assert 'name="do" value="answer"' in text
    # The page that comes back sends it once the network may look again.
    Parameter.objects.filter(code="joining.looks_per_hour").update(value=60)
    assert "Tôi gửi &lt;bản&gt; chụp" in Client().post(door("follow"), given).content.decode()
    assert Application.objects.get().state == choices.SUBMITTED
    # Looking alone shows no box for an answer.
    Parameter.objects.filter(code="joining.looks_per_hour").update(value=0)
    assert "textarea" not in Client().post(door("follow"), {"code": code, "words": "x"}).content.decode()


# --------------------------------------------------------------------------------------------------
# The workplace
# --------------------------------------------------------------------------------------------------


def test_the_nearest_name_comes_first_and_more_are_told_of(tree: Tree, system: Actor) -> None:
    names = [f"Công ty Hoa Sữa chi nhánh số {number}" for number in range(8)]
    for name in (*names, "Công ty Hoa Sữa Xanh", "Công ty Hoa Sữa"):
        make_workplace(system, tree.north, name=name)
    page = Client().get(f"{door('workplace')}?q=cong+ty+hoa+sua").content.decode()
    shown = re.findall(r"<b>(.+?)</b>", page)
    assert shown[:2] == ["Công ty Hoa Sữa", "Công ty Hoa Sữa Xanh"]
    assert len(shown) == 8
    assert "Còn nơi khác trùng tên. Hãy gõ thêm tên, xã hoặc mã số thuế." in page
    few = Client().get(f"{door('workplace')}?q=hoa+sua+xanh").content.decode()
    assert "Còn nơi khác" not in few
    english = Client().get(f"{door('workplace', 'portal-en')}?q=hoa+sua").content.decode()
    assert "There are more with this name." in english


def test_a_whole_name_is_first_however_many_have_its_words(
    tree: Tree, system: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only some of very many are put in order; who typed the whole name finds it all the same."""
    monkeypatch.setattr("congdoan.faces.portal.workplaces._ORDERED", 3)
    for number in range(12):
        make_workplace(system, tree.north, name=f"May {number:02d}")
    wanted = make_workplace(system, tree.north, name="May")
    found, has_more = workplaces("MAY")
    assert found[0] == wanted
    assert (len(found), has_more) == (4, False)
    Enterprise.objects.filter(pk=wanted.pk).update(tax_code="0101234567")
    assert workplaces(" 0101234567 ")[0] == [wanted]
    assert workplaces("???") == ([], False)


# --------------------------------------------------------------------------------------------------
# What pages are made of
# --------------------------------------------------------------------------------------------------


def test_a_code_that_confirms_is_kept_on_no_device() -> None:
    script = Path(ROOM / "static/portal/join.js").read_text()
    secret = re.search(r"secret = new Set\(\[(.+?)\]\)", script)
    assert secret is not None
    assert {'"confirm"', '"identity"'} <= set(secret.group(1).split(", "))
