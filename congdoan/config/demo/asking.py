"""Members of the sample union ask for themselves, and who was long silent is found, as on any night."""

from __future__ import annotations

from datetime import date, datetime

from congdoan.registry.membership.actions import find_silent
from congdoan.registry.membership.models import Membership
from congdoan.registry.selfservice.actions import ask_change, ask_to_leave


def ask_for_members(*, until: date, now: datetime, committee_unit: str) -> int:
    """One member asks for a change, one to leave, at the union whose committee signs in. Returns how many are silent."""
    held = Membership.objects.filter(unit__code=committee_unit, is_primary=True, during__contains=until)
    some = [row.person for row in held.select_related("person").order_by("sort_key", "pk")[:2]]
    if some:
        ask_change(
            person=some[0],
            proposed={"phone": "0900000001", "address": "Số 7, ngõ Hoa Sữa"},
            reason="Chuyển nhà, đổi số điện thoại",
            on=until,
            now=now,
        )
    for person in some[1:]:
        ask_to_leave(person=person, reason="Về quê", on=until, now=now)
    return find_silent(on=until)
