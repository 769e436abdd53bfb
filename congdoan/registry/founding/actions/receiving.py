"""How a file comes to be: with the first application of its workplace, or by an officer."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Territory
from congdoan.kit.bulk import insert_parts
from congdoan.kit.text import nfc, search_key
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.founding import choices, queries, rules
from congdoan.registry.founding.actions.errors import FoundingError
from congdoan.registry.founding.models import FileEvent, FoundingFile
from congdoan.registry.joining.actions import ApplicationData, Beside, Submitted, submit
from congdoan.registry.joining.choices import FOUNDING
from congdoan.registry.joining.models import Application
from congdoan.registry.joining.queries import destination, has_union, named_units


def receive_application(*, data: ApplicationData, on: date) -> Submitted:
    """Store what a worker sends (joining.submit) and, when it comes from a workplace without a union, put it into the
    file of that workplace, which is opened when there is none: all or nothing, by one statement. Sent again, it is the same
    application in the same file. Whoever comes back to the union is in it too, though the body that decides on coming back
    may be another than the one that leads the file; when they name no workplace, they are in none.

    Nothing beyond the two rooms' tables is written, so nothing else can tell of it. Raises what ``submit`` raises.
    """
    return submit(data=data, on=on, beside=lambda application: _file_beside(application, on))


def _file_beside(application: Application, on: date) -> Beside | None:
    """The open file of an application's workplace, opened when there is none, and the application in it. None for what
    belongs into no file.

    Whether there is one is looked up and not tried: whoever is just writing to it is not waited for, which would tell that
    it is there; and no number of a file is used up, which would tell how many applied between two.
    """
    if not application.is_confidential:
        return None
    key = _key(application.enterprise, application.workplace_name, application.territory)
    lead = application.receiving_unit_id
    if application.route != FOUNDING:
        if not key:
            return None
        lead = destination(
            enterprise=application.enterprise,
            territory=application.territory,
            contract_kind="indefinite",
            was_member=False,
            on=on,
        ).unit_id
    made = _new_file(
        key=key or f"a{application.submission_key.hex}",
        on=on,
        kind=choices.GRASSROOTS,
        leading_unit_id=lead,
        enterprise=application.enterprise,
        workplace_name=application.workplace_name,
        territory=application.territory,
    )
    columns, marks, values = insert_parts(made)
    open_one = "SELECT id FROM founding_foundingfile WHERE workplace_key = %s AND state = %s"
    this = [made.workplace_key, choices.OPEN]
    return Beside(
        f"""opened AS (
            INSERT INTO founding_foundingfile ({columns}) SELECT {marks} FROM made WHERE NOT EXISTS ({open_one})
            ON CONFLICT DO NOTHING RETURNING id
        ), attached AS (
            INSERT INTO founding_attachment (application_id, file_id)
            SELECT made.id, COALESCE((SELECT id FROM opened), ({open_one})) FROM made
        )""",
        [*values, *this, *this],
    )


@transaction.atomic
def open_file(
    *, actor: Actor, on: date, enterprise: Enterprise, kind: str = choices.GRASSROOTS, words: str = ""
) -> FoundingFile:
    """Open the file of an employer before anybody has applied; the one that is open already when there is one.

    Only an officer named at the body that has authority for the place may: whoever else asked would learn by the answer
    whether there is a file. Raises FoundingError, Forbidden.
    """
    where = destination(
        enterprise=enterprise, territory=None, contract_kind="indefinite", was_member=False, on=on
    )
    require(actor, rules.WORK, where.unit_id)
    if where.unit_id not in named_units(actor):
        raise FoundingError(
            "Chỉ cán bộ được chỉ định đích danh ở công đoàn phụ trách nơi này mới mở được hồ sơ."
        )
    if has_union(enterprise, on):
        raise FoundingError(f"{enterprise.name} đã có công đoàn.")
    if kind not in choices.UNIT_KINDS:
        raise FoundingError("Hãy chọn hình thức thành lập.")
    file = _file_of(
        _new_file(
            key=_key(enterprise, "", None),
            on=on,
            kind=kind,
            leading_unit_id=where.unit_id,
            enterprise=enterprise,
        )
    )
    if not queries.visible_files(actor).filter(pk=file.pk).exists():
        raise FoundingError(
            "Nơi này do công đoàn khác phụ trách khi hồ sơ được mở. Hãy hỏi công đoàn cấp trên."
        )
    FileEvent.objects.create(
        file=file,
        at=timezone.now(),
        on=on,
        step=file.step,
        words=nfc(words),
        user=actor.user,
        by=actor.name[:200],
    )
    return file


def _key(enterprise: Enterprise | None, workplace: str, territory: Territory | None) -> str:
    """What a workplace is known by; '' when nothing is known of it."""
    if enterprise is not None:
        return f"e{enterprise.pk}"
    words = search_key(workplace)[:250]
    return f"w{territory.pk if territory is not None else ''}:{words}" if words else ""


def _new_file(
    *,
    key: str,
    on: date,
    kind: str,
    leading_unit_id: int,
    enterprise: Enterprise | None,
    workplace_name: str = "",
    territory: Territory | None = None,
) -> FoundingFile:
    """A file of a workplace as it would be opened on a day; not stored."""
    coming = queries.step_after(choices.FIRST_STEP, kind, on)
    return FoundingFile(
        workplace_key=key,
        enterprise=enterprise,
        workplace_name=workplace_name,
        territory=territory,
        kind=kind,
        leading_unit_id=leading_unit_id,
        step_since=on,
        opened_on=on,
        due_on=queries.due_day(coming, on, leading_unit_id),
    )


def _file_of(made: FoundingFile) -> FoundingFile:
    """The open file of a workplace, opened as ``made`` when there is none. The constraint decides between two that are
    opened at once."""
    for _ in range(2):
        FoundingFile.objects.bulk_create([made], ignore_conflicts=True)
        found = FoundingFile.objects.filter(workplace_key=made.workplace_key, state=choices.OPEN).first()
        if found is not None:
            return found
    raise FoundingError("Công đoàn ở nơi này vừa được công nhận. Hãy tải lại trang.")
