"""Going to another union, with the letter that introduces."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.papers.queries import AbsentData
from congdoan.kit.answers import file_answer
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields
from congdoan.kit.text import search_key, search_prefix_query
from congdoan.registry.membership import actions, queries
from congdoan.registry.membership import forms as shapes
from congdoan.registry.membership.documents import going_of, introduction
from congdoan.registry.membership.views.asking import crumbs_of, form_page, own_member, paper_of
from congdoan.registry.people.models import Person
from congdoan.registry.people.queries import find_by_identity

#: How far ahead two unions may agree on the day of a transfer.
_AHEAD = timedelta(days=90)


@login_required
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Book a transfer to another unit."""
    actor: Actor = request.actor
    found = own_member(request, pk, "membership.transfer")
    form = shapes.TransferForm(request.POST or None, latest=actor.today + _AHEAD, initial={"on": actor.today})

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        item = actions.Transfer(found, data["to_unit"], data["on"], data["reason"])
        if not may(actor, "membership.transfer", data["to_unit"]):
            actions.propose_transfer(actor=actor, item=item)
            return (
                f"Đã gửi {data['to_unit'].name} đề nghị tiếp nhận {found.full_name}. Sổ được ghi khi đơn vị đó nhận.",
                found,
            )
        actions.transfer(actor=actor, items=[item], decision=paper_of(actor, data, home_unit(actor)))
        return f"Đã chuyển {found.full_name} đến {data['to_unit'].name}.", found

    return form_page(
        request,
        form,
        title="Chuyển sinh hoạt",
        button="Chuyển",
        crumbs=crumbs_of(found),
        save=save,
        note="Có quyền ở cả hai đơn vị thì ghi ngay; nếu không, đơn vị kia nhận được đề nghị và sổ được ghi khi họ nhận.",
    )


@login_required
@require_GET
def introduction_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter that introduces a member to the union they go to, for the officers of either."""
    actor: Actor = request.actor
    person = Person.objects.filter(pk=pk).first()
    going = going_of(person, actor.today) if person is not None else None
    sides = [unit for unit in (going.from_unit, going.to_unit) if unit is not None] if going else []
    if going is None or not any(may(actor, "membership.transfer", unit) for unit in sides):
        raise Http404("Không có đoàn viên này trong phạm vi của bạn.")
    try:
        content = introduction(going, on=actor.today)
    except (AbsentData, BrokenTemplate, MissingFields, FileNotFoundError) as error:
        messages.error(request, str(error))
        return redirect("membership:person", pk)
    name = f"Giấy giới thiệu {going.held.person.full_name}.docx"
    return file_answer(content, DOCX, name)


@login_required
def request_transfer(request: HttpRequest) -> HttpResponse:
    """Ask the union where somebody is a member to hand them over."""
    actor: Actor = request.actor
    if not actor.has_anywhere("membership.transfer"):
        raise refuse("membership.transfer")
    home = home_unit(actor)
    initial: dict[str, Any] = {"on": actor.today}
    if home is not None and queries.holds_members(home.pk, actor.today):
        initial["to_unit"] = home
    form = shapes.RequestTransferForm(request.POST or None, latest=actor.today + _AHEAD, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        by_number = list(find_by_identity(citizen_ids=[data["citizen_id"]]).values())
        found = next((one for one in by_number if one.name_key == search_key(data["full_name"])), None)
        try:
            if found is None:
                raise actions.MembershipError(
                    "Không thấy đoàn viên có họ tên và số căn cước này. Hãy kiểm tra lại cả hai; nếu người này chưa là"
                    " đoàn viên thì ghi kết nạp."
                )
            made = actions.propose_transfer(
                actor=actor, item=actions.Transfer(found, data["to_unit"], data["on"], data["reason"])
            )
        except actions.MembershipError as error:
            form.add_error(None, ValidationError(str(error)))
        else:
            messages.success(
                request,
                f"Đã gửi {made.unit.name} đề nghị chuyển {found.full_name}. Sổ được ghi khi đơn vị đó nhận.",
            )
            return redirect("approvals:approval", made.pk)
    crumbs = [("Đoàn viên", reverse("membership:list"))]
    return render(
        request,
        "membership/form.html",
        {
            "form": form,
            "title": "Xin chuyển sinh hoạt đến",
            "button": "Gửi đề nghị",
            "crumbs": [*crumbs, ("Xin chuyển sinh hoạt đến", "")],
            "note": "Đơn vị đang quản lý đoàn viên sẽ nhận được đề nghị trong danh sách việc cần làm.",
            "doubtful": None,
            "back": crumbs[0][1],
        },
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_GET
def suggest_destination(request: HttpRequest) -> HttpResponse:
    """Options of any unit that holds members, being typed: where a member is handed over to."""
    actor: Actor = request.actor
    if not actor.has_anywhere("membership.transfer"):
        raise refuse("membership.transfer")
    words = search_prefix_query(request.GET.get(request.GET.get("truong", "q"), ""))
    rows = list(queries.destinations(words, actor.today)[:20]) if words else []
    return HttpResponse(
        format_html_join("", '<option value="{} ({})"></option>', ((unit.name, unit.code) for unit in rows))
    )
