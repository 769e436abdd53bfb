"""Writes of forms: drafts, publishing, retiring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.work.indicators.models import Indicator
from congdoan.work.returns import computing, rules
from congdoan.work.returns.definitions import (
    DefinitionError,
    canonical,
    digest,
    read_definition,
    shipped_forms,
)
from congdoan.work.returns.models import (
    ReturnForm,
    ReturnFormVersion,
)


@transaction.atomic
def save_draft(
    *, actor: Actor, owner: Unit, data: Mapping[str, Any], form: ReturnForm | None = None
) -> ReturnFormVersion:
    """Keep what a form will ask, as a draft; the published version stays in force until this one is published.

    Without ``form`` a new one is made under the definition's code. Raises Forbidden, DefinitionError.
    """
    require(actor, rules.DEFINE, owner)
    definition = read_definition(data)
    if form is None:
        if ReturnForm.objects.filter(owner=owner, code=definition.code).exists():
            raise DefinitionError(f"{owner.name} đã có mẫu mã “{definition.code}”. Hãy đặt mã khác.")
        form = ReturnForm.objects.create(
            owner=owner, code=definition.code, title=definition.title, cadence=definition.cadence
        )
    else:
        form = ReturnForm.objects.select_for_update().get(pk=form.pk)
        if form.owner_id != owner.pk or form.code != definition.code:
            raise DefinitionError("Mã và đơn vị ban hành của mẫu không đổi được; hãy lập mẫu mới.")
        if form.cadence != definition.cadence and form.obligations.exists():
            raise DefinitionError("Mẫu đã có kỳ báo cáo nên không đổi được chu kỳ; hãy lập mẫu mới.")
        form.title, form.cadence = definition.title, definition.cadence
        form.save(update_fields=["title", "cadence"])
    draft = form.versions.filter(published_at__isnull=True).first()
    if draft is None:
        newest = form.versions.order_by("-number").first()
        draft = ReturnFormVersion(form=form, number=newest.number + 1 if newest else 1)
    draft.definition = dict(data)
    draft.save()
    record(
        actor=actor,
        verb="returns.save_draft",
        unit_id=owner.pk,
        obj=form,
        summary=f"Lưu nháp mẫu báo cáo {form.code}, bản {draft.number}",
    )
    return draft


def take_shipped(*, actor: Actor, owner: Unit, code: str) -> ReturnFormVersion:
    """Take over a form that the software ships as a draft of one's own. Raises Forbidden, DefinitionError."""
    if code not in shipped_forms():
        raise DefinitionError(f"Không có mẫu sẵn “{code}”.")
    return save_draft(actor=actor, owner=owner, data=shipped_forms()[code])


@transaction.atomic
def publish(*, actor: Actor, form: ReturnForm, recorded_at: datetime | None = None) -> ReturnFormVersion:
    """Publish the draft: from now on it does not change. Raises Forbidden, DefinitionError when there is no draft or
    it names indicators that do not exist."""
    require(actor, rules.DEFINE, form.owner)
    form = ReturnForm.objects.select_for_update().get(pk=form.pk)
    draft = form.versions.filter(published_at__isnull=True).first()
    if draft is None:
        raise DefinitionError("Mẫu này không có bản nháp nào chờ ban hành.")
    definition = read_definition(draft.definition)
    wanted = computing.indicator_codes(definition)
    unknown = wanted - set(Indicator.objects.filter(code__in=wanted).values_list("code", flat=True))
    if unknown:
        raise DefinitionError(
            f"Danh mục chỉ số không có: {', '.join(sorted(unknown))}. Hãy chọn chỉ số khác."
        )
    draft.digest = digest(canonical(draft.definition))
    draft.published_at, draft.published_by = recorded_at or timezone.now(), actor.user
    draft.save()
    record(
        actor=actor,
        verb="returns.publish",
        unit_id=form.owner_id,
        obj=form,
        summary=f"Ban hành mẫu báo cáo {form.code}, bản {draft.number}",
        data={"digest": draft.digest},
    )
    return draft


@transaction.atomic
def retire(*, actor: Actor, form: ReturnForm, retired: bool = True) -> ReturnForm:
    """Ask for a form no more, or again; what was handed in stays."""
    require(actor, rules.DEFINE, form.owner)
    form.is_retired = retired
    form.save(update_fields=["is_retired"])
    record(
        actor=actor,
        verb="returns.retire",
        unit_id=form.owner_id,
        obj=form,
        summary=f"{'Ngừng' if retired else 'Dùng lại'} mẫu báo cáo {form.code}",
    )
    return form
