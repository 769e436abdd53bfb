"""The account page; sign-in itself is allauth's."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from congdoan.foundation.accounts import actions
from congdoan.foundation.accounts.forms import ProfileForm


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I have been given, and how my sign-in is protected."""
    user = request.user
    form = ProfileForm(request.POST or None, instance=user, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if changes:
            actions.edit_profile(actor=request.actor, user=user, changes=changes)
        messages.success(request, "Đã lưu thông tin tài khoản.")
        return redirect("account_profile")
    factors = list(Authenticator.objects.filter(user=user))
    return render(
        request,
        "account/profile.html",
        {
            "form": form,
            "grants": user.grants.filter(during__contains=request.actor.today).select_related("role", "unit"),
            "has_totp": any(item.type == Authenticator.Type.TOTP for item in factors),
            "keys": [item for item in factors if item.type == Authenticator.Type.WEBAUTHN],
            "sessions": UserSession.objects.filter(user=user).count(),
        },
    )
