"""Doors of cards: the list, one card, a union's cards, prints."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from congdoan.foundation.access.queries import may, require
from congdoan.foundation.audit.actions import record
from congdoan.foundation.jobs.actions import start
from congdoan.foundation.listing.views import list_view
from congdoan.foundation.units.models import Unit
from congdoan.kit.answers import file_answer
from congdoan.registry.cards import actions, choices, queries, rules
from congdoan.registry.cards.codes import code_of
from congdoan.registry.cards.documents import MOST, cards_pdf
from congdoan.registry.cards.forms import ExchangeForm, WithdrawForm
from congdoan.registry.cards.models import Card
from congdoan.registry.membership.queries import membership_on

cards = list_view("cards.cards")


def _site(request: HttpRequest) -> str:
    """Where the codes lead: at the address the installation has told, else the one the reader uses."""
    return settings.MESSAGING["site"] or request.build_absolute_uri("/").rstrip("/")


def _found(request: HttpRequest, pk: int) -> Card:
    return get_object_or_404(queries.visible_cards(request.actor), pk=pk)


@login_required
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One card: what it says, whether it holds, and the ways to exchange or withdraw it."""
    return _page(request, _found(request, pk))


def _page(request: HttpRequest, found: Card, *, problem: str = "", **forms: Any) -> HttpResponse:
    actor = request.actor
    held = membership_on(found.person_id, actor.today)
    may_issue = may(actor, rules.ISSUE, held.unit if held is not None else found.unit)
    is_valid = found.state == choices.VALID
    shown = {
        "item": found,
        "held": held,
        "moved": is_valid and held is not None and held.unit_id != found.unit_id,
        "others": Card.objects.filter(person=found.person_id).exclude(pk=found.pk).order_by("-pk"),
        "may_exchange": may_issue and is_valid and held is not None,
        "may_withdraw": may_issue and is_valid,
        "exchange_form": forms.get("exchange") or ExchangeForm(),
        "withdraw_form": forms.get("withdraw") or WithdrawForm(),
        "problem": problem,
        "check_url": f"{_site(request)}/the/{code_of(found.serial)}",
        "phone_url": f"{_site(request)}{reverse('card_on_phone', args=[found.phone_key])}",
    }
    return render(request, "cards/card.html", shown, status=422 if problem or forms else 200)


@login_required
@require_GET
def of_person(request: HttpRequest, person: int) -> HttpResponse:
    """The cards of a member, or the way to their first one."""
    actor = request.actor
    held = membership_on(person, actor.today)
    found = queries.visible_cards(actor).filter(person=person).order_by("-pk")
    valid = found.filter(state=choices.VALID).first()
    if valid is not None:
        return redirect("cards:card", valid.pk)
    may_see = held is not None and may(actor, "membership.view", held.unit)
    if not may_see and not found.exists():
        raise Http404("Không có đoàn viên này trong phạm vi của bạn.")
    shown = {
        "held": held,
        "cards": found,
        "may_issue": held is not None and may(actor, rules.ISSUE, held.unit),
    }
    return render(request, "cards/of_person.html", shown)


@login_required
@require_POST
def issue(request: HttpRequest, person: int) -> HttpResponse:
    """A first card for a member."""
    held = membership_on(person, request.actor.today)
    if held is None or not may(request.actor, "membership.view", held.unit):
        raise Http404("Không có đoàn viên này trong phạm vi của bạn.")
    require(request.actor, rules.ISSUE, held.unit)
    try:
        made = actions.issue(actor=request.actor, on=request.actor.today, person=person)
    except actions.CardError as error:
        messages.error(request, str(error))
        return redirect("membership:person", person)
    messages.success(request, f"Đã cấp thẻ {made.number}.")
    return redirect("cards:card", made.pk)


@login_required
@require_POST
def exchange(request: HttpRequest, pk: int) -> HttpResponse:
    """Another card in the place of this one."""
    found, form = _found(request, pk), ExchangeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, exchange=form)
    try:
        made = actions.exchange(
            actor=request.actor, on=request.actor.today, card=found, reason=form.cleaned_data["reason"]
        )
    except actions.CardError as error:
        return _page(request, found, problem=str(error), exchange=form)
    messages.success(request, f"Đã đổi sang thẻ {made.number}; thẻ cũ không còn giá trị.")
    return redirect("cards:card", made.pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a card back."""
    found, form = _found(request, pk), WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, found, withdraw=form)
    try:
        actions.withdraw(
            actor=request.actor, on=request.actor.today, card=found, reason=form.cleaned_data["words"]
        )
    except actions.CardError as error:
        return _page(request, found, problem=str(error), withdraw=form)
    messages.success(request, "Đã thu hồi thẻ.")
    return redirect("cards:card", pk)


def _union(request: HttpRequest, code: str) -> Unit:
    unit = get_object_or_404(Unit, code=code)
    if not may(request.actor, "membership.view", unit):
        raise Http404("Không có đơn vị này trong phạm vi của bạn.")
    return unit


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def union(request: HttpRequest, code: str) -> HttpResponse:
    """Cards of a union: how many have one; issue to all others, in the background."""
    actor, unit = request.actor, _union(request, code)
    if request.method == "POST":
        require(actor, rules.ISSUE, unit)
        run = start(
            kind="cards.issue_to_union",
            title=f"Cấp thẻ cho đoàn viên của {unit.name}",
            actor=actor,
            unit=unit,
            arguments={},
            lock=f"cards:{unit.pk}",
        )
        return redirect("jobs:run", run.pk)
    shown = {
        "unit": unit,
        "waiting": queries.without_card(unit, actor.today).count(),
        "valid": Card.objects.filter(unit=unit, state=choices.VALID).count(),
        "may_issue": may(actor, rules.ISSUE, unit),
        "most": MOST,
    }
    return render(request, "cards/union.html", shown)


@login_required
@require_GET
def print_union(request: HttpRequest, code: str) -> HttpResponse:
    """The valid cards a union has issued, on sheets of ten; ``tu`` is where the file begins, since a file has so many."""
    unit = _union(request, code)
    first = request.GET.get("tu", "")
    start_at = int(first) if first.isdigit() and len(first) < 8 else 0
    rows = Card.objects.filter(unit=unit, state=choices.VALID).select_related("person", "unit")
    chosen = list(rows.order_by("sort_key", "pk")[start_at : start_at + MOST])
    if not chosen:
        raise Http404("Chưa có thẻ nào để in.")
    record(
        actor=request.actor,
        verb="cards.print",
        unit_id=unit.pk,
        summary=f"In {len(chosen)} thẻ của {unit.name}",
    )
    return _pdf(cards_pdf(chosen, site=_site(request), on_sheets=True), f"the-doan-vien-{unit.code}.pdf")


@login_required
@require_GET
def print_card(request: HttpRequest, pk: int) -> HttpResponse:
    """One card, of the size of a bank card, both sides."""
    found = _found(request, pk)
    return _pdf(cards_pdf([found], site=_site(request), on_sheets=False), f"the-{found.number}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    return file_answer(content, "application/pdf", name)
