"""Contracts of foreign members that end. By Law 50/2024/QH15 Art. 5 a foreign citizen who works under a labour contract of
full 12 months or more may join; when it ends without another, the union looks whether it was renewed."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, DateField, Exists, Min, OuterRef, Q, QuerySet, Subquery

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.queries import parameter
from congdoan.registry.membership.models import ContractNotice, Membership
from congdoan.registry.people.models import Employment, Person


def notice_days(on: date) -> int:
    """So many days before the end the union acts."""
    return int(parameter("membership.contract_notice_days", on=on).value)


def foreign_ends(on: date, until: date) -> QuerySet[Person]:
    """Foreigners whose last known contract has ended, or ends by ``until``, with its last day as ``contract_end``; not who
    works by a later contract or one without an end, nor of whom no contract is known."""
    contracts = Employment.objects.filter(person=OuterRef("pk"), during__startswith__lte=on)
    endless = contracts.filter(contract_to__isnull=True, during__contains=on)
    last = contracts.filter(contract_to__isnull=False).order_by("-contract_to").values("contract_to")[:1]
    found = Person.objects.exclude(nationality="VN").annotate(
        contract_end=Subquery(last, output_field=DateField())
    )
    return found.filter(~Exists(endless), contract_end__lte=until)


def members_ending(on: date) -> QuerySet[Membership]:
    """Memberships of today whose foreign holder's contract has ended or ends soon, with ``contract_end``."""
    people = foreign_ends(on, on + timedelta(days=notice_days(on)))
    last = people.filter(pk=OuterRef("person")).values("contract_end")
    return Membership.objects.filter(
        is_primary=True, during__contains=on, person__in=people.values("pk")
    ).annotate(contract_end=Subquery(last, output_field=DateField()))


def ending_for(actor: Actor, on: date) -> QuerySet[Membership]:
    """Of these, whose membership the actor may end: who is to act."""
    return members_ending(on).filter(scope(actor, "membership.end").filter("unit"))


def contracts_waiting(actor: Actor, on: date) -> dict[str, tuple[int, date]]:
    """{"ended" or "ending": (how many wait for the actor, the earliest end)}. Two queries."""
    ended, ending = Q(contract_end__lt=on), Q(contract_end__gte=on)
    found = ending_for(actor, on).aggregate(
        n_ended=Count("pk", filter=ended),
        first_ended=Min("contract_end", filter=ended),
        n_ending=Count("pk", filter=ending),
        first_ending=Min("contract_end", filter=ending),
    )
    return {
        name: (found[f"n_{name}"], found[f"first_{name}"])
        for name in ("ended", "ending")
        if found[f"n_{name}"]
    }


def told_on(day: date) -> QuerySet[ContractNotice]:
    """Of whom officers were told on a day."""
    return ContractNotice.objects.filter(told_on=day)
