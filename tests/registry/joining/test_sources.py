"""Sources: made in scope, counted for each reader among what that reader may read, printed."""

from __future__ import annotations

import re
import zlib
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.units.models import Unit
from congdoan.kit.lists import ListContext, lists
from congdoan.registry.joining.actions import (
    JoiningError,
    SourceData,
    end_source,
    make_source,
    name_reader,
)
from congdoan.registry.joining.documents import SHEETS, poster
from congdoan.registry.joining.models import Source
from congdoan.registry.joining.queries import CameBy, came_by, source_named
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user, officer
from tests.factories.tree import Tree


def made(actor: Actor, unit: Unit, **values: object) -> Source:
    given = {"kind": "poster", "name": "Áp phích cổng số 2", "unit": unit, "from_on": date(2026, 11, 1)}
    return make_source(actor=actor, data=SourceData(**{**given, **values}))  # type: ignore[arg-type]


def test_a_source_is_made_in_scope_with_a_code_that_can_be_typed(tree: Tree, today: date) -> None:
    actor = acting(officer("can-bo", "officer", tree.north), today)
    source = made(actor, tree.north_a)
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{6}", source.code)
    typed = f" {source.code[:3].lower()}-{source.code[3:].lower()} "
    assert source_named(typed) == source
    assert source_named("") is source_named("@@") is source_named("A" * 60) is None
    assert AuditEntry.objects.filter(verb="joining.make_source").count() == 1
    with pytest.raises(Forbidden):
        made(actor, tree.south_a)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "rumour"}, "loại nguồn"),
        ({"name": " "}, "đặt tên"),
        ({"kind": "collaborator"}, "tên cộng tác viên"),
        ({"to_on": date(2026, 11, 1)}, "sau ngày bắt đầu"),
    ],
)
def test_what_is_missing_is_said(tree: Tree, system: Actor, values: dict[str, object], words: str) -> None:
    with pytest.raises(JoiningError, match=words):
        made(system, tree.north, **values)
    assert not Source.objects.exists()


def test_a_workplace_out_of_scope_is_not_there(tree: Tree, system: Actor, today: date) -> None:
    theirs = make_workplace(system, tree.south_a)
    with pytest.raises(JoiningError, match="phạm vi"):
        made(acting(officer("can-bo", "officer", tree.north), today), tree.north, enterprise=theirs)


def test_it_counts_on_the_days_it_runs_and_leads_on_any(tree: Tree, system: Actor, today: date) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    source = made(system, tree.unions["NA1"], enterprise=workplace, from_on=today)
    assert apply(today, enterprise=workplace, source=source).application.source == source
    with pytest.raises(JoiningError, match="chưa bắt đầu"):
        end_source(actor=system, on=today, pk=source.pk)
    ended = end_source(actor=system, on=today + timedelta(days=1), pk=source.pk)
    later = today + timedelta(days=1)
    assert apply(later, enterprise=workplace, source=ended).application.source is None
    assert source_named(source.code) == source
    assert end_source(actor=system, on=later + timedelta(days=9), pk=source.pk).during.upper == later


def _named(tree: Tree, today: date) -> Actor:
    reader, leader = make_user("duoc-chi-dinh"), make_user("lanh-dao")
    give(reader, "officer", tree.north)
    give(leader, "leader", tree.north)
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=reader)
    return acting(reader, today)


def test_each_reader_counts_what_that_reader_may_read(tree: Tree, system: Actor, today: date) -> None:
    with_union = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    without = make_workplace(system, tree.north, name="Công ty Hoa Sữa")
    source = made(system, tree.north)
    apply(today, enterprise=with_union, source=source)
    for n in range(2):
        apply(today, enterprise=without, source=source, citizen_id=f"01219800040{n}")
    superior = acting(officer("cap-tren", "leader", tree.north), today)
    top: User = officer("trung-uong", "leader", tree.root)
    assert came_by(superior, [source.pk]) == {source.pk: CameBy(1, 1, 0)}
    assert came_by(acting(top, today), [source.pk]) == {source.pk: CameBy(1, 1, 0)}
    assert came_by(acting(make_user("nguoi-la"), today), [source.pk]) == {source.pk: CameBy()}
    assert came_by(system, [source.pk]) == {source.pk: CameBy(1, 1, 0)}
    named = _named(tree, today)
    assert came_by(named, [source.pk]) == {source.pk: CameBy(3, 3, 0)}
    # What can be exported counts none of them, not for those named either.
    assert came_by(named, [source.pk], is_for_the_eye=False) == {source.pk: CameBy(1, 1, 0)}
    assert named.user is not None
    client = Client()
    client.force_login(named.user)
    (row,) = client.get(reverse("api:list_rows", args=["joining.sources"])).json()["rows"]
    assert row["don"] == 1


def test_pages_lists_and_searches_of_sources_do_not_tell_of_confidential_applications(
    tree: Tree, system: Actor, today: date
) -> None:
    without = make_workplace(system, tree.north, name="Công ty Hoa Sữa")
    source = made(system, tree.north, enterprise=without)
    client = Client()
    client.force_login(officer("cap-tren", "leader", tree.north))
    addresses = [
        reverse("joining:sources"),
        reverse("joining:source", args=[source.pk]),
        f"{reverse('joining:list')}?nguon={source.code}",
        reverse("api:list_rows", args=["joining.sources"]),
        reverse("joining:print_source", args=[source.pk, "a4", "vi"]),
    ]

    def read() -> list[bytes]:
        tokens = rb"(csrf-?token|csrfmiddlewaretoken)[^>]{0,140}"
        return [re.sub(tokens, b"", client.get(address).content) for address in addresses]

    before = read()
    assert all(before)
    apply(today, enterprise=without, source=source, full_name="Giàng Kín Đáo")
    # Two runs of a PDF differ in nothing either: it has no clock in it.
    assert [
        place for place, (was, is_now) in enumerate(zip(before, read(), strict=True)) if was != is_now
    ] == []


def test_the_list_counts_with_as_many_queries_for_three_as_for_one(
    tree: Tree, system: Actor, today: date
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(officer("cap-tren", "leader", tree.north))
    client.get(reverse("joining:sources"))
    counts = []
    for n in (1, 3):
        while Source.objects.count() < n:
            made(system, tree.north, name=f"Nguồn {Source.objects.count()}")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("joining:sources")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    spec = lists()["joining.sources"]
    assert spec.queryset(ListContext(actor=system, as_of=today)).count() == 3


def test_the_form_makes_a_source_and_says_what_is_wrong(tree: Tree, system: Actor) -> None:
    make_workplace(system, tree.north_a)
    client = Client()
    client.force_login(officer("cap-tren", "leader", tree.north))
    given = {"kind": "visit", "name": "Đến thăm khu trọ", "unit": tree.north.code, "from_on": "18/11/2026"}
    wrong = client.post(reverse("joining:new_source"), {**given, "enterprise": "KHONG-CO"})
    assert wrong.status_code == 422
    assert "Không thấy doanh nghiệp" in wrong.content.decode()
    out = client.post(reverse("joining:new_source"), {**given, "unit": tree.south.code})
    assert out.status_code == 422
    assert not Source.objects.exists()
    right = client.post(reverse("joining:new_source"), {**given, "to_on": "30/11/2026"})
    source = Source.objects.get()
    assert right.headers["Location"] == reverse("joining:source", args=[source.pk])
    assert (source.during.lower, source.during.upper) == (date(2026, 11, 18), date(2026, 12, 1))


def pages(pdf: bytes) -> list[tuple[int, int]]:
    """The pages of a PDF by width and height in points."""
    texts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            texts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", b"\n".join(texts))
    return [(round(float(width)), round(float(height))) for width, height in boxes]


@pytest.mark.parametrize("language", ["vi", "vi-en"])
def test_sheets_have_their_size_and_never_run_over(tree: Tree, system: Actor, language: str) -> None:
    long = "Công ty Trách nhiệm hữu hạn Một thành viên Điện tử Công nghệ cao Sao Mai Việt Nam Chi nhánh Bắc"
    workplace = make_workplace(system, tree.north, name=long)
    source = made(system, tree.north, enterprise=workplace)
    address = f"https://gia-nhap.cong-doan-tinh-co-ten-rat-dai.org.vn/g/{source.code}"
    sizes = {"a4": [(595, 842)], "a3": [(842, 1191)], "a5": [(421, 595)] * 2}
    assert sizes.keys() == SHEETS.keys()
    for sheet, expected in sizes.items():
        made_pdf = poster(source, address=address, sheet=sheet, language=language)
        assert made_pdf.startswith(b"%PDF")
        assert pages(made_pdf) == expected, sheet
