"""The committee of a union and the decision that changes it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from congdoan.foundation.access.queries import may, require, scope
from congdoan.foundation.papers.queries import AbsentData
from congdoan.foundation.units.models import Unit
from congdoan.kit.answers import file_answer
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields
from congdoan.registry.committees import actions, queries
from congdoan.registry.committees.choices import CHAIR
from congdoan.registry.committees.documents import change_paper
from congdoan.registry.committees.forms import ChangeForm
from congdoan.registry.organisation.rules import EDIT, FOUND


@login_required
@require_http_methods(["GET", "POST"])
def committee(request: HttpRequest, code: str) -> HttpResponse:
    """Who sits on the committee on the day looked at, who did before, and for the superior the form of a decision."""
    actor, on = request.actor, request.as_of
    held = scope(actor, "membership.view")
    unit = get_object_or_404(Unit.objects.filter(held.filter_on("pk", on)), code=code)
    if request.method == "POST":
        require(actor, FOUND, unit)
    may_change = may(actor, FOUND, unit) and unit.ended_on is None
    form = ChangeForm(
        request.POST if request.method == "POST" else None,
        unit=unit,
        posts=queries.posts_on(unit.pk, actor.today),
        initial={"on": actor.today, "issued_on": actor.today},
    )
    problem = ""
    if form.is_bound and form.is_valid():
        try:
            actions.change_committee(
                actor=actor, on=form.cleaned_data["on"], unit=unit, data=form.data_given()
            )
        except actions.CommitteeError as error:
            problem = str(error)
        else:
            messages.success(request, "Đã ghi quyết định và cập nhật Ban Chấp hành.")
            return redirect("committees:unit", unit.code)
    posts = list(queries.posts_on(unit.pk, on))
    shown = {
        "unit": unit,
        "rows": [
            {
                "post": post,
                "last_on": post.last_on,
                "is_near": post.during.upper is not None
                and post.during.upper - on <= timedelta(days=queries.NEAR),
            }
            for post in posts
        ],
        "has_chair": any(post.post == CHAIR for post in posts),
        "earlier": [
            {"post": post, "last_on": post.last_on} for post in queries.earlier_posts(unit.pk, on)[:50]
        ],
        "may_change": may_change,
        "decisions": queries.decisions_on(unit.pk)[:20] if may(actor, EDIT, unit) else (),
        "form": form,
        "problem": problem,
    }
    return render(request, "committees/unit.html", shown, status=422 if form.is_bound else 200)


@login_required
@require_GET
def paper(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A decision that changed the committee, as .docx."""
    unit = get_object_or_404(Unit.objects.filter(scope(request.actor, EDIT).filter("pk")), code=code)
    decision = get_object_or_404(queries.decisions_on(unit.pk), pk=pk)
    try:
        content = change_paper(unit, decision)
    except (AbsentData, BrokenTemplate, MissingFields) as error:
        messages.error(request, str(error))
        return redirect("committees:unit", unit.code)
    return file_answer(content, DOCX, "Quyết định kiện toàn.docx")
