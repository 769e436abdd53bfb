import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0002_lean_rows"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="measuretotal",
            name="unit",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="units.unit"
            ),
        ),
        migrations.RemoveConstraint(model_name="measuretotal", name="measure_total_once"),
        migrations.AddConstraint(
            model_name="measuretotal",
            constraint=models.UniqueConstraint(
                fields=("unit", "grain", "starts_on", "cell", "is_structure"), name="measure_total_once"
            ),
        ),
    ]
