"""Planning a meeting; its agenda, who comes, its conclusions, row by row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from congdoan.foundation.access.queries import home_unit, may, require, visible_units
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period
from congdoan.kit.numbers import whole_number
from congdoan.kit.rows import Rows
from congdoan.work.briefings import actions, queries, rules
from congdoan.work.briefings.actions import AgendaData, BriefingData, ConclusionData
from congdoan.work.briefings.forms import (
    AgendaRow,
    EditBriefingForm,
    InviteForm,
    NewBriefingForm,
    SeenForm,
    conclusion_row,
)
from congdoan.work.briefings.models import Briefing
from congdoan.work.briefings.rules import BriefingError
from congdoan.work.briefings.views.asking import GET_OR_POST, UNFIT, find_to_run

_PRESENT = {"1": True, "0": False}


@login_required
@GET_OR_POST
def new(request: HttpRequest) -> HttpResponse:
    """Plan a meeting of the body in view (``?don_vi=``, else the reader's own)."""
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.RUN):
        raise refuse(rules.RUN)
    unit = _body(request)
    require(actor, rules.RUN, unit)
    plans = queries.plans_for(unit, actor.today)
    periods = queries.periods_offered(actor.today)
    back = reverse("briefings:list")
    if request.method == "POST":
        form = NewBriefingForm(request.POST, plans=plans, periods=periods)
        if form.is_valid():
            try:
                made = _plan(actor, unit, form)
            except BriefingError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Đã lập lịch họp. Hãy chọn nội dung cho chương trình.")
                return redirect("briefings:briefing", made.pk)
    else:
        form = NewBriefingForm(
            plans=plans,
            periods=periods,
            initial={"period": Period.quarter_of(actor.today).code, "hour": "08:00"},
        )
    shown = {"form": form, "unit": unit, "back_url": back, "title": "Lập lịch họp", "has_plan": bool(plans)}
    return render(request, "briefings/form.html", shown, status=UNFIT if request.method == "POST" else 200)


def _body(request: HttpRequest) -> Unit:
    code = request.GET.get("don_vi", "")
    if code:
        asked = visible_units(request.actor, rules.RUN).filter(code=code).first()
        if asked is None:
            raise refuse(rules.RUN)
        return asked
    home = home_unit(request.actor)
    if home is not None and may(request.actor, rules.RUN, home):
        return home
    first = visible_units(request.actor, rules.RUN).order_by("pk").first()
    if first is None:
        raise refuse(rules.RUN)
    return first


def _plan(actor: Actor, unit: Unit, form: NewBriefingForm) -> Briefing:
    typed = form.cleaned_data
    made = actions.plan_briefing(
        actor=actor,
        on=actor.today,
        data=BriefingData(
            unit,
            typed["kind"],
            typed["period"],
            typed["plan"],
            typed["held_at"],
            typed["place"],
            typed["chair"],
        ),
    )
    if typed["invite_children"]:
        actions.invite(
            actor=actor,
            on=actor.today,
            briefing=made,
            units=queries.invitable_units(made, actor.today),
        )
    return made


@login_required
@GET_OR_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """When, where, by whom; the chair's view of the period."""
    found = find_to_run(request, pk)
    if request.method == "POST":
        form = EditBriefingForm(request.POST)
        if form.is_valid():
            try:
                actions.reschedule(
                    actor=request.actor,
                    on=request.actor.today,
                    briefing=found,
                    held_at=form.cleaned_data["held_at"],
                    place=form.cleaned_data["place"],
                    chair=form.cleaned_data["chair"],
                    summary=form.cleaned_data["summary"],
                )
            except BriefingError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Đã lưu.")
                return redirect("briefings:briefing", pk)
    else:
        form = EditBriefingForm(
            initial={
                "day": found.held_on,
                "hour": timezone.localtime(found.held_at).strftime("%H:%M"),
                "place": found.place,
                "chair": found.chair,
                "summary": found.summary,
            }
        )
    shown = {
        "form": form,
        "unit": found.unit,
        "back_url": reverse("briefings:briefing", args=[pk]),
        "title": f"Thông tin {found.title[0].lower()}{found.title[1:]}",
        "has_plan": True,
    }
    return render(request, "briefings/form.html", shown, status=UNFIT if request.method == "POST" else 200)


@login_required
@GET_OR_POST
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda row by row: order, words, what was said."""
    found = find_to_run(request, pk)
    stored = [
        {"pk": item.pk, "title": item.title, "detail": item.detail, "note": item.note}
        for item in found.agenda.all()
    ]

    def save(rows: Rows, seen: str) -> None:
        actions.save_agenda(
            actor=request.actor,
            on=request.actor.today,
            briefing=found,
            items=[AgendaData(**row) for row in rows.cleaned],
            seen=seen,
        )

    return _rows_page(
        request,
        found,
        title="Chương trình họp",
        noun="nội dung",
        form=AgendaRow,
        stored=stored,
        seen=queries.agenda_mark(found),
        save=save,
    )


@login_required
@GET_OR_POST
def conclusions(request: HttpRequest, pk: int) -> HttpResponse:
    """The conclusions row by row, each with its owner and day."""
    found = find_to_run(request, pk)
    units, people = queries.owners_of(found, request.actor.today)
    stored = [
        {
            "pk": item.pk,
            "text": item.text,
            "owner": f"d{item.owner_unit_id}" if item.owner_unit_id else f"u{item.owner_user_id}",
            "due_on": item.due_on,
        }
        for item in found.conclusions.all()
    ]

    def save(rows: Rows, seen: str) -> None:
        actions.save_conclusions(
            actor=request.actor,
            on=request.actor.today,
            briefing=found,
            items=[_conclusion(row) for row in rows.cleaned],
            seen=seen,
        )

    return _rows_page(
        request,
        found,
        title="Kết luận, giao việc",
        noun="kết luận",
        form=conclusion_row(units, people),
        stored=stored,
        seen=queries.conclusions_mark(found),
        save=save,
    )


def _conclusion(row: dict[str, Any]) -> ConclusionData:
    owner = row["owner"]
    is_user = isinstance(owner, User)
    return ConclusionData(
        text=row["text"],
        due_on=row["due_on"],
        unit=None if is_user else owner,
        user=owner if is_user else None,
        pk=row["pk"],
    )


def _rows_page(
    request: HttpRequest,
    found: Briefing,
    *,
    title: str,
    noun: str,
    form: type[Form],
    stored: list[dict[str, Any]],
    seen: str,
    save: Any,
) -> HttpResponse:
    """Rows that are added, moved and taken away before they are saved together."""
    back = reverse("briefings:briefing", args=[found.pk])
    if request.method != "POST":
        rows, mark = Rows(form, noun=noun, initial=stored), SeenForm(initial={"seen": seen})
        status = 200
    else:
        rows = Rows(form, noun=noun, data=request.POST)
        typed = request.POST.get("seen", "")
        status = 200 if rows.is_rearranged else UNFIT
        if rows.is_rearranged:
            mark = SeenForm(initial={"seen": typed})
        else:
            mark = SeenForm(request.POST)
            if all([mark.is_valid(), rows.is_valid()]):
                try:
                    save(rows, typed)
                except BriefingError as error:
                    mark.add_error(None, str(error))
                else:
                    messages.success(request, "Đã lưu.")
                    return redirect(back)
    shown = {"briefing": found, "title": title, "rows": rows, "form": mark, "back_url": back}
    return render(request, "briefings/rows.html", shown, status=status)


@login_required
@require_POST
def put_on_agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the ticked suggestions on the agenda."""
    found = find_to_run(request, pk)
    try:
        made = actions.put_on_agenda(
            actor=request.actor,
            on=request.actor.today,
            briefing=found,
            keys=request.POST.getlist("goi-y")[:200],
        )
    except BriefingError as error:
        messages.error(request, str(error))
    else:
        if made:
            messages.success(request, f"Đã đưa {len(made)} nội dung vào chương trình.")
        else:
            messages.warning(request, "Chưa chọn gợi ý nào.")
    return redirect("briefings:briefing", pk)


@login_required
@GET_OR_POST
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is invited and who came."""
    found = find_to_run(request, pk)
    problem = ""
    if request.method == "POST":
        rows = found.attendances.values_list("pk", flat=True)
        present = {
            row: _PRESENT.get(request.POST[f"co-{row}"]) for row in rows if f"co-{row}" in request.POST
        }
        removed = [n for n in map(whole_number, request.POST.getlist("bo")) if n is not None]
        try:
            actions.take_attendance(
                actor=request.actor, on=request.actor.today, briefing=found, present=present, removed=removed
            )
        except BriefingError as error:
            problem = str(error)
        else:
            messages.success(request, "Đã lưu thành phần dự họp.")
            return redirect("briefings:briefing", pk)
    return _attendance_page(request, found, problem=problem)


@login_required
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite all bodies directly below, or one body, a user, guests."""
    found = find_to_run(request, pk)
    today = request.actor.today
    if "tat-ca" in request.POST:
        units, users, names = queries.invitable_units(found, today), [], []
        form = None
    else:
        form = InviteForm(request.POST, people=queries.people_of(found.unit, today))
        if not form.is_valid():
            return _attendance_page(request, found, form=form)
        typed = form.cleaned_data
        units = [typed["unit"]] if typed["unit"] else []
        users = [form.people[typed["user"]]] if typed["user"] else []
        names = typed["names"].splitlines()
    try:
        made = actions.invite(
            actor=request.actor, on=today, briefing=found, units=units, users=users, names=names
        )
    except BriefingError as error:
        if form is None:
            return _attendance_page(request, found, problem=str(error))
        form.add_error(None, str(error))
        return _attendance_page(request, found, form=form)
    messages.success(request, f"Đã mời thêm {len(made)}." if made else "Đã mời từ trước.")
    return redirect("briefings:attendance", pk)


def _attendance_page(
    request: HttpRequest, found: Briefing, *, form: InviteForm | None = None, problem: str = ""
) -> HttpResponse:
    rows = list(found.attendances.select_related("unit", "user"))
    shown = {
        "briefing": found,
        "rows": rows,
        "is_held": found.state == "held",
        "is_open": found.state in {"planned", "held"},
        "form": form or InviteForm(people=queries.people_of(found.unit, request.actor.today)),
        "problem": problem,
    }
    status = UNFIT if problem or (form is not None and form.errors) else 200
    return render(request, "briefings/attendance.html", shown, status=status)
