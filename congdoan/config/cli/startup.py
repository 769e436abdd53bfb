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

    _refuse_older_history()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from congdoan.foundation.access.actions import install_default_roles
    from congdoan.foundation.catalogues.actions import install_catalogues
    from congdoan.foundation.units.actions import install_kinds
    from congdoan.registry.founding.actions import install_steps
    from congdoan.registry.proceedings.actions import install_stages
    from congdoan.work.indicators.actions import install_catalogue

    install_catalogues()
    install_kinds()
    install_default_roles(on=timezone.localdate())
    install_steps()
    install_stages()
    install_catalogue()


def _refuse_older_history() -> None:
    """Raise CommandError when the database was made by steps that this version no longer has.

    Until the first release the steps of a room were written anew as one; a database of that time would lack columns.
    """
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    from congdoan.config.cli import CommandError

    loader = MigrationLoader(connection)
    assert loader.applied_migrations is not None
    ours = {app for app in loader.migrated_apps if _is_ours(app)}
    gone = sorted(
        key for key in loader.applied_migrations if key[0] in ours and key not in loader.disk_migrations
    )
    if gone:
        raise CommandError(
            "Cơ sở dữ liệu này do một bản thử trước bản phát hành đầu tiên tạo ra, bản này không nâng cấp được. "
            "Hãy đặt CONGDOAN_HOME (hoặc DATABASE_URL) đến một nơi trống; nếu chỉ có dữ liệu mẫu thì xoá thư mục "
            "dữ liệu cũ rồi chạy lại."
        )


def _is_ours(app: str) -> bool:
    from django.apps import apps

    return apps.get_app_config(app).name.startswith("congdoan.")
