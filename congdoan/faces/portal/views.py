"""Public doors. Nobody signs in; nothing about anybody but the holder of a code is ever told."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override
from django.views.decorators.http import require_GET, require_http_methods

from congdoan.faces.portal import challenges
from congdoan.faces.portal.forms import JoinForm
from congdoan.faces.portal.pages import drawn_page, gap
from congdoan.faces.portal.pages import page as _page
from congdoan.faces.portal.pages import spoken as _spoken
from congdoan.faces.portal.workplaces import workplaces
from congdoan.foundation.catalogues.queries import parameter, parameters
from congdoan.kit.answers import file_answer
from congdoan.kit.countries import country_name
from congdoan.kit.dates import format_date
from congdoan.registry.cards.models import Card
from congdoan.registry.cards.queries import checked, code_of, qr_svg
from congdoan.registry.cards.rules import masked
from congdoan.registry.enterprises.queries import enterprise_named
from congdoan.registry.founding import actions as founding
from congdoan.registry.founding.choices import HEAD
from congdoan.registry.founding.models import Step
from congdoan.registry.founding.queries import FoundersPart, founder_place, is_shown
from congdoan.registry.joining import actions, choices, queries
from congdoan.registry.joining.actions.signing import is_offered
from congdoan.registry.joining.documents import form_paper
from congdoan.registry.joining.models import Application
from congdoan.registry.joining.rules import Obstacle
from congdoan.registry.membership.queries import membership_on

#: Where the device remembers what brought its holder, till an application is sent: the printed code, nothing else.
_CAME_BY, _REMEMBERED = "nguon", 30 * 24 * 3600
#: What the steps of founding a union mean to a worker, when reached and when to come; a step that an office has added is
#: said in its own words.
_STEPS = {
    "known": (gettext_noop("Công đoàn đã biết nơi này muốn có công đoàn"), ""),
    "surveyed": (
        gettext_noop("Đã tìm hiểu xong nơi làm việc"),
        gettext_noop("Cán bộ công đoàn tìm hiểu nơi làm việc: có bao nhiêu người, làm theo ca nào"),
    ),
    "employer_met": (
        gettext_noop("Đã gặp người sử dụng lao động"),
        gettext_noop("Cán bộ công đoàn gặp người sử dụng lao động; không nói ai đã gửi đơn"),
    ),
    "core_group": (
        gettext_noop("Đã có nhóm nòng cốt"),
        gettext_noop("Tìm người nòng cốt ở các ca, các xưởng"),
    ),
    "founding_committee": (
        gettext_noop("Đã có ban vận động"),
        gettext_noop("Người lao động lập ban vận động"),
    ),
    "enough_applications": (
        gettext_noop("Đã đủ số đơn tối thiểu"),
        gettext_noop("Vận động cho đủ số đơn tối thiểu"),
    ),
    "congress": (
        gettext_noop("Đã đại hội thành lập"),
        gettext_noop("Đại hội thành lập: bàn việc chung và bầu ban chấp hành"),
    ),
    "dossier": (
        gettext_noop("Đã nộp hồ sơ đề nghị công nhận"),
        gettext_noop("Nộp hồ sơ đề nghị công nhận công đoàn"),
    ),
    "appraised": (
        gettext_noop("Hồ sơ đã được thẩm định"),
        gettext_noop("Công đoàn cấp trên thẩm định hồ sơ"),
    ),
    "recognised": (
        gettext_noop("Công đoàn đã được công nhận"),
        gettext_noop("Công đoàn cấp trên ra quyết định công nhận"),
    ),
}


@require_GET
def source(request: HttpRequest, code: str) -> HttpResponse:
    """A printed code leads to the form, filled with the workplace it is for, in a language the browser asks for. A code
    that nobody knows leads to the first page: whoever typed it wrongly can join all the same."""
    found = queries.source_named(code)
    asked = request.headers.get("Accept-Language", "").split(",")[0].strip().lower()
    space = "portal" if not asked or asked.startswith(("vi", "*")) else "portal-en"
    if found is None:
        answer = redirect(f"{space}:landing")
    elif found.enterprise is not None:
        answer = redirect(f"{reverse(f'{space}:join')}?noi={quote(found.enterprise.code)}")
    else:
        answer = redirect(f"{space}:workplace")
    if found is not None:
        answer.set_cookie(
            _CAME_BY, found.code, max_age=_REMEMBERED, httponly=True, samesite="Lax", secure=settings.HTTPS
        )
    patch_vary_headers(answer, ["Accept-Language"])
    add_never_cache_headers(answer)
    return answer


@require_GET
@_spoken
def landing(request: HttpRequest) -> HttpResponse:
    """What a union gives, and the ways on."""
    return _page(request, "landing", {})


@require_GET
@_spoken
def workplace(request: HttpRequest) -> HttpResponse:
    """Find one's workplace by name or tax code and see whether it has a union. Reads nothing about applications."""
    typed = request.GET.get("q", "").strip()[:120]
    found: list[dict[str, Any]] = []
    has_more = False
    if len(typed) >= 3:
        try:
            limit = int(parameter("joining.searches_per_hour", on=request.actor.today).value)
            actions.knock(door="search", address=request.actor.address, now=time.time(), limit=limit)
        except actions.TooManyAttempts:
            problem = _("Quá nhiều lần tìm từ mạng này. Hãy thử lại sau một giờ, hoặc tự ghi tên vào đơn.")
            return _page(request, "workplace", {"typed": typed, "problem": problem}, status=429)
        rows, has_more = workplaces(typed)
        for enterprise in rows:
            found.append(
                {
                    "enterprise": enterprise,
                    "place": enterprise.address
                    or (enterprise.territory.name if enterprise.territory else ""),
                    "has_union": queries.has_union(enterprise, request.actor.today),
                }
            )
    shown = {"typed": typed, "found": found, "has_more": has_more, "asked": bool(typed)}
    return _page(request, "workplace", shown)


def _blank(has_workplace: bool, is_free: bool, takes_digital: bool, on: date) -> dict[str, Any]:
    """A form that nobody has begun, the same for everybody on a day but for the workplace and the challenge."""
    start = {"contract_kind": "none"} if is_free else {}
    return {
        "form": JoinForm(initial=start, today=on, has_workplace=has_workplace),
        "enterprise": {"name": gap("enterprise")} if has_workplace else None,
        "has_workplace": has_workplace,
        "challenge": {name: gap(name) for name in ("mark", "left", "right")},
        "takes_digital": takes_digital,
    }


def _sent(is_confidential: bool) -> dict[str, Any]:
    return {"is_confidential": is_confidential, **{name: gap(name) for name in ("code", "unit", "due")}}


def _again(request: HttpRequest, shown: dict[str, Any], *, status: int = 422) -> HttpResponse:
    """The form with what was typed; above it each box that is wrong, by its id, what it is called and what is said of it.
    A browser keeps no file, so the boxes that had one say so."""
    form = shown["form"]
    wrong = [
        {
            "id": "ky" if field.is_hidden else field.id_for_label,
            # What is ticked has a sentence for a name.
            "label": "" if field.widget_type == "checkbox" else field.label,
            "said": field.errors[0],
        }
        for field in form
        if field.errors
    ]
    if shown.get("wrong_code"):
        wrong.insert(0, {"id": "confirm", "label": _("Mã xác nhận"), "said": shown["wrong_code"]})
    if shown.get("wrong_sum"):
        wrong.append({"id": "total", "label": _("Phép cộng"), "said": shown["wrong_sum"]})
    lost = [] if shown.get("confirms") else list(request.FILES)
    return _page(request, "join", {**shown, "wrong": wrong, "lost_files": lost}, status=status)


@require_http_methods(["GET", "POST"])
@_spoken
def join(request: HttpRequest) -> HttpResponse:
    """The form and its answer: a code. Sent twice, it is answered twice with the same one."""
    on = request.actor.today
    enterprise = enterprise_named(request.GET.get("noi", "")[:30])
    takes_digital = is_offered(on)
    if request.method == "GET":
        is_free = bool(request.GET.get("tu-do"))
        given = (enterprise is not None, is_free, takes_digital, on)
        fresh = challenges.make()
        filled = {
            "enterprise": enterprise.name if enterprise is not None else "",
            "mark": fresh.mark,
            "left": fresh.left,
            "right": fresh.right,
        }
        return drawn_page(request, "join", _blank, given, filled)
    wants_paper = takes_digital and "paper" in request.POST
    form = JoinForm(
        request.POST,
        request.FILES,
        today=on,
        has_workplace=enterprise is not None,
        takes_digital=takes_digital,
        is_for_paper=wants_paper,
    )
    challenge = challenges.read(request.POST.get("mark", "")[:200])
    shown: dict[str, Any] = {
        "form": form,
        "enterprise": enterprise,
        "has_workplace": enterprise is not None,
        "challenge": challenge or challenges.make(),
        "takes_digital": takes_digital,
        "wants_paper": wants_paper,
    }
    if challenge is None:
        form.add_error(None, _("Trang này mở đã lâu. Hãy gửi lại; những gì đã điền vẫn còn."))
    elif not wants_paper and not challenges.met(
        challenge, total=request.POST.get("total", ""), work=request.POST.get("work", "")
    ):
        shown["wrong_sum"] = _("Kết quả chưa đúng.")
    elif form.is_valid():
        try:
            held = parameters(["joining.sends_per_hour", "joining.confirm_by"], on=on)
            limit = int(held["joining.sends_per_hour"].value)
            door = "paper" if wants_paper else "send"
            actions.knock(door=door, address=request.actor.address, now=time.time(), limit=limit)
            data = form.application(key=challenge.key, enterprise=enterprise, language=request.LANGUAGE_CODE)
            actions.check(data=data, on=on)
            if wants_paper:
                return _paper(data, on)
            if held["joining.confirm_by"].value and (asked := _unconfirmed(request, form, challenge.key, on)):
                return _again(request, shown | asked)
            came_by = queries.source_named(request.COOKIES.get(_CAME_BY, ""))
            done = founding.receive_application(data=replace(data, source=came_by), on=on)
        except actions.ForeignWorkerNotYet as refused:
            shown["refusal"] = _refusal(refused.obstacle)
        except actions.TooManyAttempts:
            form.add_error(None, _("Quá nhiều lần gửi từ mạng này. Hãy thử lại sau một giờ."))
            return _again(request, shown, status=429)
        except actions.SignatureRefused as error:
            form.add_error("signed", _(str(error)))
        except actions.JoiningError as error:
            form.add_error(None, _(str(error)))
        else:
            told = {
                "code": done.code,
                "unit": done.receiver,
                "due": format_date(done.application.due_on),
            }
            answer = drawn_page(request, "sent", _sent, (done.application.is_confidential,), told)
            if _CAME_BY in request.COOKIES:
                answer.delete_cookie(_CAME_BY, samesite="Lax")
            return answer
    return _again(request, shown)


def _paper(data: actions.ApplicationData, on: date) -> HttpResponse:
    """The form filled in, to be signed digitally; made for this answer and kept nowhere."""
    country = country_name(data.nationality, "vi"), country_name(data.nationality, "en")
    name = "Application to join.pdf" if data.language == "en" else "Đơn gia nhập.pdf"
    content = form_paper(data, on=on, nationality=country)
    return file_answer(content, "application/pdf", name)


def _unconfirmed(request: HttpRequest, form: JoinForm, key: uuid.UUID, on: date) -> dict[str, Any]:
    """What the page asks for while the phone or the address is not confirmed; empty when it is, or need not be."""
    channel = queries.confirmed_by(on)
    if not channel:
        return {}
    name = "phone" if channel == "sms" else "email"
    contact = form.cleaned_data[name]
    if not contact:
        form.add_error(name, _("Hãy ghi để nhận mã xác nhận."))
        return {"wants": name}
    now, typed = timezone.now(), request.POST.get("confirm", "")[:20]
    if actions.confirm(submission_key=key, contact=contact, code=typed, now=now):
        return {}
    has_file = any(form.cleaned_data.get(name) for name in ("scan", "signed"))
    asked: dict[str, Any] = {"confirms": contact, "wrong_code": "", "has_file": has_file}
    if typed and not request.POST.get("resend"):
        asked["wrong_code"] = _("Mã không đúng hoặc đã hết hạn. Hãy kiểm tra lại, hoặc nhận mã khác.")
        return asked
    try:
        actions.send_code(
            submission_key=key,
            channel=channel,
            contact=contact,
            address=request.actor.address,
            on=on,
            now=now,
        )
    except actions.JustSent as error:
        asked["wrong_code"] = _(str(error))
    except actions.JoiningError as error:
        asked |= {"wrong_code": _(str(error)), "is_unsent": True}
    return asked


def _refusal(obstacle: Obstacle) -> dict[str, str]:
    """Why a foreign worker cannot join yet: kindly, with the text it rests on and what can be done."""
    law = obstacle.law
    months, since = law.contract_months, format_date(law.admission_from)
    why = {
        "too_early": _("Người lao động nước ngoài được gia nhập công đoàn từ ngày %(since)s."),
        "no_contract": _(
            "Người lao động nước ngoài cần có hợp đồng lao động từ đủ %(months)s tháng trở lên."
        ),
        "no_dates": _("Hãy ghi ngày bắt đầu của hợp đồng lao động, và ngày hết hạn nếu có."),
        "not_in_force": _("Hợp đồng lao động đã ghi không có hiệu lực vào hôm nay."),
        "too_short": _(
            "Cảm ơn bạn đã quan tâm. Theo luật hiện hành, người lao động nước ngoài gia nhập công đoàn khi hợp đồng"
            " lao động từ đủ %(months)s tháng trở lên; hợp đồng bạn ghi ngắn hơn thời hạn đó."
        ),
    }[obstacle.code]
    return {"why": why % {"months": months, "since": since}, "source": law.source}


def _told(application: Application) -> dict[str, Any]:
    """What the holder of the code may know: where it lies, how far it is, and everybody who has read it."""
    events = application.events.order_by("pk")
    reason = choices.REFUSALS.get(application.refusal_code)
    return {
        "application": application,
        "unit": application.receiving_unit.name,
        "due": format_date(application.due_on),
        "sent": format_date(application.submitted_on),
        "state": {
            choices.SUBMITTED: _("Đang chờ xét"),
            choices.ASKED: _("Cần bạn bổ sung"),
            choices.ADMITTED: _("Đã kết nạp"),
            choices.REFUSED: _("Không kết nạp"),
            choices.WITHDRAWN: _("Đã rút đơn"),
        }[application.state],
        "joined": _joined(application),
        "refusal": _(reason.name) if reason else "",
        "source": reason.source if reason else "",
        "is_confidential": application.is_confidential,
        "ceremony": format_date(application.ceremony_on) if application.ceremony_on else "",
        "events": [
            {"at": event.at, "by": event.by and _(event.by), "what": _what(event.kind), "words": event.words}
            for event in events
        ],
        **(_of_founders(application) if application.is_confidential and application.is_open else {}),
    }


def _joined(application: Application) -> str:
    """Of which union the worker became a member, and since when; '' while they are none by this application."""
    if (
        application.state != choices.ADMITTED
        or application.decided_on is None
        or application.person_id is None
    ):
        return ""
    held = membership_on(application.person_id, application.decided_on)
    if held is None:
        return ""
    words = _("Bạn là đoàn viên của %(union)s từ ngày %(on)s.")
    return words % {"union": held.unit.name, "on": format_date(application.decided_on)}


def _of_founders(application: Application) -> dict[str, Any]:
    """The choice to be seen by the founding committee, the same for everybody who waits; and, for a founder whom officers
    have let in, that they are one. Two queries, whatever there is."""
    place = founder_place(application)
    post = "" if place is None else _("Trưởng ban") if place.post == HEAD else _("Thành viên")
    return {"may_show": True, "is_shown": is_shown(application), "founder_post": post}


def _part(part: FoundersPart) -> dict[str, Any]:
    """The founding committee's part in words for workers."""
    return {
        "step": _of_step(part.step, 0),
        "next": _of_step(part.next, 1),
        "has_quorum": part.has_quorum,
        "people": [
            {
                "name": person.name,
                "phone": person.phone,
                "post": (_("Trưởng ban") if person.post == HEAD else _("Thành viên")) if person.post else "",
            }
            for person in part.people
        ],
        "is_cut": part.is_cut,
    }


def _of_step(step: Step | None, side: int) -> str:
    if step is None:
        return ""
    said = _STEPS.get(step.code, ("", ""))[side]
    return _(said) if said else (step.act if side else step.name)


def _what(kind: str) -> str:
    return {
        "submit": _("Bạn đã gửi đơn"),
        choices.READ: _("Đã xem đơn"),
        choices.ASK: _("Đề nghị bổ sung"),
        choices.ANSWER: _("Bạn đã bổ sung"),
        choices.ADMIT: _("Đã quyết định kết nạp"),
        choices.REFUSE: _("Không kết nạp"),
        choices.WITHDRAW: _("Bạn đã rút đơn"),
        choices.PASS_ON: _("Đã chuyển đơn"),
        choices.SHOW: _("Bạn đã cho ban vận động thấy tên và số điện thoại"),
        choices.HIDE: _("Bạn đã thôi cho ban vận động thấy tên và số điện thoại"),
        choices.SEEN: _("Đã xem tên và số điện thoại của bạn"),
        choices.LET_IN: _("Đã mở phần ban vận động cho bạn"),
        choices.LOOK: _("Bạn đã xem phần ban vận động"),
        choices.SHUT_OUT: _("Đã đóng phần ban vận động với bạn"),
        choices.PROMPT: _("Đã nhắn bạn mở trang này"),
        choices.UNREACHED: _("Chưa nhắn được cho bạn"),
    }[kind]


@require_http_methods(["GET", "POST"])
@_spoken
def follow(request: HttpRequest) -> HttpResponse:
    """An application by its code. The code is sent in the body of a form, never in an address that logs keep."""
    if request.method == "GET":
        return _page(request, "follow", {})
    code, words = request.POST.get("code", "")[:40], request.POST.get("words", "")[:4000]
    typed = {"code": code, "words": words if request.POST.get("do") == "answer" else ""}
    on = request.actor.today
    try:
        limit = int(parameter("joining.looks_per_hour", on=on).value)
        actions.knock(door="look", address=request.actor.address, now=time.time(), limit=limit)
    except actions.TooManyAttempts:
        return _page(
            request,
            "follow",
            {"problem": _("Quá nhiều lần tra mã từ mạng này. Hãy thử lại sau một giờ."), **typed},
            status=429,
        )
    problem, part = "", None
    try:
        if request.POST.get("do") == "show":
            founding.show(code=code)
        elif request.POST.get("do") == "hide":
            founding.hide(code=code)
        elif request.POST.get("do") == "look":
            part = founding.look(code=code, on=on)
        elif request.POST.get("do") == "answer":
            actions.answer(code=code, words=words)
        elif request.POST.get("do") == "withdraw" and request.POST.get("sure"):
            actions.withdraw(code=code, on=on)
    except actions.JoiningError as error:
        problem = _(str(error))
    found = queries.followed(code)
    if found is None:
        problem = _("Không có đơn nào ứng với mã này. Hãy kiểm tra lại mã.")
        return _page(request, "follow", {"problem": problem, **typed}, status=404)
    if not problem:
        typed["words"] = ""
    shown = {"problem": problem, **typed, "part": part and _part(part), **_told(found)}
    return _page(request, "follow", shown, status=422 if problem else 200)


def _asked_language(request: HttpRequest) -> str:
    """Of a page that has one address for both: what the browser asks for, Vietnamese when it does not say."""
    asked = request.headers.get("Accept-Language", "").split(",")[0].strip().lower()
    return "vi" if not asked or asked.startswith(("vi", "*")) else "en"


def _of_cards(
    request: HttpRequest, name: str, language: str, shown: dict[str, Any], status: int
) -> HttpResponse:
    context = {
        **shown,
        "language": language,
        "other_door": f"{'portal' if language == 'en' else 'portal-en'}:landing",
        "query": "",
    }
    with override(language):
        request.LANGUAGE_CODE = language
        answer = render(request, f"portal/{name}.html", context, status=status)
    patch_vary_headers(answer, ["Accept-Language"])
    add_never_cache_headers(answer)
    return answer


@require_GET
def check_card(request: HttpRequest, code: str) -> HttpResponse:
    """What anybody may know of a card: whether it holds, its holder's name in part, their union, since when."""
    on = request.actor.today
    language = _asked_language(request)
    limit = int(parameter("cards.checks_per_hour", on=on).value)
    try:
        actions.knock(door="card", address=request.actor.address, now=time.time(), limit=limit)
    except actions.TooManyAttempts:
        return _of_cards(request, "card", language, {"state": "busy"}, 429)
    found = checked(code, on)
    if found is None:
        return _of_cards(request, "card", language, {"state": "unknown"}, 404)
    shown = {
        "state": found.state,
        "name": masked(found.card.person.full_name),
        "unit": found.unit_name,
        "since": format_date(found.since) if found.since else "",
        "today": format_date(on),
    }
    return _of_cards(request, "card", language, shown, 200)


@require_GET
def card_on_phone(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A member's card on their own phone: whoever holds the address sees it, so it is given to nobody else."""
    on = request.actor.today
    card = Card.objects.select_related("person").filter(phone_key=key).first()
    code = code_of(card.serial) if card is not None else ""
    found = checked(code, on) if code else None
    if card is None or found is None:
        return _of_cards(request, "card", _asked_language(request), {"state": "unknown"}, 404)
    site = settings.MESSAGING["site"] or request.build_absolute_uri("/").rstrip("/")
    shown = {
        "state": found.state,
        "card": card,
        "unit": found.unit_name,
        "issued": format_date(card.issued_on),
        "qr": mark_safe(qr_svg(f"{site}/the/{code}")),
    }
    return _of_cards(request, "my_card", _asked_language(request), shown, 200)
