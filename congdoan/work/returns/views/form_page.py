"""A form: what it asks, its versions, periods given out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from congdoan.foundation.access.queries import home_unit, require, visible_units
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.jobs.actions import start
from congdoan.foundation.units.models import UnitKind
from congdoan.registry.membership.choices import MOVEMENT_KINDS
from congdoan.work.indicators.models import Indicator
from congdoan.work.indicators.queries import catalogue
from congdoan.work.returns import actions, editing, queries, rules
from congdoan.work.returns.choices import (
    CADENCES,
    CHECK_LEVELS,
    OPERATOR_SIGNS,
    PLACES,
    SECTOR_GROUPS,
    SOURCES,
    WINDOWS,
)
from congdoan.work.returns.definitions import (
    Definition,
    DefinitionError,
    Row,
    newest_span,
    period_words,
    read_definition,
    shipped_forms,
)
from congdoan.work.returns.forms import (
    NewFormForm,
)
from congdoan.work.returns.models import ReturnForm, ReturnFormVersion
from congdoan.work.returns.views.board_page import board_url

#: A choice of a body is a short list; more is found by opening the body's own page.
UNITS_OFFERED = 200


def form_for(request: HttpRequest, form: int) -> ReturnForm:
    return get_object_or_404(queries.visible_forms(request.actor).select_related("owner"), pk=form)


def edited(form: ReturnForm) -> ReturnFormVersion:
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
        owners=owners.order_by("sort_key")[:UNITS_OFFERED] if request.method != "POST" else owners,
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
    found = form_for(request, form)
    version = edited(found)
    definition = read_definition(version.definition)
    published = queries.form_version(found)
    labels = {cell.key: cell.label for cell in definition.cells.values()}
    newest = newest_span(definition, request.actor.today + timedelta(days=1))
    return render(
        request,
        "returns/form.html",
        {
            "form": found,
            "version": version,
            "published": published,
            "definition": definition,
            "owed_by": kind_names(definition.owed_by),
            "own_days": [
                (name, definition.deadlines_of(kind))
                for kind, name in zip(definition.owed_by, kind_names(definition.owed_by), strict=True)
                if kind in definition.deadlines_by_kind
            ],
            "cadence": dict(CADENCES)[definition.cadence],
            "sections": shape(definition),
            "checks": [
                {
                    "check": check,
                    "words": " ".join(
                        (check.left.words(labels), OPERATOR_SIGNS[check.operator], check.right.words(labels))
                    ),
                    "level": dict(CHECK_LEVELS)[check.level],
                }
                for check in definition.checks
            ],
            "periods": [
                (code, period_words(code))
                for code, _ in found.obligations.values_list("period", "to_on")
                .distinct()
                .order_by("-to_on")[:12]
            ],
            "suggested": newest.code if newest else "",
            "crumbs": [
                ("Báo cáo định kỳ", reverse("returns:list")),
                ("Mẫu báo cáo", reverse("returns:forms")),
            ],
        },
    )


def kind_names(codes: tuple[str, ...]) -> list[str]:
    known = dict(UnitKind.objects.filter(code__in=codes).values_list("code", "name"))
    return [known.get(code, code) for code in codes]


def shape(definition: Definition) -> list[dict[str, Any]]:
    """Sections with their rows in words, for the page of a form."""
    sources, windows = dict(SOURCES), dict(WINDOWS)
    names = {item.code: item.name for item in catalogue().measures.values()}
    wanted = [row.indicator for row in definition.rows.values() if row.indicator]
    names |= dict(Indicator.objects.filter(code__in=wanted).values_list("code", "name"))
    return [
        {
            "section": section,
            "columns": ", ".join(column.title for column in section.columns),
            "rows": [
                {
                    "row": row,
                    "source": sources[row.source],
                    "from": names.get(row.indicator) or names.get(row.measure) or row.formula,
                    "window": windows[row.window] if row.source in {"indicator", "measure"} else "",
                    "narrowed": narrowed_words(row),
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


def narrowed_words(row: Row) -> str:
    """What a row counts only, in words: "kết nạp; khu vực nhà nước; hoạt động ổn định"."""
    moved = row.filters.get("movement") or ()
    names = {**dict(MOVEMENT_KINDS), "found": "thành lập"}
    words = [names.get(code, code) for code in ([moved] if isinstance(moved, str) else moved)]
    if group := row.scope.get("sector_group"):
        words.append(f"khu vực {dict(SECTOR_GROUPS).get(group, group)}")
    if sex := row.scope.get("sex"):
        words.append({"f": "nữ", "m": "nam"}.get(sex, sex))
    if least := row.scope.get("min_headcount"):
        words.append(f"từ {least} lao động")
    return "; ".join([*words, *(name for code, name in PLACES if row.scope.get(code))])


@login_required
@require_POST
def change(request: HttpRequest, form: int) -> HttpResponse:
    """Move or remove a part, publish the draft, retire the form (``act``)."""
    found = form_for(request, form)
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
            data = edited(found).definition
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
    found = form_for(request, form)
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
            title=f"Lập sẵn báo cáo “{found.title}”, {period_words(period)}",
            actor=actor,
            unit=found.owner,
            arguments={"form": found.pk, "period": period},
            lock=f"returns:{found.pk}:{period}",
        )
        return redirect("jobs:run", run.pk)
    messages.success(request, f"Đã giao kỳ báo cáo {period_words(period)} cho {count} đơn vị.")
    return redirect(board_url(found.owner, found, period))
