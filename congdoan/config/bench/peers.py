"""django-import-export on the register's own models: the strongest peer for bringing lists in.

It writes Person and Membership only. The ledger, the measures, the sealed staging, the journal that undo reads and the
look for namesakes are not asked of it, so the comparison leans to its side.
"""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import tablib
from django.db.backends.postgresql.psycopg_any import DateRange
from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader

from congdoan.config.bench.figures import Watch, Work
from congdoan.foundation.units.models import Unit
from congdoan.kit.sealed import match_key, seal
from congdoan.kit.text import name_sort_key, search_key
from congdoan.registry.membership.models import Membership
from congdoan.registry.people.models import Person


def _person_fields(row: dict[str, Any]) -> dict[str, Any]:
    name = row["Họ và tên"]
    return {
        "full_name": name,
        "sort_key": name_sort_key(name),
        "name_key": search_key(name),
        "birth_on": _day(row["Ngày sinh"]),
        "sex": "f" if row["Giới tính"] == "Nữ" else "m",
        "citizen_id_sealed": seal(row["Số CCCD"]),
        "citizen_id_key": match_key(row["Số CCCD"], kind="citizen_id"),
        "ethnicity_sealed": seal(row["Dân tộc"]),
        "phone": row["Điện thoại"] or "",
        "hometown": row["Quê quán"] or "",
        "address": row["Nơi ở"] or "",
        "card_number": row["Số thẻ đoàn viên"] or "",
    }


def _day(value: Any) -> date | None:
    return value.date() if hasattr(value, "date") else value


class _PersonWidget(widgets.ForeignKeyWidget):
    """Finds a person by the key of the number in the file."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return super().clean(match_key(value, kind="citizen_id"), row, **kwargs)


class _Member(resources.ModelResource):
    """A row is a membership; the person is made before it when missing (the documentation's recipe for relations)."""

    person = fields.Field("person", "Số CCCD", widget=_PersonWidget(Person, "citizen_id_key"))
    unit = fields.Field("unit", "Mã đơn vị", widget=widgets.ForeignKeyWidget(Unit, "code"))
    joined_on = fields.Field("joined_on", "Ngày vào công đoàn", widget=widgets.DateWidget())

    class Meta:
        model = Membership
        import_id_fields = ("person",)
        fields = ("person", "unit", "joined_on")

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        found = _person_fields(row)
        Person.objects.get_or_create(citizen_id_key=found["citizen_id_key"], defaults=found)

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.joined_on = _day(instance.joined_on)
        instance.during = DateRange(instance.joined_on, None)
        instance.sort_key = instance.person.sort_key
        instance.sex = instance.person.sex


class _CachedPerson(widgets.Widget):
    def __init__(self, people: dict[str, Person]) -> None:
        super().__init__()
        self.people = people

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return self.people[value]


class _CachedUnit(widgets.Widget):
    def __init__(self) -> None:
        super().__init__()
        self.units = {unit.code: unit for unit in Unit.objects.all()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return self.units[value]


class _TunedMember(_Member):
    """Everything the library offers for speed: bulk writes, no diff, look-ups in memory, people written in bulk."""

    class Meta:
        model = Membership
        import_id_fields = ("person",)
        fields = ("person", "unit", "joined_on")
        use_bulk = True
        batch_size = 1_000
        skip_diff = True
        instance_loader_class = CachedInstanceLoader

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self._people: dict[str, Person] = {}
        rows = iter(dataset.dict)
        while batch := list(islice(rows, 1_000)):
            made = {row["Số CCCD"]: Person(**_person_fields(row)) for row in batch}
            keys = {person.citizen_id_key: number for number, person in made.items()}
            for person in Person.objects.filter(citizen_id_key__in=list(keys)):
                made[keys[person.citizen_id_key]] = person
            Person.objects.bulk_create([person for person in made.values() if person.pk is None])
            self._people |= made
        self.fields["person"].widget = _CachedPerson(self._people)
        self.fields["unit"].widget = _CachedUnit()

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        pass


def import_list(path: Path, tuned: bool) -> Work:
    """Bring a list in as its admin does: read and tried without effect, then read and written."""
    made = _TunedMember if tuned else _Member
    watch = Watch()
    for dry_run in (True, False):
        dataset = tablib.Dataset().load(path.read_bytes(), "xlsx")
        outcome = made().import_data(dataset, dry_run=dry_run, raise_errors=True)
        if outcome.has_validation_errors():
            raise RuntimeError(str(outcome.invalid_rows[0].error))
    return watch.work(Membership.objects.count())
