"""Leaving, one or many; a sign of life; taking a movement back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import whole_number
from congdoan.registry.membership import actions, queries, rules
from congdoan.registry.membership import forms as shapes
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.views.asking import crumbs_of, form_page, own_member, paper_of, seen_person
from congdoan.registry.people.models import Person


@login_required
def depart(request: HttpRequest, pk: int) -> HttpResponse:
    """Book the end of a membership."""
    actor: Actor = request.actor
    found = own_member(request, pk, "membership.end")
    form = shapes.DepartForm(request.POST or None, latest=actor.today, initial={"on": actor.today})

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        actions.depart(
            actor=actor,
            items=[actions.Departure(found, data["kind"], data["on"], data["reason"])],
            decision=paper_of(actor, data, home_unit(actor)),
        )
        return f"Đã ghi {KINDS[data['kind']].name}: {found.full_name}.", found

    return form_page(
        request,
        form,
        title="Ra khỏi tổ chức",
        button="Ghi vào sổ",
        crumbs=crumbs_of(found),
        save=save,
        note="Ngày ghi là ngày đầu tiên không còn là đoàn viên.",
    )


@login_required
def depart_many(request: HttpRequest) -> HttpResponse:
    """Book the end of several memberships at once; ``nguoi`` names the people."""
    actor: Actor = request.actor
    if not actor.has_anywhere("membership.end"):
        raise refuse("membership.end")
    given = request.POST if request.method == "POST" else request.GET
    asked = [pk for text in given.getlist("nguoi")[:200] if (pk := whole_number(text)) is not None]
    rows = list(
        queries.members_to_end(actor, actor.today)
        .filter(person__in=asked)
        .select_related("person", "unit")
        .order_by("sort_key", "pk")
    )
    form = shapes.DepartForm(request.POST or None, latest=actor.today, initial={"on": actor.today})
    if request.method == "POST" and not rows:
        form.add_error(None, "Không còn ai trong danh sách này là đoàn viên trong phạm vi của bạn.")
    elif request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                n = actions.depart(
                    actor=actor,
                    items=[
                        actions.Departure(row.person, data["kind"], data["on"], data["reason"])
                        for row in rows
                    ],
                    decision=paper_of(actor, data, home_unit(actor)),
                )
        except actions.MembershipError as error:
            form.add_error(None, ValidationError(str(error)))
        else:
            messages.success(request, f"Đã ghi {KINDS[data['kind']].name}: {n} người.")
            return redirect("membership:silent")
    shown = {
        "rows": rows,
        "form": form,
        "crumbs": [
            ("Lâu không có dấu hiệu sinh hoạt", reverse("membership:silent")),
            ("Ra khỏi tổ chức", ""),
        ],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "membership/depart_many.html", shown, status=status)


@login_required
@require_POST
def alive(request: HttpRequest, pk: int) -> HttpResponse:
    """An officer says that a member still takes part."""
    found = own_member(request, pk, "people.edit")
    try:
        actions.confirm_alive(actor=request.actor, on=request.actor.today, people=[found.pk])
    except actions.MembershipError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Đã ghi {found.full_name} còn sinh hoạt.")
    return redirect("membership:person", found.pk)


@login_required
def reverse_movement(request: HttpRequest, pk: int, movement: int) -> HttpResponse:
    """Take a booking back."""
    actor: Actor = request.actor
    found = seen_person(request, pk)
    booked = get_object_or_404(found.movements.select_related("unit"), pk=movement)
    capability = rules.capability_for(booked.kind)
    if not may(actor, capability, booked.unit_id):
        raise refuse(capability, booked.unit.name)
    form = shapes.ReverseForm(request.POST or None)

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        count = actions.reverse(actor=actor, movements=[booked], reason=data["reason"])
        both = " và bút toán đi cùng" if count > 1 else ""
        return f"Đã đảo “{KINDS[booked.kind].name}” ngày {format_date(booked.on)}{both}.", found

    return form_page(
        request,
        form,
        title=f"Đảo bút toán: {KINDS[booked.kind].name} ngày {format_date(booked.on)}",
        button="Đảo bút toán",
        crumbs=crumbs_of(found),
        save=save,
        note=f"{booked.unit.name}. Chuyển sinh hoạt và sắp xếp được đảo cả hai đầu.",
    )
