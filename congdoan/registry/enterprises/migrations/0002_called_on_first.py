"""Standings say whom to call on first and whose headcount is old, and both are counted."""

import django.db.models.functions.comparison
from django.db import migrations, models

#: The derivation as it was when this migration was written.
_STANDINGS = """
    SELECT enterprise_id, unnest(range_agg(during)) AS during, unit_id, sector_id, headcount, band,
           operating, is_stable, has_party, has_union, is_priority, is_stale
    FROM (
        SELECT enterprise_id, during, unit_id, sector_id, headcount,
               COALESCE((ARRAY[0, 1, 5, 10, 15, 20, 25, 30, 50, 100, 200, 300, 500, 1000, 3000, 5000])[width_bucket(headcount, ARRAY[0, 1, 5, 10, 15, 20, 25, 30, 50, 100, 200, 300, 500, 1000, 3000, 5000])], -1) AS band,
               operating, is_stable, has_party, has_union,
               has_years AND sector_id = 'fdi' AND operating = 'operating' AND NOT has_union
                 AND COALESCE(headcount >= 100, FALSE) AS is_priority,
               is_old AND operating = 'operating' AND COALESCE(headcount >= 20, FALSE) AS is_stale
        FROM (
            SELECT s.enterprise_id, daterange(s.day, s.next_day) AS during, r.unit_id, s.sector_id,
                   CASE WHEN j.operating = 'ended' THEN 0 ELSE h.workers END AS headcount,
                   COALESCE(j.operating, CASE WHEN s.started_on > s.day THEN 'not_started' ELSE 'operating' END)
                     AS operating,
                   COALESCE(j.is_stable, FALSE) AS is_stable,
                   COALESCE(j.has_party, FALSE) AS has_party,
                   EXISTS (SELECT 1 FROM enterprises_hosting g
                           WHERE g.enterprise_id = s.enterprise_id AND g.during @> s.day) AS has_union,
                   COALESCE((s.started_on + interval '2 years')::date <= s.day, FALSE) AS has_years,
                   COALESCE(h."on" + 400 <= s.day, FALSE) AS is_old
            FROM (
                SELECT c.id AS enterprise_id, c.sector_id, c.started_on, cut.day,
                       lead(cut.day) OVER (PARTITION BY c.id ORDER BY cut.day) AS next_day
                FROM (SELECT id, sector_id, registered_on, started_on FROM enterprises_enterprise WHERE TRUE) c
                JOIN LATERAL (
                    SELECT c.registered_on AS day
                    UNION SELECT c.started_on
                    UNION SELECT (c.started_on + interval '2 years')::date
                    UNION SELECT unnest(ARRAY[o."on", o."on" + 400])
                      FROM enterprises_headcountobservation o WHERE o.enterprise_id = c.id
                    UNION SELECT o."on" FROM enterprises_statusjudgement o WHERE o.enterprise_id = c.id
                    UNION SELECT unnest(ARRAY[lower(o.during), upper(o.during)])
                      FROM enterprises_responsibility o WHERE o.enterprise_id = c.id
                    UNION SELECT unnest(ARRAY[lower(o.during), upper(o.during)])
                      FROM enterprises_hosting o WHERE o.enterprise_id = c.id
                ) cut ON cut.day >= c.registered_on
            ) s
            JOIN enterprises_responsibility r ON r.enterprise_id = s.enterprise_id AND r.during @> s.day
            LEFT JOIN LATERAL (
                SELECT o.workers, o."on" FROM enterprises_headcountobservation o
                WHERE o.enterprise_id = s.enterprise_id AND o."on" <= s.day
                ORDER BY o."on" DESC, CASE o.source WHEN 'survey' THEN 0 WHEN 'union_report' THEN 1 WHEN 'social_insurance' THEN 2 WHEN 'registration' THEN 3 WHEN 'import' THEN 4 ELSE 5 END LIMIT 1
            ) h ON TRUE
            LEFT JOIN LATERAL (
                SELECT (array_agg(o.operating ORDER BY o."on" DESC))[1] AS operating,
                       (array_agg(o.is_stable ORDER BY o."on" DESC) FILTER (WHERE o.is_stable IS NOT NULL))[1]
                         AS is_stable,
                       (array_agg(o.has_party ORDER BY o."on" DESC) FILTER (WHERE o.has_party IS NOT NULL))[1]
                         AS has_party
                FROM enterprises_statusjudgement o
                WHERE o.enterprise_id = s.enterprise_id AND o."on" <= s.day
            ) j ON TRUE
        ) cut_up
    ) stretches
    GROUP BY enterprise_id, unit_id, sector_id, headcount, band, operating, is_stable, has_party, has_union,
             is_priority, is_stale
"""

_COLUMNS = (
    "enterprise_id, during, unit_id, sector_id, headcount, band, operating, is_stable, has_party, has_union,"
    " is_priority, is_stale"
)


def derive_again(apps, schema_editor):
    """Standings anew from the rows of record, and the two new counts booked as their measures would have been."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM enterprises_enterprise)")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("DELETE FROM enterprises_standing")
        cursor.execute(
            f"INSERT INTO enterprises_standing ({_COLUMNS}) SELECT {_COLUMNS} FROM ({_STANDINGS}) s ORDER BY 1, 2"
        )
        for measure, column in (("enterprises_priority", "is_priority"), ("headcounts_stale", "is_stale")):
            cursor.execute(
                "INSERT INTO measures_measurecell (measure, dims, key) VALUES (%s, '{}', '{}')"
                " ON CONFLICT (measure, key) DO NOTHING",
                [measure],
            )
            cursor.execute(
                f"""INSERT INTO measures_measuredelta (unit_id, cell_id, day, n, recorded_at, is_folded)
                    SELECT s.unit_id, c.id, e.day, sum(e.sign), now(), FALSE
                    FROM enterprises_standing s
                    JOIN measures_measurecell c ON c.measure = %s
                    CROSS JOIN LATERAL (VALUES (lower(s.during), 1), (upper(s.during), -1)) AS e(day, sign)
                    WHERE s.{column} AND e.day IS NOT NULL
                    GROUP BY 1, 2, 3 HAVING sum(e.sign) <> 0""",
                [measure],
            )


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0001_initial"),
        ("measures", "0002_lean_rows"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="is_priority",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="standing",
            name="is_stale",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                models.F("is_priority"),
                django.db.models.functions.comparison.Coalesce("headcount", models.Value(-1)),
                condition=models.Q(("has_union", False)),
                name="standing_call_order",
            ),
        ),
        migrations.RunPython(derive_again, migrations.RunPython.noop),
    ]
