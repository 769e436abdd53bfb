"""Admitting, admitting again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET

from congdoan.foundation.access.queries import home_unit
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.identifiers import check_citizen_id, check_phone
from congdoan.kit.text import search_prefix_query
from congdoan.registry.membership import actions, queries
from congdoan.registry.membership import forms as shapes
from congdoan.registry.membership.views.asking import crumbs_of, form_page, member_unit, paper_of, seen_person
from congdoan.registry.people.actions import (
    register_people,
)
from congdoan.registry.people.models import Person
from congdoan.registry.people.queries import find_by_identity, namesakes


@login_required
def admit(request: HttpRequest) -> HttpResponse:
    """Register a person and book the admission, in one go. Somebody who may be in the register already is shown
    first."""
    actor: Actor = request.actor
    if not actor.has_anywhere("membership.admit"):
        raise refuse("membership.admit")
    initial: dict[str, Any] = {"on": actor.today, "nationality": "VN"}
    home = home_unit(actor)
    asked = Unit.objects.filter(code=request.GET.get("don_vi", "")).first()
    if asked is not None:
        initial["unit"] = asked
    elif home is not None and queries.holds_members(home.pk, actor.today):
        initial["unit"] = home
    form = shapes.AdmitForm(request.POST or None, latest=actor.today, initial=initial)
    doubtful: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid() and not form.cleaned_data["same_person"]:
        doubtful = _who_may_be_the_same(actor, form)
        if doubtful and not any(item["certain"] for item in doubtful):
            form.fields["same_person"].widget = forms.CheckboxInput()

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        (made,) = register_people(actor=actor, on=actor.today, items=[form.person_data()])
        result = actions.admit(
            actor=actor,
            items=[
                actions.Admission(
                    person=made,
                    unit=data["unit"],
                    on=data["on"],
                    application_on=data["application_on"],
                    contract_from=data["contract_from"],
                    contract_to=data["contract_to"],
                    reason=data["reason"],
                )
            ],
            decision=paper_of(actor, data, home),
        )
        warnings = [
            *check_citizen_id(data["citizen_id"], birth_on=made.birth_on).warnings,
            *check_phone(data["phone"]).warnings,
            *(words for _, words in result.warnings),
        ]
        for warning in warnings:
            messages.warning(request, warning)
        return f"Đã kết nạp {made.full_name} vào {data['unit'].name} từ ngày {format_date(data['on'])}.", made

    return form_page(
        request,
        form,
        title="Kết nạp đoàn viên",
        button="Kết nạp",
        crumbs=[("Đoàn viên", reverse("membership:list"))],
        save=save,
        doubtful=doubtful,
    )


def _who_may_be_the_same(actor: Actor, form: shapes.AdmitForm) -> list[dict[str, Any]]:
    """People in the register with the same number (certainly the same) or the same name and birth date (maybe).

    Where somebody is out of the reader's sight only the unit is named, as the refusal of an admission would.
    """
    data = form.person_data()
    by_number = find_by_identity(citizen_ids=[data.citizen_id], passports=[data.passport])
    certain = {person.pk: person for person in by_number.values()}
    maybe = {}
    if data.birth_on is not None:
        maybe = {person.pk: person for person in namesakes(data.full_name, data.birth_on)[:5]}
    found = []
    seen = set(queries.people_seen(actor).filter(pk__in=[*certain, *maybe]).values_list("pk", flat=True))
    for pk, person in (maybe | certain).items():
        here = member_unit(person)
        found.append(
            {
                "name": person.full_name,
                "born": person.birth_on.year if person.birth_on else "",
                "unit": here.name if here else "chưa ở đơn vị nào",
                "url": reverse("membership:person", args=[pk]) if pk in seen else "",
                "certain": pk in certain,
            }
        )
    return sorted(found, key=lambda item: not item["certain"])


@login_required
def readmit(request: HttpRequest, pk: int) -> HttpResponse:
    """Book somebody who is in the register as a member (again)."""
    actor: Actor = request.actor
    found = seen_person(request, pk)
    if not actor.has_anywhere("membership.admit"):
        raise refuse("membership.admit")
    form = shapes.ReadmitForm(
        request.POST or None, latest=actor.today, initial={"on": actor.today, "unit": member_unit(found)}
    )

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        actions.admit(
            actor=actor,
            items=[
                actions.Admission(
                    found,
                    data["unit"],
                    data["on"],
                    application_on=data["application_on"],
                    reason=data["reason"],
                )
            ],
            decision=paper_of(actor, data, home_unit(actor)),
        )
        return f"Đã kết nạp lại {found.full_name} vào {data['unit'].name}.", found

    return form_page(
        request, form, title="Kết nạp lại", button="Kết nạp lại", crumbs=crumbs_of(found), save=save
    )


@login_required
@require_GET
def suggest_unit(request: HttpRequest) -> HttpResponse:
    """Options of a unit that holds members, being typed; only where the actor may write."""
    actor: Actor = request.actor
    words = search_prefix_query(request.GET.get(request.GET.get("truong", "q"), ""))
    rows: list[Unit] = []
    if words:
        rows = list(queries.holding_units(actor, words, actor.today)[:20])
    return HttpResponse(
        format_html_join("", '<option value="{} ({})"></option>', ((unit.name, unit.code) for unit in rows))
    )
