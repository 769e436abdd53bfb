"""Doors of tokens, on the account pages."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from congdoan.foundation.access.rules import capabilities
from congdoan.foundation.tokens import actions, queries
from congdoan.foundation.tokens.forms import TokenForm


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens; making one, whose secret is shown on the answer and nowhere else."""
    actor = request.actor
    first = {"last_on": actor.today + timedelta(days=90)}
    form = TokenForm(request.POST or None, actor=actor, initial=first)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = actions.create_token(actor=actor, on=actor.today, **form.cleaned_data)
            form = TokenForm(actor=actor, initial=first)
        except actions.TokenError as error:
            form.add_error(None, str(error))
    names = {item.code: item.name for item in capabilities()}
    rows = [
        {
            "token": token,
            "rights": [names.get(code, code) for code in token.capabilities],
            "holds": token.holds(actor.today),
        }
        for token in queries.tokens_of(request.user)
    ]
    status = 422 if request.method == "POST" and not secret else 200
    return render(
        request, "tokens/tokens.html", {"form": form, "rows": rows, "secret": secret}, status=status
    )


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own token out of use."""
    found = get_object_or_404(queries.tokens_of(request.user), pk=pk)
    actions.revoke_token(actor=request.actor, token=found)
    messages.success(request, f"Đã thu hồi mã “{found.name}”. Hệ thống dùng mã này không đọc được nữa.")
    return redirect("tokens:tokens")
