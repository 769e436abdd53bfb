"""Writes of papers: a body's own template from a day, an older one again, none of its own any more."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.files.actions import store
from congdoan.foundation.files.models import StoredFile
from congdoan.foundation.papers import rules
from congdoan.foundation.papers.catalogue import Paper
from congdoan.foundation.papers.models import TemplateVersion
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import version_on
from congdoan.kit.dates import format_date
from congdoan.kit.documents import DOCX, BrokenTemplate, MissingFields, render_docx
from congdoan.kit.template_marks import read_marks


class TemplateRefused(ValueError):
    """The template cannot be used; ``faults`` say in words what is wrong with it. Nothing was kept."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


@transaction.atomic
def upload_template(
    *, actor: Actor, unit: Unit, paper: Paper, name: str, content: bytes, from_on: date, reason: str
) -> TemplateVersion:
    """Use a template drawn by the body itself, from a day on, also for the bodies below it that have none.

    Raises Forbidden, TemplateRefused.
    """
    require(actor, rules.DESIGN, unit)
    check_template(paper, content)
    file = store(
        actor=actor, name=name, chunks=[content], capability=rules.DESIGN, unit=unit, content_type=DOCX
    )
    return _begin(actor, unit, paper, file, from_on, reason, f"Thay mẫu “{paper.name}”")


@transaction.atomic
def use_again(
    *, actor: Actor, version: TemplateVersion, paper: Paper, from_on: date, reason: str
) -> TemplateVersion:
    """Go back to a template the body used before. Raises Forbidden, TemplateRefused."""
    require(actor, rules.DESIGN, version.unit)
    if version.file is None:
        raise TemplateRefused(["Phiên bản này không có mẫu riêng để dùng lại."])
    return _begin(
        actor, version.unit, paper, version.file, from_on, reason, f"Dùng lại mẫu cũ của “{paper.name}”"
    )


@transaction.atomic
def stop_using(*, actor: Actor, unit: Unit, paper: Paper, from_on: date, reason: str) -> TemplateVersion:
    """Use what the bodies above use, or the shipped template. Raises Forbidden, TemplateRefused."""
    require(actor, rules.DESIGN, unit)
    return _begin(actor, unit, paper, None, from_on, reason, f"Thôi dùng mẫu riêng của “{paper.name}”")


def check_template(paper: Paper, content: bytes) -> None:
    """Raise TemplateRefused unless the template can be read, is safe, has the paper's fields and can be filled."""
    try:
        found = rules.faults(paper, read_marks(content))
        if not found:
            render_docx(content, paper.sample)
    except (BrokenTemplate, MissingFields) as error:
        raise TemplateRefused([str(error)]) from error
    if found:
        raise TemplateRefused(found)


def _begin(
    actor: Actor, unit: Unit, paper: Paper, file: StoredFile | None, from_on: date, reason: str, what: str
) -> TemplateVersion:
    if version_on(unit, from_on) is None:
        raise TemplateRefused(
            [f"{unit.name} không hoạt động vào ngày {format_date(from_on)}. Hãy chọn ngày khác."]
        )
    version = TemplateVersion.objects.create(
        unit=unit, paper=paper.code, from_on=from_on, file=file, reason=reason, recorded_by=actor.user
    )
    record(
        actor=actor,
        verb="papers.template",
        unit_id=unit.pk,
        obj=version,
        summary=f"{what} từ ngày {format_date(from_on)}",
        reason=reason,
        data={"paper": paper.code, "from_on": from_on.isoformat(), "sha256": file.sha256 if file else ""},
    )
    return version
