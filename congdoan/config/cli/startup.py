"""What every command needs before its work: the database running, Django set up, the schema up to date."""

from __future__ import annotations


def start(*, migrate: bool = True) -> None:
    """Start the database and Django; apply migrations (and the shared cache's table) unless told not to."""
    from congdoan.config.embedded import ensure_database

    ensure_database()
    import django

    django.setup()
    if migrate:
        prepare_database()


def prepare_database() -> None:
    """Bring the schema up to date and load the catalogues every installation has. Safe to repeat."""
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from congdoan.foundation.access.actions import install_default_roles
    from congdoan.foundation.catalogues.actions import install_catalogues
    from congdoan.foundation.units.actions import install_kinds
    from congdoan.registry.founding.actions import install_steps
    from congdoan.work.indicators.actions import install_catalogue

    install_catalogues()
    install_kinds()
    install_default_roles(on=timezone.localdate())
    install_steps()
    install_catalogue()
