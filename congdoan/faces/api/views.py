"""The API: every declared list, and what plans stand at, as JSON. Reading only; writes go through the screens.

The session of a signed-in user authenticates, or a token (foundation.tokens) in the header ``Authorization: Bearer``;
the user's scope applies exactly as on screen, narrowed to what the token carries.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer, django_auth

from congdoan.foundation.access.queries import home_unit, may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.listing.queries import UNIT, ended_unit, seen_heirs
from congdoan.foundation.succession.queries import ended_by
from congdoan.foundation.tokens.actions import count_use
from congdoan.foundation.tokens.queries import actor_of, find
from congdoan.foundation.units.models import Unit
from congdoan.kit.lists import STRUCTURE, ListContext, ListSpec, get_list, lists, read_page, shown_columns
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import concerns, progress_summary, visible_plans

PLANS = "plans.view"


class ByToken(HttpBearer):
    """Another system, by a token of a user. Each request is counted."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        today = request.actor.today
        found = find(token, today)
        if found is None:
            return None
        count_use(found)
        request.user = found.user
        request.actor = actor_of(found, today, request.actor.address)
        request.token = found
        return found


api = NinjaAPI(
    title="congdoan",
    version="1",
    description="Đọc các danh sách và tiến độ kế hoạch trong phạm vi được giao.",
    auth=[ByToken(), django_auth],
    urls_namespace="api",
    # The browsable page of the library loads scripts from elsewhere; the OpenAPI document itself is served.
    docs_url=None,
)


class ColumnOut(Schema):
    """A column of a list."""

    name: str
    label: str
    kind: str


class ListOut(Schema):
    """A list the reader may read, with the filters it understands."""

    name: str
    title: str
    filters: list[str]
    columns: list[ColumnOut]


class BodyOut(Schema):
    """A union body."""

    code: str
    name: str


class RowsOut(Schema):
    """One page of a list. ``next`` is the value of ``sau`` for the following page, '' at the end.

    ``structure`` says in which structure a past day was read: "then" (bodies as they stood) or "today"
    (``co_cau=hien-nay``: bodies of today with what counts for them now). A list that knows only "then" says so.
    ``led_to``: asked for a body (``don_vi``) that had ended by the day, the bodies that took over, the main one first;
    ask again with their codes. null otherwise.
    """

    name: str
    as_of: date
    structure: str
    columns: list[ColumnOut]
    rows: list[dict[str, Any]]
    next: str
    led_to: list[BodyOut] | None = None


def _may_read(request: HttpRequest, spec: ListSpec) -> bool:
    """Whether the reader may read a list somewhere. Lists that ask for no right are a person's own: no token's."""
    if not spec.capability and hasattr(request, "token"):
        return False
    return bool(request.actor.has_anywhere(spec.capability))


def _columns(spec: Any, actor: Actor) -> list[Any]:
    return shown_columns(spec, actor.has_anywhere, export=True)


@api.get("/lists", response=list[ListOut], summary="Các danh sách")
def list_index(request: HttpRequest) -> list[dict[str, Any]]:
    """Every declared list that the reader may read somewhere."""
    actor: Actor = request.actor
    return [
        {
            "name": spec.name,
            "title": spec.title,
            "filters": [item.name for item in spec.filters],
            "columns": [{"name": c.name, "label": c.label, "kind": c.kind} for c in _columns(spec, actor)],
        }
        for spec in lists().values()
        if _may_read(request, spec)
    ]


@api.get("/lists/{name}", response=RowsOut, summary="Một trang của danh sách")
def list_rows(request: HttpRequest, name: str, size: int = 100) -> dict[str, Any]:
    """Rows of a list: the same filters (``q``, ``sap``, ``sau``, the list's own) and the same scope as on screen."""
    actor: Actor = request.actor
    try:
        spec = get_list(name)
    except KeyError:
        raise HttpError(404, f"Không có danh sách {name}.") from None
    if not _may_read(request, spec):
        raise HttpError(403, "Bạn chưa được giao quyền xem danh sách này.")
    params = {key: ",".join(filter(None, request.GET.getlist(key))) for key in request.GET if key != "size"}
    context = ListContext(actor=actor, as_of=request.as_of, params=params)
    # As the lists on screen: what the session keeps for pages is not the list's.
    if spec.obeys_structure and request.GET.get(STRUCTURE):
        context.structure = request.structure
    page = read_page(spec, context, size=max(1, min(size, 500)))
    columns = _columns(spec, actor)
    if spec.is_personal and hasattr(request, "token"):
        record(
            actor=actor,
            verb="tokens.read",
            unit_id=actor.user.home_unit_id if actor.user else None,
            obj=request.token,
            summary=f"Đọc {len(page.rows)} dòng của danh sách “{spec.title}” qua API",
            data={"list": spec.name, "params": params, "rows": len(page.rows)},
        )
    return {
        "name": spec.name,
        "as_of": context.as_of,
        "structure": context.structure,
        "columns": [{"name": c.name, "label": c.label, "kind": c.kind} for c in columns],
        "rows": [
            {"id": getattr(row, "pk", None), **{c.name: c.read(row, context) for c in columns}}
            for row in page.rows
        ],
        "next": page.next_key,
        "led_to": _led_to(spec, context),
    }


def _led_to(spec: ListSpec, context: ListContext) -> list[dict[str, str]] | None:
    ended = ended_unit(spec, context)
    if ended is None or not may(context.actor, spec.capability, ended.unit):
        return None
    return [{"code": heir.code, "name": heir.name} for heir in ended.heirs]


class TargetOut(Schema):
    """How far a target is. Figures are in the target's own unit; null where there is none."""

    indicator: str
    name: str
    measured_by: str
    operator: str
    target: float | None
    value: float | None
    as_of: date
    status: str
    citation: str


class PlanOut(Schema):
    """A plan at a body on a day; ``structure`` and ``led_to`` as for lists."""

    code: str
    unit: str
    as_of: date
    structure: str
    targets: list[TargetOut]
    led_to: list[BodyOut] | None = None


@api.get("/plans/{code}", response=PlanOut, summary="Tiến độ một kế hoạch")
def plan(request: HttpRequest, code: str) -> dict[str, Any]:
    """How far each target of a plan is at a body (``don_vi``; the issuer, or the reader's own body, when not told) on a day
    (``ngay``), in the structure asked for (``co_cau``)."""
    actor: Actor = request.actor
    if not actor.has_anywhere(PLANS):
        raise HttpError(403, "Bạn chưa được giao quyền xem kế hoạch.")
    found = visible_plans(actor).select_related("issuer").filter(code=code).first()
    if found is None:
        raise HttpError(404, "Không có kế hoạch này trong phạm vi của bạn.")
    unit = _unit_of(request, found)
    today = actor.today if request.GET.get(STRUCTURE) and request.structure == "today" else None
    ended = seen_heirs(actor, PLANS, ended_by(unit, request.as_of)) if today is None else None
    return {
        **progress_summary(found, unit, request.as_of, structure_on=today),
        "as_of": request.as_of,
        "led_to": ended and [{"code": heir.code, "name": heir.name} for heir in ended.heirs],
    }


def _unit_of(request: HttpRequest, plan: Plan) -> Unit:
    """The body asked for, or 404 when it is out of the reader's scope or the plan does not concern it."""
    actor: Actor = request.actor
    asked = request.GET.get(UNIT, "")
    unit: Unit | None
    if asked:
        unit = Unit.objects.filter(code=asked).first()
    else:
        unit = plan.issuer if may(actor, PLANS, plan.issuer_id) else home_unit(actor)
    if unit is None or not may(actor, PLANS, unit) or not concerns(plan, unit):
        raise HttpError(404, "Không có đơn vị này trong phạm vi của bạn.")
    return unit
