"""Foreign members whose contract ends."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from congdoan.foundation.access.queries import home_unit
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import days_left_words
from congdoan.kit.numbers import whole_number
from congdoan.registry.membership import actions
from congdoan.registry.membership import forms as shapes
from congdoan.registry.membership.contracts import ending_for, notice_days
from congdoan.registry.membership.views.asking import paper_of
from congdoan.registry.people.actions import (
    PeopleError,
)
from congdoan.registry.people.models import Person
from congdoan.registry.people.queries import employments_of

#: So many contracts on one page, the earliest end first.
_CONTRACTS = 200


@login_required
def foreign_contracts(request: HttpRequest) -> HttpResponse:
    """Foreign members whose contract has ended or ends soon: renewed, or members no longer, one or many at a time."""
    actor: Actor = request.actor
    if not actor.has_anywhere("membership.end"):
        raise refuse("membership.end")
    chosen = [pk for text in request.POST.getlist("id")[:2000] if (pk := whole_number(text)) is not None]
    do = request.POST.get("do", "")
    renew = shapes.RenewForm(request.POST if do == "renew" else None, initial={"contract_from": actor.today})
    end = shapes.ContractsEndForm(request.POST if do == "end" else None, initial={"on": actor.today})
    form: forms.Form | None = renew if do == "renew" else end if do == "end" else None
    problem = ""
    if form is not None and form.is_valid():
        try:
            with transaction.atomic():
                words, warning = _settle_contracts(actor, do, chosen, form.cleaned_data)
        except (actions.MembershipError, PeopleError) as error:
            problem = str(error)
        else:
            messages.success(request, words)
            if warning:
                messages.warning(request, warning)
            return redirect("membership:contracts")
    waiting = ending_for(actor, actor.today)
    people = Person.objects.only("full_name").in_bulk([row.person_id for row in waiting[:_CONTRACTS]])
    units = Unit.objects.only("name").in_bulk({row.unit_id for row in waiting[:_CONTRACTS]})
    rows = [row for row in waiting[:_CONTRACTS] if row.person_id in people]
    jobs = employments_of([row.person_id for row in rows], actor.today)
    law = parameter("foreign_worker.contract_months", on=max(actor.today, date(2025, 7, 1)))
    shown = {
        "rows": [
            {
                "person": people[row.person_id],
                "unit": units[row.unit_id],
                "end": row.contract_end,
                "ended": row.contract_end < actor.today,
                "left": days_left_words(actor.today, row.contract_end),
                "work": jobs[row.person_id].enterprise.name if row.person_id in jobs else "",
            }
            for row in rows
        ],
        "is_more": len(waiting) > _CONTRACTS,
        "chosen": chosen,
        "renew_form": renew,
        "end_form": end,
        "problem": problem,
        "law": law,
        "days": notice_days(actor.today),
        "crumbs": [("Đoàn viên", reverse("membership:list")), ("Hợp đồng của người nước ngoài", "")],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "membership/contracts.html", shown, status=status)


def _settle_contracts(actor: Actor, do: str, chosen: list[int], data: dict[str, Any]) -> tuple[str, str]:
    """(what was done, a warning) for those chosen."""
    if do == "renew":
        warning = actions.renew_contracts(actor=actor, on=actor.today, people=chosen, **data)
        return f"Đã ghi hợp đồng mới của {len(chosen)} người.", warning
    n = actions.end_for_contracts(
        actor=actor, on=data["on"], people=chosen, decision=paper_of(actor, data, home_unit(actor))
    )
    return f"Đã ghi {n} người thôi là đoàn viên.", ""
