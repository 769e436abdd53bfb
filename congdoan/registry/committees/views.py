"""The committee of a union and the decision that changes it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from congdoan.foundation.access.queries import may, require, scope
from congdoan.foundation.units.models import Unit
from congdoan.registry.committees import actions, queries
from congdoan.registry.committees.choices import CHAIR
from congdoan.registry.committees.forms import ChangeForm
from congdoan.registry.organisation.rules import FOUND

#: So many days before the end of a term the page says that it is near.
_NEAR = timedelta(days=90)


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
                "last_on": post.during.upper - timedelta(days=1) if post.during.upper else None,
                "is_near": post.during.upper is not None and post.during.upper - on <= _NEAR,
            }
            for post in posts
        ],
        "has_chair": any(post.post == CHAIR for post in posts),
        "earlier": [
            {"post": post, "last_on": post.during.upper - timedelta(days=1)}
            for post in queries.earlier_posts(unit.pk, on)[:50]
        ],
        "may_change": may_change,
        "form": form,
        "problem": problem,
    }
    return render(request, "committees/unit.html", shown, status=422 if form.is_bound else 200)
