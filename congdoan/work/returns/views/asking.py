"""What the doors share: the return asked for, and files of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from congdoan.work.returns import queries
from congdoan.work.returns.models import Obligation


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


def attachment(data: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to be kept by the reader."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
