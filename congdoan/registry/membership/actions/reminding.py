"""Reminding of transfers that wait for the other union."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.approvals.queries import deciders_of
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.messaging.queries import office_hours
from congdoan.kit.dates import add_working_days
from congdoan.registry.membership.actions.handing import KIND
from congdoan.registry.membership.rules import HANDING


@transaction.atomic
def remind_handovers(*, actor: Actor, on: date) -> int:
    """On a working day, tell whoever is to answer a transfer that has lain for some working days, and whoever proposed it,
    once a week. Returns how many notices were made."""
    if not office_hours(on).is_worked(on):
        return 0
    days = int(parameter("membership.handover_days", on=on).value)
    week = on - timedelta(days=on.weekday())
    told = 0
    for waiting in Approval.objects.filter(kind=KIND, state="open").select_related("unit", "proposed_by"):
        since = timezone.localdate(waiting.proposed_at)
        if add_working_days(since, days) > on:
            continue
        common = {
            "actor": actor,
            "kind": HANDING.code,
            "url": reverse("approvals:approval", args=[waiting.pk]),
        }
        told += len(
            notify(
                **common,
                subject=f"Còn chờ {waiting.unit.name} trả lời: {waiting.title}",
                body=f"Đề nghị ngày {since:%d/%m/%Y}. Hãy tiếp nhận, hoặc không duyệt và ghi lý do.",
                users=deciders_of(waiting, on=on),
                key=f"membership.handover:{waiting.pk}:{week}",
            )
        )
        told += len(
            notify(
                **common,
                subject=f"Chưa có trả lời: {waiting.title}",
                body=f"{waiting.unit.name} chưa trả lời đề nghị ngày {since:%d/%m/%Y}. Có thể gọi điện, hoặc rút đề nghị.",
                users=[waiting.proposed_by],
                key=f"membership.handover_asked:{waiting.pk}:{week}",
            )
        )
    return told
