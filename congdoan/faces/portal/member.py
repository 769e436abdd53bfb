"""A member's own page: proves who they are by card, identity number and a code; sees what is written of them; asks for a
change, or to leave.

What is typed never stands in an address. After the code a cookie that scripts cannot read stands for the member for half
an hour.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from congdoan.faces.portal import challenges
from congdoan.faces.portal.member_forms import ChangeForm, LeaveForm, ProveForm
from congdoan.faces.portal.pages import page, spoken
from congdoan.foundation.catalogues.queries import parameter
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import whole_number
from congdoan.kit.sealed import unseal
from congdoan.kit.text import mask
from congdoan.registry.joining.actions import TooManyAttempts
from congdoan.registry.membership.queries import membership_on
from congdoan.registry.people.models import Employment, Person
from congdoan.registry.selfservice import actions, choices, queries

_PASS = "doan-vien"
#: What actions may say to a member, and the names of fields and states, so that they are translated.
_SAID = (
    gettext_noop("Hãy ghi cả số thẻ đoàn viên và số căn cước (hoặc hộ chiếu)."),
    gettext_noop("Đã yêu cầu mã quá nhiều lần trong ngày. Hãy thử lại vào ngày mai."),
    gettext_noop("Bạn không còn là đoàn viên nên không gửi được đề nghị."),
    gettext_noop("Sổ chưa ghi nơi làm việc của bạn nên chưa sửa được công việc."),
    gettext_noop("Chưa có mục nào khác với thông tin đang ghi. Hãy điền mục cần sửa."),
    gettext_noop("Không có đề nghị này."),
    gettext_noop("Đề nghị này đã được trả lời nên không rút được nữa."),
    gettext_noop("Có mục không sửa được. Hãy tải lại trang."),
    gettext_noop("Số căn cước có 12 chữ số. Hãy kiểm tra lại."),
    gettext_noop("Số điện thoại không đúng. Hãy kiểm tra lại."),
    gettext_noop("Bạn đang có một đề nghị như vậy chờ trả lời. Hãy đợi, hoặc rút đề nghị đó rồi gửi lại."),
    gettext_noop("Bạn không còn là đoàn viên của công đoàn nào trong sổ."),
    gettext_noop("điện thoại"),
    gettext_noop("thư điện tử"),
    gettext_noop("nơi ở"),
    gettext_noop("công việc"),
    gettext_noop("họ và tên"),
    gettext_noop("ngày sinh"),
    gettext_noop("số căn cước"),
    gettext_noop("số hộ chiếu"),
    gettext_noop("chờ công đoàn trả lời"),
    gettext_noop("đã đồng ý"),
    gettext_noop("không đồng ý"),
    gettext_noop("bạn đã rút"),
    gettext_noop("không còn hiệu lực"),
)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@spoken
def mine(request: HttpRequest) -> HttpResponse:
    """One address for all of it: what is shown depends on how far the reader has proved who they are."""
    now = timezone.now()
    given = request.COOKIES.get(_PASS, "")[:60]
    person = queries.holder(given, now) if given else None
    do = request.POST.get("do", "")
    if request.method == "GET" or do not in {"prove", "code", "again", "change", "leave", "withdraw", "out"}:
        return _own(request, person) if person is not None else _stranger(request)
    if do == "prove":
        return _prove(request, now)
    if do in {"code", "again"}:
        return _code(request, now, again=do == "again")
    if person is None:
        problem = _("Phiên làm việc đã hết 30 phút. Hãy ghi lại số thẻ và số giấy tờ.")
        return _stranger(request, problem=problem, status=422)
    if do == "out":
        actions.give_up(given)
        answer = _back(request)
        answer.delete_cookie(_PASS, samesite="Strict")
        return answer
    return _ask(request, person, do, now)


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(request.path)


def _stranger(
    request: HttpRequest, *, form: ProveForm | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    shown = {
        "form": form or ProveForm(),
        "challenge": challenges.make(),
        "problem": problem,
        "is_open": actions.is_open(),
    }
    return page(request, "mine_prove", shown, status=status)


def _wait(request: HttpRequest, mark: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    """The page that asks for the code: the same for everybody."""
    return page(request, "mine_code", {"mark": mark, "problem": problem}, status=status)


def _prove(request: HttpRequest, now: datetime) -> HttpResponse:
    form = ProveForm(request.POST)
    challenge = challenges.read(request.POST.get("mark", "")[:200])
    if challenge is None:
        problem = _("Trang này mở đã lâu. Hãy gửi lại; những gì đã điền vẫn còn.")
        return _stranger(request, form=form, problem=problem, status=422)
    if not form.is_valid() or not actions.is_open():
        return _stranger(request, form=form, status=422)
    try:
        actions.ask_code(
            key=challenge.key,
            card=form.cleaned_data["card"],
            number=form.cleaned_data["number"],
            address=request.actor.address,
            on=request.actor.today,
            now=now,
        )
    except TooManyAttempts as error:
        return _stranger(request, form=form, problem=_(str(error)), status=429)
    except actions.RequestError as error:
        return _stranger(request, form=form, problem=_(str(error)), status=422)
    return _wait(request, challenge.mark)


def _code(request: HttpRequest, now: datetime, *, again: bool) -> HttpResponse:
    challenge = challenges.read(request.POST.get("mark", "")[:200])
    if challenge is None:
        return _stranger(
            request, problem=_("Trang này mở đã lâu. Hãy ghi lại số thẻ và số giấy tờ."), status=422
        )
    if again:
        try:
            actions.ask_code(
                key=challenge.key,
                card="",
                number="",
                address=request.actor.address,
                on=request.actor.today,
                now=now,
            )
        except TooManyAttempts as error:
            return _wait(request, challenge.mark, problem=_(str(error)), status=429)
        except actions.RequestError as error:
            return _stranger(request, problem=_(str(error)), status=422)
        return _wait(request, challenge.mark)
    given = actions.enter(
        key=challenge.key, code=request.POST.get("code", "")[:20], on=request.actor.today, now=now
    )
    if not given:
        problem = _("Mã không đúng hoặc đã hết hạn. Hãy kiểm tra lại, hoặc nhận mã khác.")
        return _wait(request, challenge.mark, problem=problem, status=422)
    answer = _back(request)
    answer.set_cookie(
        _PASS,
        given,
        max_age=int(queries.STAY.total_seconds()),
        httponly=True,
        samesite="Strict",
        secure=settings.HTTPS,
    )
    return answer


def _ask(request: HttpRequest, person: Person, do: str, now: datetime) -> HttpResponse:
    on = request.actor.today
    change, leave = _change_form(request, person, bound=do == "change"), LeaveForm()
    try:
        if do == "withdraw":
            actions.withdraw(person=person, pk=whole_number(request.POST.get("pk")) or 0, now=now, on=on)
            return _back(request)
        if do == "leave":
            leave = LeaveForm(request.POST)
            if leave.is_valid():
                actions.ask_to_leave(person=person, reason=leave.cleaned_data["reason"], on=on, now=now)
                return _back(request)
        elif change.is_valid():
            actions.ask_change(
                person=person,
                proposed=change.proposed(),
                reason=change.cleaned_data["reason"],
                on=on,
                now=now,
                scan=change.evidence(),
            )
            return _back(request)
    except actions.RequestError as error:
        return _own(request, person, change=change, leave=leave, problem=_(str(error)), status=422)
    return _own(request, person, change=change, leave=leave, status=422)


def _change_form(request: HttpRequest, person: Person, *, bound: bool) -> ChangeForm:
    on = request.actor.today
    kept: Any = {
        "today": on,
        "is_foreign": person.is_foreign,
        "has_job": queries.job_of(person.pk, on) is not None,
    }
    return ChangeForm(request.POST, request.FILES, **kept) if bound else ChangeForm(**kept)


def _own(
    request: HttpRequest,
    person: Person,
    *,
    change: ChangeForm | None = None,
    leave: LeaveForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    on = request.actor.today
    held = membership_on(person.pk, on)
    rows = list(queries.requests_of(person).defer("content_sealed")[:10])
    shown = {
        "person": person,
        "unit": held.unit.name if held is not None else "",
        "since": format_date(held.joined_on or held.during.lower) if held is not None else "",
        "facts": _facts(person, queries.job_of(person.pk, on)),
        "requests": [
            {
                "pk": row.pk,
                "what": _what(row.kind, row.fields),
                "state": row.state,
                "state_words": _(choices.STATES_TO_MEMBER[row.state]),
                "asked": format_date(row.asked_on),
                "answered": format_date(row.decided_on) if row.decided_on else "",
                "words": _(row.words) if row.state == choices.LAPSED and row.words else row.words,
                "is_open": row.is_open,
            }
            for row in rows
        ],
        "may_change": held is not None
        and not any(row.is_open and row.kind == choices.CHANGE for row in rows),
        "may_leave": held is not None and not any(row.is_open and row.kind == choices.LEAVE for row in rows),
        "form": change or _change_form(request, person, bound=False),
        "leave_form": leave or LeaveForm(),
        "days": int(parameter("selfservice.evidence_days", on=on).value),
        "problem": problem,
        "lost_files": list(request.FILES) if status != 200 else [],
    }
    return page(request, "mine", shown, status=status)


def _what(kind: str, fields: list[str]) -> str:
    if kind == choices.LEAVE:
        return _("Thôi là đoàn viên")
    named = ", ".join(_(label) for name, label in choices.FIELDS.items() if name in fields)
    return _("Sửa %(fields)s") % {"fields": named}


def _facts(person: Person, job: Employment | None) -> list[tuple[str, str]]:
    """What is written, as its owner recognises it: numbers and contacts in part."""
    number = unseal(person.citizen_id_sealed)
    passport = unseal(person.passport_sealed)
    born = format_date(person.birth_on) if person.birth_on and person.birth_precision == "day" else ""
    if person.birth_on and not born:
        born = str(person.birth_on.year)
    facts = [
        (_("Ngày sinh"), born),
        (_("Số căn cước"), mask(number) if number else ""),
        (_("Số hộ chiếu"), mask(passport) if passport else ""),
        (_("Điện thoại"), queries.masked_contact(person.phone)),
        (_("Thư điện tử"), queries.masked_contact(person.email)),
        (_("Nơi ở"), person.address),
        (_("Nơi làm việc"), job.enterprise.name if job is not None else ""),
        (_("Công việc"), job.job_title if job is not None else ""),
    ]
    return [(label, value) for label, value in facts if value]
