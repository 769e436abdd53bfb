"""The names that a search looks at first are complete, whichever way people are written."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from congdoan.foundation.access.rules import Actor
from congdoan.registry.people.models import Person, PersonName
from tests.conftest import install_standards
from tests.factories.people import make_people


def _missing() -> set[tuple[str, str]]:
    borne = set(Person.objects.values_list("sort_key", "name_key"))
    return borne - set(PersonName.objects.values_list("sort_key", "name_key"))


def test_a_name_is_known_as_soon_as_somebody_bears_it(db: None, system: Actor) -> None:
    first, second = make_people(system, 2)
    assert PersonName.objects.count() == 2 and not _missing()
    Person.objects.filter(pk=first.pk).update(full_name="Đinh Lan", sort_key="LAN DINH", name_key="dinh lan")
    assert PersonName.objects.filter(name_key="dinh lan").count() == 1
    make_people(system, 8, start=20)
    Person.objects.filter(pk=second.pk).update(sex="")
    assert not _missing()
    assert PersonName.objects.count() == PersonName.objects.values("sort_key", "name_key").distinct().count()


@pytest.mark.django_db(transaction=True)
def test_two_who_bring_the_same_new_name_do_not_wait_for_each_other(system: Actor) -> None:
    install_standards()
    failures: list[Exception] = []

    def other() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '3s'")
                make_people(system, 3, start=10)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        make_people(system, 3)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(20)
        assert not thread.is_alive() and not failures
    assert Person.objects.count() == 6 and not _missing()
