"""Keeping files: by content, so that the same file is kept once."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.files.models import StoredFile
from congdoan.foundation.units.models import Unit


def store(
    *,
    actor: Actor,
    name: str,
    content_type: str,
    unit: Unit | None,
    capability: str,
    data: bytes | None = None,
    path: Path | None = None,
) -> StoredFile:
    """Keep bytes or a file under MEDIA_ROOT and return its row; readers need ``capability`` at ``unit``.

    The file is in place before the row exists, so a crash leaves at worst a file without a row.
    """
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=root, prefix=".incoming-")
    with os.fdopen(handle, "wb") as target:
        if data is not None:
            target.write(data)
            digest.update(data)
            size = len(data)
        elif path is not None:
            with path.open("rb") as source:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
        else:
            raise ValueError("store() needs data or a path")
    key = digest.hexdigest()
    place = Path(key[:2]) / key
    (root / place.parent).mkdir(exist_ok=True)
    if (root / place).exists():
        os.unlink(temporary)
    else:
        shutil.move(temporary, root / place)
    return StoredFile.objects.create(
        name=name,
        content_type=content_type,
        size=size,
        sha256=key,
        path=str(place),
        unit=unit,
        capability=capability,
        created_by=actor.user,
    )


def path_of(stored: StoredFile) -> Path:
    """Where a stored file lies."""
    return Path(settings.MEDIA_ROOT) / stored.path
