"""Registering and changing people, their consent, and showing what is sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.base import ModelState
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.audit.actions import record
from congdoan.kit.bulk import copy_rows, reserved_ids
from congdoan.kit.identifiers import check_phone
from congdoan.kit.sealed import match_key, seal
from congdoan.kit.text import name_sort_key, nfc, search_key
from congdoan.registry.people import choices, rules
from congdoan.registry.people.models import Consent, Person
from congdoan.registry.people.queries import Identity, find_by_identity, unsealed, within

_SEXES = {code for code, _ in choices.SEXES}


class PeopleError(ValueError):
    """What was given of a person cannot be written; the message says who and what to do."""


class AlreadyRegistered(PeopleError):
    """A number belongs to somebody who is in the register. ``person`` is that somebody."""

    def __init__(self, message: str, person: Person | None = None) -> None:
        super().__init__(message)
        self.person = person


class NotInReach(PeopleError):
    """The person is not, and was not last, a member of a unit where the actor has this right."""


@dataclass(frozen=True)
class PersonData:
    """What is known of a person. Numbers as written on paper; ``sex`` is m, f or ''; ``nationality`` ISO 3166."""

    full_name: str
    birth_on: date | None = None
    birth_precision: str = "day"
    sex: str = ""
    nationality: str = "VN"
    citizen_id: str = ""
    passport: str = ""
    ethnicity: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    hometown: str = ""
    card_number: str = ""


@dataclass(frozen=True)
class ConsentData:
    """A person agreed to a purpose (choices.CONSENT_PURPOSES) on a day; ``source`` says how it was given."""

    person: Person
    purpose: str
    given_on: date
    source: str


@dataclass(frozen=True)
class PersonChange:
    """What changed of a person: the person as now written, and the values before, by field."""

    person: Person
    before: Mapping[str, Any]


#: Called with (actor, on, changes, recorded_at) in the transaction of a change.
Follower = Callable[[Actor, date, Sequence[PersonChange], datetime], None]
_FOLLOWERS: dict[str, Follower] = {}


def declare_follower(name: str, follower: Follower) -> None:
    """Declared in a room's ``succession.py``: what must follow there when a person's data is changed, for rooms
    that keep a copy (order of a list) or have booked it (sex in the ledger)."""
    _FOLLOWERS[name] = follower


# --------------------------------------------------------------------------------------------------
# Registering
# --------------------------------------------------------------------------------------------------

_COLUMNS = {
    "id": "int8",
    "full_name": "varchar",
    "sort_key": "varchar",
    "name_key": "varchar",
    "birth_on": "date",
    "birth_precision": "varchar",
    "sex": "varchar",
    "nationality": "varchar",
    "citizen_id_sealed": "bytea",
    "citizen_id_key": "uuid",
    "passport_sealed": "bytea",
    "passport_key": "uuid",
    "ethnicity_sealed": "bytea",
    "phone": "varchar",
    "email": "varchar",
    "address": "varchar",
    "hometown": "varchar",
    "card_number": "varchar",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
}


@transaction.atomic
def register_people(*, actor: Actor, on: date, items: Sequence[PersonData]) -> list[Person]:
    """Write new people, in the order given. One COPY for a batch, so that 60,000 take seconds.

    Nobody is looked up by name: that is a question for a person to answer (queries.namesakes). Raises
    AlreadyRegistered when a citizen id or passport belongs to somebody, PeopleError for a name that is missing
    or too long.
    """
    if not actor.has_anywhere("people.edit"):
        raise refuse("people.edit")
    if not items:
        return []
    now = timezone.now()
    people = [
        _person(item, now, pk)
        for item, pk in zip(items, reserved_ids("people_person", len(items)), strict=True)
    ]
    try:
        with transaction.atomic():
            copy_rows(
                "people_person",
                _COLUMNS,
                ([person.__dict__[column] for column in _COLUMNS] for person in people),
            )
    except IntegrityError as error:
        raise _already_registered(items) or error from error
    record(
        actor=actor,
        verb="people.register",
        obj=people[0] if len(people) == 1 else None,
        summary=f"Ghi {people[0].full_name} vào sổ"
        if len(people) == 1
        else f"Ghi {len(people)} người vào sổ",
        data={"count": len(people), "first": people[0].pk, "last": people[-1].pk, "on": str(on)},
    )
    return people


def _person(item: PersonData, now: datetime, pk: int) -> Person:
    name = nfc(item.full_name)
    if not name:
        raise PeopleError("Thiếu họ và tên. Hãy ghi đầy đủ họ và tên như trên giấy tờ.")
    citizen_id = rules.plain_citizen_id(item.citizen_id)
    passport = rules.plain_passport(item.passport) if item.passport else ""
    values: dict[str, Any] = {
        "id": pk,
        "full_name": name,
        "sort_key": name_sort_key(name)[:300],
        "name_key": search_key(name)[:150],
        "birth_on": item.birth_on,
        "birth_precision": item.birth_precision,
        "sex": item.sex,
        "nationality": (item.nationality or "VN").upper(),
        "citizen_id_sealed": seal(citizen_id),
        "citizen_id_key": match_key(citizen_id, kind="citizen_id"),
        "passport_sealed": seal(passport),
        "passport_key": match_key(passport, kind="passport"),
        "ethnicity_sealed": seal(nfc(item.ethnicity)) if item.ethnicity else b"",
        "phone": check_phone(item.phone).value[:20] if item.phone else "",
        "email": nfc(item.email)[:150] if item.email else "",
        "address": nfc(item.address)[:250] if item.address else "",
        "hometown": nfc(item.hometown)[:250] if item.hometown else "",
        "card_number": nfc(item.card_number)[:30] if item.card_number else "",
        "created_at": now,
        "updated_at": now,
    }
    # As if read back, without what Django asks of each field again: in lists of thousands that is most of the work.
    person = Person.__new__(Person)
    person.__dict__ = values
    person._state = ModelState()
    person._state.adding, person._state.db = False, "default"
    _check(person)
    return person


def _check(person: Person) -> None:
    if len(person.full_name) > 150:
        raise PeopleError(f"Tên “{person.full_name[:40]}…” dài quá 150 chữ. Hãy kiểm tra lại cột họ và tên.")
    if person.sex not in _SEXES:
        raise PeopleError(f"{person.full_name}: giới tính phải là nam, nữ hoặc để trống.")
    if len(person.nationality) != 2:
        raise PeopleError(f"{person.full_name}: quốc tịch ghi bằng mã hai chữ, ví dụ VN, KR, CN.")
    if person.birth_precision not in {"day", "month", "year"}:
        raise PeopleError(f"{person.full_name}: độ chính xác của ngày sinh không hợp lệ.")


def _already_registered(items: Sequence[PersonData]) -> AlreadyRegistered | None:
    """The conflict in words: within the list itself, or with the register."""
    seen: dict[tuple[str, object], PersonData] = {}
    for item in items:
        for kind, key in (
            ("c", rules.citizen_id_key(item.citizen_id)),
            ("p", rules.passport_key(item.passport)),
        ):
            if key is None:
                continue
            if (kind, key) in seen:
                return AlreadyRegistered(
                    f"{nfc(item.full_name)} và {nfc(seen[kind, key].full_name)} trong danh sách có cùng một số"
                    " định danh. Hãy kiểm tra lại hai dòng này."
                )
            seen[kind, key] = item
    found = find_by_identity(
        citizen_ids=[item.citizen_id for item in items], passports=[item.passport for item in items]
    )
    for item in items:
        person = found.get(item.citizen_id) or found.get(item.passport)
        if person is not None:
            return AlreadyRegistered(
                f"Số định danh của {nfc(item.full_name)} đã có trong sổ, ghi tên {person.full_name}."
                " Hãy mở người đó thay vì ghi mới.",
                person,
            )
    return None


# --------------------------------------------------------------------------------------------------
# Changing
# --------------------------------------------------------------------------------------------------


@transaction.atomic
def update_people(
    *,
    actor: Actor,
    on: date,
    changes: Sequence[tuple[Person, Mapping[str, Any]]],
    reason: str = "",
    recorded_at: datetime | None = None,
) -> list[PersonChange]:
    """Change what is written of people: {field of rules.EDITABLE: new value}. Returns what really changed.

    Raises NotInReach for a person the actor may not edit, AlreadyRegistered when a new number belongs to
    somebody else, PeopleError for an unknown field or a bad value. The row history keeps the old values; what
    other rooms keep of a person follows in the same transaction.
    """
    recorded_at = recorded_at or timezone.now()
    _require_reach(actor, "people.edit", [person.pk for person, _ in changes])
    locked = {
        person.pk: person
        for person in Person.objects.select_for_update()
        .filter(pk__in=[person.pk for person, _ in changes])
        .order_by("pk")
    }
    made: list[PersonChange] = []
    touched: set[str] = set()
    for given, values in changes:
        person = locked[given.pk]
        before = _apply(person, values)
        if before:
            person.updated_at = recorded_at
            _check(person)
            touched |= before.keys()
            made.append(PersonChange(person, before))
    if not made:
        return []
    try:
        with transaction.atomic():
            Person.objects.bulk_update(
                [change.person for change in made], sorted(touched | {"updated_at"}), batch_size=1000
            )
    except IntegrityError as error:
        people = [
            PersonData(
                person.full_name,
                citizen_id=values.get("citizen_id") or "",
                passport=values.get("passport") or "",
            )
            for person, values in changes
        ]
        raise _already_registered(people) or error from error
    autodiscover_modules("succession")
    for name in sorted(_FOLLOWERS):
        _FOLLOWERS[name](actor, on, made, recorded_at)
    first = made[0].person
    words = sorted({rules.EDITABLE[field] for _, values in changes for field in values})
    record(
        actor=actor,
        verb="people.update",
        obj=first if len(made) == 1 else None,
        reason=reason,
        summary=f"Sửa {', '.join(words)} của "
        + (first.full_name if len(made) == 1 else f"{len(made)} người"),
        data={"count": len(made), "people": [change.person.pk for change in made[:2000]]},
    )
    for given, _ in changes:
        given.__dict__.update(
            {key: value for key, value in locked[given.pk].__dict__.items() if key != "_state"}
        )
    return made


def _apply(person: Person, values: Mapping[str, Any]) -> dict[str, Any]:
    """Write values onto the person; the old values of the columns that changed."""
    fresh: dict[str, Any] = {}
    for field, value in values.items():
        if field not in rules.EDITABLE:
            raise PeopleError(f"Không có mục “{field}” trong thông tin cá nhân.")
        if field == "full_name":
            name = nfc(value)
            if not name:
                raise PeopleError(f"{person.full_name}: họ và tên không được để trống.")
            fresh |= {
                "full_name": name,
                "sort_key": name_sort_key(name)[:300],
                "name_key": search_key(name)[:150],
            }
        elif field in {"citizen_id", "passport"}:
            plain = rules.plain_citizen_id(value) if field == "citizen_id" else rules.plain_passport(value)
            key = match_key(plain, kind=field)
            if key != getattr(person, f"{field}_key"):
                fresh |= {f"{field}_sealed": seal(plain), f"{field}_key": key}
        elif field == "ethnicity":
            if unsealed(person).ethnicity != nfc(value):
                fresh["ethnicity_sealed"] = seal(nfc(value))
        elif field == "phone":
            fresh["phone"] = check_phone(value).value[:20]
        elif field == "nationality":
            fresh["nationality"] = (value or "VN").upper()
        elif field == "birth_on":
            fresh["birth_on"] = value
        else:
            fresh[field] = nfc(value)[: Person._meta.get_field(field).max_length]
    before = {
        column: getattr(person, column) for column, value in fresh.items() if getattr(person, column) != value
    }
    for column in before:
        setattr(person, column, fresh[column])
    return before


def _require_reach(actor: Actor, capability: str, people: Sequence[int]) -> None:
    if actor.is_system:
        return
    if not actor.has_anywhere(capability):
        raise refuse(capability)
    reached = set(within(actor, capability).filter(pk__in=people).values_list("pk", flat=True))
    beyond = [pk for pk in people if pk not in reached]
    if beyond:
        raise NotInReach(
            f"Bạn không có quyền với {len(beyond)} người trong danh sách này vì họ không sinh hoạt ở đơn vị bạn"
            " được giao. Hãy nhờ công đoàn nơi họ sinh hoạt hoặc cấp trên."
        )


# --------------------------------------------------------------------------------------------------
# Consent
# --------------------------------------------------------------------------------------------------


@transaction.atomic
def record_consents(*, actor: Actor, items: Sequence[ConsentData]) -> int:
    """Write consents (Law 91/2025/QH15). A consent to the same purpose that still holds is not doubled."""
    if not actor.has_anywhere("people.edit"):
        raise refuse("people.edit")
    held = set(
        Consent.objects.filter(
            person__in=[item.person.pk for item in items], withdrawn_on__isnull=True
        ).values_list("person_id", "purpose")
    )
    fresh = {
        (item.person.pk, item.purpose): item for item in items if (item.person.pk, item.purpose) not in held
    }
    copy_rows(
        "people_consent",
        {"person_id": "int8", "purpose": "varchar", "given_on": "date", "source": "varchar"},
        ((item.person.pk, item.purpose, item.given_on, nfc(item.source)[:150]) for item in fresh.values()),
    )
    if fresh:
        record(
            actor=actor,
            verb="people.consent",
            summary=f"Ghi {len(fresh)} ý kiến đồng ý xử lý dữ liệu cá nhân",
            data={"count": len(fresh)},
        )
    return len(fresh)


@transaction.atomic
def withdraw_consent(*, actor: Actor, on: date, consent: Consent) -> Consent:
    """The person takes a consent back from ``on``; the row stays as the proof of what held before."""
    _require_reach(actor, "people.edit", [consent.person_id])
    consent = Consent.objects.select_for_update(of=("self",)).select_related("person").get(pk=consent.pk)
    if consent.withdrawn_on is None:
        consent.withdrawn_on = on
        consent.save(update_fields=["withdrawn_on"])
        record(
            actor=actor,
            verb="people.withdraw_consent",
            obj=consent.person,
            summary=f"Ghi việc rút đồng ý: {consent.get_purpose_display()}",
        )
    return consent


# --------------------------------------------------------------------------------------------------
# Showing what is sealed
# --------------------------------------------------------------------------------------------------


class ReasonMissing(PeopleError):
    """Identity numbers are shown only to who says why."""


@transaction.atomic
def reveal_identity(*, actor: Actor, person: Person, reason: str) -> Identity:
    """Show a person's identity numbers to who may see them, and write down that they were read, and why.

    Raises Forbidden or NotInReach when the actor may not, ReasonMissing for a reason under 5 letters.
    """
    reason = nfc(reason)
    if len(reason) < 5:
        raise ReasonMissing("Hãy ghi rõ lý do xem số định danh (ít nhất 5 chữ); lý do được lưu vào nhật ký.")
    _require_reach(actor, "people.view_identity", [person.pk])
    newest = person.memberships.order_by("-during").values_list("unit_id", flat=True).first()
    record(
        actor=actor,
        verb="people.reveal_identity",
        unit_id=newest,
        obj=person,
        reason=reason,
        summary=f"Xem số định danh của {person.full_name}",
    )
    return unsealed(person)
