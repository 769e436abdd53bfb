"""The papers of a body's beginning and end say what was decided, and none is written with holes."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import docx
import pytest
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.papers.actions import upload_template
from congdoan.foundation.papers.queries import AbsentData
from congdoan.foundation.units.models import Decision, Unit
from congdoan.registry.organisation.actions import NewUnion, end_unions, found_unions
from congdoan.registry.organisation.documents import ACCOUNT, DISSOLUTION, RECOGNITION, SEAL, UnitPapers
from tests.factories.officers import officer
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.foundation.papers.test_marks import drawn

FOUNDED = date(2026, 3, 8)


def words(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])


def make_union(system: Actor, tree: Tree, *, number: str = "15/QĐ-LĐLĐ", address: str = "Lô A1") -> Unit:
    decision = Decision.objects.create(number=number, issued_on=date(2026, 3, 2), issuer=tree.north)
    (made,) = found_unions(
        actor=system,
        items=[
            NewUnion(
                "NA9",
                "CĐCS Công ty Mới",
                "NA9",
                "grassroots_union",
                tree.north_a,
                FOUNDED,
                sector="non_state",
                address=address,
            )
        ],
        decision=decision,
    )
    return made


def test_the_recognition_names_the_issuer_the_union_and_its_members(tree: Tree, system: Actor) -> None:
    union = make_union(system, tree)
    make_members(system, union, FOUNDED, 21)
    text = words(UnitPapers.of(union).write(RECOGNITION, on=system.today))
    assert "Số: 15/QĐ-LĐLĐ" in text
    assert "ngày 02 tháng 3 năm 2026" in text
    assert "BAN THƯỜNG VỤ LĐLĐ TỈNH BẮC" in text
    assert "TỔNG LIÊN ĐOÀN" in text
    assert (
        "Điều 1. Công nhận CĐCS Công ty Mới (công đoàn cơ sở) trực thuộc LĐLĐ huyện Bắc A, kể từ ngày 08/03/2026, gồm 21 "
        "(hai mươi mốt) đoàn viên."
    ) in text


def test_letters_rest_on_the_recognition(tree: Tree, system: Actor) -> None:
    union = make_union(system, tree)
    assert UnitPapers.of(union).offered() == [RECOGNITION, SEAL, ACCOUNT]
    for paper in (SEAL, ACCOUNT):
        text = words(UnitPapers.of(union).write(paper, on=system.today))
        assert (
            "CĐCS Công ty Mới được công nhận theo Quyết định số 15/QĐ-LĐLĐ ngày 02 tháng 3 năm 2026 của LĐLĐ tỉnh Bắc; "
            "địa chỉ: Lô A1."
        ) in text
        assert "TM. BAN CHẤP HÀNH" in text


def test_what_is_missing_is_a_list_and_no_file(tree: Tree, system: Actor) -> None:
    union = make_union(system, tree, number="", address="")
    with pytest.raises(AbsentData) as absent:
        UnitPapers.of(union).write(SEAL, on=system.today)
    assert absent.value.fields == ("Số quyết định công nhận", "Địa chỉ của công đoàn")
    with pytest.raises(AbsentData) as absent:
        UnitPapers.of(union).write(RECOGNITION, on=system.today)
    assert absent.value.fields == ("Số văn bản",)


def test_a_dissolved_union_has_its_decision_in_the_issuers_own_template(tree: Tree, system: Actor) -> None:
    union = make_union(system, tree)
    decision = Decision.objects.create(number="99/QĐ-LĐLĐ", issued_on=date(2026, 9, 1), issuer=tree.north)
    end_unions(actor=system, on=date(2026, 10, 1), units=[union], decision=decision)
    union.refresh_from_db()
    held = UnitPapers.of(union)
    assert held.offered() == [RECOGNITION, DISSOLUTION]
    text = words(held.write(DISSOLUTION, on=system.today))
    assert (
        "Giải thể CĐCS Công ty Mới (công đoàn cơ sở) trực thuộc LĐLĐ huyện Bắc A, kể từ ngày 01/10/2026."
        in text
    )
    assert "Số: 99/QĐ-LĐLĐ" in text
    upload_template(
        actor=system,
        unit=tree.north,
        paper=DISSOLUTION,
        name="rieng.docx",
        content=drawn("Mẫu riêng {{ issuer }} {{ number }} {{ union_name }} {{ since }}"),
        from_on=date(2026, 9, 1),
        reason="Mẫu của tỉnh",
    )
    assert words(held.write(DISSOLUTION, on=system.today)).startswith("Mẫu riêng LĐLĐ TỈNH BẮC 99/QĐ-LĐLĐ")


def test_bodies_that_were_there_before_have_no_recognition_to_print(tree: Tree) -> None:
    assert UnitPapers.of(tree.unions["NA1"]).offered() == []


def test_who_keeps_the_body_opens_its_papers_and_nobody_else(
    tree: Tree, system: Actor, client: Client
) -> None:
    make_union(system, tree)
    page, door = (
        reverse("organisation:history", args=["NA9"]),
        reverse("organisation:paper", args=["NA9", SEAL.code]),
    )
    client.force_login(officer("can-bo", "officer", tree.north_a))
    assert SEAL.name in client.get(page).text
    assert client.get(door).headers["Content-Type"].endswith("wordprocessingml.document")
    assert client.get(reverse("organisation:paper", args=["NA9", DISSOLUTION.code])).status_code == 404
    bundle = client.get(reverse("organisation:all_papers", args=["NA9"]))
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as packed:
        expected = [
            f"0{place} {item.name}.docx" for place, item in enumerate((RECOGNITION, SEAL, ACCOUNT), 1)
        ]
        assert packed.namelist() == expected
    client.force_login(officer("xem", "viewer", tree.north_a))
    assert SEAL.name not in client.get(page).text
    assert client.get(door).status_code == 403
    client.force_login(officer("khac", "officer", tree.south))
    assert client.get(door).status_code == 404


def test_a_paper_that_lacks_something_says_so_on_the_page(tree: Tree, system: Actor, client: Client) -> None:
    make_union(system, tree, address="")
    client.force_login(officer("can-bo", "officer", tree.north_a))
    told = client.get(reverse("organisation:paper", args=["NA9", SEAL.code]), follow=True)
    assert "còn thiếu: Địa chỉ của công đoàn" in told.text
    assert "Còn thiếu: Địa chỉ của công đoàn" in told.text
    everything = reverse("organisation:all_papers", args=["NA9"])
    assert f'"{everything}"' not in told.text
    assert client.get(everything).status_code == 302
