"""The surveyor's phone: a shell, its data, and what it sends."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.rules import Actor, Forbidden, refuse
from congdoan.foundation.accounts.models import User
from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.catalogues.queries import parameter
from congdoan.kit.dates import format_date, parse_date
from congdoan.kit.numbers import whole_number
from congdoan.kit.places import PlaceError, parse_place
from congdoan.registry.enterprises.models import HeadcountObservation
from congdoan.registry.fieldwork import actions, choices, queries, rules


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
    try:
        place = parse_place(words("place")[:60])
    except PlaceError as error:
        place, wrong["place"] = None, str(error)
    texts = {name: words(name) for name in _LENGTHS}
    for name, most in _LENGTHS.items():
        if len(texts[name]) > most:
            wrong[name] = f"Dài quá {most} ký tự; hãy viết gọn lại."
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
        place=place,
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
