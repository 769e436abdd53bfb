"""Fixtures of the whole suite: the standard catalogues, actors, and a small tree of union bodies."""

from __future__ import annotations

from datetime import date
from typing import Any

import hypothesis
import pytest

from congdoan.foundation.access.rules import Actor
from tests.factories.tree import Tree, grow_tree

# A shared, busy machine must not fail a property for being slow; what is slow is measured by the bench.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The test database also holds the catalogues every installation has, and the shared cache's table."""
    from django.core.management import call_command

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("createcachetable", verbosity=0)
        install_standards()


def install_standards() -> None:
    """Catalogues, kinds of units and roles, as every installation has them."""
    from congdoan.foundation.access.actions import install_default_roles
    from congdoan.foundation.catalogues.actions import install_catalogues
    from congdoan.foundation.units.actions import install_kinds
    from congdoan.registry.founding.actions import install_steps
    from congdoan.registry.proceedings.actions import install_stages

    install_catalogues()
    install_kinds()
    install_default_roles(on=date(2026, 1, 1))
    install_steps()
    install_stages()


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Pages name their assets as they are called in the source: nothing has been collected for a test."""
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing passwords is slow on purpose; tests sign in hundreds of times."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]


@pytest.fixture
def today() -> date:
    """The day the tests live in."""
    return date(2026, 11, 18)


@pytest.fixture
def system(today: date) -> Actor:
    """An actor who may do everything."""
    return Actor.system("kiểm thử", today=today)


@pytest.fixture
def tree(db: None, system: Actor) -> Tree:
    """A tree of two provinces, four districts and eight grassroots unions."""
    from congdoan.foundation.units.models import UnitKind

    if not UnitKind.objects.exists():
        install_standards()  # a test with real transactions before this one has emptied every table
    return grow_tree(system)
