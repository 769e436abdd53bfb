"""The door to stored files."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from congdoan.foundation.files.models import StoredFile
from congdoan.foundation.files.queries import may_read, opened


@login_required
@require_safe
def download(request: HttpRequest, pk: int) -> FileResponse:
    """Send a file, always as a download: what people upload is never shown as a page of ours."""
    file = get_object_or_404(StoredFile.objects.select_related("unit"), pk=pk)
    if not may_read(request.actor, file):
        # A number that exists and one that does not look the same to a stranger.
        raise Http404
    try:
        stream = opened(request.actor, file)
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(stream, as_attachment=True, filename=file.name, content_type=file.content_type)
