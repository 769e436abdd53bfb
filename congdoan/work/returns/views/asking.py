"""What the doors share: the return asked for, and files of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from congdoan.foundation.units.models import UnitVersion
from congdoan.work.returns import documents, queries
from congdoan.work.returns.choices import (
    STATE_WORDS,
)
from congdoan.work.returns.definitions import (
    Definition,
)
from congdoan.work.returns.models import Obligation, Return


def owed_for(request: HttpRequest, pk: int) -> Obligation:
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


def made_of(owed: Obligation) -> Return | None:
    found: Return | None = getattr(owed, "made", None)
    if found is not None:
        found.obligation = owed
    return found


def heading(
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


def attachment(data: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
