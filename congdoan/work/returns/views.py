"""Doors of periodic returns: the list, a return, the board of a round, forms and their editor, delegations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from congdoan.foundation.access.queries import home_unit, may, require, visible_units
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.jobs.actions import start
from congdoan.foundation.listing.views import list_view
from congdoan.foundation.units.models import Unit, UnitKind, UnitVersion
from congdoan.foundation.units.queries import known_version, unit_named
from congdoan.kit.dates import days_left_words
from congdoan.kit.documents import DOCX, XLSX
from congdoan.registry.enterprises.choices import BANDS
from congdoan.work.indicators.queries import catalogue
from congdoan.work.returns import actions, documents, editing, queries, rules
from congdoan.work.returns.choices import (
    CADENCES,
    CHECK_LEVELS,
    OPEN_STATES,
    OPERATOR_SIGNS,
    SOURCES,
    STANDINGS,
    STATE_WORDS,
    STEPS,
    WINDOWS,
)
from congdoan.work.returns.definitions import (
    Definition,
    DefinitionError,
    newest_span,
    read_definition,
    shipped_forms,
)
from congdoan.work.returns.forms import (
    CheckForm,
    DelegationForm,
    ExtensionForm,
    HeadForm,
    NewFormForm,
    RowForm,
    SectionForm,
    TextForm,
    read_filling,
    read_remarks,
)
from congdoan.work.returns.models import Obligation, Return, ReturnForm, ReturnFormVersion
from congdoan.work.returns.sheet import Sheet, make_sheet

#: A choice of a body is a short list; more is found by opening the body's own page.
_UNITS_OFFERED = 200


def _list_extra(request: HttpRequest) -> dict[str, Any]:
    buttons = []
    actor: Actor = request.actor
    if actor.has_anywhere(rules.ACCEPT):
        buttons.append({"label": "Bảng theo dõi", "url": reverse("returns:board"), "icon": "layout-grid"})
    if actor.has_anywhere(rules.SUBMIT):
        buttons.append({"label": "Uỷ quyền", "url": reverse("returns:delegations"), "icon": "user-check"})
    if actor.has_anywhere(rules.DEFINE):
        buttons.append({"label": "Mẫu báo cáo", "url": reverse("returns:forms"), "icon": "forms"})
    return {"actions": buttons}


def _forms_extra(request: HttpRequest) -> dict[str, Any]:
    return {
        "actions": [{"label": "Mẫu mới", "url": reverse("returns:new_form"), "icon": "plus", "primary": True}]
    }


returns = list_view("returns.returns", extra=_list_extra)
forms = list_view("returns.forms", extra=_forms_extra)


# --------------------------------------------------------------------------------------------------
# A return
# --------------------------------------------------------------------------------------------------


def _owed(request: HttpRequest, pk: int) -> Obligation:
    """An obligation in the reader's scope, with what its page shows; 404 otherwise."""
    found = (
        queries.with_standing(queries.visible_obligations(request.actor), request.actor.today)
        .select_related("form__owner", "unit", "superior", "version", "made__version", "made__changed_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _made(owed: Obligation) -> Return | None:
    found: Return | None = getattr(owed, "made", None)
    if found is not None:
        found.obligation = owed
    return found


@login_required
@require_safe
def return_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A return: its figures with what the registers and earlier periods say, remarks, and the next step."""
    owed = _owed(request, pk)
    return render(request, "returns/return.html", _page(request, owed))


def _page(request: HttpRequest, owed: Obligation, *, wrong: str = "") -> dict[str, Any]:
    actor: Actor = request.actor
    made = _made(owed)
    version = made.version if made else owed.version
    definition = read_definition(version.definition)
    span = queries.span_of(owed, definition)
    standing: str = owed.standing
    can = {
        name: queries.acts_for(actor, capability, unit)[0]
        for name, capability, unit in (
            ("fill", rules.FILL, owed.unit),
            ("submit", rules.SUBMIT, owed.unit),
            ("accept", rules.ACCEPT, owed.superior),
        )
    }
    words, tone = STANDINGS[standing]
    page: dict[str, Any] = {
        "owed": owed,
        "made": made,
        "period": span.name,
        "last_day": span.last_day,
        "standing": standing,
        "standing_words": words,
        "standing_tone": tone,
        "left": days_left_words(actor.today, owed.due) if standing in {"missing", "late", "returned"} else "",
        "can": can,
        "wrong": wrong,
        "can_open": made is None and can["fill"] and actor.today >= owed.opens_on,
        "steps": _steps(owed),
        "extension_form": ExtensionForm()
        if can["accept"] and standing in {"missing", "late", "returned"}
        else None,
        "crumbs": [("Báo cáo định kỳ", reverse("returns:list"))],
        "board_url": f"{reverse('returns:board')}?mau={owed.form_id}&ky={owed.period}&don_vi={owed.unit.code}",
        "waiting_below": queries.waiting_below(owed),
    }
    if made is not None:
        compared = queries.comparison(owed, definition, actor.today)
        is_open = made.state in OPEN_STATES
        found = queries.findings_of(made, definition, compared, actor.today) if made.state != "closed" else []
        summed = (
            queries.aggregate(owed, definition, actor.today)
            if page["waiting_below"] or definition.gathers
            else None
        )
        page |= {
            "sheet": make_sheet(
                made, owed, definition, on=actor.today, compared=compared, found=found, summed=summed
            ),
            "compared": compared,
            "summed": summed,
            "is_editable": is_open and can["fill"],
            "is_reviewable": made.state == "submitted" and can["accept"],
            "hard": [finding for finding in found if finding.level == "hard"],
            "soft": [
                {"finding": finding, "explanation": made.explanations.get(finding.code, "")}
                for finding in found
                if finding.level == "soft"
            ],
            "frozen": made.frozen.order_by("-number").first(),
            "state_words": STATE_WORDS[made.state],
            "remark": made.remarks.get("", ""),
        }
    return page


def _steps(owed: Obligation) -> list[dict[str, Any]]:
    tones = {"accept": "good", "close": "good", "give_back": "warn", "reopen": "warn"}
    shown = []
    for step in owed.steps.select_related("in_place_of").order_by("-id")[:30]:
        at = timezone.localtime(step.at)
        instead = f" (thay {step.in_place_of.get_full_name()})" if step.in_place_of else ""
        shown.append(
            {
                "on": f"{at:%d/%m/%Y}",
                "title": STEPS[step.verb],
                "detail": f"{step.user_name}{instead}" + (f": {step.note}" if step.note else ""),
                "state": tones.get(step.verb, "info"),
            }
        )
    return shown


@login_required
@require_POST
def open_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a return."""
    owed = _owed(request, pk)
    try:
        actions.open_return(actor=request.actor, on=request.actor.today, obligation=owed)
    except rules.ReturnsError as error:
        messages.error(request, str(error))
    return redirect("returns:return", pk)


def _revision(request: HttpRequest) -> int:
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdigit() and len(typed) < 10 else 0


@login_required
@require_POST
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was typed, then maybe read the registers again, take the sums from below, or hand in (``act``)."""
    owed = _owed(request, pk)
    made = _made(owed)
    if made is None:
        raise Http404
    actor, act = request.actor, request.POST.get("act", "save")
    definition = read_definition(made.version.definition)
    filling, wrong = read_filling(request.POST, definition)
    if wrong:
        return render(
            request, "returns/return.html", _page(request, owed, wrong=" ".join(wrong.values())), status=422
        )
    try:
        made = actions.fill(actor=actor, made=made, revision=_revision(request), filling=filling)
        if act == "recompute":
            actions.recompute(actor=actor, on=actor.today, made=made, revision=made.revision)
            messages.success(request, "Đã ghi và lấy lại số liệu từ sổ đăng ký.")
        elif act == "aggregate":
            actions.take_aggregate(actor=actor, on=actor.today, made=made, revision=made.revision)
            messages.success(request, "Đã điền số tổng hợp từ các báo cáo cấp dưới đã nghiệm thu.")
        elif act == "submit":
            actions.submit(actor=actor, on=actor.today, made=made, revision=made.revision)
            messages.success(request, f"Đã nộp báo cáo cho {owed.superior.name}.")
        else:
            messages.success(request, "Đã ghi.")
    except rules.ReturnsError as error:
        return render(
            request, "returns/return.html", _page(request, _owed(request, pk), wrong=str(error)), status=422
        )
    return redirect("returns:return", pk)


@login_required
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The superior's step: accept, give back with remarks, close, or open again (``act``)."""
    owed = _owed(request, pk)
    made = _made(owed)
    if made is None:
        raise Http404
    act, revision, actor = request.POST.get("act", ""), _revision(request), request.actor
    note = request.POST.get("note", "")
    try:
        if act == "accept":
            actions.accept(actor=actor, made=made, revision=revision)
            messages.success(request, "Đã nghiệm thu. Số liệu của báo cáo được giữ nguyên từ đây.")
        elif act == "give_back":
            actions.give_back(
                actor=actor, made=made, revision=revision, remarks=read_remarks(request.POST), note=note
            )
            messages.success(request, f"Đã trả lại cho {owed.unit.name} kèm nhận xét.")
        elif act == "close":
            actions.close(actor=actor, made=made, revision=revision)
            messages.success(request, "Đã khoá báo cáo.")
        else:
            actions.reopen(actor=actor, made=made, revision=revision, reason=note)
            messages.success(request, "Đã mở lại; đơn vị sửa và nộp lần nữa.")
    except rules.ReturnsError as error:
        return render(
            request, "returns/return.html", _page(request, _owed(request, pk), wrong=str(error)), status=422
        )
    return redirect("returns:return", pk)


@login_required
@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant a later due date."""
    owed = _owed(request, pk)
    form = ExtensionForm(request.POST)
    wrong = ""
    if form.is_valid():
        try:
            actions.extend(actor=request.actor, obligation=owed, **form.cleaned_data)
        except rules.ReturnsError as error:
            wrong = str(error)
    else:
        wrong = "Hãy ghi hạn nộp mới và lý do gia hạn."
    if wrong:
        return render(request, "returns/return.html", _page(request, owed, wrong=wrong), status=422)
    messages.success(request, f"Đã gia hạn cho {owed.unit.name}.")
    return redirect("returns:return", pk)


@login_required
@require_safe
def restatement(request: HttpRequest, pk: int) -> HttpResponse:
    """What was reported, what is known now, and the movements in between."""
    owed = _owed(request, pk)
    made = _made(owed)
    frozen = made.frozen.order_by("-number").first() if made else None
    found = queries.restatement(request.actor, frozen, owed) if frozen else None
    definition = read_definition(made.version.definition if made else owed.version.definition)
    return render(
        request,
        "returns/restatement.html",
        {
            "owed": owed,
            "period": queries.span_of(owed, definition).name,
            "found": found,
            "crumbs": [
                ("Báo cáo định kỳ", reverse("returns:list")),
                (owed.unit.name, reverse("returns:return", args=[pk])),
            ],
        },
    )


def _heading(
    owed: Obligation, made: Return, definition: Definition, version: UnitVersion | None
) -> documents.Heading:
    place = version.territory.name if version and version.territory else ""
    for word in ("Tỉnh ", "Thành phố ", "Huyện ", "Quận ", "Xã ", "Phường "):
        place = place.removeprefix(word)
    return documents.Heading(
        superior=owed.superior.name,
        unit=version.name if version else owed.unit.name,
        kind=version.kind_id if version else "",
        title=definition.title,
        period=queries.span_of(owed, definition).name,
        last_day=owed.last_day,
        dated_on=made.submitted_on,
        place=place,
        state=STATE_WORDS[made.state],
    )


def _printed(owed: Obligation, made: Return, on: date) -> tuple[documents.Heading, Sheet]:
    definition = read_definition(made.version.definition)
    return (
        _heading(owed, made, definition, known_version(owed.unit, owed.last_day)),
        make_sheet(made, owed, definition, on=on, with_names=False),
    )


def _file(data: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _to_print(request: HttpRequest, pk: int) -> tuple[Obligation, Return]:
    owed = _owed(request, pk)
    made = _made(owed)
    if made is None:
        made = Return(obligation=owed, version=owed.version, computed_at=timezone.now())
    return owed, made


@login_required
@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """The return as a Word file."""
    owed, made = _to_print(request, pk)
    data = documents.write_word(*_printed(owed, made, request.actor.today))
    return _file(data, documents.file_stem(owed.form.code, owed.unit.code, owed.period) + ".docx", DOCX)


@login_required
@require_safe
def excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The return as a workbook."""
    owed, made = _to_print(request, pk)
    data = documents.write_excel(*_printed(owed, made, request.actor.today), made_on=request.actor.today)
    return _file(data, documents.file_stem(owed.form.code, owed.unit.code, owed.period) + ".xlsx", XLSX)


# --------------------------------------------------------------------------------------------------
# The board
# --------------------------------------------------------------------------------------------------


def _round(request: HttpRequest, given: Any) -> tuple[Unit, ReturnForm | None, str]:
    """The body, form and period that an address or a form speaks of; 404 out of scope."""
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.VIEW):
        raise refuse(rules.VIEW)
    code = given.get("don_vi", "")
    unit = unit_named(code) if code else home_unit(actor)
    if unit is None or not may(actor, rules.VIEW, unit):
        raise Http404
    number = given.get("mau", "")
    form = (
        ReturnForm.objects.select_related("owner").filter(pk=int(number)).first()
        if number.isdigit() and len(number) < 18
        else None
    )
    return unit, form, given.get("ky", "")


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """A round at a superior: who is missing, late, returned, submitted, accepted, level by level."""
    actor: Actor = request.actor
    unit, form, period = _round(request, request.GET)
    rounds = queries.rounds(actor, unit)
    if form is None and rounds:
        form, period = rounds[0][0], rounds[0][1]
    shown = queries.board(form, period, unit, actor.today) if form is not None else None
    name = ""
    if form is not None and shown is not None and (version := queries.form_version(form)):
        try:
            name = read_definition(version.definition).span(period).name
        except DefinitionError:
            name = period
    base = {"mau": form.pk, "ky": period} if form else {}
    return render(
        request,
        "returns/board.html",
        {
            "unit": unit,
            "form": form,
            "period": period,
            "period_name": name,
            "board": shown,
            "base": base,
            "rounds": [
                {
                    "label": f"{item.title}, {code}",
                    "value": f"{item.pk}|{code}",
                    "url": f"{reverse('returns:board')}?mau={item.pk}&ky={code}&don_vi={unit.code}",
                    "active": form is not None and item.pk == form.pk and code == period,
                }
                for item, code, _ in rounds
            ],
            "tiles": [
                {"code": code, "words": words, "tone": tone, "n": shown.counts.get(code, 0)}
                for code, (words, tone) in STANDINGS.items()
            ]
            if shown
            else [],
            "branches": [_branch(branch, actor) for branch in shown.branches] if shown else [],
            "can_accept": queries.acts_for(actor, rules.ACCEPT, unit)[0],
            "crumbs": [("Báo cáo định kỳ", reverse("returns:list"))],
        },
    )


def _branch(branch: queries.Branch, actor: Actor) -> dict[str, Any]:
    own = branch.own
    standing = getattr(own, "standing", "") if own else ""
    words, tone = STANDINGS[standing] if standing else ("không phải nộp", "muted")
    below = branch.total - (1 if own else 0)
    return {
        "branch": branch,
        "code": branch.code,
        "own": own,
        "words": words,
        "tone": tone,
        "left": days_left_words(actor.today, own.due)
        if own and standing in {"missing", "late", "returned"}
        else "",
        "below": below,
        "below_accepted": branch.accepted - (1 if standing in {"accepted", "closed"} else 0),
        "late": branch.counts.get("late", 0) - (1 if standing == "late" else 0),
    }


def _board_url(unit: Unit, form: ReturnForm, period: str) -> str:
    return f"{reverse('returns:board')}?mau={form.pk}&ky={period}&don_vi={unit.code}"


@login_required
@require_POST
def close_round(request: HttpRequest) -> HttpResponse:
    """Lock all accepted returns of a round that are owed to a body."""
    unit, form, period = _round(request, request.POST)
    if form is None:
        raise Http404
    count = actions.close_round(actor=request.actor, form=form, period=period, superior=unit)
    messages.success(request, f"Đã khoá {count} báo cáo đã nghiệm thu.")
    return redirect(_board_url(unit, form, period))


@login_required
@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Remind all bodies that have not handed in their return of a round."""
    unit, form, period = _round(request, request.POST)
    if form is None:
        raise Http404
    actor: Actor = request.actor
    done = actions.remind(actor=actor, on=actor.today, form=form, period=period, superior=unit)
    messages.success(request, f"Đã nhắc {done.bodies} đơn vị.")
    if done.without_people:
        names = ", ".join(item.name for item in done.without_people[:5])
        more = f" và {len(done.without_people) - 5} đơn vị khác" if len(done.without_people) > 5 else ""
        messages.warning(request, f"Chưa có tài khoản nào để nhắc: {names}{more}. Hãy liên hệ trực tiếp.")
    return redirect(_board_url(unit, form, period))


#: More would not be printed in one go.
_BOOKLET = 400


@login_required
@require_safe
def booklet(request: HttpRequest) -> HttpResponse:
    """All returns that the direct subordinates have handed in, as one Word file."""
    unit, form, period = _round(request, request.GET)
    if form is None:
        return redirect("returns:board")
    actor: Actor = request.actor
    owed = list(
        queries.visible_obligations(actor)
        .filter(form=form, period=period, superior=unit, made__state__in=("submitted", "accepted", "closed"))
        .select_related("form", "unit", "superior", "made__version")
        .order_by("unit__sort_key")[:_BOOKLET]
    )
    kinds = {
        version.unit_id: version
        for version in UnitVersion.objects.filter(
            unit__in=[item.unit_id for item in owed],
            during__contains=owed[0].last_day if owed else actor.today,
        ).select_related("kind", "territory")
    }
    pages = []
    for item in owed:
        made = _made(item)
        assert made is not None
        definition = read_definition(made.version.definition)
        pages.append(
            (
                _heading(item, made, definition, kinds.get(item.unit_id)),
                make_sheet(made, item, definition, on=actor.today, with_names=False),
            )
        )
    data = documents.write_booklet(pages, title=f"{form.title}\n{unit.name}\nKỳ {period}")
    return _file(data, documents.file_stem(f"tap-{form.code}", unit.code, period) + ".docx", DOCX)


# --------------------------------------------------------------------------------------------------
# Delegations
# --------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: HttpRequest) -> HttpResponse:
    """Who acts in whose place at a body, and giving a new delegation."""
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.SUBMIT):
        raise refuse(rules.SUBMIT)
    code = request.GET.get("don_vi", "")
    unit = unit_named(code) if code else home_unit(actor)
    if unit is None or not may(actor, rules.SUBMIT, unit):
        raise Http404
    people = queries.people_at(unit, actor.today)
    form = DelegationForm(
        request.POST or None, people=people, initial={"absent": actor.user, "from_on": actor.today}
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            try:
                actions.delegate(
                    actor=actor,
                    unit=unit,
                    absent=given["absent"],
                    substitute=given["substitute"],
                    from_on=given["from_on"],
                    until=form.until,
                    reason=given["reason"],
                )
            except rules.ReturnsError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Đã ghi uỷ quyền.")
                return redirect(request.get_full_path())
        status = 422
    shown = (
        queries.visible_delegations(actor)
        .filter(unit=unit)
        .select_related("absent", "substitute", "unit")
        .order_by("-during")[:50]
    )
    return render(
        request,
        "returns/delegations.html",
        {
            "unit": unit,
            "form": form,
            "delegations": [
                {"item": item, "holds": actor.today in item.during, "from_on": item.during.lower}
                for item in shown
            ],
            "crumbs": [("Báo cáo định kỳ", reverse("returns:list"))],
        },
        status=status,
    )


@login_required
@require_POST
def end_delegation(request: HttpRequest, delegation: int) -> HttpResponse:
    """End a delegation today."""
    found = get_object_or_404(
        queries.visible_delegations(request.actor).select_related("unit", "absent"), pk=delegation
    )
    actions.end_delegation(actor=request.actor, on=request.actor.today, delegation=found)
    messages.success(request, "Đã kết thúc uỷ quyền.")
    return redirect(f"{reverse('returns:delegations')}?don_vi={found.unit.code}")


# --------------------------------------------------------------------------------------------------
# Forms and their editor
# --------------------------------------------------------------------------------------------------


def _form(request: HttpRequest, form: int) -> ReturnForm:
    return get_object_or_404(queries.visible_forms(request.actor).select_related("owner"), pk=form)


def _edited(form: ReturnForm) -> ReturnFormVersion:
    """The draft, else the newest version."""
    found = form.versions.order_by("-number").first()
    assert found is not None, "a form is made together with its first version"
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_form(request: HttpRequest) -> HttpResponse:
    """A new form, from a shipped one or empty."""
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.DEFINE):
        raise refuse(rules.DEFINE)
    owners = visible_units(actor, rules.DEFINE).filter(
        versions__during__contains=actor.today, versions__kind__holds_members=False
    )
    shipped = [(code, data["title"]) for code, data in shipped_forms().items()]
    form = NewFormForm(
        request.POST or None,
        owners=owners.order_by("sort_key")[:_UNITS_OFFERED] if request.method != "POST" else owners,
        shipped=shipped,
        initial={"owner": home_unit(actor)},
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            data = (
                dict(shipped_forms()[given["shipped"]])
                if given["shipped"]
                else editing.empty_form(given["code"], given["title"])
            )
            data["code"] = given["code"] or data["code"]
            data["title"] = given["title"] or data["title"]
            try:
                draft = actions.save_draft(actor=actor, owner=given["owner"], data=data)
            except DefinitionError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Đã lập bản nháp. Hãy xem lại từng phần rồi ban hành.")
                return redirect("returns:form", draft.form_id)
        status = 422
    return render(
        request,
        "returns/form_new.html",
        {
            "title": "Mẫu báo cáo mới",
            "subtitle": "Lấy một mẫu có sẵn về sửa, hoặc bắt đầu từ mẫu trống",
            "form": form,
            "button": "Lập bản nháp",
            "back_url": reverse("returns:forms"),
        },
        status=status,
    )


@login_required
@require_safe
def form(request: HttpRequest, form: int) -> HttpResponse:
    """A form: what it asks, its versions, and the periods given out."""
    found = _form(request, form)
    version = _edited(found)
    definition = read_definition(version.definition)
    published = queries.form_version(found)
    newest = newest_span(definition, request.actor.today + timedelta(days=1))
    return render(
        request,
        "returns/form.html",
        {
            "form": found,
            "version": version,
            "published": published,
            "definition": definition,
            "owed_by": _kind_names(definition.owed_by),
            "cadence": dict(CADENCES)[definition.cadence],
            "sections": _shape(definition),
            "checks": [
                {
                    "check": check,
                    "words": f"{check.left.text} {OPERATOR_SIGNS[check.operator]} {check.right.text}",
                    "level": dict(CHECK_LEVELS)[check.level],
                }
                for check in definition.checks
            ],
            "periods": found.obligations.values_list("period", "to_on").distinct().order_by("-to_on")[:12],
            "suggested": newest.code if newest else "",
            "crumbs": [
                ("Báo cáo định kỳ", reverse("returns:list")),
                ("Mẫu báo cáo", reverse("returns:forms")),
            ],
        },
    )


def _kind_names(codes: tuple[str, ...]) -> list[str]:
    known = dict(UnitKind.objects.filter(code__in=codes).values_list("code", "name"))
    return [known.get(code, code) for code in codes]


def _shape(definition: Definition) -> list[dict[str, Any]]:
    """Sections with their rows in words, for the page of a form."""
    sources, windows = dict(SOURCES), dict(WINDOWS)
    return [
        {
            "section": section,
            "columns": ", ".join(column.title for column in section.columns),
            "rows": [
                {
                    "row": row,
                    "source": sources[row.source],
                    "from": row.indicator or row.measure or row.formula,
                    "window": windows[row.window] if row.source in {"indicator", "measure"} else "",
                    "columns": ", ".join(
                        column.title
                        for column in section.columns
                        if not row.columns or column.code in row.columns
                    )
                    if row.columns
                    else "",
                }
                for row in section.rows
            ],
        }
        for section in definition.sections
    ]


def _form_of(what: str, data: Any, code: str, section_code: str, post: Any) -> Any:
    """The form for one part of a definition, filled with what the draft says."""
    sections = {item["code"]: item for item in data["sections"]}
    if what == "head":
        deadlines = data.get("deadlines") or {}
        return HeadForm(
            post,
            initial={
                **{
                    name: data.get(name)
                    for name in ("title", "cadence", "owed_by", "gathers", "closes_books")
                },
                **{name: deadlines.get(name) for name in ("opens", "due", "late")},
                "cutoffs": ", ".join(data.get("cutoffs") or []),
                "months": ", ".join(map(str, data.get("months") or [])),
            },
        )
    if what == "section":
        found = sections.get(code, {})
        own = found.get("columns") or [{"code": "total", "title": "Tổng số"}]
        choices = {name: title for name, (title, _) in editing.COLUMNS.items()}
        choices |= {column["code"]: column["title"] for column in own}
        return SectionForm(
            post,
            columns=list(choices.items()),
            initial={"title": found.get("title", ""), "columns": [column["code"] for column in own]},
        )
    if what == "row":
        section = sections.get(section_code)
        if section is None:
            raise Http404
        row: dict[str, Any] = next((item for item in section["rows"] if item["code"] == code), {})
        columns = [(column["code"], column["title"]) for column in section["columns"] or []]
        source = row.get("source") or next(
            (name for name in ("indicator", "measure", "formula") if row.get(name)), "asked"
        )
        return RowForm(
            post,
            columns=columns,
            measures=[(item.code, item.name) for item in catalogue().measures.values() if item.available],
            bands=[(str(border), f"{border} lao động trở lên") for border in BANDS if border >= 5],
            initial={
                **row,
                "source": source,
                "window": row.get("window", "period"),
                "columns": row.get("columns") or [name for name, _ in columns],
                "min_headcount": str((row.get("scope") or {}).get("min_headcount", "")),
            },
        )
    items = data.get("checks" if what == "check" else "texts") or []
    item: dict[str, Any] = next((found for found in items if found["code"] == code), {})
    return (CheckForm if what == "check" else TextForm)(post, initial=item)


_PUT = {"check": editing.put_check, "text": editing.put_text}
_PART_WORDS = {
    "head": "Đầu mẫu và thời hạn",
    "section": "Phần",
    "row": "Dòng",
    "check": "Phép kiểm tra",
    "text": "Phần lời",
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, form: int) -> HttpResponse:
    """Change or add one part of the draft: ``?phan=`` head, section, row, check or text; ``ma`` its code; for a row
    ``thuoc`` its section."""
    found = _form(request, form)
    what = request.GET.get("phan", "head")
    if what not in _PART_WORDS:
        raise Http404
    code, section = request.GET.get("ma", ""), request.GET.get("thuoc", "")
    data = _edited(found).definition
    part = _form_of(what, data, code, section, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if part.is_valid():
            given = part.cleaned_data
            try:
                if what == "head":
                    changed = editing.set_head(data, given)
                elif what == "section":
                    changed = editing.put_section(data, code, title=given["title"], columns=given["columns"])
                elif what == "row":
                    changed = editing.put_row(data, section, code, given)
                else:
                    changed = _PUT[what](data, code, given)
                actions.save_draft(actor=request.actor, owner=found.owner, data=changed, form=found)
            except DefinitionError as error:
                part.add_error(None, str(error))
            else:
                messages.success(request, "Đã ghi vào bản nháp.")
                return redirect("returns:form", form)
        status = 422
    return render(
        request,
        "returns/form_new.html",
        {
            "title": _PART_WORDS[what],
            "subtitle": found.title,
            "form": part,
            "button": "Ghi vào bản nháp",
            "back_url": reverse("returns:form", args=[form]),
            "codes": _codes(data) if what in {"row", "check"} else [],
        },
        status=status,
    )


def _codes(data: Any) -> list[tuple[str, str]]:
    """What can be named in a formula: (code of the cell, its words)."""
    return [(cell.key, cell.label) for cell in read_definition(data).cells.values()]


@login_required
@require_POST
def change(request: HttpRequest, form: int) -> HttpResponse:
    """Move or remove a part, publish the draft, retire the form (``act``)."""
    found = _form(request, form)
    actor, act = request.actor, request.POST.get("act", "")
    what, code = request.POST.get("phan", ""), request.POST.get("ma", "")
    try:
        if act == "publish":
            actions.publish(actor=actor, form=found)
            messages.success(request, "Đã ban hành. Các báo cáo lập từ nay theo bản này.")
        elif act in {"retire", "use"}:
            actions.retire(actor=actor, form=found, retired=act == "retire")
            messages.success(request, "Đã ngừng dùng mẫu." if act == "retire" else "Đã dùng lại mẫu.")
        elif act in {"up", "down", "remove"} and what in {"section", "row", "check", "text"}:
            data = _edited(found).definition
            changed = (
                editing.remove(data, what, code)
                if act == "remove"
                else editing.move(data, what, code, -1 if act == "up" else 1)
            )
            actions.save_draft(actor=actor, owner=found.owner, data=changed, form=found)
            messages.success(request, "Đã ghi vào bản nháp.")
    except (DefinitionError, rules.ReturnsError) as error:
        messages.error(request, str(error))
    return redirect("returns:form", form)


@login_required
@require_POST
def give_out(request: HttpRequest, form: int) -> HttpResponse:
    """Make the obligations of a period, and begin all returns in the background when asked."""
    found = _form(request, form)
    actor: Actor = request.actor
    require(actor, rules.DEFINE, found.owner)
    period = request.POST.get("ky", "").strip()
    try:
        count = actions.make_obligations(actor=actor, form=found, period=period)
    except (DefinitionError, rules.ReturnsError) as error:
        messages.error(request, str(error))
        return redirect("returns:form", form)
    if request.POST.get("lap_san"):
        run = start(
            kind="returns.open_all",
            title=f"Lập sẵn báo cáo “{found.title}” kỳ {period}",
            actor=actor,
            unit=found.owner,
            arguments={"form": found.pk, "period": period},
            lock=f"returns:{found.pk}:{period}",
        )
        return redirect("jobs:run", run.pk)
    messages.success(request, f"Đã giao kỳ {period} cho {count} đơn vị.")
    return redirect(_board_url(found.owner, found, period))
