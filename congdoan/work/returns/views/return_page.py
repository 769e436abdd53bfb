"""The page of a return and its acts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.queries import known_version
from congdoan.kit.dates import days_left_words
from congdoan.kit.documents import DOCX, XLSX
from congdoan.work.returns import actions, queries, rules
from congdoan.work.returns.booklet import heading, made_of, printed
from congdoan.work.returns.choices import (
    OPEN_STATES,
    STANDINGS,
    STATE_WORDS,
    STEPS,
)
from congdoan.work.returns.definitions import (
    read_definition,
)
from congdoan.work.returns.forms import (
    ExtensionForm,
    read_filling,
    read_remarks,
)
from congdoan.work.returns.models import Obligation, Return
from congdoan.work.returns.sheet import make_sheet
from congdoan.work.returns.views.asking import attachment, owed_for
from congdoan.work.returns.word import file_stem, write_restatement, write_word
from congdoan.work.returns.workbook import write_excel


@login_required
@require_safe
def return_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A return: its figures with what the registers and earlier periods say, remarks, and the next step."""
    owed = owed_for(request, pk)
    return render(request, "returns/return.html", page_of(request, owed))


def page_of(
    request: HttpRequest, owed: Obligation, *, wrong: str = "", is_stale: bool = False
) -> dict[str, Any]:
    """Everything a return's page shows. After a refusal (``wrong``) what was typed stays in the inputs; when somebody
    else was quicker (``is_stale``) the old revision stays too, so that nothing of theirs is written over."""
    actor: Actor = request.actor
    made = made_of(owed)
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
        "steps": steps_of(owed),
        "extension_form": ExtensionForm()
        if can["accept"] and standing in {"missing", "late", "returned"}
        else None,
        "crumbs": [("Báo cáo định kỳ", reverse("returns:list"))],
        "board_url": f"{reverse('returns:board')}?mau={owed.form_id}&ky={owed.period}&don_vi={owed.unit.code}",
        "waiting_below": queries.waiting_below(owed),
    }
    if made is not None:
        typed = request.POST if wrong else {}
        compared = queries.comparison(owed, definition, actor.today)
        # What is odd is always judged by what was handed in; only what stands beside the figures may be of now.
        beside = compared
        if request.GET.get("so_sanh") == "ky-nay":
            beside = queries.comparison_of_now(owed, definition, actor.today)
        is_open = made.state in OPEN_STATES
        found = queries.findings_of(made, definition, compared, actor.today) if made.state != "closed" else []
        summed = (
            queries.aggregate(owed, definition, actor.today)
            if page["waiting_below"] or definition.gathers
            else None
        )
        page |= {
            "sheet": make_sheet(
                made,
                owed,
                definition,
                on=actor.today,
                compared=beside,
                found=found,
                summed=summed,
                typed=typed,
                holds=actor.has_anywhere,
            ),
            "revision": seen_revision(request) if is_stale else made.revision,
            "compared": beside,
            "summed": summed,
            "is_editable": is_open and can["fill"],
            "is_reviewable": made.state == "submitted" and can["accept"],
            "blank": sum(
                cell.row.source != "formula" and key not in made.computed and key not in made.entered
                for key, cell in definition.cells.items()
            ),
            "hard": [finding for finding in found if finding.level == "hard"],
            "soft": [
                {
                    "finding": finding,
                    "explanation": typed.get(f"gt:{finding.code}", made.explanations.get(finding.code, "")),
                }
                for finding in found
                if finding.level == "soft"
            ],
            "frozen": made.frozen.order_by("-number").first(),
            "state_words": STATE_WORDS[made.state],
            "remark": made.remarks.get("", ""),
            "typed_note": typed.get("note", ""),
        }
    return page


def steps_of(owed: Obligation) -> list[dict[str, Any]]:
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
    owed = owed_for(request, pk)
    try:
        actions.open_return(actor=request.actor, on=request.actor.today, obligation=owed)
    except rules.ReturnsError as error:
        messages.error(request, str(error))
    return redirect("returns:return", pk)


def seen_revision(request: HttpRequest) -> int:
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


@login_required
@require_POST
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was typed, then maybe read the registers again, take the sums from below, or hand in (``act``)."""
    owed = owed_for(request, pk)
    made = made_of(owed)
    if made is None:
        raise Http404
    actor, act = request.actor, request.POST.get("act", "save")
    definition = read_definition(made.version.definition)
    filling, wrong = read_filling(request.POST, definition)
    if wrong:
        return render(
            request, "returns/return.html", page_of(request, owed, wrong=" ".join(wrong.values())), status=422
        )
    try:
        made = actions.fill(actor=actor, made=made, revision=seen_revision(request), filling=filling)
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
            request,
            "returns/return.html",
            page_of(
                request,
                owed_for(request, pk),
                wrong=str(error),
                is_stale=isinstance(error, rules.Changed),
            ),
            status=422,
        )
    return redirect("returns:return", pk)


@login_required
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The superior's step: accept, give back with remarks, close, or open again (``act``)."""
    owed = owed_for(request, pk)
    made = made_of(owed)
    if made is None:
        raise Http404
    act, revision, actor = request.POST.get("act", ""), seen_revision(request), request.actor
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
            request,
            "returns/return.html",
            page_of(request, owed_for(request, pk), wrong=str(error)),
            status=422,
        )
    return redirect("returns:return", pk)


@login_required
@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant a later due date."""
    owed = owed_for(request, pk)
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
        return render(request, "returns/return.html", page_of(request, owed, wrong=wrong), status=422)
    messages.success(request, f"Đã gia hạn cho {owed.unit.name}.")
    return redirect("returns:return", pk)


@login_required
@require_safe
def restatement(request: HttpRequest, pk: int) -> HttpResponse:
    """What was reported, what is known now, and the movements in between."""
    owed = owed_for(request, pk)
    made = made_of(owed)
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


@login_required
@require_safe
def restatement_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The restatement as a Word file; of a return that was never accepted the page says that there is none."""
    owed = owed_for(request, pk)
    made = made_of(owed)
    frozen = made.frozen.order_by("-number").first() if made else None
    if made is None or frozen is None:
        return redirect("returns:restatement", pk)
    found = queries.restatement(request.actor, frozen, owed)
    definition = read_definition(made.version.definition)
    # The paper is drawn up today, whenever the return was handed in.
    around = replace(
        heading(owed, made, definition, known_version(owed.unit, owed.last_day)), dated_on=request.actor.today
    )
    name = file_stem(f"dieu-chinh-{owed.form.code}", owed.unit.code, owed.period) + ".docx"
    return attachment(write_restatement(around, found), name, DOCX)


def to_print(request: HttpRequest, pk: int) -> tuple[Obligation, Return]:
    owed = owed_for(request, pk)
    made = made_of(owed)
    if made is None:
        made = Return(obligation=owed, version=owed.version, computed_at=timezone.now())
    return owed, made


@login_required
@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """The return as a Word file."""
    owed, made = to_print(request, pk)
    data = write_word(*printed(owed, made, request.actor.today))
    return attachment(data, file_stem(owed.form.code, owed.unit.code, owed.period) + ".docx", DOCX)


@login_required
@require_safe
def excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The return as a workbook."""
    owed, made = to_print(request, pk)
    data = write_excel(*printed(owed, made, request.actor.today), made_on=request.actor.today)
    return attachment(data, file_stem(owed.form.code, owed.unit.code, owed.period) + ".xlsx", XLSX)
