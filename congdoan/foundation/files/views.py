"""Fetching stored files."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404

from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.files.actions import path_of
from congdoan.foundation.files.models import StoredFile


@login_required
def download(request: HttpRequest, pk: int) -> FileResponse:
    """Send a file to who made it or holds its capability at its unit; to others it does not exist."""
    stored = get_object_or_404(StoredFile, pk=pk)
    actor: Actor = request.actor
    own = actor.user is not None and stored.created_by_id == actor.user.pk
    allowed = stored.unit_id is not None and may(actor, stored.capability, stored.unit_id)
    if not own and not allowed:
        raise Http404("Không có tệp này.")
    return FileResponse(
        path_of(stored).open("rb"), as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
