"""Doors of work in the field: rounds, answers, the log, and the surveyor's phone."""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import home_unit, may, require
from congdoan.foundation.access.rules import Actor, Forbidden, refuse
from congdoan.foundation.accounts.models import User
from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.imports.reading import FileRefused
from congdoan.foundation.listing.views import list_view
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date, parse_date
from congdoan.kit.lists import names_url
from congdoan.kit.numbers import whole_number
from congdoan.kit.sealed import unseal
from congdoan.registry.enterprises.models import HeadcountObservation
from congdoan.registry.enterprises.queries import visible_enterprises
from congdoan.registry.fieldwork import actions, choices, queries, rules
from congdoan.registry.fieldwork import forms as shapes
from congdoan.registry.fieldwork.imports import read_outside
from congdoan.registry.fieldwork.models import Survey, SurveyRound, Visit

_CRUMB = ("Khảo sát, tiếp xúc", "/khao-sat/")


def _own_unit(actor: Actor, capability: str) -> Unit | None:
    """The body in whose name the actor works, where they hold the right."""
    unit = home_unit(actor)
    return unit if unit is not None and may(actor, capability, unit) else None


def _round_buttons(request: HttpRequest) -> dict[str, Any]:
    actor: Actor = request.actor
    buttons: list[dict[str, Any]] = [
        {"label": "Ưu tiên vận động", "url": reverse("fieldwork:priority"), "icon": "target-arrow"},
        {"label": "Phiếu khảo sát", "url": reverse("fieldwork:surveys"), "icon": "clipboard-data"},
        {"label": "Nhật ký tiếp xúc", "url": reverse("fieldwork:visits"), "icon": "notes"},
        {"label": "Đối chiếu", "url": reverse("fieldwork:outside"), "icon": "arrows-exchange"},
    ]
    if actor.has_anywhere(rules.SURVEY):
        buttons.append(
            {"label": "Khảo sát của tôi", "url": reverse("fieldwork:mine"), "icon": "device-mobile"}
        )
    if _own_unit(actor, rules.RUN) is not None:
        buttons.append({"label": "Mở đợt", "url": reverse("fieldwork:open"), "icon": "plus", "primary": True})
    return {"actions": buttons}


def _visit_buttons(request: HttpRequest) -> dict[str, Any]:
    unit = _own_unit(request.actor, rules.SURVEY)
    if unit is None or not may(request.actor, rules.VIEW, unit):
        return {}
    button = {"label": "Ghi tiếp xúc", "url": reverse("fieldwork:log_visit"), "icon": "plus", "primary": True}
    return {"actions": [button]}


def _priority_words(request: HttpRequest) -> dict[str, Any]:
    """Where the weights come from."""
    unit = home_unit(request.actor)
    found = queries.priority_of(unit.pk if unit else None, request.as_of)
    return {"subtitle": f"Ngưỡng {found.threshold} lao động. Nguồn trọng số: {found.source}"}


priority = list_view("fieldwork.priority", extra=_priority_words)
rounds = list_view("fieldwork.rounds", extra=_round_buttons)
tasks = list_view("fieldwork.tasks")
surveys = list_view("fieldwork.surveys")
visits = list_view("fieldwork.visits", extra=_visit_buttons)


# --------------------------------------------------------------------------------------------------
# Rounds
# --------------------------------------------------------------------------------------------------


def _form(request: HttpRequest, form: Any, **shown: Any) -> HttpResponse:
    return render(
        request,
        "fieldwork/form.html",
        {"form": form, **shown},
        status=422 if request.method == "POST" else 200,
    )


@login_required
def open_round(request: HttpRequest) -> HttpResponse:
    """Open a round of one's body."""
    actor: Actor = request.actor
    unit = _own_unit(actor, rules.RUN)
    if unit is None:
        raise refuse(rules.RUN)
    start = {"from_on": actor.today, "last_on": actor.today + timedelta(days=30)}
    form = shapes.RoundForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_round(actor=actor, on=actor.today, data=form.values(unit))
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Đã mở đợt. Bây giờ chọn doanh nghiệp và giao cho người khảo sát.")
            return redirect("fieldwork:give", pk=made.pk)
    return _form(
        request,
        form,
        title="Mở đợt khảo sát",
        button="Mở đợt",
        back=reverse("fieldwork:rounds"),
        note=f"Đợt của {unit.name}",
        crumbs=[_CRUMB, ("Mở đợt", "")],
    )


def _round(request: HttpRequest, pk: int, *, run: bool = False) -> SurveyRound:
    found: SurveyRound = get_object_or_404(
        queries.visible_rounds(request.actor).select_related("unit", "opened_by"), pk=pk
    )
    if run:
        require(request.actor, rules.RUN, found.unit)
    return found


@login_required
@require_GET
def survey_round(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: how far each person is."""
    found = _round(request, pk)
    lines = queries.progress(found)
    for line in lines:
        asked = {"dot": str(found.pk), "nguoi": str(line["user_id"])}
        line["tasks_url"] = names_url("fieldwork.tasks", asked)
        line["left_url"] = names_url("fieldwork.tasks", {**asked, "xong": "0"})
        line["open_url"] = names_url("fieldwork.surveys", {**asked, "trang_thai": "waiting,conflict"})
    return render(
        request,
        "fieldwork/round.html",
        {
            "round": found,
            "last_on": found.during.upper - timedelta(days=1),
            "lines": lines,
            "given": sum(line["given"] for line in lines),
            "done": sum(line["done"] for line in lines),
            "open": sum(line["open"] for line in lines),
            "tasks_url": names_url("fieldwork.tasks", {"dot": str(found.pk)}),
            "surveys_url": names_url("fieldwork.surveys", {"dot": str(found.pk)}),
            "open_url": names_url(
                "fieldwork.surveys", {"dot": str(found.pk), "trang_thai": "waiting,conflict"}
            ),
            "may_run": found.closed_on is None and may(request.actor, rules.RUN, found.unit),
            "crumbs": [_CRUMB, (found.title, "")],
        },
    )


@login_required
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose employers of a round and give them to people."""
    found, actor = _round(request, pk, run=True), request.actor
    form = shapes.GiveForm(
        request.POST or None,
        employers=queries.employers_of(found.unit, actor.today),
        surveyors=queries.surveyors_of(found.unit, actor.today),
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            n = actions.give(
                actor=actor,
                on=actor.today,
                survey_round=found,
                enterprise_ids=chosen["enterprise_ids"],
                surveyors=list(chosen["surveyors"]),
            )
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            had = len(chosen["enterprise_ids"]) - n
            messages.success(
                request,
                f"Đã giao {n} doanh nghiệp." + (f" {had} nơi đã có trong đợt từ trước." if had else ""),
            )
            return redirect("fieldwork:round", pk=found.pk)
    return _form(
        request,
        form,
        title="Giao doanh nghiệp khảo sát",
        button="Giao",
        back=reverse("fieldwork:round", args=[found.pk]),
        crumbs=[_CRUMB, (found.title, reverse("fieldwork:round", args=[found.pk])), ("Giao", "")],
    )


@login_required
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """What one person has not done goes to another."""
    found, actor = _round(request, pk, run=True), request.actor
    form = shapes.HandOnForm(
        request.POST or None,
        givers=User.objects.filter(pk__in=found.tasks.filter(done_on__isnull=True).values("surveyor")),
        takers=queries.surveyors_of(found.unit, actor.today),
        initial={"giver": request.GET.get("nguoi")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            n = actions.hand_on(actor=actor, on=actor.today, survey_round=found, **form.cleaned_data)
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã chuyển {n} doanh nghiệp chưa khảo sát.")
            return redirect("fieldwork:round", pk=found.pk)
    return _form(
        request,
        form,
        title="Chuyển việc chưa làm cho người khác",
        button="Chuyển",
        back=reverse("fieldwork:round", args=[found.pk]),
        note="Phiếu mà người trước đã làm ngoài hiện trường mà chưa gửi vẫn đến được, và chờ bạn tiếp nhận.",
        crumbs=[_CRUMB, (found.title, reverse("fieldwork:round", args=[found.pk])), ("Chuyển việc", "")],
    )


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a round."""
    found = _round(request, pk, run=True)
    try:
        actions.close_round(actor=request.actor, on=request.actor.today, survey_round=found)
    except actions.FieldworkError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Đã đóng đợt khảo sát.")
    return redirect("fieldwork:round", pk=found.pk)


# --------------------------------------------------------------------------------------------------
# Answers
# --------------------------------------------------------------------------------------------------


def _survey(request: HttpRequest, pk: int) -> Survey:
    rows = queries.visible_surveys(request.actor).select_related(
        "enterprise", "surveyor", "task__round__unit", "sector", "photo", "decided_by"
    )
    found: Survey = get_object_or_404(rows, pk=pk)
    return found


def _figure(value: Any) -> str:
    return "chưa rõ" if value is None else f"{value:,}".replace(",", ".")


def _beside(found: Survey, other: HeadcountObservation | None) -> list[tuple[str, str, str]]:
    """Name of a figure, what the answer says, what the register says."""
    names = (
        ("workers", "Tổng số lao động"),
        ("women", "Nữ"),
        ("foreign", "Nước ngoài"),
        ("seasonal", "Thời vụ"),
    )
    return [
        (name, _figure(getattr(found, field)), _figure(getattr(other, field)) if other else "chưa có")
        for field, name in names
    ]


@login_required
@require_GET
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer, and what the register says beside it."""
    found, actor = _survey(request, pk), request.actor
    unit = found.task.round.unit
    other = queries.others_say(found)
    shown: dict[str, Any] = {
        "survey": found,
        "state_words": found.get_state_display().capitalize(),
        "other": other,
        "beside": _beside(found, other),
        "may_settle": found.state in choices.OPEN_STATES and may(actor, rules.RUN, unit),
        "is_open": found.state in choices.OPEN_STATES,
        "crumbs": [_CRUMB, ("Phiếu khảo sát", reverse("fieldwork:surveys")), (found.enterprise.name, "")],
        "can_open_employer": visible_enterprises(actor).filter(pk=found.enterprise_id).exists(),
        "may_see_photo": found.photo_id is not None and may(actor, rules.VIEW, unit),
    }
    if queries.may_read_confidence(actor, unit_id=unit.pk, author_id=found.surveyor_id):
        attitude = dict(choices.ATTITUDES).get(unseal(found.attitude_sealed), "")
        shown["confidence"] = [
            ("Thái độ", attitude.capitalize()),
            ("Người liên hệ", unseal(found.contacts_sealed)),
            ("Nhận xét kín", unseal(found.remarks_sealed)),
        ]
    return render(request, "fieldwork/survey.html", shown)


@login_required
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an answer into the register, or set it aside."""
    found = _survey(request, pk)
    take = request.POST.get("chon") == "ghi"
    if request.POST.get("chon") not in {"ghi", "bo"}:
        require(request.actor, rules.RUN, found.task.round.unit)
        messages.error(request, "Hãy chọn ghi sổ hoặc không dùng phiếu này.")
        return redirect("fieldwork:survey", pk=found.pk)
    try:
        actions.settle(actor=request.actor, on=request.actor.today, survey=found, take=take)
    except actions.FieldworkError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, "Đã ghi phiếu vào sổ." if take else "Đã để phiếu lại, số trong sổ giữ nguyên."
        )
    return redirect("fieldwork:survey", pk=found.pk)


# --------------------------------------------------------------------------------------------------
# The log
# --------------------------------------------------------------------------------------------------


@login_required
def log_visit(request: HttpRequest) -> HttpResponse:
    """Write down a visit, call or meeting."""
    actor: Actor = request.actor
    unit = _own_unit(actor, rules.SURVEY)
    if unit is None:
        raise refuse(rules.SURVEY)
    require(actor, rules.VIEW, unit)
    form = shapes.VisitForm(
        request.POST or None,
        employers=visible_enterprises(actor, rules.SURVEY),
        today=actor.today,
        initial={"enterprise": request.GET.get("ma", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.log_visit(
                actor=actor, on=actor.today, data=actions.VisitData(unit=unit, **form.cleaned_data)
            )
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã ghi tiếp xúc với {made.enterprise.name}.")
            return redirect("fieldwork:visit", pk=made.pk)
    return _form(
        request,
        form,
        title="Ghi tiếp xúc doanh nghiệp",
        button="Ghi",
        back=reverse("fieldwork:visits"),
        note=f"Nhân danh {unit.name}",
        crumbs=[_CRUMB, ("Ghi tiếp xúc", "")],
    )


def _visit(request: HttpRequest, pk: int) -> Visit:
    rows = queries.visible_visits(request.actor).select_related("enterprise", "unit", "by")
    found: Visit = get_object_or_404(rows, pk=pk)
    return found


@login_required
@require_GET
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry of the log."""
    found, actor = _visit(request, pk), request.actor
    shown: dict[str, Any] = {
        "visit": found,
        "others": queries.visible_visits(actor)
        .filter(enterprise=found.enterprise_id)
        .exclude(pk=found.pk)
        .select_related("by")
        .order_by("-on", "-pk")[:20],
        "may_finish": found.next_on is not None
        and found.next_done_on is None
        and may(actor, rules.SURVEY, found.unit),
        "can_open_employer": visible_enterprises(actor).filter(pk=found.enterprise_id).exists(),
        "crumbs": [_CRUMB, ("Nhật ký tiếp xúc", reverse("fieldwork:visits")), (found.enterprise.name, "")],
    }
    if queries.may_read_confidence(actor, unit_id=found.unit_id, author_id=found.by_id):
        shown["confidence"] = [
            ("Đã gặp", unseal(found.met_sealed)),
            ("Nhận xét kín", unseal(found.remarks_sealed)),
        ]
    return render(request, "fieldwork/visit.html", shown)


@login_required
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """The next step is done."""
    found = _visit(request, pk)
    actions.finish_step(actor=request.actor, on=request.actor.today, visit=found)
    messages.success(request, "Đã ghi là làm xong.")
    return redirect("fieldwork:visit", pk=found.pk)


# --------------------------------------------------------------------------------------------------
# Outside lists
# --------------------------------------------------------------------------------------------------


def _outside_buttons(request: HttpRequest) -> dict[str, Any]:
    if _own_unit(request.actor, rules.RUN) is None:
        return {}
    label = {"label": "Tải danh sách lên", "url": reverse("fieldwork:upload_outside")}
    return {"actions": [{**label, "icon": "upload", "primary": True}]}


outside = list_view("fieldwork.outside", extra=_outside_buttons)
outside_rows = list_view("fieldwork.outside_rows")


@login_required
def upload_outside(request: HttpRequest) -> HttpResponse:
    """Hold a list from outside against the register of one's body."""
    actor: Actor = request.actor
    unit = _own_unit(actor, rules.RUN)
    if unit is None:
        raise refuse(rules.RUN)
    form = shapes.OutsideForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with tempfile.NamedTemporaryFile(suffix=".list") as copy:
                for chunk in form.cleaned_data["file"].chunks():
                    copy.write(chunk)
                copy.flush()
                lines = read_outside(Path(copy.name))
            made = actions.hold_against(
                actor=actor,
                on=actor.today,
                unit=unit,
                title=form.cleaned_data["title"],
                least=form.cleaned_data["least"],
                lines=lines,
            )
        except FileRefused as error:
            form.add_error("file", str(error))
        except actions.FieldworkError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Đã đối chiếu {len(lines)} dòng với sổ của {unit.name}.")
            return redirect(names_url("fieldwork.outside_rows", {"danh_sach": str(made.pk)}))
    return _form(
        request,
        form,
        title="Đối chiếu với danh sách ngoài",
        button="Đối chiếu",
        back=reverse("fieldwork:outside"),
        note=f"Với sổ doanh nghiệp của {unit.name}, ngày {format_date(actor.today)}",
        has_file=True,
        crumbs=[_CRUMB, ("Đối chiếu", reverse("fieldwork:outside")), ("Tải lên", "")],
    )


# --------------------------------------------------------------------------------------------------
# The surveyor's phone
# --------------------------------------------------------------------------------------------------


def _surveyor(request: HttpRequest) -> User:
    actor: Actor = request.actor
    if actor.user is None or not actor.has_anywhere(rules.SURVEY):
        raise refuse(rules.SURVEY)
    return actor.user


@login_required
@require_GET
@ensure_csrf_cookie
def mine(request: HttpRequest) -> HttpResponse:
    """The page of the phone: a shell without data, so that the device may keep it; the data come as JSON."""
    _surveyor(request)
    return render(
        request,
        "fieldwork/mine.html",
        {
            "sectors": Sector.objects.all(),
            "wages": choices.WAGES,
            "representation": choices.REPRESENTATION,
            "attitudes": choices.ATTITUDES,
        },
    )


@login_required
@require_GET
def mine_data(request: HttpRequest) -> JsonResponse:
    """What the reader is to survey, with the mark of what the register says of each. Six queries."""
    user = _surveyor(request)
    today = request.actor.today
    rows = list(queries.my_tasks(user, today)[:2000])
    ids = [row.enterprise_id for row in rows]
    seen = queries.marks(ids, besides=user.pk)
    known: dict[int, tuple[int, str]] = {}
    for pk, workers, on in (
        HeadcountObservation.objects.filter(enterprise__in=ids)
        .order_by("on", "recorded_at")
        .values_list("enterprise_id", "workers", "on")
    ):
        known[pk] = (workers, format_date(on))
    photo = {
        unit_id: parameter(rules.GATE_PHOTO, on=today, unit_id=unit_id).value is True
        for unit_id in {row.round.unit_id for row in rows}
    }
    items = [
        {
            "id": row.pk,
            "name": row.enterprise.name,
            "address": row.enterprise.address,
            "place": row.enterprise.territory.name if row.enterprise.territory else "",
            "tax_code": row.enterprise.tax_code,
            "sector": row.enterprise.sector_id,
            "sector_name": row.enterprise.sector.name,
            "workers": known.get(row.enterprise_id, (None, ""))[0],
            "workers_on": known.get(row.enterprise_id, (None, ""))[1],
            "mark": seen[row.enterprise_id],
            "done": row.done_on is not None,
            "round": row.round.title,
            "note": row.round.note,
            "from_on": row.round.during.lower.isoformat(),
            "photo": photo[row.round.unit_id],
        }
        for row in rows
    ]
    answer = JsonResponse(
        {"user": user.pk, "name": user.get_full_name(), "today": today.isoformat(), "items": items}
    )
    answer["Cache-Control"] = "no-store"
    return answer


_NUMBERS = {"women": "nữ", "foreign": "nước ngoài", "seasonal": "thời vụ", "contracts": "đã ký hợp đồng"} | {
    "insured": "tham gia bảo hiểm"
}
_LENGTHS = {"note": 500, "contacts": 500, "remarks": 2000}


def _answer(request: HttpRequest) -> actions.Answer:
    """What the device sent, read strictly. Raises WrongAnswer with a sentence by field."""
    wrong: dict[str, str] = {}
    try:
        data = json.loads(request.POST.get("data", ""))
        if not isinstance(data, dict):
            raise ValueError
        key, task_id = UUID(str(data["client_key"])), int(data["task_id"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise actions.WrongAnswer(
            {"": "Phiếu không đọc được; hãy mở lại doanh nghiệp và lưu lần nữa."}
        ) from error
    if not 0 < task_id < 2**63:
        raise actions.WrongAnswer({"": "Phiếu không đọc được; hãy mở lại doanh nghiệp và lưu lần nữa."})

    def words(name: str) -> str:
        value = data.get(name)
        return str(value).replace("\x00", "").strip() if value is not None else ""

    def number(name: str, label: str) -> int | None:
        typed = words(name)
        found = whole_number(typed) if typed else None
        if typed and (found is None or not 0 <= found <= 1_000_000):
            wrong[name] = f"Số {label} phải là số nguyên từ 0 đến 1.000.000."
            return None
        return found

    workers = number("workers", "lao động")
    if workers is None:
        wrong.setdefault("workers", "Hãy ghi tổng số lao động.")
    figures = {name: number(name, label) for name, label in _NUMBERS.items()}
    try:
        on = parse_date(words("surveyed_on"))
    except ValueError as error:
        on, wrong["surveyed_on"] = None, str(error)
    if on is None:
        wrong.setdefault("surveyed_on", "Hãy ghi ngày khảo sát.")
    texts = {name: words(name) for name in _LENGTHS}
    for name, most in _LENGTHS.items():
        if len(texts[name]) > most:
            wrong[name] = f"Dài quá {most} chữ; hãy viết gọn lại."
    for name, known in (
        ("wages", choices.WAGES),
        ("representation", choices.REPRESENTATION),
        ("attitude", [("", ""), *choices.ATTITUDES]),
    ):
        texts[name] = words(name) or ("" if name == "attitude" else "unknown")
        if texts[name] not in dict(known):
            wrong[name] = "Hãy chọn lại mục này."
    sector = words("sector") or None
    if sector is not None and not Sector.objects.filter(pk=sector).exists():
        wrong["sector"] = "Hãy chọn lại khu vực kinh tế."
    if wrong or on is None or workers is None:
        raise actions.WrongAnswer(wrong)
    photo = request.FILES.get("photo")
    return actions.Answer(
        client_key=key,
        task_id=task_id,
        mark=words("mark")[:200],
        surveyed_on=on,
        workers=workers,
        sector=sector,
        photo=photo.read(rules.PHOTO_LIMIT_BYTES + 1) if photo is not None else b"",
        women=figures["women"],
        foreign=figures["foreign"],
        seasonal=figures["seasonal"],
        contracts=figures["contracts"],
        insured=figures["insured"],
        wages=texts["wages"],
        representation=texts["representation"],
        attitude=texts["attitude"],
        note=texts["note"],
        contacts=texts["contacts"],
        remarks=texts["remarks"],
    )


@login_required
@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Take in one answer of a phone; sent twice it is taken once. 422 says by field what is wrong: the device keeps it."""
    user = _surveyor(request)
    if request.headers.get("X-Field-User", str(user.pk)) != str(user.pk):
        # Somebody else signed in on this device: what the first gathered waits for the first.
        return JsonResponse(
            {"message": "Phiếu này của người khác; hãy đăng nhập bằng tài khoản đó."}, status=409
        )
    try:
        made = actions.send(actor=request.actor, on=request.actor.today, answer=_answer(request))
    except actions.WrongAnswer as error:
        return JsonResponse({"problems": error.problems, "message": str(error)}, status=422)
    except actions.FieldworkError as error:
        return JsonResponse({"problems": {"": str(error)}, "message": str(error)}, status=422)
    except Forbidden:
        words = "Doanh nghiệp này không có trong danh sách giao cho bạn."
        return JsonResponse({"problems": {"": words}, "message": words}, status=403)
    return JsonResponse(
        {
            "state": made.state,
            "words": made.get_state_display().capitalize(),
            "why": made.why,
            "url": reverse("fieldwork:survey", args=[made.pk]),
        }
    )


@login_required
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the phone's pages: it keeps the shell and its assets, nothing else."""
    _surveyor(request)
    files = [static("fieldwork/field.css"), static("fieldwork/field.js"), static("vendor/icons.svg")]
    shown = {"shell": reverse("fieldwork:mine"), "files": files}
    answer = render(request, "fieldwork/worker.js", shown, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
