"""Roles of an installation that stood before periodic returns: whoever reads, writes or decides on reports does the same
with returns. A new installation gets its roles after the migrations."""

from django.db import migrations

_FOLLOWS = {
    "reports.view": ["returns.view"],
    "reports.write": ["returns.fill", "returns.submit"],
    "approvals.decide": ["returns.accept", "returns.define"],
}


def add(apps, schema_editor):
    for role in apps.get_model("access", "Role").objects.all():
        held = set(role.capabilities)
        more = {new for old, news in _FOLLOWS.items() if old in held for new in news}
        if not more <= held:
            role.capabilities = sorted(held | more)
            role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("returns", "0001_initial"), ("access", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
