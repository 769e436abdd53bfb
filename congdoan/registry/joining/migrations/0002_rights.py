"""The rights of this room for roles that are there already."""

from django.db import migrations

PAIRS = (("membership.admit", "joining.decide"), ("organisation.found", "joining.confidential"))


def give(apps, schema_editor):
    Role = apps.get_model("access", "Role")
    for role in Role.objects.all():
        held = set(role.capabilities)
        wanted = held | {new for old, new in PAIRS if old in held}
        if role.code == "leader":
            wanted.add("joining.name_readers")
        if wanted != held:
            role.capabilities = sorted(wanted)
            role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("joining", "0001_initial"), ("access", "0003_initial")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
