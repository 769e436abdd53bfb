"""The audit trail is never changed, and is read only where one may."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.audit.models import AuditEntry
from tests.factories.officers import officer
from tests.factories.tree import Tree


def write(
    actor: Actor, unit_id: int | None, verb: str = "people.reveal_identity", **more: object
) -> AuditEntry:
    return record(
        actor=actor,
        verb=verb,
        unit_id=unit_id,
        summary="Xem số định danh của một người",
        reason="Đối chiếu hồ sơ",
        data={"field": "citizen_id"},
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET summary = 'khác'",
        "DELETE FROM audit_auditentry",
    ],
)
def test_rows_are_never_changed_nor_deleted(tree: Tree, system: Actor, statement: str) -> None:
    write(system, tree.north.pk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.filter(verb="people.reveal_identity").exists()


def test_who_reads_which_entries(tree: Tree, system: Actor, client: Client) -> None:
    north = write(system, tree.north_a.pk)
    south = write(system, tree.south_a.pk)
    everywhere = write(system, None, verb="access.save_role")
    client.force_login(officer("can-bo", "officer", tree.root))
    assert client.get("/nhat-ky/").status_code == 403
    assert client.get(f"/nhat-ky/{north.pk}/").status_code == 403
    client.force_login(officer("kiem-tra-bac", "inspector", tree.north))
    assert client.get(f"/nhat-ky/{north.pk}/").status_code == 200
    assert client.get(f"/nhat-ky/{south.pk}/").status_code == 404
    assert client.get(f"/nhat-ky/{everywhere.pk}/").status_code == 404
    client.force_login(officer("quan-tri", "administrator", tree.root))
    for entry in (north, south, everywhere):
        assert client.get(f"/nhat-ky/{entry.pk}/").status_code == 200


def test_filters_find_readings_of_personal_data(tree: Tree, system: Actor, client: Client) -> None:
    entry = write(system, tree.north_a.pk)
    client.force_login(officer("kiem-tra", "inspector", tree.root))
    found = client.get("/nhat-ky/?dong-tu=people.reveal_identity").text
    assert f"/nhat-ky/{entry.pk}/" in found
    for query in ["mang=people", "tu=2020-01-01&den=2100-01-01", "ma-don-vi=na", "q=định danh"]:
        assert f"/nhat-ky/{entry.pk}/" in client.get(f"/nhat-ky/?{query}").text
    for query in ["mang=reports", "den=2020-01-01", "ma-don-vi=S", "q=xyz", "nguoi=ai-do"]:
        assert f"/nhat-ky/{entry.pk}/" not in client.get(f"/nhat-ky/?{query}").text
    page = client.get(f"/nhat-ky/{entry.pk}/").text
    assert "Đối chiếu hồ sơ" in page and "citizen_id" in page
