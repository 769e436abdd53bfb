"""Doors of membership: lists, the page of a person, and the forms that book."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.listing.views import list_view
from congdoan.foundation.papers.queries import AbsentData
from congdoan.foundation.units.actions import keep_decision
from congdoan.foundation.units.models import Decision, Unit
from congdoan.foundation.units.queries import unit_named
from congdoan.kit.answers import file_answer
from congdoan.kit.dates import days_left_words, format_date
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields
from congdoan.kit.identifiers import check_citizen_id, check_phone
from congdoan.kit.numbers import whole_number
from congdoan.kit.sealed import unseal
from congdoan.kit.text import mask, search_key, search_prefix_query
from congdoan.registry.membership import actions, queries, rules
from congdoan.registry.membership import forms as shapes
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.contracts import ending_for, notice_days
from congdoan.registry.membership.documents import going_of, introduction
from congdoan.registry.membership.lists import born, movement_words
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.silence import silent_since
from congdoan.registry.people.actions import (
    PeopleError,
    register_people,
    reveal_identity,
    update_people,
)
from congdoan.registry.people.choices import CONSENT_PURPOSES, CONTRACT_KINDS, SEXES
from congdoan.registry.people.models import Person
from congdoan.registry.people.queries import employments_of, find_by_identity, namesakes

#: How far ahead two unions may agree on the day of a transfer.
_AHEAD = timedelta(days=90)
#: So many contracts on one page, the earliest end first.
_CONTRACTS = 200
_PRIVATE = ("birth", "phone", "email", "address")


def _list_buttons(request: HttpRequest) -> dict[str, Any]:
    actor: Actor = request.actor
    buttons: list[dict[str, Any]] = [
        {"label": "Biến động", "url": reverse("membership:movements"), "icon": "arrows-exchange"}
    ]
    by_contract = any(request.GET.get(name) for name in ("het_hop_dong", "hop_dong", "nhac_hop_dong"))
    if by_contract and actor.has_anywhere("membership.end"):
        buttons.append(
            {"label": "Gia hạn, ghi thôi", "url": reverse("membership:contracts"), "icon": "calendar-due"}
        )
    if actor.has_anywhere("membership.end"):
        buttons.append(
            {"label": "Lâu không sinh hoạt", "url": reverse("membership:silent"), "icon": "clock-pause"}
        )
    if actor.has_anywhere("membership.transfer"):
        buttons.append(
            {"label": "Xin chuyển đến", "url": reverse("membership:request_transfer"), "icon": "transfer"}
        )
    if actor.has_anywhere("membership.admit"):
        buttons.append(
            {"label": "Kết nạp", "url": reverse("membership:admit"), "icon": "user-plus", "primary": True}
        )
    return {"actions": buttons}


def _movement_buttons(request: HttpRequest) -> dict[str, Any]:
    buttons = [{"label": "Đoàn viên", "url": reverse("membership:list"), "icon": "users"}]
    if request.actor.has_anywhere("membership.close_books"):
        buttons.append({"label": "Khoá sổ", "url": reverse("membership:close"), "icon": "lock"})
    return {"actions": buttons}


def _silent_note(request: HttpRequest) -> dict[str, Any]:
    since = format_date(silent_since(request.actor.today))
    return {"subtitle": f"Không có dấu hiệu nào từ ngày {since}; rà lại mỗi đêm"}


members = list_view("membership.members", extra=_list_buttons)
movements = list_view("membership.movements", extra=_movement_buttons)
silent = list_view("membership.silent", extra=_silent_note)


@login_required
def close(request: HttpRequest) -> HttpResponse:
    """Close the books of a body, the reader's own unless ``don_vi`` names another, and see when they were closed."""
    actor: Actor = request.actor
    if not actor.has_anywhere("membership.close_books"):
        raise refuse("membership.close_books")
    asked = request.GET.get("don_vi", "")
    unit = unit_named(asked) if asked else home_unit(actor)
    if unit is None or not may(actor, "membership.close_books", unit):
        raise Http404("Không có đơn vị này trong phạm vi của bạn.")
    form = shapes.ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        try:
            actions.close_books(
                actor=actor,
                unit=unit,
                until_on=last_day + timedelta(days=1),
                reason=form.cleaned_data["reason"],
            )
        except actions.MembershipError as error:
            form.add_error("last_day", str(error))
        else:
            messages.success(request, f"Đã khoá sổ của {unit.name} đến hết ngày {format_date(last_day)}.")
            return redirect(f"{reverse('membership:close')}?don_vi={unit.code}")
    refused = request.method == "POST"
    closings = [
        {"unit": row.unit, "last_day": row.until_on - timedelta(days=1), "row": row}
        for row in queries.closings_of(unit.pk)[:20]
    ]
    shown = {
        "unit": unit,
        "form": form,
        "closings": closings,
        "crumbs": [("Biến động đoàn viên", reverse("membership:movements")), ("Khoá sổ", "")],
    }
    return render(request, "membership/closing.html", shown, status=422 if refused else 200)


# --------------------------------------------------------------------------------------------------
# The page of a person
# --------------------------------------------------------------------------------------------------


def _seen(request: HttpRequest, pk: int) -> Person:
    """A person whom the reader has, or had, in the books that they may see; 404 for anybody else."""
    return get_object_or_404(queries.people_seen(request.actor), pk=pk)


def _here(person: Person) -> Unit | None:
    """The unit whose officers look after the person: of the newest membership, else of the newest movement."""
    membership = person.memberships.filter(is_primary=True).order_by("-during").select_related("unit").first()
    if membership is not None:
        return membership.unit
    movement = person.movements.order_by("-on", "-id").select_related("unit").first()
    return movement.unit if movement else None


@login_required
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who they are, where they belong, and everything that was booked for them."""
    actor: Actor = request.actor
    found = _seen(request, pk)
    here = _here(found)
    own = here is not None and may(actor, "membership.view", here)
    current = queries.membership_on(found.pk, request.as_of)
    today = queries.membership_on(found.pk, actor.today)
    rights = {
        name: here is not None and may(actor, capability, here)
        for name, capability in (
            ("contacts", "people.view_contacts"),
            ("identity", "people.view_identity"),
            ("edit", "people.edit"),
            ("transfer", "membership.transfer"),
            ("end", "membership.end"),
            ("admit", "membership.admit"),
        )
    }
    booked = list(queries.movements_seen(actor, found.pk, everything=own))
    reversed_ids = {movement.reverses_id for movement in booked if movement.reverses_id}
    return render(
        request,
        "membership/person.html",
        {
            "person": found,
            "here": here,
            "current": current,
            "today": today,
            "rights": rights,
            "born": born(found, whole=rights["contacts"]),
            "facts": _facts(found, rights),
            "warnings": _warnings(found, rights),
            "masked": _masked(found) if rights["identity"] else [],
            "events": _events(found, booked, reversed_ids, own=own),
            "reversible": [
                movement
                for movement in booked
                if movement.reverses_id is None
                and movement.pk not in reversed_ids
                and KINDS[movement.kind].sign == movement.sign
                and may(actor, rules.capability_for(movement.kind), movement.unit_id)
            ]
            if own
            else [],
            "memberships": list(
                found.memberships.filter(is_primary=True).select_related("unit").order_by("-during")
            )
            if own
            else [],
            "silence": queries.silence_of(found.pk) if own and rights["edit"] else None,
            "reveal_form": shapes.RevealForm(),
            "crumbs": [("Đoàn viên", reverse("membership:list")), (found.full_name, "")],
        },
    )


def _facts(found: Person, rights: dict[str, bool]) -> list[tuple[str, Any]]:
    hidden = "không được giao quyền xem"
    facts: list[tuple[str, Any]] = [
        ("Ngày sinh" if rights["contacts"] else "Năm sinh", born(found, whole=rights["contacts"])),
        ("Giới tính", dict(SEXES)[found.sex].capitalize()),
        ("Quốc tịch", dict(shapes.NATIONALITIES).get(found.nationality, found.nationality)),
        ("Số thẻ đoàn viên", found.card_number),
    ]
    for label, value in (
        ("Điện thoại", found.phone),
        ("Thư điện tử", found.email),
        ("Nơi ở", found.address),
        ("Quê quán", found.hometown),
    ):
        facts.append((label, value if rights["contacts"] else hidden))
    return facts


def _masked(found: Person) -> list[tuple[str, str]]:
    """Identity numbers as dots and their last figures: enough to compare with a card, not to use."""
    sealed = (("Số căn cước", found.citizen_id_sealed), ("Số hộ chiếu", found.passport_sealed))
    return [(label, mask(unseal(value))) for label, value in sealed if value]


def _warnings(found: Person, rights: dict[str, bool]) -> list[str]:
    """What looks wrong in the person's data, for who may see that data."""
    if not rights["contacts"] or not found.phone:
        return []
    return list(check_phone(found.phone).warnings)


def _events(
    found: Person, booked: list[Movement], reversed_ids: set[int], *, own: bool
) -> list[dict[str, Any]]:
    """Movements, employment and consents in one line of time, the newest first."""
    events: list[dict[str, Any]] = []
    for movement in booked:
        details = [movement.unit.name]
        if movement.counter_unit is not None:
            details.append(f"{'đến' if KINDS[movement.kind].sign < 0 else 'từ'} {movement.counter_unit.name}")
        if movement.decision is not None and movement.decision.number:
            details.append(f"QĐ {movement.decision.number}")
        if movement.reason:
            details.append(movement.reason)
        who = movement.actor.get_full_name() if movement.actor else "hệ thống"
        details.append(f"{who} ghi ngày {format_date(movement.recorded_at.astimezone().date())}")
        if movement.is_late:
            details.append("ghi sau khi khoá sổ")
        undone = movement.pk in reversed_ids
        events.append(
            {
                "on": movement.on,
                "order": (movement.on, 2, movement.pk),
                "title": movement_words(movement),
                "detail": " · ".join(details),
                "state": "muted" if undone or movement.reverses_id else _tone(movement),
                "undone": undone,
            }
        )
    if own:
        for job in found.employments.select_related("enterprise").order_by("during"):
            until = f", đến trước {format_date(job.during.upper)}" if job.during.upper else ""
            words = [dict(CONTRACT_KINDS).get(job.contract_kind, ""), job.job_title]
            events.append(
                {
                    "on": job.during.lower,
                    "order": (job.during.lower, 0, job.pk),
                    "title": f"Làm việc tại {job.enterprise.name}{until}",
                    "detail": " · ".join(filter(None, words)),
                    "url": reverse("enterprises:enterprise", args=[job.enterprise_id]),
                    "state": "info",
                }
            )
        for consent in found.consents.order_by("given_on"):
            purpose = dict(CONSENT_PURPOSES)[consent.purpose]
            events.append(
                {
                    "on": consent.given_on,
                    "order": (consent.given_on, 1, consent.pk),
                    "title": f"Đồng ý xử lý dữ liệu: {purpose}",
                    "detail": consent.source
                    + (
                        f" · rút lại ngày {format_date(consent.withdrawn_on)}" if consent.withdrawn_on else ""
                    ),
                    "state": "muted",
                    "undone": consent.withdrawn_on is not None,
                }
            )
    return sorted(events, key=lambda event: event["order"], reverse=True)


def _tone(movement: Movement) -> str:
    if KINDS[movement.kind].group == "reorganised":
        return "info"
    return "good" if movement.sign > 0 else "warn"


@login_required
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show identity numbers once, to who says why; the reading is written down."""
    found = _seen(request, pk)
    form = shapes.RevealForm(request.POST)
    context: dict[str, Any] = {"person": found, "reveal_form": form}
    if form.is_valid():
        try:
            context["identity"] = reveal_identity(
                actor=request.actor, person=found, reason=form.cleaned_data["reason"]
            )
            context["warnings"] = check_citizen_id(
                context["identity"].citizen_id,
                birth_on=found.birth_on,
                sex={"m": "male", "f": "female"}.get(found.sex),  # type: ignore[arg-type]
            ).warnings
        except PeopleError as error:
            form.add_error(None, ValidationError(str(error)))
    response = render(request, "membership/_identity.html", context)
    # Numbers shown once are kept by no cache, so that "back" does not show them again.
    response["Cache-Control"] = "no-store"
    return response


# --------------------------------------------------------------------------------------------------
# Booking
# --------------------------------------------------------------------------------------------------


def _paper(actor: Actor, data: dict[str, Any], issuer: Unit | None) -> Decision | None:
    """The decision a form names, if it names one."""
    number = data.get("decision_number") or ""
    if not number:
        return None
    return keep_decision(actor=actor, number=number, issued_on=data.get("decision_on"), issuer=issuer)


def _form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    button: str,
    crumbs: list[tuple[str, str]],
    save: Callable[[dict[str, Any]], tuple[str, Person]],
    note: str = "",
    doubtful: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """Show a form; when it is sent and sound, run ``save`` and go to the person's page. What an action refuses is
    shown above the form, which keeps what was typed."""
    if request.method == "POST" and not doubtful and form.is_valid():
        try:
            with transaction.atomic():
                words, found = save(form.cleaned_data)
        except (actions.MembershipError, PeopleError) as error:
            form.add_error(None, ValidationError(str(error)))
        else:
            messages.success(request, words)
            return redirect("membership:person", found.pk)
    return render(
        request,
        "membership/form.html",
        {
            "form": form,
            "title": title,
            "button": button,
            "crumbs": [*crumbs, (title, "")],
            "note": note,
            "doubtful": doubtful,
            "back": crumbs[-1][1],
        },
        status=422 if request.method == "POST" else 200,
    )


def _crumbs(found: Person) -> list[tuple[str, str]]:
    return [
        ("Đoàn viên", reverse("membership:list")),
        (found.full_name, reverse("membership:person", args=[found.pk])),
    ]


@login_required
def admit(request: HttpRequest) -> HttpResponse:
    """Register a person and book the admission, in one go. Somebody who may be in the register already is shown
    first."""
    actor: Actor = request.actor
    if not actor.has_anywhere("membership.admit"):
        raise refuse("membership.admit")
    initial: dict[str, Any] = {"on": actor.today, "nationality": "VN"}
    home = home_unit(actor)
    asked = Unit.objects.filter(code=request.GET.get("don_vi", "")).first()
    if asked is not None:
        initial["unit"] = asked
    elif home is not None and queries.holds_members(home.pk, actor.today):
        initial["unit"] = home
    form = shapes.AdmitForm(request.POST or None, latest=actor.today, initial=initial)
    doubtful: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid() and not form.cleaned_data["same_person"]:
        doubtful = _who_may_be_the_same(actor, form)
        if doubtful and not any(item["certain"] for item in doubtful):
            form.fields["same_person"].widget = forms.CheckboxInput()

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        (made,) = register_people(actor=actor, on=actor.today, items=[form.person_data()])
        result = actions.admit(
            actor=actor,
            items=[
                actions.Admission(
                    person=made,
                    unit=data["unit"],
                    on=data["on"],
                    application_on=data["application_on"],
                    contract_from=data["contract_from"],
                    contract_to=data["contract_to"],
                    reason=data["reason"],
                )
            ],
            decision=_paper(actor, data, home),
        )
        warnings = [
            *check_citizen_id(data["citizen_id"], birth_on=made.birth_on).warnings,
            *check_phone(data["phone"]).warnings,
            *(words for _, words in result.warnings),
        ]
        for warning in warnings:
            messages.warning(request, warning)
        return f"Đã kết nạp {made.full_name} vào {data['unit'].name} từ ngày {format_date(data['on'])}.", made

    return _form_page(
        request,
        form,
        title="Kết nạp đoàn viên",
        button="Kết nạp",
        crumbs=[("Đoàn viên", reverse("membership:list"))],
        save=save,
        doubtful=doubtful,
    )


def _who_may_be_the_same(actor: Actor, form: shapes.AdmitForm) -> list[dict[str, Any]]:
    """People in the register with the same number (certainly the same) or the same name and birth date (maybe).

    Where somebody is out of the reader's sight only the unit is named, as the refusal of an admission would.
    """
    data = form.person_data()
    by_number = find_by_identity(citizen_ids=[data.citizen_id], passports=[data.passport])
    certain = {person.pk: person for person in by_number.values()}
    maybe = {}
    if data.birth_on is not None:
        maybe = {person.pk: person for person in namesakes(data.full_name, data.birth_on)[:5]}
    found = []
    seen = set(queries.people_seen(actor).filter(pk__in=[*certain, *maybe]).values_list("pk", flat=True))
    for pk, person in (maybe | certain).items():
        here = _here(person)
        found.append(
            {
                "name": person.full_name,
                "born": person.birth_on.year if person.birth_on else "",
                "unit": here.name if here else "chưa ở đơn vị nào",
                "url": reverse("membership:person", args=[pk]) if pk in seen else "",
                "certain": pk in certain,
            }
        )
    return sorted(found, key=lambda item: not item["certain"])


@login_required
def readmit(request: HttpRequest, pk: int) -> HttpResponse:
    """Book somebody who is in the register as a member (again)."""
    actor: Actor = request.actor
    found = _seen(request, pk)
    if not actor.has_anywhere("membership.admit"):
        raise refuse("membership.admit")
    form = shapes.ReadmitForm(
        request.POST or None, latest=actor.today, initial={"on": actor.today, "unit": _here(found)}
    )

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        actions.admit(
            actor=actor,
            items=[
                actions.Admission(
                    found,
                    data["unit"],
                    data["on"],
                    application_on=data["application_on"],
                    reason=data["reason"],
                )
            ],
            decision=_paper(actor, data, home_unit(actor)),
        )
        return f"Đã kết nạp lại {found.full_name} vào {data['unit'].name}.", found

    return _form_page(
        request, form, title="Kết nạp lại", button="Kết nạp lại", crumbs=_crumbs(found), save=save
    )


def _own(request: HttpRequest, pk: int, capability: str) -> Person:
    """A person seen whom the actor may also write for, at the unit where the person is."""
    found = _seen(request, pk)
    here = _here(found)
    if here is None or not may(request.actor, capability, here):
        raise refuse(capability, here.name if here else "")
    return found


@login_required
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Book a transfer to another unit."""
    actor: Actor = request.actor
    found = _own(request, pk, "membership.transfer")
    form = shapes.TransferForm(request.POST or None, latest=actor.today + _AHEAD, initial={"on": actor.today})

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        item = actions.Transfer(found, data["to_unit"], data["on"], data["reason"])
        if not may(actor, "membership.transfer", data["to_unit"]):
            actions.propose_transfer(actor=actor, item=item)
            return (
                f"Đã gửi {data['to_unit'].name} đề nghị tiếp nhận {found.full_name}. Sổ được ghi khi đơn vị đó nhận.",
                found,
            )
        actions.transfer(actor=actor, items=[item], decision=_paper(actor, data, home_unit(actor)))
        return f"Đã chuyển {found.full_name} đến {data['to_unit'].name}.", found

    return _form_page(
        request,
        form,
        title="Chuyển sinh hoạt",
        button="Chuyển",
        crumbs=_crumbs(found),
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
def depart(request: HttpRequest, pk: int) -> HttpResponse:
    """Book the end of a membership."""
    actor: Actor = request.actor
    found = _own(request, pk, "membership.end")
    form = shapes.DepartForm(request.POST or None, latest=actor.today, initial={"on": actor.today})

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        actions.depart(
            actor=actor,
            items=[actions.Departure(found, data["kind"], data["on"], data["reason"])],
            decision=_paper(actor, data, home_unit(actor)),
        )
        return f"Đã ghi {KINDS[data['kind']].name}: {found.full_name}.", found

    return _form_page(
        request,
        form,
        title="Ra khỏi tổ chức",
        button="Ghi vào sổ",
        crumbs=_crumbs(found),
        save=save,
        note="Ngày ghi là ngày đầu tiên không còn là đoàn viên.",
    )


@login_required
def depart_many(request: HttpRequest) -> HttpResponse:
    """Book the end of several memberships at once; ``nguoi`` names the people."""
    actor: Actor = request.actor
    if not actor.has_anywhere("membership.end"):
        raise refuse("membership.end")
    given = request.POST if request.method == "POST" else request.GET
    asked = [pk for text in given.getlist("nguoi")[:200] if (pk := whole_number(text)) is not None]
    rows = list(
        queries.members_to_end(actor, actor.today)
        .filter(person__in=asked)
        .select_related("person", "unit")
        .order_by("sort_key", "pk")
    )
    form = shapes.DepartForm(request.POST or None, latest=actor.today, initial={"on": actor.today})
    if request.method == "POST" and not rows:
        form.add_error(None, "Không còn ai trong danh sách này là đoàn viên trong phạm vi của bạn.")
    elif request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                n = actions.depart(
                    actor=actor,
                    items=[
                        actions.Departure(row.person, data["kind"], data["on"], data["reason"])
                        for row in rows
                    ],
                    decision=_paper(actor, data, home_unit(actor)),
                )
        except actions.MembershipError as error:
            form.add_error(None, ValidationError(str(error)))
        else:
            messages.success(request, f"Đã ghi {KINDS[data['kind']].name}: {n} người.")
            return redirect("membership:silent")
    shown = {
        "rows": rows,
        "form": form,
        "crumbs": [
            ("Lâu không có dấu hiệu sinh hoạt", reverse("membership:silent")),
            ("Ra khỏi tổ chức", ""),
        ],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "membership/depart_many.html", shown, status=status)


@login_required
@require_POST
def alive(request: HttpRequest, pk: int) -> HttpResponse:
    """An officer says that a member still takes part."""
    found = _own(request, pk, "people.edit")
    try:
        actions.confirm_alive(actor=request.actor, on=request.actor.today, people=[found.pk])
    except actions.MembershipError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Đã ghi {found.full_name} còn sinh hoạt.")
    return redirect("membership:person", found.pk)


@login_required
def reverse_movement(request: HttpRequest, pk: int, movement: int) -> HttpResponse:
    """Take a booking back."""
    actor: Actor = request.actor
    found = _seen(request, pk)
    booked = get_object_or_404(found.movements.select_related("unit"), pk=movement)
    capability = rules.capability_for(booked.kind)
    if not may(actor, capability, booked.unit_id):
        raise refuse(capability, booked.unit.name)
    form = shapes.ReverseForm(request.POST or None)

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        count = actions.reverse(actor=actor, movements=[booked], reason=data["reason"])
        both = " và bút toán đi cùng" if count > 1 else ""
        return f"Đã đảo “{KINDS[booked.kind].name}” ngày {format_date(booked.on)}{both}.", found

    return _form_page(
        request,
        form,
        title=f"Đảo bút toán: {KINDS[booked.kind].name} ngày {format_date(booked.on)}",
        button="Đảo bút toán",
        crumbs=_crumbs(found),
        save=save,
        note=f"{booked.unit.name}. Chuyển sinh hoạt và sắp xếp được đảo cả hai đầu.",
    )


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what is written of a person."""
    actor: Actor = request.actor
    found = _own(request, pk, "people.edit")
    here = _here(found)
    contacts = here is not None and may(actor, "people.view_contacts", here)
    form = shapes.EditForm(
        request.POST or None, initial=shapes.EditForm.initial_of(found, born(found, whole=contacts))
    )
    if not contacts:
        form.keep_from(_PRIVATE)

    def save(data: dict[str, Any]) -> tuple[str, Person]:
        changed = update_people(
            actor=actor, on=actor.today, changes=[(found, form.changes())], reason=data["reason"]
        )
        return ("Đã lưu." if changed else "Không có gì thay đổi."), found

    return _form_page(
        request, form, title="Sửa thông tin cá nhân", button="Lưu", crumbs=_crumbs(found), save=save
    )


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
        actor=actor, on=data["on"], people=chosen, decision=_paper(actor, data, home_unit(actor))
    )
    return f"Đã ghi {n} người thôi là đoàn viên.", ""


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


@login_required
@require_GET
def suggest_unit(request: HttpRequest) -> HttpResponse:
    """Options of a unit that holds members, being typed; only where the actor may write."""
    actor: Actor = request.actor
    words = search_prefix_query(request.GET.get(request.GET.get("truong", "q"), ""))
    rows: list[Unit] = []
    if words:
        rows = list(queries.holding_units(actor, words, actor.today)[:20])
    return HttpResponse(
        format_html_join("", '<option value="{} ({})"></option>', ((unit.name, unit.code) for unit in rows))
    )
