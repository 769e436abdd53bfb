"""What the bench of applications stands on, done in processes of their own.

``prepare``: workplaces without a union, written as JSON. ``bare PORT``: the peer, a one-table Django form on the same
database, served the same way. ``count``: of the codes on standard input, how many are lost and how many there twice.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from typing import Any

_WORKPLACES = 200


def prepare() -> None:
    """A province, employers without a union that it is in charge of, no limit of applications an hour, the peer's table."""
    from congdoan.config.cli.startup import start

    start()
    from django.db import connection
    from django.utils import timezone

    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.catalogues.models import Parameter
    from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
    from congdoan.registry.organisation.actions import NewUnion, found_unions

    today = timezone.localdate()
    actor = Actor.system("đo tốc độ", today=today)
    since = date(2025, 7, 1)
    (top,) = found_unions(
        actor=actor,
        items=[NewUnion("TLD", "Tổng Liên đoàn", "TLĐ", "confederation", None, since, is_opening=True)],
    )
    (province,) = found_unions(
        actor=actor,
        items=[
            NewUnion("T01", "LĐLĐ tỉnh", "LĐLĐ tỉnh", "provincial_federation", top, since, is_opening=True)
        ],
    )
    made = register_enterprises(
        actor=actor,
        on=since,
        items=[
            EnterpriseData(
                name=f"Công ty Đo {number}",
                sector="non_state",
                code=f"DO{number:04d}",
                unit=province,
                registered_on=since,
            )
            for number in range(_WORKPLACES)
        ],
    )
    Parameter.objects.filter(code="joining.sends_per_hour").update(value=10**9)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare_application (id bigserial PRIMARY KEY, name varchar(150) NOT NULL,"
            " phone varchar(20) NOT NULL, at timestamptz NOT NULL)"
        )
    sys.stdout.write(json.dumps([employer.code for employer in made]))


def count() -> None:
    """Of the answered codes on standard input: each must be one whole application in one founding file."""
    from congdoan.config.cli.startup import start

    start(migrate=False)
    from django.db.models import Count

    from congdoan.registry.founding.models import Attachment
    from congdoan.registry.joining.models import Application, ApplicationConsent, Event, Signature
    from congdoan.registry.joining.queries import code_key

    keys = {code_key(code) for code in json.load(sys.stdin)}
    found = dict(Application.objects.filter(code_key__in=keys).values_list("code_key", "pk"))
    whole = set(found.values())
    for rows in (
        Signature.objects.all(),
        Attachment.objects.all(),
        ApplicationConsent.objects.filter(purpose="membership"),
        Event.objects.filter(kind="submit"),
    ):
        whole &= set(rows.filter(application__in=found.values()).values_list("application_id", flat=True))
    # Every applicant of the bench has a number of their own: whoever has two applications was stored twice.
    people = Application.objects.values("identity_key").annotate(n=Count("pk")).filter(n__gt=1).count()
    twice = Event.objects.filter(kind="submit").values("application").annotate(n=Count("pk")).filter(n__gt=1)
    # What is there must be whole, answered or not.
    every = set(Application.objects.values_list("pk", flat=True))
    half = len(every - set(Signature.objects.values_list("application_id", flat=True)))
    half += len(every - set(Attachment.objects.values_list("application_id", flat=True)))
    sys.stdout.write(json.dumps({"lost": len(keys) - len(whole) + half, "doubled": people + twice.count()}))


def bare(port: str) -> None:
    """Serve the peer with as many processes and threads as the product has."""
    from congdoan.config.embedded import ensure_database
    from congdoan.config.server import default_workers

    ensure_database()
    command = [
        *(sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", port),
        *("--workers", str(default_workers()), "--blocking-threads", "4", "--interface", "wsgi"),
        *("--log-level", "warning", "congdoan.config.bench.bare:application"),
    ]
    os.environ["DJANGO_SETTINGS_MODULE"] = "congdoan.config.bench.bare"
    # This process stays, since the embedded database stops with the last one that asked for it.
    import signal
    import subprocess

    server = subprocess.Popen(command)

    def stop(number: int, frame: Any) -> None:
        server.terminate()

    signal.signal(signal.SIGTERM, stop)
    sys.exit(server.wait())


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare(sys.argv[2])
    else:
        {"prepare": prepare, "count": count}[sys.argv[1]]()
