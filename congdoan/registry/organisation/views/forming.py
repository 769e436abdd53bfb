"""Founding, editing, renaming, moving, ending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from congdoan.foundation.access.queries import home_unit, may, require
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.units.actions import TreeError, keep_decision
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import unit_named, version_on
from congdoan.kit.dates import format_date
from congdoan.registry.organisation import actions
from congdoan.registry.organisation import forms as shapes
from congdoan.registry.organisation.models import UnitProfile
from congdoan.registry.organisation.rules import EDIT, FOUND
from congdoan.registry.organisation.views.asking import crumbs_of, found_unit


def _form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    button: str,
    crumbs: list[tuple[str, str]],
    save: Callable[[dict[str, Any]], tuple[str, Unit]],
    note: str = "",
    danger: bool = False,
) -> HttpResponse:
    """Show a form; when it is sent and sound, run ``save`` and go to the unit it gives back."""
    if request.method == "POST" and form.is_valid():
        try:
            said, unit = save(form.cleaned_data)
        except (actions.OrganisationError, TreeError) as error:
            form.add_error(None, ValidationError(str(error)))
        else:
            messages.success(request, said)
            return redirect("organisation:unit", unit.code)
    return render(
        request,
        "organisation/form.html",
        {
            "form": form,
            "title": title,
            "button": button,
            "crumbs": [*crumbs, (title, "")],
            "note": note,
            "danger": danger,
            "back": crumbs[-1][1],
        },
        status=422 if request.method == "POST" else 200,
    )


def _decision(actor: Actor, data: dict[str, Any]) -> Any:
    return keep_decision(
        actor=actor, number=data["number"], issued_on=data["issued_on"], issuer=data["issuer"]
    )


@login_required
def found(request: HttpRequest) -> HttpResponse:
    """Found a union: by decision of a body that has the authority on that day."""
    actor: Actor = request.actor
    if not actor.has_anywhere(FOUND):
        raise refuse(FOUND)
    parent = unit_named(request.GET.get("cap_tren", "")) or home_unit(actor)
    initial: dict[str, Any] = {"kind": "grassroots_union", "founded_on": actor.today}
    if parent is not None and may(actor, FOUND, parent):
        initial["parent"] = parent
    form = shapes.FoundForm(request.POST or None, latest=actor.today, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        (made,) = actions.found_unions(
            actor=actor,
            decision=_decision(request.actor, data),
            items=[
                actions.NewUnion(
                    code=data["code"],
                    name=data["name"],
                    short_name=data["short_name"],
                    kind=data["kind"],
                    parent=data["parent"],
                    founded_on=data["founded_on"],
                    sector=data["sector"] or None,
                    territory=data["territory"].pk if data["territory"] else None,
                    address=data["address"],
                    phone=data["phone"],
                    email=data["email"],
                )
            ],
        )
        return f"Đã ghi thành lập {made.name} từ ngày {format_date(made.founded_on)}.", made

    return _form_page(
        request,
        form,
        title="Thành lập công đoàn",
        button="Ghi thành lập",
        crumbs=crumbs_of(parent),
        save=save,
        note="Cơ quan ban hành quyết định phải có thẩm quyền công nhận vào ngày thành lập; nếu để trống, "
        "lấy cấp trên gần nhất có thẩm quyền.",
    )


@login_required
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Contacts and note of a unit."""
    target = found_unit(request, code)
    require(request.actor, EDIT, target)
    profile = UnitProfile.objects.filter(unit=target).first()
    initial = {name: getattr(profile, name) for name in shapes.ProfileForm.base_fields} if profile else {}
    form = shapes.ProfileForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        place = data.pop("place")
        data["latitude"], data["longitude"] = (place.latitude, place.longitude) if place else (None, None)
        actions.edit_profile(actor=request.actor, on=request.actor.today, unit=target, changes=data)
        return "Đã sửa thông tin liên hệ.", target

    return _form_page(request, form, title="Sửa thông tin", button="Lưu", crumbs=crumbs_of(target), save=save)


@login_required
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Another name from a day on."""
    target = found_unit(request, code)
    require(request.actor, EDIT, target)
    now = version_on(target, request.actor.today)
    initial = {"name": target.name, "short_name": now.short_name if now else "", "on": request.actor.today}
    form = shapes.RenameForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        actions.rename_units(
            actor=request.actor,
            on=data["on"],
            items=[actions.Rename(target, data["name"], data["short_name"])],
            decision=_decision(request.actor, data),
        )
        return f"Từ ngày {format_date(data['on'])} đơn vị mang tên {data['name']}.", target

    return _form_page(
        request,
        form,
        title="Đổi tên",
        button="Ghi tên mới",
        crumbs=crumbs_of(target),
        save=save,
        note="Tên cũ vẫn hiện khi xem số liệu của những ngày trước.",
    )


@login_required
def reclassify(request: HttpRequest, code: str) -> HttpResponse:
    """Another sector from a day on; the members go along."""
    target = found_unit(request, code)
    require(request.actor, EDIT, target)
    today = request.actor.today
    now = version_on(target, today)
    initial = {"sector": now.sector_id if now else None, "on": today}
    form = shapes.SectorForm(request.POST or None, latest=today, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        actions.reclassify_units(
            actor=request.actor,
            on=data["on"],
            items=[actions.Reclassification(target, sector=data["sector"])],
            decision=_decision(request.actor, data),
        )
        return f"Từ ngày {format_date(data['on'])} đơn vị và đoàn viên được tính vào khu vực mới.", target

    return _form_page(
        request,
        form,
        title="Đổi khu vực",
        button="Ghi khu vực mới",
        crumbs=crumbs_of(target),
        save=save,
        note="Đoàn viên được tính vào khu vực mới từ ngày này, không tính là tăng hay giảm; số liệu những ngày trước giữ"
        " nguyên. Ghi nhầm thì ghi lại khu vực cũ từ cùng ngày.",
    )


@login_required
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Under another superior from a day on."""
    target = found_unit(request, code)
    require(request.actor, EDIT, target)
    form = shapes.MoveForm(request.POST or None, initial={"on": request.actor.today})

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        actions.move_units(
            actor=request.actor,
            on=data["on"],
            items=[actions.Move(target, data["parent"])],
            decision=_decision(request.actor, data),
        )
        return f"Từ ngày {format_date(data['on'])} đơn vị trực thuộc {data['parent'].name}.", target

    return _form_page(
        request,
        form,
        title="Chuyển cấp trên",
        button="Ghi chuyển",
        crumbs=crumbs_of(target),
        save=save,
        note="Đoàn viên và số liệu đi theo đơn vị; phần này ghi là sắp xếp tổ chức, không tính là tăng hay giảm.",
    )


@login_required
def end(request: HttpRequest, code: str) -> HttpResponse:
    """The unit exists no longer."""
    target = found_unit(request, code)
    require(request.actor, FOUND, target)
    form = shapes.EndForm(request.POST or None, initial={"on": request.actor.today})

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        actions.end_unions(
            actor=request.actor, on=data["on"], units=[target], decision=_decision(request.actor, data)
        )
        return f"Đã ghi {target.name} kết thúc từ ngày {format_date(data['on'])}.", target

    return _form_page(
        request,
        form,
        title="Kết thúc đơn vị",
        button="Ghi kết thúc",
        crumbs=crumbs_of(target),
        save=save,
        danger=True,
        note="Đơn vị phải không còn đoàn viên, đơn vị trực thuộc và doanh nghiệp phụ trách. Lịch sử được giữ nguyên.",
    )
