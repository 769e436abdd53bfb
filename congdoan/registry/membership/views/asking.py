"""What the doors of members ask in common: who is seen, where they are a member, a form and what it saves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.units.actions import keep_decision
from congdoan.foundation.units.models import Decision, Unit
from congdoan.registry.membership import actions, queries
from congdoan.registry.people.actions import (
    PeopleError,
)
from congdoan.registry.people.models import Person


def seen_person(request: HttpRequest, pk: int) -> Person:
    """A person whom the reader has, or had, in the books that they may see; 404 for anybody else."""
    return get_object_or_404(queries.people_seen(request.actor), pk=pk)


def member_unit(person: Person) -> Unit | None:
    """The unit whose officers look after the person: of the newest membership, else of the newest movement."""
    membership = person.memberships.filter(is_primary=True).order_by("-during").select_related("unit").first()
    if membership is not None:
        return membership.unit
    movement = person.movements.order_by("-on", "-id").select_related("unit").first()
    return movement.unit if movement else None


def paper_of(actor: Actor, data: dict[str, Any], issuer: Unit | None) -> Decision | None:
    """The decision a form names, if it names one."""
    number = data.get("decision_number") or ""
    if not number:
        return None
    return keep_decision(actor=actor, number=number, issued_on=data.get("decision_on"), issuer=issuer)


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    button: str,
    crumbs: list[tuple[str, str]],
    save: Callable[[dict[str, Any]], tuple[str, Person]],
    note: str = "",
    doubtful: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """Show a form; when it is sent and sound, run ``save`` and go to the person's page. What an action refuses is
    shown above the form, which keeps what was typed."""
    if request.method == "POST" and not doubtful and form.is_valid():
        try:
            with transaction.atomic():
                words, found = save(form.cleaned_data)
        except (actions.MembershipError, PeopleError) as error:
            form.add_error(None, ValidationError(str(error)))
        else:
            messages.success(request, words)
            return redirect("membership:person", found.pk)
    return render(
        request,
        "membership/form.html",
        {
            "form": form,
            "title": title,
            "button": button,
            "crumbs": [*crumbs, (title, "")],
            "note": note,
            "doubtful": doubtful,
            "back": crumbs[-1][1],
        },
        status=422 if request.method == "POST" else 200,
    )


def crumbs_of(found: Person) -> list[tuple[str, str]]:
    return [
        ("Đoàn viên", reverse("membership:list")),
        (found.full_name, reverse("membership:person", args=[found.pk])),
    ]


def own_member(request: HttpRequest, pk: int, capability: str) -> Person:
    """A person seen whom the actor may also write for, at the unit where the person is."""
    found = seen_person(request, pk)
    here = member_unit(found)
    if here is None or not may(request.actor, capability, here):
        raise refuse(capability, here.name if here else "")
    return found
