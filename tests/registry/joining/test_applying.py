"""Sending an application: where it goes, once, what is refused and what is kept how."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Parameter, Territory
from congdoan.foundation.units.actions import NewUnit, create_units
from congdoan.foundation.units.models import UnitVersion
from congdoan.registry.joining import choices, queries
from congdoan.registry.joining.actions import (
    AlreadyDecided,
    ForeignWorkerNotYet,
    Image,
    JoiningError,
    TooManyAttempts,
    answer,
    knock,
    submit,
    withdraw,
)
from congdoan.registry.joining.models import Application, Attempt, Event, Signature
from tests.factories.applications import application_data, apply, make_workplace
from tests.factories.tree import FOUNDED, Tree


def test_with_a_union_it_goes_to_its_committee(tree: Tree, system: Actor, today: date) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    sent = apply(today, enterprise=workplace).application
    assert (sent.route, sent.receiving_unit) == (choices.COMMITTEE, tree.unions["NA1"])
    # 15 working days from Wednesday 18/11/2026, with the day off of 24/11.
    assert (sent.state, sent.due_on) == (choices.SUBMITTED, date(2026, 12, 10))


def test_without_a_union_it_goes_to_the_superior_with_authority_on_that_day(
    tree: Tree, system: Actor, today: date
) -> None:
    workplace = make_workplace(system, tree.north_a)
    # District federations may admit until 30/6/2025 (Law 97/2025/QH15); since then the province does.
    assert apply(date(2025, 6, 30), enterprise=workplace).application.receiving_unit == tree.north_a
    sent = apply(today, enterprise=workplace).application
    assert (sent.route, sent.receiving_unit) == (choices.FOUNDING, tree.north)


def test_a_workplace_that_is_in_no_register_goes_by_its_commune(tree: Tree, today: date) -> None:
    commune = Territory.objects.filter(level="commune", parent="P12").order_by("code")[0]
    UnitVersion.objects.filter(unit=tree.south).update(territory="P12")
    sent = apply(today, workplace_name="Xưởng gỗ Ban Mai", territory=commune).application
    assert (sent.route, sent.receiving_unit) == (choices.FOUNDING, tree.south)
    # A place for which nobody stands is not lost.
    elsewhere = Territory.objects.filter(level="commune", parent="P31").order_by("code")[0]
    assert apply(today, workplace_name="X", territory=elsewhere).application.receiving_unit == tree.root


def test_informal_workers_go_to_the_occupational_union_of_their_commune(
    tree: Tree, system: Actor, today: date
) -> None:
    commune = Territory.objects.filter(level="commune", parent="P12").order_by("code")[0]
    UnitVersion.objects.filter(unit=tree.north).update(territory="P12")
    alone = apply(today, contract_kind="none", territory=commune).application
    assert (alone.route, alone.receiving_unit) == (choices.OCCUPATIONAL, tree.north)
    (riders,) = create_units(
        actor=system,
        items=[NewUnit("NDX", "Nghiệp đoàn xe ôm", "NĐ xe ôm", "occupational_union", tree.north, FOUNDED)],
    )
    UnitVersion.objects.filter(unit=riders).update(territory=commune.code)
    sent = apply(today, contract_kind="none", territory=commune).application
    assert (sent.route, sent.receiving_unit) == (choices.OCCUPATIONAL, riders)


def test_among_several_occupational_unions_the_words_of_the_trade_decide(
    tree: Tree, system: Actor, today: date
) -> None:
    commune = Territory.objects.filter(level="commune", parent="P12").order_by("code")[0]
    UnitVersion.objects.filter(unit=tree.north).update(territory="P12")
    riders, sellers, fishers = create_units(
        actor=system,
        items=[
            NewUnit(code, name, code, "occupational_union", tree.north, FOUNDED)
            for code, name in (
                ("NDX", "Nghiệp đoàn Xe ôm phường Bến"),
                ("NDB", "Nghiệp đoàn Bán hàng rong phường Bến"),
                ("NDC", "Nghiệp đoàn Nghề cá tỉnh"),
            )
        ],
    )
    UnitVersion.objects.filter(unit__in=[riders, sellers]).update(territory=commune.code)
    UnitVersion.objects.filter(unit=fishers).update(territory="P12")

    def goes(job: str) -> object:
        return apply(today, contract_kind="none", territory=commune, job_title=job).application.receiving_unit

    assert [goes(job) for job in ("chạy xe ôm", "bán HÀNG rong", "đánh cá", "giúp việc", "")] == [
        riders,
        sellers,
        fishers,
        tree.north,
        tree.north,
    ]


def test_who_comes_back_goes_to_the_superior(tree: Tree, system: Actor, today: date) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    sent = apply(today, enterprise=workplace, was_member=True).application
    assert (sent.route, sent.receiving_unit) == (choices.SUPERIOR, tree.north)


def test_it_is_confidential_wherever_it_goes_when_no_union_stands_at_the_workplace(
    tree: Tree, system: Actor, today: date
) -> None:
    bare, hosted = (
        make_workplace(system, tree.north_a, host=host, name=name)
        for host, name in ((None, "Công ty Hoa Sữa"), (tree.unions["NA1"], "Công ty May Sao Mai"))
    )
    ways: list[dict[str, object]] = [{}, {"was_member": True}, {"contract_kind": "none"}]
    secret, open_ones = (
        [apply(today, enterprise=workplace, **way).application for way in ways]
        for workplace in (bare, hosted)
    )
    assert [(sent.route, sent.is_confidential) for sent in secret] == [
        (choices.FOUNDING, True),
        (choices.SUPERIOR, True),
        (choices.FOUNDING, True),
    ]
    assert [(sent.route, sent.is_confidential) for sent in open_ones] == [
        (choices.COMMITTEE, False),
        (choices.SUPERIOR, False),
        (choices.OCCUPATIONAL, False),
    ]
    # A place of work that is in no register may have no union either; whoever works for nobody has none to fear.
    assert apply(today, workplace_name="Xưởng gỗ Ban Mai", was_member=True).application.is_confidential
    assert not apply(today, contract_kind="none").application.is_confidential


def test_the_same_key_is_one_application_with_one_code(tree: Tree, today: date) -> None:
    data = application_data()
    first, second = submit(data=data, on=today), submit(data=data, on=today + timedelta(days=1))
    assert first.application == second.application
    assert first.code == second.code
    assert Application.objects.count() == 1
    found = queries.followed(first.code.lower().replace("-", " "))
    assert found == first.application
    assert queries.followed("") is None
    assert queries.followed(first.code[:-1] + ("A" if first.code[-1] != "A" else "B")) is None


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment(tree: Tree, today: date) -> None:
    data, codes, errors = application_data(), [], []
    gate = threading.Barrier(4)

    def send() -> None:
        try:
            gate.wait()
            codes.append(submit(data=data, on=today).code)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(codes) == 4
    assert len(set(codes)) == 1
    assert Application.objects.count() == Signature.objects.count() == 1
    assert Event.objects.count() == 1


def test_numbers_signature_and_code_are_not_stored_in_the_clear(tree: Tree, today: date) -> None:
    sent = apply(today)
    row = Application.objects.filter(pk=sent.application.pk).values()[0]
    kept = repr(row) + repr(bytes(row["citizen_id_sealed"])) + repr(bytes(sent.application.signature.sealed))
    for secret in ("012198000123", sent.code, sent.code.replace("-", ""), "a signature"):
        assert secret not in kept
    assert [c.purpose for c in sent.application.consents.all()] == ["membership", "contact"]
    assert {c.text_version for c in sent.application.consents.all()} == {choices.CONSENT_VERSION}


def _refused(change: dict[str, object], today: date) -> str:
    with pytest.raises(JoiningError) as caught:
        apply(today, **change)
    assert not Application.objects.exists()
    return str(caught.value)


def test_what_is_missing_is_said_and_nothing_is_kept(tree: Tree, today: date) -> None:
    assert "họ và tên" in _refused({"full_name": " "}, today)
    assert "đồng ý" in _refused({"consents": ["contact"]}, today)
    assert "ký" in _refused({"signature": Image("drawn", "image/png", b"")}, today)
    assert "Ngày sinh" in _refused({"birth_on": today}, today)
    Parameter.objects.filter(code="joining.signatures").update(value=["uploaded"])
    assert "cách ký" in _refused({}, today)


FOREIGN = {"nationality": "CN", "citizen_id": "", "passport": "E1234567", "contract_kind": "fixed"}


@pytest.mark.parametrize(
    ("on", "contract", "code"),
    [
        (date(2025, 6, 30), (date(2025, 1, 1), date(2026, 6, 30)), "too_early"),
        (date(2026, 3, 1), (date(2026, 1, 1), date(2026, 11, 30)), "too_short"),
        (date(2026, 3, 1), (date(2026, 1, 1), date(2026, 12, 30)), "too_short"),
        (date(2026, 3, 1), (date(2026, 1, 1), date(2026, 12, 31)), ""),
        (date(2026, 3, 1), (date(2026, 1, 1), None), ""),
        (date(2026, 3, 1), (None, None), "no_dates"),
        (date(2026, 3, 1), (date(2026, 4, 1), date(2027, 12, 31)), "not_in_force"),
        (date(2026, 3, 1), (date(2024, 4, 1), date(2026, 2, 28)), "not_in_force"),
    ],
)
def test_foreign_workers(tree: Tree, on: date, contract: tuple[date | None, date | None], code: str) -> None:
    values = {**FOREIGN, "contract_from": contract[0], "contract_to": contract[1]}
    if not code:
        assert apply(on, **values).application.is_foreign
        return
    with pytest.raises(ForeignWorkerNotYet) as caught:
        apply(on, **values)
    assert caught.value.obstacle.code == code
    assert "Luật Công đoàn 50/2024/QH15" in caught.value.obstacle.law.source
    assert not Application.objects.exists()


def test_whether_somebody_applied_before_is_never_told(tree: Tree, today: date) -> None:
    first = apply(today)
    second = apply(today)  # the same person's number, another device
    assert first.application.pk != second.application.pk
    assert list(queries.same_identity(first.application)) == [second.application]


def test_withdrawing_deletes_what_identifies(tree: Tree, today: date) -> None:
    sent = apply(today)
    gone = withdraw(code=sent.code, on=today)
    gone.refresh_from_db()
    assert (gone.state, bytes(gone.citizen_id_sealed), gone.identity_key) == (choices.WITHDRAWN, b"", None)
    assert not Signature.objects.exists()
    with pytest.raises(AlreadyDecided):
        withdraw(code=sent.code, on=today)
    with pytest.raises(JoiningError, match="mã"):
        withdraw(code=str(uuid.uuid4()), on=today)
    with pytest.raises(AlreadyDecided):
        answer(code=sent.code, words="x")


def test_one_address_knocks_so_often_an_hour(db: None) -> None:
    def once(address: str, now: float) -> None:
        knock(door="send", address=address, now=now, limit=2)

    once("192.0.2.1", 7200)
    once("192.0.2.1", 7201)
    with pytest.raises(TooManyAttempts):
        once("192.0.2.1", 7202)
    once("192.0.2.2", 7202)
    once("192.0.2.1", 10_800)
    assert "192.0.2.1" not in repr(list(Attempt.objects.values()))


def test_sending_asks_the_database_a_fixed_number_of_times(tree: Tree, system: Actor, today: date) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])

    def cost(send: Callable[[], object]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            send()
        return len(asked)

    first = cost(lambda: apply(today, enterprise=workplace))
    for _ in range(3):
        apply(today, enterprise=workplace)
    assert cost(lambda: apply(today, enterprise=workplace)) == first <= 14
