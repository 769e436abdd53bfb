"""Members of whom nothing was heard for long.

**What counts as a sign of life**, by the day on which it was written down or happened:

- a line of the ledger that names the person, by the day it was booked (admission, transfer, a reversal …); not lines of a
  rearrangement of bodies or of a sector that changed, which say nothing of a single member;
- a row of a list of members that was imported and not undone and names the person, also one that changed nothing;
- a change of the person's data, after the record was made;
- the begin of an employment or of a contract, and consent to the use of data;
- what is kept as a `LifeSign`: a card issued or exchanged, a pass through the member's own page, an officer's word.

Lists of names that no register keeps (a return's figures, attendance on paper) do not count: nothing is known of a single
member by them. Who is silent is found at night (jobs); what is done with a member by day takes the name off at once.
"""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.queries import parameter
from congdoan.registry.membership.models import Silence
from congdoan.registry.membership.rules import add_months


def silent_since(on: date) -> date:
    """Who was not heard of from this day on is silent on a day."""
    return add_months(on, -int(parameter("membership.silent_months", on=on).value))


def silent_for(actor: Actor, capability: str = "membership.view") -> QuerySet[Silence]:
    """The silent members of units in the actor's scope."""
    return Silence.objects.filter(scope(actor, capability).filter("unit"))


def silent_count(actor: Actor, limit: int) -> int:
    """How many silent members the actor may do something about, up to a limit."""
    return silent_for(actor, "membership.end").order_by()[:limit].count()


def silence_of(person_id: int) -> Silence | None:
    """That a person was found silent last night."""
    return Silence.objects.filter(person=person_id).first()
