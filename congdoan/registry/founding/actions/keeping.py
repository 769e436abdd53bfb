"""Keeping what the legal papers of a file say, and their signed scans."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.kit.scans import scan_type
from congdoan.kit.sealed import seal, unseal
from congdoan.kit.text import nfc
from congdoan.registry.founding import rules
from congdoan.registry.founding.actions.errors import AlreadyMoved, FoundingError
from congdoan.registry.founding.actions.opening import shut_out_those_who_left
from congdoan.registry.founding.actions.working import happened, held, require_lead
from congdoan.registry.founding.models import Attachment, Dossier, Nominee, Scan

#: Bytes of one scan, and how many a file keeps.
SCAN_BYTES, SCANS = 8 * 1024 * 1024, 40


@dataclass(frozen=True)
class NomineeData:
    """An applicant chosen into, or put to the vote for, a body (choices.BODIES); ``post`` '' when not chosen."""

    application: int
    body: str
    post: str = ""
    votes: int | None = None


@transaction.atomic
def keep_dossier(
    *, actor: Actor, on: date, pk: int, values: dict[str, Any], nominees: Sequence[NomineeData]
) -> Dossier:
    """Keep what the papers say, in the place of what they said. ``values``: fields of Dossier.

    Only officers named at the leading body, who may read the applications, do it. Raises FoundingError with every
    contradiction, AlreadyMoved once the file is done, Forbidden.
    """
    file = held(actor, pk)
    require_lead(actor, file)
    if not file.is_live:
        raise AlreadyMoved("Hồ sơ này không còn đang làm.")
    mine = set(Attachment.objects.filter(file=file).values_list("application_id", flat=True))
    if not mine.issuperset(nominee.application for nominee in nominees):
        raise Forbidden("Có đơn không thuộc hồ sơ này.")
    kept = {name: nfc(value) if isinstance(value, str) else value for name, value in values.items()}
    problems = rules.dossier_problems(kept, [(n.body, n.post, n.votes) for n in nominees])
    if problems:
        raise FoundingError(" ".join(problems))
    dossier, _ = Dossier.objects.update_or_create(file=file, defaults=kept)
    Nominee.objects.filter(file=file).delete()
    Nominee.objects.bulk_create(
        Nominee(file=file, application_id=item.application, body=item.body, post=item.post, votes=item.votes)
        for item in nominees
    )
    shut_out_those_who_left(actor, file)
    happened(actor, file, on, "Sửa nội dung hồ sơ pháp lý.")
    return dossier


@transaction.atomic
def keep_scan(*, actor: Actor, on: date, pk: int, paper: str, name: str, content: bytes) -> Scan:
    """Keep a signed paper as it was scanned: PDF, JPEG or PNG. Raises FoundingError, Forbidden."""
    file = held(actor, pk)
    require_lead(actor, file)
    kind = scan_type(content)
    if not kind:
        raise FoundingError("Chỉ nhận bản quét .pdf, .jpg hoặc .png. Hãy chọn lại tệp.")
    if len(content) > SCAN_BYTES:
        raise FoundingError(f"Bản quét quá {SCAN_BYTES // 1024 // 1024} MB. Hãy quét lại nhẹ hơn.")
    if file.scans.count() >= SCANS:
        raise FoundingError(f"Hồ sơ đã có {SCANS} bản quét. Hãy gộp các trang vào một tệp.")
    made = Scan.objects.create(
        file=file,
        paper=paper[:40],
        name=nfc(name)[:200] or "ban-quet",
        content_type=kind,
        sealed=seal(base64.b64encode(content).decode()),
        at=timezone.now(),
        by=actor.name[:200],
    )
    happened(actor, file, on, f"Đưa vào hồ sơ bản quét “{made.name}”.")
    return made


@transaction.atomic
def open_scan(*, actor: Actor, on: date, pk: int, scan: int) -> tuple[Scan, bytes]:
    """A scan and its bytes; the reading is a line of the file's log. Raises Forbidden."""
    file = held(actor, pk)
    require_lead(actor, file)
    found = file.scans.filter(pk=scan).first()
    if found is None:
        raise Forbidden("Không có bản quét này trong hồ sơ.")
    happened(actor, file, on, f"Xem bản quét “{found.name}”.")
    return found, base64.b64decode(unseal(found.sealed))
