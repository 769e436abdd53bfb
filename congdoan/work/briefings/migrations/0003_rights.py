"""The rights of this room for roles that are there already: whoever reads or writes reports sees or runs briefings."""

from django.db import migrations

PAIRS = (("reports.view", "briefings.view"), ("reports.write", "briefings.run"))


def give(apps, schema_editor):
    Role = apps.get_model("access", "Role")
    for role in Role.objects.all():
        held = set(role.capabilities)
        wanted = held | {new for old, new in PAIRS if old in held}
        if wanted != held:
            role.capabilities = sorted(wanted)
            role.save(update_fields=["capabilities"])


class Migration(migrations.Migration):
    dependencies = [("briefings", "0002_frozen_minutes"), ("access", "0003_initial")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
