"""Writes of the catalogue of indicators."""

from __future__ import annotations

from django.db import transaction

from congdoan.work.indicators.catalogue import load_catalogue
from congdoan.work.indicators.models import Indicator


@transaction.atomic
def install_catalogue() -> int:
    """Bring the table of indicators to what catalogue.yaml says; safe to repeat. Returns how many it holds.

    Indicators that an office added under codes of its own are left alone. Raises DataFileError when the file is
    not sound.
    """
    wanted = [
        Indicator(
            code=item.code,
            name=item.name,
            kind=item.kind.value,
            unit_name=item.unit,
            decimals=item.decimals,
            better=item.better.value,
            numerator=item.numerator.as_data(),
            denominator=item.denominator.as_data() if item.denominator is not None else None,
            is_available=item.available,
            room=item.room.code,
            explanation=item.explanation,
        )
        for item in load_catalogue().indicators.values()
    ]
    fields = [field.name for field in Indicator._meta.concrete_fields if not field.primary_key]
    Indicator.objects.bulk_create(wanted, update_conflicts=True, unique_fields=["code"], update_fields=fields)
    return len(wanted)
