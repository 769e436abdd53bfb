"""Doors of the administration: users, grants, roles, and who has what at a unit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from congdoan.foundation.access import actions, queries
from congdoan.foundation.access.forms import GrantForm, ReasonForm, RoleForm, UserForm, unit_words
from congdoan.foundation.access.models import Role
from congdoan.foundation.access.rules import Forbidden, capabilities_by_room, refuse
from congdoan.foundation.accounts.actions import AccountError, one_time_link
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.queries import ancestors_on
from congdoan.kit.text import search_key


def users_extra(request: HttpRequest) -> dict[str, Any]:
    """The buttons of the list of users."""
    add = {
        "label": "Thêm người dùng",
        "url": reverse("access:add_user"),
        "icon": "user-plus",
        "primary": True,
    }
    return {
        "actions": [
            {"label": "Phân quyền", "url": reverse("access:grants"), "icon": "key"},
            {"label": "Vai trò", "url": reverse("access:roles"), "icon": "shield-lock"},
            add,
        ]
    }


def grants_extra(request: HttpRequest) -> dict[str, Any]:
    """The buttons of the list of grants."""
    return {
        "actions": [
            {"label": "Người dùng", "url": reverse("access:users"), "icon": "users"},
            {"label": "Vai trò", "url": reverse("access:roles"), "icon": "shield-lock"},
        ]
    }


def _administrator(request: HttpRequest) -> None:
    if not request.actor.has_anywhere("access.manage"):
        raise refuse("access.manage")


def _user(request: HttpRequest, pk: int) -> User:
    _administrator(request)
    return get_object_or_404(queries.visible_users(request.actor).select_related("home_unit"), pk=pk)


def _link(request: HttpRequest, path: str) -> str:
    return request.build_absolute_uri(path)


@login_required
@require_http_methods(["GET", "POST"])
def add_user(request: HttpRequest) -> HttpResponse:
    """Make a user; the one-time link to set a password is shown once, in the answer."""
    _administrator(request)
    form = UserForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.add_user(actor=request.actor, home_unit=data.pop("unit"), **data)
        except AccountError as error:
            form.add_error("email" if "mail" in str(error) else "username", str(error))
        else:
            link = _link(request, one_time_link(made))
            return render(
                request, "access/one_time_link.html", {"person": made, "link": link, "is_new": True}
            )
    return render(request, "access/add_user.html", {"form": form})


@login_required
@require_GET
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One user: who they are, how they sign in, what they hold."""
    return _user_page(request, _user(request, pk))


def _user_page(
    request: HttpRequest, found: User, *, grant_form: GrantForm | None = None, status: int = 200
) -> HttpResponse:
    today = request.actor.today
    grants = queries.visible_grants(request.actor).filter(user=found).select_related("role", "unit")
    factors = Authenticator.objects.filter(user=found).exclude(type=Authenticator.Type.RECOVERY_CODES)
    initial = {"unit": unit_words(found.home_unit)} if found.home_unit_id else {}
    return render(
        request,
        "access/user.html",
        {
            "person": found,
            "is_self": found.pk == request.user.pk,
            "in_force": grants.filter(during__contains=today).order_by("pk"),
            "others": grants.exclude(during__contains=today).order_by("-pk")[:50],
            "has_factor": factors.exists(),
            "may_manage": queries.manages_account(request.actor, found),
            "grant_form": grant_form or GrantForm(actor=request.actor, initial=initial),
            "reason_form": ReasonForm(),
        },
        status=status,
    )


def _reason(request: HttpRequest) -> str | None:
    form = ReasonForm(request.POST)
    if form.is_valid():
        return str(form.cleaned_data["reason"])
    messages.error(request, " ".join(form.errors["reason"]))
    return None


@login_required
@require_POST
def switch_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a user off, or on again."""
    found = _user(request, pk)
    reason = _reason(request)
    if reason is not None:
        active = not found.is_active
        actions.switch_user(actor=request.actor, user=found, active=active, reason=reason)
        words = "Đã mở lại tài khoản" if active else "Đã khóa tài khoản và kết thúc các phiên của"
        messages.success(request, f"{words} {found.get_full_name()}.")
    return redirect("access:user", pk)


@login_required
@require_POST
def reset_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away the second factors of a user who lost them."""
    found = _user(request, pk)
    reason = _reason(request)
    if reason is not None:
        actions.reset_second_factor(actor=request.actor, user=found, reason=reason)
        messages.success(request, f"Đã gỡ xác thực hai bước của {found.get_full_name()}.")
    return redirect("access:user", pk)


@login_required
@require_POST
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Void a password; the one-time link is shown once, in the answer."""
    found = _user(request, pk)
    reason = _reason(request)
    if reason is None:
        return redirect("access:user", pk)
    link = _link(request, actions.reset_password(actor=request.actor, user=found, reason=reason))
    return render(request, "access/one_time_link.html", {"person": found, "link": link, "is_new": False})


@login_required
@require_POST
def give_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a user a role at a unit."""
    found = _user(request, pk)
    form = GrantForm(request.POST, actor=request.actor)
    if form.is_valid():
        data = form.cleaned_data
        until = data["until_on"] + timedelta(days=1) if data["until_on"] else None
        try:
            made = actions.grant_role(
                actor=request.actor,
                on=request.actor.today,
                user=found,
                role=data["role"],
                unit=data["unit"],
                reach=data["reach"],
                until=until,
                reason=data["reason"],
            )
        except (actions.GrantOverlaps, Forbidden) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã giao vai trò “{made.role.name}” tại {made.unit.name}.")
            return redirect("access:user", pk)
    return _user_page(request, found, grant_form=form, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """One grant, and ending it."""
    _administrator(request)
    found = get_object_or_404(
        queries.visible_grants(request.actor).select_related("user", "role", "unit", "granted_by"), pk=pk
    )
    today = request.actor.today
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.end_grant(actor=request.actor, on=today, grant=found, reason=form.cleaned_data["reason"])
        messages.success(request, f"Đã thu hồi vai trò “{found.role.name}” của {found.user.get_full_name()}.")
        return redirect("access:user", found.user_id)
    return render(
        request,
        "access/grant.html",
        {
            "grant": found,
            "form": form,
            "is_over": found.during.upper is not None and found.during.upper <= today,
            "is_self": found.user_id == request.user.pk,
        },
        status=200 if request.method == "GET" else 422,
    )


@login_required
@require_GET
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Who has what at a unit, from there and from above."""
    _administrator(request)
    actor = request.actor
    found = get_object_or_404(queries.visible_units(actor, "access.manage"), code=code)
    where = queries.scope(actor, "access.manage")
    above = [version.unit for version in ancestors_on(found, actor.today)[:-1]]
    crumbs = [
        (item.name, reverse("access:unit", args=[item.code]) if where.contains(item.pk) else "")
        for item in above
    ]
    reaching = list(queries.grants_reaching(found, on=actor.today))
    managed = set(
        queries.visible_grants(actor)
        .filter(pk__in=[item.pk for item in reaching])
        .values_list("pk", flat=True)
    )
    return render(
        request,
        "access/unit.html",
        {
            "unit": found,
            "crumbs": [("Phân quyền", reverse("access:grants")), *crumbs],
            "grants": [item for item in reaching if item.pk in managed],
            # Of those given above the reader's scope only the number is told, not who they are.
            "others": len({item.user_id for item in reaching if item.pk not in managed}),
            "users": queries.visible_users(actor).filter(home_unit=found).order_by("full_name", "pk")[:200],
        },
    )


@login_required
@require_GET
def unit_options(request: HttpRequest) -> HttpResponse:
    """Suggestions for a unit field: what stands in the reader's scope and matches what was typed."""
    _administrator(request)
    typed = search_key(request.GET.get("unit", "").split(" · ")[0])
    rows = queries.visible_units(request.actor, "access.manage").filter(ended_on__isnull=True)
    for word in typed.split():
        rows = rows.filter(Q(name_key__contains=word) | Q(code__icontains=word))
    options = [unit_words(item) for item in rows.order_by("sort_key", "pk")[:20]]
    return render(request, "access/_unit_options.html", {"options": options})


@login_required
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """The matrix: which role may do what."""
    _administrator(request)
    found = list(Role.objects.all())
    return render(
        request,
        "access/roles.html",
        {
            "roles": found,
            "rooms": [
                (room, [(item, [item.code in role.capabilities for role in found]) for item in held])
                for room, held in capabilities_by_room()
            ],
            "may_edit": queries.administers_everything(request.actor),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Make a role, or change one. Who does not manage the whole tree may read it."""
    _administrator(request)
    found = get_object_or_404(Role, pk=code) if code is not None else None
    form = RoleForm(request.POST or None, role=found)
    may_edit = queries.administers_everything(request.actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        saved = actions.save_role(
            actor=request.actor,
            code=found.code if found else data["code"],
            name=data["name"],
            description=data["description"],
            held=data["capabilities"],
        )
        messages.success(request, f"Đã lưu vai trò “{saved.name}”.")
        return redirect("access:roles")
    chosen = set(form["capabilities"].value() or [])
    return render(
        request,
        "access/role.html",
        {
            "role": found,
            "form": form,
            "may_edit": may_edit,
            "rooms": [
                (room, [(item, item.code in chosen) for item in held])
                for room, held in capabilities_by_room()
            ],
        },
    )
