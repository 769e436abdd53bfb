"""Beginning a decision and changing its paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from congdoan.foundation.access.queries import home_unit, may, require
from congdoan.foundation.access.rules import refuse
from congdoan.registry.reorganisation import actions
from congdoan.registry.reorganisation.forms import PaperForm
from congdoan.registry.reorganisation.rules import PREPARE
from congdoan.registry.reorganisation.views.asking import crumbs, form_page, found_decision, tried

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def _data(form: PaperForm) -> actions.ReorganisationData:
    values: dict[str, Any] = form.cleaned_data
    return actions.ReorganisationData(**values)


@login_required
@_GET_OR_POST
def create(request: HttpRequest) -> HttpResponse:
    """Begin a decision."""
    actor = request.actor
    if not actor.has_anywhere(PREPARE):
        raise refuse(PREPARE)
    own = home_unit(actor)
    initial: dict[str, Any] = {"effective_on": actor.today}
    if own is not None and may(actor, PREPARE, own):
        initial["authority"] = own
    form = PaperForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = tried(form, lambda: actions.draft(actor=actor, on=actor.today, data=_data(form)))
        if made is not None:
            messages.success(request, "Đã lập. Hãy thêm các bước, rồi kiểm tra.")
            return redirect("reorganisation:decision", made.pk)
    return form_page(
        request, form, title="Lập quyết định sắp xếp", button="Lập và thêm các bước", way=crumbs()
    )


@login_required
@_GET_OR_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the paper while the decision is not carried out."""
    actor, found = request.actor, found_decision(request, pk)
    require(actor, PREPARE, found.authority)
    initial = {name: getattr(found, name) for name in PaperForm.base_fields}
    form = PaperForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = actions.ReorganisationData(**form.cleaned_data, file=found.file)
        done = tried(
            form, lambda: actions.edit(actor=actor, on=actor.today, reorganisation=found, data=values)
        )
        if done is not None:
            messages.success(request, "Đã lưu. Hãy kiểm tra lại trước khi thực hiện.")
            return redirect("reorganisation:decision", pk)
    return form_page(request, form, title="Sửa thông tin", button="Lưu", way=crumbs(found))
