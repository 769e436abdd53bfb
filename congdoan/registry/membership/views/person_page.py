"""The page of one person: who they are, where they belong, what happened."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor
from congdoan.kit.countries import country_name
from congdoan.kit.dates import format_date
from congdoan.kit.identifiers import check_citizen_id, check_phone
from congdoan.kit.sealed import unseal
from congdoan.kit.text import mask
from congdoan.registry.membership import forms as shapes
from congdoan.registry.membership import queries, rules
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.lists import born, movement_words
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.views.asking import (
    crumbs_of,
    form_page,
    member_unit,
    own_member,
    seen_person,
)
from congdoan.registry.people.actions import (
    PeopleError,
    reveal_identity,
    update_people,
)
from congdoan.registry.people.choices import CONSENT_PURPOSES, CONTRACT_KINDS, SEXES
from congdoan.registry.people.models import Person

_PRIVATE = ("birth", "phone", "email", "address")


@login_required
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who they are, where they belong, and everything that was booked for them."""
    actor: Actor = request.actor
    found = seen_person(request, pk)
    here = member_unit(found)
    own = here is not None and may(actor, "membership.view", here)
    current = queries.membership_on(found.pk, request.as_of)
    today = queries.membership_on(found.pk, actor.today)
    rights = {
        name: here is not None and may(actor, capability, here)
        for name, capability in (
            ("contacts", "people.view_contacts"),
            ("identity", "people.view_identity"),
            ("edit", "people.edit"),
            ("transfer", "membership.transfer"),
            ("end", "membership.end"),
            ("admit", "membership.admit"),
        )
    }
    booked = list(queries.movements_seen(actor, found.pk, everything=own))
    reversed_ids = {movement.reverses_id for movement in booked if movement.reverses_id}
    return render(
        request,
        "membership/person.html",
        {
            "person": found,
            "here": here,
            "current": current,
            "today": today,
            "rights": rights,
            "born": born(found, whole=rights["contacts"]),
            "facts": _facts(found, rights),
            "warnings": _warnings(found, rights),
            "masked": _masked(found) if rights["identity"] else [],
            "events": _events(found, booked, reversed_ids, own=own),
            "reversible": [
                movement
                for movement in booked
                if movement.reverses_id is None
                and movement.pk not in reversed_ids
                and KINDS[movement.kind].sign == movement.sign
                and may(actor, rules.capability_for(movement.kind), movement.unit_id)
            ]
            if own
            else [],
            "memberships": list(
                found.memberships.filter(is_primary=True).select_related("unit").order_by("-during")
            )
            if own
            else [],
            "silence": queries.silence_of(found.pk) if own and rights["edit"] else None,
            "reveal_form": shapes.RevealForm(),
            "crumbs": [("Đoàn viên", reverse("membership:list")), (found.full_name, "")],
        },
    )


def _facts(found: Person, rights: dict[str, bool]) -> list[tuple[str, Any]]:
    hidden = "không được giao quyền xem"
    facts: list[tuple[str, Any]] = [
        ("Ngày sinh" if rights["contacts"] else "Năm sinh", born(found, whole=rights["contacts"])),
        ("Giới tính", dict(SEXES)[found.sex].capitalize()),
        ("Quốc tịch", country_name(found.nationality)),
        ("Số thẻ đoàn viên", found.card_number),
    ]
    for label, value in (
        ("Điện thoại", found.phone),
        ("Thư điện tử", found.email),
        ("Nơi ở", found.address),
        ("Quê quán", found.hometown),
    ):
        facts.append((label, value if rights["contacts"] else hidden))
    return facts


def _masked(found: Person) -> list[tuple[str, str]]:
    """Identity numbers as dots and their last figures: enough to compare with a card, not to use."""
    sealed = (("Số căn cước", found.citizen_id_sealed), ("Số hộ chiếu", found.passport_sealed))
    return [(label, mask(unseal(value))) for label, value in sealed if value]


def _warnings(found: Person, rights: dict[str, bool]) -> list[str]:
    """What looks wrong in the person's data, for who may see that data."""
    if not rights["contacts"] or not found.phone:
        return []
    return list(check_phone(found.phone).warnings)


def _events(
    found: Person, booked: list[Movement], reversed_ids: set[int], *, own: bool
) -> list[dict[str, Any]]:
    """Movements, employment and consents in one line of time, the newest first."""
    events: list[dict[str, Any]] = []
    for movement in booked:
        details = [movement.unit.name]
        if movement.counter_unit is not None:
            details.append(f"{'đến' if KINDS[movement.kind].sign < 0 else 'từ'} {movement.counter_unit.name}")
        if movement.decision is not None and movement.decision.number:
            details.append(f"QĐ {movement.decision.number}")
        if movement.reason:
            details.append(movement.reason)
        who = movement.actor.get_full_name() if movement.actor else "hệ thống"
        details.append(f"{who} ghi ngày {format_date(movement.recorded_at.astimezone().date())}")
        if movement.is_late:
            details.append("ghi sau khi khoá sổ")
        undone = movement.pk in reversed_ids
        events.append(
            {
                "on": movement.on,
                "order": (movement.on, 2, movement.pk),
                "title": movement_words(movement),
                "detail": " · ".join(details),
                "state": "muted" if undone or movement.reverses_id else _tone(movement),
                "undone": undone,
            }
        )
    if own:
        for job in found.employments.select_related("enterprise").order_by("during"):
            until = f", đến trước {format_date(job.during.upper)}" if job.during.upper else ""
            words = [dict(CONTRACT_KINDS).get(job.contract_kind, ""), job.job_title]
            events.append(
                {
                    "on": job.during.lower,
                    "order": (job.during.lower, 0, job.pk),
                    "title": f"Làm việc tại {job.enterprise.name}{until}",
                    "detail": " · ".join(filter(None, words)),
                    "url": reverse("enterprises:enterprise", args=[job.enterprise_id]),
                    "state": "info",
                }
            )
        for consent in found.consents.order_by("given_on"):
            purpose = dict(CONSENT_PURPOSES)[consent.purpose]
            events.append(
                {
                    "on": consent.given_on,
                    "order": (consent.given_on, 1, consent.pk),
                    "title": f"Đồng ý xử lý dữ liệu: {purpose}",
                    "detail": consent.source
                    + (
                        f" · rút lại ngày {format_date(consent.withdrawn_on)}" if consent.withdrawn_on else ""
                    ),
                    "state": "muted",
                    "undone": consent.withdrawn_on is not None,
                }
            )
    return sorted(events, key=lambda event: event["order"], reverse=True)


def _tone(movement: Movement) -> str:
    if KINDS[movement.kind].group == "reorganised":
        return "info"
    return "good" if movement.sign > 0 else "warn"


@login_required
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show identity numbers once, to who says why; the reading is written down."""
    found = seen_person(request, pk)
    form = shapes.RevealForm(request.POST)
    context: dict[str, Any] = {"person": found, "reveal_form": form}
    if form.is_valid():
        try:
            context["identity"] = reveal_identity(
                actor=request.actor, person=found, reason=form.cleaned_data["reason"]
            )
            context["warnings"] = check_citizen_id(
                context["identity"].citizen_id,
                birth_on=found.birth_on,
                sex={"m": "male", "f": "female"}.get(found.sex),  # type: ignore[arg-type]
            ).warnings
        except PeopleError as error:
            form.add_error(None, ValidationError(str(error)))
    response = render(request, "membership/_identity.html", context)
    # Numbers shown once are kept by no cache, so that "back" does not show them again.
    response["Cache-Control"] = "no-store"
    return response


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what is written of a person."""
    actor: Actor = request.actor
    found = own_member(request, pk, "people.edit")
    here = member_unit(found)
    contacts = here is not None and may(actor, "people.view_contacts", here)
    form = shapes.EditForm(
        request.POST or None, initial=shapes.EditForm.initial_of(found, born(found, whole=contacts))
    )
    if not contacts:
        form.keep_from(_PRIVATE)

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        changed = update_people(
            actor=actor, on=actor.today, changes=[(found, form.changes())], reason=data["reason"]
        )
        return ("Đã lưu." if changed else "Không có gì thay đổi."), found

    return form_page(
        request, form, title="Sửa thông tin cá nhân", button="Lưu", crumbs=crumbs_of(found), save=save
    )
