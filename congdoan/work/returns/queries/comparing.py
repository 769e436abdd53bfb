"""A return beside earlier ones, and what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from congdoan.foundation.catalogues.queries import parameters
from congdoan.foundation.succession.queries import standing_below
from congdoan.foundation.units.queries import version_on
from congdoan.work.returns import computing, rules
from congdoan.work.returns.definitions import (
    Definition,
    Span,
    read_definition,
    span_before,
    span_last_year,
)
from congdoan.work.returns.models import (
    Obligation,
    Return,
    ReturnForm,
    ReturnFormVersion,
)

Figures = dict[str, Decimal | None]


def span_of(obligation: Obligation, definition: Definition) -> Span:
    """The period of an obligation, in words too."""
    return Span(
        obligation.period, definition.span(obligation.period).name, obligation.from_on, obligation.to_on
    )


def form_version(form: ReturnForm) -> ReturnFormVersion | None:
    """The newest published version."""
    return form.versions.filter(published_at__isnull=False).order_by("-number").first()


@dataclass(frozen=True)
class Comparison:
    """Figures of earlier periods beside a return: of the body as it stood, what was handed in where there is a return,
    else what the registers say; or (``of_now``) what the registers say of all that counts for it in the structure of the
    return's own period."""

    previous: Figures
    last_year: Figures
    previous_name: str
    last_year_name: str
    of_now: bool = False


def comparison_of_now(obligation: Obligation, definition: Definition, on: date) -> Comparison:
    """`comparison` in the structure of the return's last day (docs/adr/0012): of a body that took others in, their earlier
    figures too. A constant number of queries."""
    span = span_of(obligation, definition)
    earlier = (span_before(definition, span), span_last_year(definition, span))
    groups = standing_below([obligation.unit_id], today=obligation.last_day)
    figures: list[Figures] = []
    for found in earlier:
        if found is None:
            figures.append({})
            continue
        plans = computing.plans_of(definition, found, on=on)
        counted = computing.compute(plans, [obligation.unit_id], groups=groups)[obligation.unit_id]
        figures.append(rules.effective(definition, counted, {}))
    names = [found.name if found else "" for found in earlier]
    return Comparison(figures[0], figures[1], names[0], names[1], of_now=True)


def comparison(obligation: Obligation, definition: Definition, on: date) -> Comparison:
    """Last period and the same period last year, of the body as it stood. A period without a return that the body did
    not live through from its first day has no figures: part of a period is nothing to hold a whole one against, so a new
    body has no changes to explain. A constant number of queries."""
    span = span_of(obligation, definition)
    earlier = (span_before(definition, span), span_last_year(definition, span))
    made = {
        item.obligation.period: item
        for item in Return.objects.filter(
            obligation__form=obligation.form_id,
            obligation__unit=obligation.unit_id,
            obligation__period__in=[found.code for found in earlier if found],
        ).select_related("obligation", "version")
    }
    figures: list[Figures] = []
    for found in earlier:
        if found is None:
            figures.append({})
        elif found.code in made:
            kept = made[found.code]
            figures.append(
                rules.effective(read_definition(kept.version.definition), kept.computed, kept.entered)
            )
        elif version_on(obligation.unit_id, found.from_on) is None:
            figures.append({})
        else:
            plans = computing.plans_of(definition, found, on=on)
            counted = computing.compute(plans, [obligation.unit_id])[obligation.unit_id]
            figures.append(rules.effective(definition, counted, {}))
    names = [found.name if found else "" for found in earlier]
    return Comparison(figures[0], figures[1], names[0], names[1])


def findings_of(made: Return, definition: Definition, compared: Comparison, on: date) -> list[rules.Finding]:
    """What must be mended or explained about a return as it stands."""
    codes = (rules.CHANGE_PERCENT, rules.CHANGE_LEAST, rules.CHANGE_POINTS)
    found = parameters(codes, on=on, unit_id=made.obligation.unit_id)
    return rules.findings(
        definition,
        rules.effective(definition, made.computed, made.entered),
        previous=compared.previous,
        last_year=compared.last_year,
        texts=made.texts,
        limits=rules.Limits(*(Decimal(str(found[code].value)) for code in codes)),
        counted=made.computed.keys() - made.entered.keys(),
    )
