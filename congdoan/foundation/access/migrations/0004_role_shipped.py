"""What a shipped role was ever given, so that a new version adds to it only what it never had.

Of the roles that are there, everything of their day counts as given, so that what an office took away stays away. The
rights of reorganisation and of sent messages came without reaching installations that stood before: where no role
holds any of a room's, they were never given.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

_VIEW = [
    "units.view",
    "enterprises.view",
    "membership.view",
    "plans.view",
    "reports.view",
    "returns.view",
    "briefings.view",
    "reorganisation.view",
]
_CADRE = [
    *_VIEW,
    "people.view_contacts",
    "organisation.edit",
    "enterprises.edit",
    "membership.admit",
    "membership.transfer",
    "membership.end",
    "people.edit",
    "imports.run",
    "reports.write",
    "returns.fill",
    "returns.submit",
    "briefings.run",
    "plans.report_value",
]
GIVEN = {
    "administrator": [*_VIEW, "access.manage", "audit.view", "messaging.deliveries"],
    "leader": [
        *_CADRE,
        "people.view_identity",
        "plans.edit",
        "plans.allocate",
        "plans.adjust",
        "approvals.decide",
        "membership.close_books",
        "returns.accept",
        "returns.define",
        "audit.view",
        "organisation.found",
        "reorganisation.prepare",
        "reorganisation.commit",
    ],
    "officer": [
        *_CADRE,
        "people.view_identity",
        "organisation.found",
        "plans.edit",
        "plans.allocate",
        "returns.define",
        "reorganisation.prepare",
    ],
    "committee": _CADRE,
    "inspector": [*_VIEW, "audit.view"],
    "viewer": _VIEW,
}
_LATER = ("reorganisation", "messaging")


def note(apps, schema_editor):
    roles = list(apps.get_model("access", "Role").objects.all())
    rooms = {code.split(".")[0] for role in roles for code in role.capabilities}
    missed = {room for room in _LATER if room not in rooms}
    for role in roles:
        given = {code for code in GIVEN.get(role.code, ()) if code.split(".")[0] not in missed}
        if given:
            role.shipped = sorted(given)
            role.save(update_fields=["shipped"])


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_initial"),
        ("returns", "0002_standard_roles"),
        ("briefings", "0003_rights"),
    ]
    operations = [
        migrations.AddField(
            model_name="role",
            name="shipped",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60),
                blank=True,
                default=list,
                editable=False,
                size=None,
            ),
        ),
        migrations.RunPython(note, migrations.RunPython.noop),
    ]
