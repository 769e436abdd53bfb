"""Reads of files, for those who may."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from congdoan.foundation.access.queries import may, require
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.files.models import StoredFile
from congdoan.kit.sealed_files import open_sealed


def path_of(file: StoredFile) -> Path:
    """Where the sealed bytes are (kit.sealed_files opens them). Raises FileNotFoundError when they are gone."""
    path = Path(settings.MEDIA_ROOT) / file.path
    if not path.is_file():
        raise FileNotFoundError(f"Không còn tệp {file.name} trong kho. Hãy tải lên lại.")
    return path


def opened(actor: Actor, file: StoredFile) -> BinaryIO:
    """The bytes for a reader who holds the file's capability at its unit, and of a personal file made it. Raises
    Forbidden, FileNotFoundError."""
    if file.is_personal and not _made_by(actor, file):
        raise refuse(file.capability)
    if file.unit_id is not None:
        require(actor, file.capability, file.unit)
    elif not actor.has_anywhere(file.capability):
        raise refuse(file.capability)
    return open_sealed(path_of(file))


def may_read(actor: Actor, file: StoredFile) -> bool:
    """Whether the actor may read the file."""
    if file.is_personal and not _made_by(actor, file):
        return False
    if file.unit_id is not None:
        return may(actor, file.capability, file.unit_id)
    return actor.has_anywhere(file.capability)


def _made_by(actor: Actor, file: StoredFile) -> bool:
    return actor.is_system or (actor.user is not None and actor.user.pk == file.created_by_id)
