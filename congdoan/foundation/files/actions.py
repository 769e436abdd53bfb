"""Writes of files: keeping uploads and what the system wrote, by content hash."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.files.models import StoredFile
from congdoan.foundation.units.models import Unit
from congdoan.kit.sealed_files import SealedWriter
from congdoan.kit.text import nfc


class TooLarge(ValueError):
    """More bytes than this installation takes; the message says how many it takes."""


def chunks_of(path: Path, *, size: int = 1 << 20) -> Iterator[bytes]:
    """The bytes of a file on disk, a megabyte at a time, for `store`."""
    with path.open("rb") as source:
        while chunk := source.read(size):
            yield chunk


def store(
    *,
    actor: Actor,
    name: str,
    chunks: Iterable[bytes],
    capability: str,
    unit: Unit | None = None,
    content_type: str = "application/octet-stream",
    limit_bytes: int | None = None,
    is_personal: bool = False,
) -> StoredFile:
    """Keep a file under MEDIA_ROOT, sealed (kit.sealed_files) and named by its SHA-256; equal content is kept once.

    ``capability`` is what a reader needs at ``unit``; of a personal file only its creator
    is one. Nothing is read into memory whole. Raises TooLarge as soon
    as more than ``limit_bytes`` (settings.UPLOAD_LIMIT_BYTES) has come; nothing stays behind then.
    """
    limit = settings.UPLOAD_LIMIT_BYTES if limit_bytes is None else limit_bytes
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    descriptor, temporary = tempfile.mkstemp(prefix="incoming-", dir=root)
    try:
        with os.fdopen(descriptor, "wb") as out:
            sealed = SealedWriter(out)
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(
                        f"Tệp vượt mức {limit / 1048576:.0f} MB. Hãy tách danh sách thành nhiều tệp nhỏ hơn."
                    )
                digest.update(chunk)
                sealed.write(chunk)
            sealed.finish()
        path = f"{digest.hexdigest()[:2]}/{digest.hexdigest()}"
        target = root / path
        target.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    with transaction.atomic():
        kept = StoredFile.objects.create(
            name=nfc(Path(name).name)[:255] or "tep",
            content_type=content_type[:120],
            size=size,
            sha256=digest.hexdigest(),
            path=path,
            unit=unit,
            capability=capability,
            is_personal=is_personal,
            created_by=actor.user,
        )
        record(
            actor=actor,
            verb="files.store",
            unit_id=unit.pk if unit else None,
            obj=kept,
            summary=f"Lưu tệp {kept.name}",
            data={"size": size, "sha256": kept.sha256},
        )
    return kept


def discard(file: StoredFile) -> None:
    """Forget a file that turned out to be of no use; its bytes go when no other record keeps them."""
    path, key = Path(settings.MEDIA_ROOT) / file.path, file.sha256
    file.delete()
    if not StoredFile.objects.filter(sha256=key).exists():
        path.unlink(missing_ok=True)
