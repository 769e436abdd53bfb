"""Reads of applications: whose they are, where they go, who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Territory
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.messaging.queries import is_channel_on
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.foundation.units.queries import nearest_with_authority, only_top
from congdoan.kit.prepared import prepared_cursor
from congdoan.kit.sealed import match_key
from congdoan.kit.text import search_key
from congdoan.registry.enterprises.models import Enterprise, Hosting, Responsibility
from congdoan.registry.joining import choices, rules
from congdoan.registry.joining.models import Application, NamedReader, Source
from congdoan.registry.membership.rules import ForeignWorkerLaw

# --------------------------------------------------------------------------------------------------
# Who may read
# --------------------------------------------------------------------------------------------------


def visible_applications(actor: Actor) -> QuerySet[Application]:
    """Applications to unions that exist, in the actor's scope. Confidential ones are never among them, so that no
    list, export, count or API made of these can tell of one."""
    rows = Application.objects.filter(is_confidential=False)
    return rows.filter(scope(actor, rules.DECIDE).filter("receiving_unit"))


def named_units(actor: Actor) -> list[int]:
    """The bodies whose confidential applications the actor may read: named there in person, with the right there."""
    if actor.user is None:
        return []
    held = scope(actor, rules.CONFIDENTIAL)
    named = NamedReader.objects.filter(user=actor.user, during__contains=actor.today)
    return list(named.filter(held.filter("unit")).values_list("unit_id", flat=True))


def confidential_applications(actor: Actor) -> QuerySet[Application]:
    """Applications from workplaces without a union, for the officers named to read them; nothing for anybody else, the
    system included."""
    return Application.objects.filter(is_confidential=True, receiving_unit__in=named_units(actor))


def readable(actor: Actor, pk: int) -> Application | None:
    """One application when the actor may read it."""
    for rows in (visible_applications(actor), confidential_applications(actor)):
        found = (
            rows.filter(pk=pk)
            .select_related("receiving_unit", "enterprise", "territory", "person", "decision", "source")
            .first()
        )
        if found is not None:
            return found
    return None


def readers_of(unit_id: int) -> QuerySet[NamedReader]:
    """Everybody ever named at a body, the newest first."""
    return NamedReader.objects.filter(unit=unit_id).select_related("user").order_by("-during", "-pk")


# --------------------------------------------------------------------------------------------------
# What brought it
# --------------------------------------------------------------------------------------------------


def source_key(typed: str) -> str:
    """A source's code as it is kept, however it was typed."""
    return "".join(char for char in typed.upper() if char.isascii() and char.isalnum())[:8]


def source_named(typed: str) -> Source | None:
    """The source a poster's code belongs to."""
    code = source_key(typed)
    return Source.objects.select_related("enterprise", "unit").filter(code=code).first() if code else None


def visible_sources(actor: Actor) -> QuerySet[Source]:
    """Sources of the bodies in the actor's scope."""
    return Source.objects.filter(scope(actor, rules.INVITE).filter("unit"))


@dataclass(frozen=True)
class CameBy:
    """Applications that came by a source, as far as a reader may know of them."""

    sent: int = 0
    waiting: int = 0
    admitted: int = 0


def came_by(actor: Actor, source_ids: Iterable[int], *, is_for_the_eye: bool = True) -> dict[int, CameBy]:
    """For each source how many applications came by it, counted among those the actor may read and no others: of a
    workplace without a union nobody but the officers named there learns a number, and only on a page
    (``is_for_the_eye``): what is a list is an export and the API too, and counts none of them for anybody."""
    wanted = list(source_ids)
    rows = _counted(_brought(actor, wanted, is_for_the_eye=is_for_the_eye).values("source_id"))
    found = {row["source_id"]: CameBy(row["sent"], row["waiting"], row["admitted"]) for row in rows}
    return {pk: found.get(pk, CameBy()) for pk in wanted}


def came_by_day(actor: Actor, source_ids: Iterable[int]) -> list[tuple[int, date, CameBy]]:
    """As `came_by` on a page, day by day of sending: (source, day, how many), without the days on which none came."""
    rows = _counted(
        _brought(actor, list(source_ids), is_for_the_eye=True).values("source_id", "submitted_on")
    )
    return [
        (row["source_id"], row["submitted_on"], CameBy(row["sent"], row["waiting"], row["admitted"]))
        for row in rows
    ]


def _brought(actor: Actor, source_ids: list[int], *, is_for_the_eye: bool) -> QuerySet[Application]:
    readable_rows = Q(pk__in=visible_applications(actor).values("pk"))
    if is_for_the_eye and (units := named_units(actor)):
        readable_rows |= Q(is_confidential=True, receiving_unit__in=units)
    return Application.objects.filter(readable_rows, source__in=source_ids).order_by()


def _counted(rows: QuerySet[Application, dict[str, Any]]) -> QuerySet[Application, dict[str, Any]]:
    return rows.annotate(
        sent=Count("pk"),
        waiting=Count("pk", filter=Q(state__in=choices.OPEN_STATES)),
        admitted=Count("pk", filter=Q(state=choices.ADMITTED)),
    )


# --------------------------------------------------------------------------------------------------
# Where it goes
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Destination:
    """Which body receives an application, by which route, whether only officers named there may read it, and its name."""

    route: str
    unit_id: int
    is_confidential: bool
    unit_name: str


def destination(
    *,
    enterprise: Enterprise | None,
    territory: Territory | None,
    contract_kind: str,
    was_member: bool,
    on: date,
    job_title: str = "",
) -> Destination:
    """Where an application goes on a day (requirements B2: the Charter's Art. 3 for those who come back, the body's
    committee where a union exists, the superior with authority for the place where none does).

    At most six queries. What nobody has authority for goes to the top, so that nothing a worker sends is lost. Whoever
    works where no union stands is kept from the employer's eyes, also one who comes back or has no contract.
    """
    if enterprise is not None and not was_member and contract_kind != "none":
        # By far the most: both answers by one statement.
        standing = _host_or_in_charge(enterprise, on)
        if standing is not None:
            return standing
    route, unit_id, is_confidential = _by_rules(
        enterprise, territory, contract_kind, was_member, job_title, on
    )
    return Destination(
        route, unit_id, is_confidential, Unit.objects.values_list("name", flat=True).get(pk=unit_id)
    )


def _by_rules(
    enterprise: Enterprise | None,
    territory: Territory | None,
    contract_kind: str,
    was_member: bool,
    job_title: str,
    on: date,
) -> tuple[str, int, bool]:
    """Route, body, whether confidential."""
    hosts = _hosts(enterprise, on) if enterprise is not None else []
    is_free = contract_kind == "none" and (enterprise is None or bool(hosts))
    is_confidential = not hosts and not is_free
    if was_member:
        above = nearest_with_authority(hosts[0], "readmit", on) if hosts else None
        return choices.SUPERIOR, above or _in_charge(enterprise, territory, "readmit", on), is_confidential
    if is_free:
        unit = _occupational(territory, job_title, on) or _in_charge(
            None, territory, "admit_where_no_union", on
        )
        return choices.OCCUPATIONAL, unit, is_confidential
    if hosts:
        return choices.COMMITTEE, hosts[0], is_confidential
    return choices.FOUNDING, _in_charge(enterprise, territory, "admit_where_no_union", on), is_confidential


def _hosts(enterprise: Enterprise, on: date) -> list[int]:
    """Unions that work at an employer on a day, the one there longest first."""
    rows = Hosting.objects.filter(
        enterprise=enterprise, during__contains=on, unit__versions__during__contains=on
    )
    return list(rows.order_by("during", "pk").values_list("unit_id", flat=True)[:1])


def _host_or_in_charge(enterprise: Enterprise, on: date) -> Destination | None:
    """The union that works at an employer on a day, or the body that admits where none does: that which is in charge of it,
    or the nearest above with the authority. None when there is neither."""
    with prepared_cursor() as cursor:
        cursor.execute(
            """SELECT found.unit_id, found.is_host, u.name::text FROM (
                   (SELECT h.unit_id, TRUE is_host FROM enterprises_hosting h
                    WHERE h.enterprise_id = %(enterprise)s::bigint AND h.during @> %(on)s::date
                      AND EXISTS (SELECT 1 FROM units_unitversion v
                                  WHERE v.unit_id = h.unit_id AND v.during @> %(on)s::date)
                    ORDER BY h.during, h.id LIMIT 1)
                   UNION ALL
                   (SELECT p.ancestor_id, FALSE FROM enterprises_responsibility r
                    JOIN units_unitplacement p ON p.unit_id = r.unit_id AND p.during @> %(on)s::date
                    JOIN units_unitversion v ON v.unit_id = p.ancestor_id AND v.during @> %(on)s::date
                    JOIN units_kindauthority a ON a.kind_id = v.kind_id AND a.during @> %(on)s::date
                      AND a.act = 'admit_where_no_union'
                    WHERE r.enterprise_id = %(enterprise)s::bigint AND r.during @> %(on)s::date
                    ORDER BY p.depth LIMIT 1)
               ) found JOIN units_unit u ON u.id = found.unit_id
               ORDER BY found.is_host DESC LIMIT 1""",
            {"enterprise": enterprise.pk, "on": on},
        )
        row = cursor.fetchone()
    if row is None:
        return None
    unit_id, is_host, name = row
    return Destination(choices.COMMITTEE if is_host else choices.FOUNDING, unit_id, not is_host, name)


def _in_charge(enterprise: Enterprise | None, territory: Territory | None, act: str, on: date) -> int:
    if enterprise is not None:
        held = Responsibility.objects.filter(enterprise=enterprise, during__contains=on)
        unit_id = held.values_list("unit_id", flat=True).first()
        found = nearest_with_authority(unit_id, act, on) if unit_id is not None else None
        if found is not None:
            return found
    place = territory or (enterprise.territory if enterprise is not None else None)
    found = _of_place(place, act, on) if place is not None else None
    top = found or only_top() or UnitVersion.objects.filter(parent=None).values_list("unit_id", flat=True)[0]
    return int(top)


def _of_place(place: Territory, act: str, on: date) -> int | None:
    """The nearest body that stands for a commune, or the province around it, and may decide ``act``."""
    standing = UnitVersion.objects.filter(
        territory__in=[code for code in (place.code, place.parent_id) if code],
        during__contains=on,
        kind__in=rules.PLACE_KINDS,
    )
    nearest = standing.order_by(
        Case(When(territory=place.code, then=Value(0)), default=Value(1), output_field=IntegerField()),
        Case(
            *[When(kind=kind, then=Value(rank)) for rank, kind in enumerate(rules.PLACE_KINDS)],
            output_field=IntegerField(),
        ),
        "unit_id",
    )
    unit_id = nearest.values_list("unit_id", flat=True).first()
    return nearest_with_authority(unit_id, act, on) if unit_id is not None else None


def _occupational(place: Territory | None, job_title: str, on: date) -> int | None:
    """The occupational union for a trade in a commune, else in the province around it.

    The trade is told by words: the union whose name says most of the words of the worker's job ("chạy xe ôm" and "Nghiệp
    đoàn Xe ôm phường Bến Nghé"). The only one of a commune is for every trade there; a province's only for one it names.
    None when that leaves none, or several to choose from: the superior then passes the application on.
    """
    if place is None:
        return None
    places = [code for code in (place.code, place.parent_id) if code]
    standing = list(
        UnitVersion.objects.filter(
            territory__in=places, kind=rules.OCCUPATIONAL_KIND, during__contains=on
        ).values_list("territory_id", "unit_id", "name")[:200]
    )
    job = set(search_key(job_title).split())
    for code in places:
        here = {unit_id: name for where, unit_id, name in standing if where == code}
        if len(here) == 1 and code == place.code and place.level == "commune":
            return next(iter(here))
        said = {unit_id: len(job & set(search_key(name).split())) for unit_id, name in here.items()}
        most = max(said.values(), default=0)
        named = [unit_id for unit_id, count in said.items() if count == most]
        if most and len(named) == 1:
            return named[0]
    return None


# --------------------------------------------------------------------------------------------------
# The worker's side
# --------------------------------------------------------------------------------------------------


def code_key(code: str) -> UUID | None:
    """What a worker's code is found by; small letters, spaces and hyphens do not matter."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    return match_key(plain, kind="application_code")


def followed(code: str) -> Application | None:
    """The application that belongs to a code."""
    return (
        Application.objects.filter(code_key=code_key(code)).select_related("receiving_unit").first()
        if code.strip()
        else None
    )


def has_union(enterprise: Enterprise, on: date) -> bool:
    """Whether a union works there on a day. Reads nothing about applications, so that neither the answer nor its time
    can tell of one."""
    return bool(_hosts(enterprise, on))


def works_at(unit: Unit, enterprise: Enterprise, on: date) -> bool:
    """Whether this union works at an employer on a day."""
    return Hosting.objects.filter(unit=unit, enterprise=enterprise, during__contains=on).exists()


def union_at(enterprise: Enterprise, on: date) -> Unit | None:
    """The union that works at an employer on a day, the one there longest."""
    hosts = _hosts(enterprise, on)
    return Unit.objects.get(pk=hosts[0]) if hosts else None


def confirmed_by(on: date) -> str:
    """The channel by which a worker confirms a phone or an address on a day: "sms", "email" or '' for none. None too while
    that channel is not set up: a way that nobody can go would keep everybody out."""
    channel = str(parameter("joining.confirm_by", on=on).value or "")
    return channel if channel in {"sms", "email"} and is_channel_on(channel) else ""


def way_to(application: Application) -> tuple[str, str] | None:
    """The channel and the address by which the worker may be told something: only when they agreed to be contacted, and over
    a channel that is set up. SMS before e-mail, which some read once a week."""
    if not application.consents.filter(purpose="contact").exists():
        return None
    for channel, address in (("sms", application.phone), ("email", application.email)):
        if address and is_channel_on(channel):
            return channel, address
    return None


def commune_named(province: str, typed: str) -> Territory | None:
    """The commune of a province whose name was typed, with or without accents and the word before it."""
    words = search_key(typed)
    if not words:
        return None
    keys = [f"{kind}{words}" for kind in ("", "xa ", "phuong ", "dac khu ")]
    rows = list(Territory.objects.filter(parent=province, level="commune", name_key__in=keys))
    for key in keys:
        found = [row for row in rows if row.name_key == key]
        if len(found) == 1:
            return found[0]
    return None


def foreign_law(on: date) -> ForeignWorkerLaw:
    """What the law asks of foreign workers on a day; before it let them in, what it was going to ask."""
    since = parameter("foreign_worker.admission_from", on=on)
    begins = date.fromisoformat(since.value)
    return ForeignWorkerLaw.of(since, parameter("foreign_worker.contract_months", on=max(on, begins)))


def same_identity(application: Application) -> QuerySet[Application]:
    """Other open applications to the same body with the same identity number, for the officer who decides. The public side
    never says that there is one: an employer knows its workers' numbers."""
    if application.identity_key is None:
        return Application.objects.none()
    return Application.objects.filter(
        identity_key=application.identity_key,
        receiving_unit=application.receiving_unit_id,
        is_confidential=application.is_confidential,
        state__in=choices.OPEN_STATES,
    ).exclude(pk=application.pk)
