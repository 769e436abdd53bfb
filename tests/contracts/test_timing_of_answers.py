"""How long an answer takes, and what goes out when, tells of no application (docs/threat-model.md).

Two of everything are asked in turn: a workplace with a file, many applications and a founding committee, and one without. A
difference counts when it is both large and steady: the median of the differences within pairs is more than half a
millisecond and more than a twentieth of the answer, and turning the pairs around at random practically never gives as much.
A machine that is busy for a while spoils pairs on both sides; one that is busy just then is measured again, up to three
times, since a leak is there each time. The test of the test puts three milliseconds on one side and must find them.
"""

from __future__ import annotations

import gc
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

import pytest
from croniter import croniter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from congdoan.faces.portal import challenges
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.messaging.models import Delivery, Notice
from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.founding.actions import NomineeData, keep_dossier, let_in, look, show
from congdoan.registry.founding.models import FoundingFile
from congdoan.registry.joining import queries
from congdoan.registry.joining.actions import Submitted, name_reader
from congdoan.registry.joining.models import Application
from tests.contracts.test_doors import client_of
from tests.factories.applications import apply
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user, officer
from tests.factories.tree import Tree

#: Pairs of a public door; the pages of the office are seen by fewer people and take ten times as long.
PAIRS, OFFICE_PAIRS = 220, 60
#: A difference is told only when it is more than both: seconds, and a share of the answer.
LEAST, SHARE = 0.0005, 0.05

Ask = Callable[[], object]
Pair = tuple[float, float]


def difference(pairs: Sequence[Pair]) -> float:
    """The steady difference of paired times in seconds, the first less the second; 0 when it is small or may be chance."""
    apart = [one - other for one, other in pairs]
    middle = median(apart)
    usual = median(seconds for pair in pairs for seconds in pair)
    if abs(middle) <= max(LEAST, SHARE * usual):
        return 0.0
    coin = random.Random(len(pairs))
    turned = (abs(median(value * coin.choice((-1, 1)) for value in apart)) for _ in range(1000))
    return middle if not any(value >= abs(middle) for value in turned) else 0.0


def timed(ask: Ask) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def measured(some: Iterator[Ask], none: Iterator[Ask], count: int = PAIRS) -> list[Pair]:
    """Both asked in turn, which first by lot. What is asked is made ready outside the clock."""
    coin = random.Random(count)
    pairs: list[Pair] = []
    gc.collect()
    gc.disable()
    try:
        for place in range(count + 8):
            first, then = next(some), next(none)
            if coin.random() < 0.5:
                pair = timed(first), timed(then)
            else:
                other = timed(then)
                pair = timed(first), other
            if place >= 8:  # the first few fill caches
                pairs.append(pair)
    finally:
        gc.enable()
    return pairs


def told(measure: Callable[[], list[Pair]]) -> list[float]:
    """The differences of three measurements, fewer when one tells nothing: a leak is there each time."""
    found: list[float] = []
    for _ in range(3):
        apart = difference(measure())
        if not apart or (found and (apart > 0) != (found[0] > 0)):
            return []
        found.append(apart)
    return found


class Places:
    """A workplace where much has happened, any number where nothing has, and people who look from outside."""

    def __init__(self, tree: Tree, system: Actor) -> None:
        self.tree, self.system = tree, system
        self.on = timezone.localdate()
        self._number = itertools.count(1)
        self._address = itertools.count(1)
        self.busy, self.lone, self.quiet = self._workplaces(["Hoa Sữa", "Hoa Ban", "Hoa Đào"])
        self.sent = [self._apply(self.busy) for _ in range(60)]
        self.alone = self._apply(self.lone)
        leader, reader = make_user("lanh-dao-bac"), make_user("can-bo-bac")
        give(leader, "leader", tree.north)
        give(reader, "officer", tree.north)
        name_reader(actor=acting(leader, self.on), on=self.on, unit=tree.north, user=reader)
        named = acting(reader, self.on)
        self.file = FoundingFile.objects.get(enterprise=self.busy)
        founders = [one.application.pk for one in self.sent[:3]]
        nominees = [
            NomineeData(pk, "founders", "founder" if place else "head") for place, pk in enumerate(founders)
        ]
        keep_dossier(actor=named, on=self.on, pk=self.file.pk, values={}, nominees=nominees)
        let_in(actor=named, on=self.on, pk=self.file.pk, applications=founders)
        for one in self.sent[:20]:
            show(code=one.code)
        look(code=self.sent[0].code, on=self.on)

    def _workplaces(self, names: list[str]) -> list[Enterprise]:
        since = date(2024, 1, 1)
        return register_enterprises(
            actor=self.system,
            on=since,
            items=[
                EnterpriseData(
                    name=f"Công ty {name}", sector="non_state", unit=self.tree.north, registered_on=since
                )
                for name in names
            ],
        )

    def fresh(self) -> Iterator[Enterprise]:
        """Workplaces where nobody has applied, each once."""
        while True:
            yield from self._workplaces([f"Mới {next(self._number)}" for _ in range(PAIRS)])

    def _apply(self, place: Enterprise) -> Submitted:
        return apply(self.on, enterprise=place, citizen_id=f"0121980{next(self._number):05d}")

    def ask(self, client: Client, method: str, address: str, status: int, data: Any = None) -> Ask:
        """One request from a network of its own, so that no limit stands in the way."""
        n = next(self._address)
        network = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"

        def ask() -> None:
            given = {"data": data} if data is not None else {}
            answer = getattr(client, method)(address, REMOTE_ADDR=network, **given)
            assert answer.status_code == status, f"{address}: {answer.status_code}"

        return ask

    def searches(self, words: str) -> Iterator[Ask]:
        client, address = Client(), f"{reverse('portal:workplace')}?q={words.replace(' ', '+')}"
        while True:
            yield self.ask(client, "get", address, 200)

    def sends(self, places: Iterator[Enterprise]) -> Iterator[Ask]:
        client = Client()
        for place in places:
            challenge = challenges.make()
            data = {
                "mark": challenge.mark,
                "total": str(challenge.left + challenge.right),
                "full_name": "Lò Thị Ngân Hà",
                "birth_on": "5/9/1998",
                "sex": "f",
                "nationality": "VN",
                "identity": f"0121980{next(self._number):05d}",
                "phone": "0912000111",
                "contract_kind": "indefinite",
                "agree_membership": "on",
                "scan": SimpleUploadedFile("don.png", b"\x89PNG signed", "image/png"),
            }
            yield self.ask(client, "post", f"{reverse('portal:join')}?noi={place.code}", 200, data)

    def follows(self, code: str, do: str = "", status: int = 200) -> Iterator[Ask]:
        client = Client()
        while True:
            yield self.ask(client, "post", reverse("portal:follow"), status, {"code": code, "do": do})

    def pages(self, user: User, address: str, status: int) -> Iterator[Ask]:
        client = client_of(user)
        while True:
            yield self.ask(client, "get", address, status)


@pytest.fixture
def places(tree: Tree, system: Actor) -> Places:
    return Places(tree, system)


def doors(places: Places) -> list[tuple[str, Callable[[], Iterator[Ask]], Callable[[], Iterator[Ask]]]]:
    """What an outsider can ask: of the workplace where much has happened, and of one where nothing has."""
    outside = officer("cap-tren", "officer", places.tree.north)
    busy, quiet = places.busy, places.quiet
    last = places.sent[-1]
    fresh = places.fresh()
    return [
        (
            "does my workplace have a union",
            lambda: places.searches("Hoa Sua"),
            lambda: places.searches("Hoa Dao"),
        ),
        (
            "sending an application",
            lambda: places.sends(itertools.repeat(busy)),
            lambda: places.sends(fresh),
        ),
        (
            "following one's own, outside the committee",
            lambda: places.follows(last.code),
            lambda: places.follows(places.alone.code),
        ),
        (
            "asking for the founders' part without being one",
            lambda: places.follows(last.code, "look"),
            lambda: places.follows(places.alone.code, "look"),
        ),
        (
            "the workplace's page, for an officer who is not named",
            lambda: places.pages(outside, f"/doanh-nghiep/{busy.pk}/", 200),
            lambda: places.pages(outside, f"/doanh-nghiep/{quiet.pk}/", 200),
        ),
        (
            "a file that is there and one that is not, for an officer who is not named",
            lambda: places.pages(outside, reverse("founding:file", args=[places.file.pk]), 404),
            lambda: places.pages(outside, reverse("founding:file", args=[999_999]), 404),
        ),
        (
            "an application that is there and one that is not, for an officer who is not named",
            lambda: places.pages(outside, reverse("joining:application", args=[last.application.pk]), 404),
            lambda: places.pages(outside, reverse("joining:application", args=[999_999]), 404),
        ),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_time_of_an_answer_does_not_tell_of_applications(places: Places) -> None:
    found = {}
    for name, some, none in doors(places):
        count = OFFICE_PAIRS if "officer" in name else PAIRS
        found[name] = told(partial(_measured, some, none, count))
    assert {name: apart for name, apart in found.items() if apart} == {}


def _measured(some: Callable[[], Iterator[Ask]], none: Callable[[], Iterator[Ask]], count: int) -> list[Pair]:
    return measured(some(), none(), count)


@pytest.mark.django_db(transaction=True)
def test_a_wrong_code_takes_as_long_in_a_world_with_and_without_applications(places: Places) -> None:
    """The whole installation is filled and emptied block by block: a code that nobody has knows of no workplace."""

    def measure() -> list[Pair]:
        times: dict[bool, list[float]] = {True: [], False: []}
        for block in range(PAIRS // 20 * 2):
            is_full = block % 2 == 0
            if is_full:
                model = Application.objects.order_by("pk").first()
                assert model is not None
                rows = [_copy(model) for _ in range(300)]
                Application.objects.bulk_create(rows)
            asks = places.follows("ABCD-EFGH-JKLM", status=404)
            times[is_full] += [timed(next(asks)) for _ in range(23)][3:]
            if is_full:
                with connection.cursor() as cursor:
                    cursor.execute("DELETE FROM joining_application WHERE name_key = 'bản sao'")
        return list(zip(times[True], times[False], strict=True))

    assert told(measure) == []


def _copy(row: Application) -> Application:
    import uuid

    copied = Application.objects.get(pk=row.pk)
    copied.pk, copied.name_key = None, "bản sao"
    copied.submission_key, copied.code_key = uuid.uuid4(), uuid.uuid4()
    copied._state.adding = True
    return copied


@pytest.mark.django_db(transaction=True)
def test_three_milliseconds_at_one_door_are_found(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    known = queries.has_union

    def looks_into_applications(enterprise: Enterprise, on: date) -> bool:
        if Application.objects.filter(enterprise=enterprise).exists():
            time.sleep(0.003)
        return known(enterprise, on)

    monkeypatch.setattr(queries, "has_union", looks_into_applications)
    apart = difference(measured(places.searches("Hoa Sua"), places.searches("Hoa Dao")))
    assert apart > 0.002


def test_what_counts_as_a_difference() -> None:
    noise = random.Random(7)

    def pairs(more: float, spread: float) -> list[Pair]:
        return [
            (0.006 + more + noise.expovariate(1 / spread), 0.006 + noise.expovariate(1 / spread))
            for _ in range(PAIRS)
        ]

    assert difference(pairs(0.0, 0.002)) == 0.0
    assert difference(pairs(0.0002, 0.0001)) == 0.0  # steady, but below what can be told from outside
    assert difference(pairs(0.0, 0.05)) == 0.0  # a very busy machine
    assert difference(pairs(0.001, 0.001)) > 0.0005
    assert difference([(two, one) for one, two in pairs(0.003, 0.003)]) < -0.002


# --------------------------------------------------------------------------------------------------
# What goes out, and when
# --------------------------------------------------------------------------------------------------


def week(since: datetime) -> list[tuple[datetime, Any]]:
    """Every run of every periodic task within a week in its order; those that look every minute, every half hour."""
    found = []
    for entry in app.periodic_registry.periodic_tasks.values():
        if entry.task.pass_context:
            continue  # tend the queue itself
        often = entry.cron.startswith("* ")
        runs = croniter("7,37 * * * *" if often else entry.cron, since)
        while (at := runs.get_next(datetime)) < since + timedelta(days=7):
            found.append((at, entry.task))
    return sorted(found, key=lambda run: (run[0], run[1].name))


def sent_in_a_week(monkeypatch: pytest.MonkeyPatch, since: datetime) -> list[Any]:
    """Notices, deliveries, runs and jobs of a simulated week: to whom, what, when; without their own numbers."""
    with monkeypatch.context() as clock:
        for at, task in week(since):
            clock.setattr("django.utils.timezone.now", lambda at=at: at)
            clock.setattr("django.utils.timezone.localdate", lambda *args, at=at: _day(at))
            task.func(int(at.timestamp()))
    notices = Notice.objects.order_by("created_at", "user_id", "pk")
    deliveries = Delivery.objects.order_by("created_at", "notice__user_id", "pk")
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, count(*) FROM procrastinate_jobs GROUP BY task_name ORDER BY 1")
        jobs = cursor.fetchall()
    return [
        list(notices.values_list("user", "kind", "title", "text", "url", "due_on", "key", "created_at")),
        list(deliveries.values_list("notice__user", "notice__kind", "channel", "state", "next_try_at")),
        list(JobRun.objects.order_by("pk").values_list("kind")),
        jobs,
    ]


def _day(at: datetime) -> date:
    return (at + timedelta(hours=7)).date()


@pytest.mark.django_db
def test_a_week_of_notices_is_the_same_with_and_without_applications(
    tree: Tree, system: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything the calendar starts, in a week in which the applications fall due and the file's step too: the same
    notices to the same people at the same instants, and as many jobs."""
    begin = datetime(2026, 12, 6, 17, tzinfo=UTC)  # Monday 00:00 in Vietnam

    def lived(has_applications: bool) -> list[Any]:
        with transaction.atomic():
            if has_applications:
                _many(places)
            found = sent_in_a_week(monkeypatch, begin)
            transaction.set_rollback(True)
        return found

    places = _Calm(tree, system)
    without, with_some = lived(False), lived(True)
    assert without == with_some
    kinds = {row[1] for row in without[0]}
    # The week is not an empty one: those named are reminded whatever there is, a committee of its own due days.
    assert {"joining.readers", "joining.due"} <= kinds


class _Calm:
    """A workplace without a union, officers named for it, and a union elsewhere with an application of its own."""

    def __init__(self, tree: Tree, system: Actor) -> None:
        on = date(2026, 11, 18)
        since = date(2024, 1, 1)
        union = tree.unions["NA1"]
        officer("bch", "committee", union)
        leader, self.reader = make_user("lanh-dao-bac"), make_user("can-bo-bac")
        give(leader, "leader", tree.north)
        give(self.reader, "officer", tree.north)
        name_reader(actor=acting(leader, on), on=on, unit=tree.north, user=self.reader)
        self.free, hosted = register_enterprises(
            actor=system,
            on=since,
            items=[
                EnterpriseData(
                    name="Công ty Hoa Sữa", sector="non_state", unit=tree.north, registered_on=since
                ),
                EnterpriseData(
                    name="Công ty Có Đoàn",
                    sector="non_state",
                    unit=tree.north_a,
                    registered_on=since,
                    hosts=[(union, since)],
                ),
            ],
        )
        self.on = on
        apply(on, enterprise=hosted, citizen_id="012198007777")


def _many(calm: _Calm) -> None:
    sent = [
        apply(
            calm.on, enterprise=calm.free, full_name=f"Vàng Thị Số {n}", citizen_id=f"0121980{n:05d}", **way
        )
        for n, way in enumerate([{}] * 6 + [{"was_member": True}, {"contract_kind": "none"}])
    ]
    file = FoundingFile.objects.get(enterprise=calm.free)
    named = acting(calm.reader, calm.on)
    pk = sent[0].application.pk
    keep_dossier(
        actor=named,
        on=calm.on,
        pk=file.pk,
        values={},
        nominees=[NomineeData(pk, "founders", "head")],
    )
    let_in(actor=named, on=calm.on, pk=file.pk, applications=[pk])
    for one in sent[:4]:
        show(code=one.code)
    look(code=sent[0].code, on=calm.on)
