"""Nobody but the officers named to read it can tell that somebody applied from a workplace without a union (requirements
R-07; docs/threat-model.md).

The proof is by comparison: everything that can be read is read in a world with such applications and in the same world
before them. Whoever is not named must find the two alike, letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.measures.queries import differences
from congdoan.foundation.messaging.models import Delivery, Notice
from congdoan.kit.lists import ListContext, lists
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.founding import actions as founding
from congdoan.registry.founding.actions import NomineeData, name_member
from congdoan.registry.founding.models import FileEvent, FoundingFile, ShownToFounders
from congdoan.registry.joining import choices
from congdoan.registry.joining.actions import ask_more, name_reader, open_application
from congdoan.registry.joining.models import Application, Event
from congdoan.registry.people.models import Person
from tests.contracts.test_doors import World, client_of, doors, someone
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user
from tests.factories.tree import Tree

NAME = "Giàng Kín Đáo"
#: What differs from one answer to the next by itself.
_RESTLESS = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|csrf-?token[^>]{0,120}|name="mark" value="[^"]*"'
    r"|\d+ \+ \d+|(Đăng nhập gần|vừa xong)[^<]*",
    re.I,
)


class Workplace:
    """An enterprise without a union, the province that is in charge, and those who would like to know."""

    def __init__(self, tree: Tree, system: Actor) -> None:
        self.world = World(tree, system)
        self.tree, self.system = tree, system
        self.enterprise = make_workplace(system, tree.north, name="Công ty Hoa Sữa")
        everywhere = ("administrator", "leader", "officer", "inspector", "viewer")
        self.others: dict[str, User | None] = {
            "a visitor": None,
            "somebody of the employer": make_user("nhan-su"),
            "another union's officer": someone("bch-khac", tree.unions["NA1"]),
            "another province": someone("tinh-khac", tree.south),
            "the superior without being named": someone("cap-tren", tree.north),
            "the very top": someone("trung-uong", tree.root),
        }
        for role in everywhere[3:]:
            give(self.others["the very top"], role, tree.root)  # type: ignore[arg-type]

    def apply(self) -> list[Application]:
        """One who works there, one who comes back to the union, one without a contract."""
        ways: list[dict[str, object]] = [{}, {"was_member": True}, {"contract_kind": "none"}]
        return [
            apply(
                self.system.today,
                enterprise=self.enterprise,
                full_name=NAME,
                citizen_id=f"01219800040{n}",
                **way,
            ).application
            for n, way in enumerate(ways)
        ]


@pytest.fixture
def place(tree: Tree, system: Actor) -> Workplace:
    return Workplace(tree, system)


def reading(place: Workplace, client: Client) -> dict[str, str]:
    """What one can read by GET that could count or name: every door that speaks of no single record, the workplace's
    own pages, searches, exports and the API's lists."""
    addresses = {
        door.address(place.world)
        for door in doors()
        if not door.parameters and not door.name.startswith(("account_", "mfa_", "api:openapi"))
    }
    addresses |= {
        f"/doanh-nghiep/{place.enterprise.pk}/",
        "/doanh-nghiep/?q=Hoa+Sua",
        "/doanh-nghiep/?xuat=xlsx",
        f"/?don_vi={place.tree.north.code}",
        f"{reverse('office:search')}?q=Giang+Kin+Dao",
        f"{reverse('office:search')}?q=Hoa+Sua",
        f"{reverse('joining:list')}?q=Kin",
        f"{reverse('portal:workplace')}?q=Hoa+Sua",
    }
    addresses |= {reverse("api:list_rows", args=[name]) for name in lists()}
    found = {}
    for address in sorted(addresses):
        response = client.get(address)
        kind = response.headers.get("Content-Type", "")
        body = b"" if getattr(response, "streaming", False) else response.content
        text = body.decode(errors="replace") if "text" in kind or "json" in kind else ""
        found[address] = f"{response.status_code} {_RESTLESS.sub('', text)}"
    return found


@pytest.mark.parametrize(
    "who",
    [
        "the superior without being named",
        "the very top",
        "another union's officer",
        "somebody of the employer",
        "a visitor",
    ],
)
def test_everybody_not_named_reads_the_same_with_and_without_applications(place: Workplace, who: str) -> None:
    user = place.others[who]
    client = client_of(user) if user is not None else Client(raise_request_exception=False)
    before = reading(place, client)
    place.apply()
    after = reading(place, client)
    assert [address for address, text in after.items() if NAME in text or "Kín Đáo" in text] == []
    # The trail holds this reader's own exports and readings, and grows by them; that no entry is written for an
    # application is a test of its own.
    own = ("/nhat-ky/", "/api/v1/lists/audit.")
    assert [
        address for address, text in after.items() if text != before[address] and not address.startswith(own)
    ] == []


def test_single_applications_and_their_acts_are_closed(place: Workplace) -> None:
    row = place.apply()[0]
    doors_of_one = ("application", "signature", "decision")
    acts = ("ask", "refuse")
    for who, user in place.others.items():
        client = client_of(user) if user is not None else Client()
        for name in doors_of_one:
            status = client.get(reverse(f"joining:{name}", args=[row.pk])).status_code
            assert status in {302, 404}, f"{who}: {name} {status}"
        for name in acts:
            answer = client.post(
                reverse(f"joining:{name}", args=[row.pk]), {"words": "x", "reason": "not_worker"}
            )
            assert answer.status_code in {302, 404}, f"{who}: {name}"
        # The answer about one that exists is the answer about one that does not.
        if user is not None:
            none, some = (client.get(reverse("joining:application", args=[pk])) for pk in (999_999, row.pk))
            assert _RESTLESS.sub("", some.content.decode()).replace(f"/{row.pk}/", "/") == _RESTLESS.sub(
                "", none.content.decode()
            ).replace("/999999/", "/"), who
        client.post(
            reverse("joining:admit"),
            {"don": row.pk, "number": "1", "issued_on": "18/11/2026", "on": "18/11/2026"},
        )
    row.refresh_from_db()
    assert row.state == choices.SUBMITTED
    assert list(Event.objects.filter(application=row).values_list("kind", flat=True)) == ["submit"]


def test_nothing_else_is_written_when_somebody_applies(place: Workplace) -> None:
    """No notice, delivery, job, audit entry, person or measure: there is nothing whose time or number could tell."""

    def counts() -> list[int]:
        return [model.objects.count() for model in (AuditEntry, Notice, Delivery, JobRun, Person, Enterprise)]

    before, faults = counts(), differences()
    with CaptureQueriesContext(connection) as asked:
        place.apply()
    assert counts() == before
    written = {
        table
        for query in asked.captured_queries
        for table in re.findall(r'(?:INSERT INTO|(?<!DO )UPDATE|DELETE FROM|COPY) "?(\w+)"?', query["sql"])
    }
    assert written == {
        "joining_application",
        "joining_signature",
        "joining_applicationconsent",
        "joining_event",
        "founding_foundingfile",
        "founding_attachment",
    }
    assert differences() == faults


def test_lists_exports_and_the_api_never_hold_them_even_for_the_system(place: Workplace, today: date) -> None:
    hidden = {row.pk for row in place.apply()}
    spec = lists()["joining.applications"]
    for who in (Actor.system("kiểm thử", today=today), _named(place, today)):
        assert not hidden & set(
            spec.queryset(ListContext(actor=who, as_of=today)).values_list("pk", flat=True)
        )


def _named(place: Workplace, today: date) -> Actor:
    reader, leader = make_user("duoc-chi-dinh"), make_user("lanh-dao")
    give(reader, "officer", place.tree.north)
    give(leader, "leader", place.tree.north)
    name_reader(actor=acting(leader, today), on=today, unit=place.tree.north, user=reader)
    return acting(reader, today)


@pytest.mark.usefixtures("today")
def test_the_officer_who_is_named_reads_them_and_the_worker_sees_it(place: Workplace, system: Actor) -> None:
    now = timezone.localdate()
    code = apply(now, enterprise=place.enterprise, full_name=NAME).code
    row = Application.objects.get(full_name=NAME)
    reader = _named(place, now)
    assert reader.user is not None
    client = client_of(reader.user)
    assert NAME in client.get(reverse("joining:confidential")).content.decode()
    assert NAME in client.get(reverse("joining:application", args=[row.pk])).content.decode()
    assert client.get(reverse("joining:signature", args=[row.pk])).content.startswith(b"\x89PNG")
    followed = Client().post(reverse("portal:follow"), {"code": code}).content.decode()
    assert followed.count("Đã xem đơn") == 1
    assert reader.name in followed
    # Asking writes to the worker's log alone.
    before = AuditEntry.objects.count()
    ask_more(actor=reader, pk=row.pk, words="Cho biết ca làm việc")
    assert AuditEntry.objects.count() == before
    assert open_application(actor=acting(place.others["the very top"], now), pk=row.pk) is None  # type: ignore[arg-type]


def test_the_officer_who_is_named_pages_through_all_of_them(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.localdate()
    monkeypatch.setattr("congdoan.registry.joining.views._PAGE", 2)
    for n in range(5):
        apply(now, enterprise=place.enterprise, full_name=f"Giàng Thứ {n}", citizen_id=f"01219800050{n}")
    reader = _named(place, now)
    assert reader.user is not None
    client, address, seen = client_of(reader.user), reverse("joining:confidential"), []
    for _ in range(3):
        text = client.get(address).content.decode()
        seen += re.findall(r"Giàng Thứ \d", text)
        further = re.search(r'rel="next" href="([^"]+)"', text)
        address = further.group(1).replace("&amp;", "&") if further else ""
    assert address == ""
    assert sorted(seen) == [f"Giàng Thứ {n}" for n in range(5)]
    for odd in ("x", "9.9.9", "999999999.1", "0.0"):
        assert client.get(f"{reverse('joining:confidential')}?sau={odd}").status_code == 200


@contextmanager
def _asked() -> Iterator[list[str]]:
    with CaptureQueriesContext(connection) as asked:
        found: list[str] = []
        yield found
    found += [query["sql"] for query in asked.captured_queries]


def test_whether_a_workplace_has_a_union_is_answered_without_looking_at_applications(
    place: Workplace,
) -> None:
    """The same questions in the same number: so the time is the same too."""
    address = f"{reverse('portal:workplace')}?q=Hoa+Sua"
    with _asked() as without:
        before = Client().get(address)
    place.apply()
    with _asked() as with_some:
        after = Client().get(address)
    assert "Chưa có công đoàn" in before.content.decode()
    assert before.content == after.content
    assert without == with_some
    # How often one network searches is counted, of which it tells nothing.
    assert not any("joining_" in sql.replace("joining_attempt", "") for sql in with_some)


def _founders(place: Workplace, today: date, reader: Actor | None = None) -> tuple[FoundingFile, list[str]]:
    """The file of the workplace with a founding committee of two who were let in, chose to be shown and looked, and a
    third who chose it; the codes of all three."""
    sent = [
        apply(today, enterprise=place.enterprise, full_name=f"{NAME} {n}", citizen_id=f"01219800050{n}")
        for n in range(3)
    ]
    rows, codes = [one.application for one in sent], [one.code for one in sent]
    file = FoundingFile.objects.get(enterprise=place.enterprise)
    reader = reader or _named(place, today)
    nominees = [NomineeData(rows[n].pk, "founders", "founder" if n else "head") for n in range(2)]
    founding.keep_dossier(actor=reader, on=today, pk=file.pk, values={}, nominees=nominees)
    founding.let_in(actor=reader, on=today, pk=file.pk, applications=[row.pk for row in rows[:2]])
    for code in codes:
        founding.show(code=code)
    for code in codes[:2]:
        assert founding.look(code=code, on=today) is not None
    return file, codes


@pytest.mark.parametrize("who", ["the superior without being named", "the very top", "a visitor"])
def test_what_founders_do_nobody_else_can_read(place: Workplace, who: str) -> None:
    """A committee, its doors, what its people chose and saw: the same pages, counts and exports as without."""
    user, today = place.others[who], timezone.localdate()
    client = client_of(user) if user is not None else Client(raise_request_exception=False)
    reader = _named(place, today)
    before = reading(place, client)
    notices, deliveries = Notice.objects.count(), Delivery.objects.count()
    _founders(place, today, reader)
    after = reading(place, client)
    own = ("/nhat-ky/", "/api/v1/lists/audit.")
    assert [
        address for address, text in after.items() if text != before[address] and not address.startswith(own)
    ] == []
    assert not any("Kín Đáo" in text for text in after.values())
    assert (Notice.objects.count(), Delivery.objects.count()) == (notices, deliveries)


def _stripped(response: HttpResponse, *own: int) -> str:
    """An answer without what differs by itself and without the numbers of its own address."""
    text = _RESTLESS.sub("", response.content.decode(errors="replace"))
    for number in own:
        text = text.replace(f"/{number}/", "/")
    return text


def test_the_file_of_a_workplace_is_closed_to_everybody_not_named(place: Workplace) -> None:
    """Every door that speaks of one file, read and written, the founders' among them: for others it is as if there were
    none, and the answers do not differ."""
    file, _ = _founders(place, timezone.localdate())
    before = (FileEvent.objects.count(), file.team.count(), ShownToFounders.objects.count())
    given = {
        "from_step": "known",
        "on": "18/11/2026",
        "words": "x",
        "kind": "direct",
        "user": 1,
        "number": "1",
    }
    about_one = [door for door in doors() if door.name.startswith("founding:") and "pk" in door.parameters]
    assert len(about_one) >= 20
    for who, user in place.others.items():
        client = client_of(user) if user is not None else Client()
        for door in about_one:
            more = {name: "minutes" if name == "paper" else 1 for name in door.parameters}
            there, nowhere = (reverse(door.name, kwargs={**more, "pk": pk}) for pk in (file.pk, 999_999))
            for method in (client.get, lambda address, client=client: client.post(address, given)):
                some, none = method(there), method(nowhere)  # type: ignore[operator]
                assert some.status_code == none.status_code, f"{who}: {door.name}"
                assert some.status_code in {302, 403, 404, 405}, f"{who}: {door.name} {some.status_code}"
                assert _stripped(some, file.pk) == _stripped(none, 999_999), f"{who}: {door.name}"
        # Whoever is not named opens none either, and is not told that there is one.
        opened = client.post(
            reverse("founding:new"), {"enterprise": place.enterprise.code, "kind": "grassroots"}
        )
        assert opened.status_code in {302, 403, 422}, who
        assert reverse("founding:file", args=[file.pk]) not in opened.headers.get("Location", ""), who
    file.refresh_from_db()
    assert (file.state, file.step, file.kind) == ("open", "known", "grassroots")
    assert (FileEvent.objects.count(), file.team.count(), ShownToFounders.objects.count()) == before


def test_an_applicant_outside_the_committee_cannot_tell_that_there_is_one(place: Workplace) -> None:
    """The page of a code reads and costs the same before and after others at the workplace became founders; asking for the
    founders' part is answered as where nobody is one."""
    today = timezone.localdate()
    code = apply(
        today, enterprise=place.enterprise, full_name="Sùng Thị Ngoài", citizen_id="012198000599"
    ).code

    def page(act: str = "") -> tuple[str, int]:
        with _asked() as asked:
            answer = Client().post(reverse("portal:follow"), {"code": code, "do": act})
        return f"{answer.status_code} {_RESTLESS.sub('', answer.content.decode())}", len(asked)

    alone = page(), page("look")
    _founders(place, today)
    assert (page(), page("look")) == alone
    assert NAME not in alone[0][0] + alone[1][0]


def test_receiving_asks_the_same_whether_or_not_the_file_is_open(place: Workplace, today: date) -> None:
    """The second of a workplace costs what the first did, so that the time of an answer does not tell of the first."""
    for kind, way in enumerate(({}, {"was_member": True}, {"contract_kind": "none"})):
        counts = []
        where = make_workplace(place.system, place.tree.north, name=f"Công ty Lá {kind}")
        for n in range(3):
            with _asked() as asked:
                apply(
                    today,
                    enterprise=where,
                    full_name=NAME,
                    citizen_id=f"0121980006{kind}{n}",
                    **way,
                )
            counts.append(len(asked))
        assert len(set(counts)) == 1, (way, counts)


def test_the_team_of_a_file_learns_the_number_and_no_name(place: Workplace, today: date) -> None:
    place.apply()
    file = FoundingFile.objects.get(enterprise=place.enterprise)
    named = _named(place, today)
    member = make_user("to-vien")
    give(member, "officer", place.tree.north_a)
    page = reverse("founding:file", args=[file.pk])
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr("django.utils.timezone.localdate", lambda *args: today)
        assert client_of(member).get(page).status_code == 404
        name_member(actor=named, on=today, pk=file.pk, user=member)
        text = client_of(member).get(page).content.decode()
        assert "Hoa Sữa" in text
        assert "<strong>3</strong> đơn đang chờ" in text
        assert NAME not in text
        assert client_of(member).get(reverse("joining:confidential")).status_code == 404
        assert named.user is not None
        assert NAME in client_of(named.user).get(page).content.decode()
