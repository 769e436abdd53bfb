"""Lists of members brought in from files: columns, reading, matching; here they are written and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.imports.catalogue import (
    Context,
    Effect,
    FileRefused,
    ListKind,
    Obstacle,
    Option,
    RowReader,
    SomebodyWasFaster,
    StagedRow,
    declare_kind,
)
from congdoan.foundation.units.models import UnitVersion
from congdoan.kit.dates import format_date
from congdoan.kit.sealed import unseal
from congdoan.kit.text import search_key
from congdoan.registry.membership import rules
from congdoan.registry.membership.actions import Admission, Transfer, admit, reverse, transfer
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.imports.columns import FIELDS
from congdoan.registry.membership.imports.matching import (
    CHANGE_WORDS,
    Known,
    alike_of,
    as_known,
    by_number,
    change_words,
    changes_of,
    day_of,
    is_near_actor,
    known_of,
    later_than,
    places_of,
    same_birth,
    unit_name,
    unit_of,
    units_by_name,
    units_of,
)
from congdoan.registry.membership.imports.reading import Reader
from congdoan.registry.membership.imports.workplaces import (
    employments_of_rows,
    find_workplaces,
    from_journal,
    to_journal,
)
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.queries import IN_FORCE, UnitHistory
from congdoan.registry.people.actions import (
    AlreadyRegistered,
    PersonData,
    employ,
    register_people,
    take_back_employments,
    update_people,
)
from congdoan.registry.people.models import Person
from congdoan.registry.people.queries import employment_facts, facts_of

#: The workplace among the things an effect remembers of a person, which are otherwise fields of the person.
EMPLOYMENT = "employment"


class MemberLists(ListKind):
    """Lists of members: new admissions, or the members there are when the books begin."""

    code = "members"
    name = "danh sách đoàn viên"
    row_word = "đoàn viên"
    fields = FIELDS
    list_name = "membership.members"
    options = (
        Option(
            "as",
            "Danh sách này là",
            (
                ("admit", "Đoàn viên mới kết nạp", "Tính vào số kết nạp; ngày lấy từ cột Ngày kết nạp hoặc ngày chung."),
                ("opening", "Đoàn viên hiện có (số dư ban đầu)", "Không tính vào số kết nạp; ghi sổ từ ngày chung."),
            ),
        ),
    )  # fmt: skip
    notes = (
        "Mỗi người một dòng; chỉ bắt buộc cột Họ và tên, cùng ngày sinh hoặc số căn cước.",
        "Ngày ghi theo dạng ngày/tháng/năm, ví dụ 08/03/1990; chỉ biết năm sinh thì ghi năm.",
        "Số căn cước để dạng văn bản để không mất số 0 ở đầu.",
        "Có thể bớt cột, đổi thứ tự cột, thêm dòng tiêu đề phía trên: hệ thống tự tìm theo tên cột.",
        "Cột Đơn vị chỉ cần khi danh sách gồm nhiều công đoàn cơ sở: ghi mã hoặc tên đơn vị.",
        "Nơi làm việc tìm theo mã số thuế, hoặc đúng tên doanh nghiệp mà đơn vị đang có công đoàn hay phụ trách.",
        "Người nước ngoài cần có quốc tịch, số hộ chiếu, hợp đồng từ ngày đến ngày và ngày làm đơn.",
    )

    # ------------------------------------------------------------------ reading

    def check(self, context: Context, mapping: Mapping[str, int]) -> None:
        version = UnitVersion.objects.filter(unit=context.unit, during__contains=context.on)
        own = version.select_related("kind").first()
        if own is None:
            raise FileRefused(
                f"{context.unit.name} không tồn tại vào ngày {format_date(context.on)}. Hãy chọn ngày hoặc đơn vị khác."
            )
        context.cache["holds"] = own.kind.holds_members
        if "unit" in mapping:
            context.cache["units"] = units_by_name(context)
        elif not own.kind.holds_members:
            raise FileRefused(
                f"{context.unit.name} không trực tiếp có đoàn viên. Hãy chọn công đoàn cơ sở, hoặc thêm cột "
                "“Đơn vị” ghi mã hay tên công đoàn cơ sở của từng người."
            )

    def reader(self, context: Context, mapping: Mapping[str, int]) -> RowReader:
        return Reader(context, mapping)

    # ------------------------------------------------------------------ matching

    def match(self, context: Context, rows: Sequence[StagedRow]) -> None:
        known = by_number(rows)
        unnumbered: list[tuple[StagedRow, int]] = []
        for row in rows:
            found = known_of(row, known)
            if found is not None:
                self._settle(context, row, found)
            else:
                unnumbered.append((row, unit_of(context, row)))
        alike = alike_of(unnumbered)
        for row, unit_id in unnumbered:
            people = alike.get(row.number, [])
            if people:
                self._settle_alike(row, people, unit_id)
        admitting = [row for row in rows if row.outcome == "create"]
        if admitting:
            # Of these rows' units alone: a list of the whole country names a hundred thousand.
            history = UnitHistory(unit_of(context, row) for row in admitting)
            for row in admitting:
                self._check_admission(context, row, history)
        find_workplaces(context, rows)

    def _settle(self, context: Context, row: StagedRow, known: Known) -> None:
        """A person of that number is in the register."""
        column = context.column("citizen_id") or context.column("passport")
        is_near = is_near_actor(context, known)
        unit_id = unit_of(context, row)
        row.matched_id = known.id
        if search_key(row.values["full_name"]) != known.name_key or not same_birth(row.values, known):
            row.matched_id = known.id if is_near else None
            row.doubt(
                column,
                f"Số định danh này trong sổ là của {known.full_name}, sinh "
                f"{format_date(known.birth_on, known.birth_precision) or 'chưa rõ'}. Hãy kiểm tra số, tên và ngày sinh."  # type: ignore[arg-type]
                if is_near
                else "Số định danh này đã có trong sổ với họ tên hoặc ngày sinh khác. Hãy kiểm tra lại trên giấy tờ.",
            )
            return
        on = self._day(context, row)
        if known.unit_id is not None and (known.until is None or known.until > on):
            if known.unit_id == unit_id:
                changes = changes_of(row.values, known)
                row.outcome = "update" if changes else "unchanged"
                if changes:
                    row.messages.append(
                        {
                            "column": "",
                            "message": f"Sẽ sửa {change_words(changes, known)}",
                            "level": "change",
                        }
                    )
                return
            if is_near:
                where = unit_name(context, known.unit_id)
                row.doubt(
                    column,
                    f"Đang là đoàn viên của {where} từ {format_date(known.since)}. Chọn “cùng một người” để ghi "
                    "chuyển sinh hoạt về đây.",
                )
            else:
                row.matched_id = None
                row.doubt(
                    column,
                    "Đang là đoàn viên của một đơn vị khác ngoài phạm vi của bạn. Hãy đề nghị đơn vị đó chuyển sinh hoạt.",
                )
            return
        row.outcome = "create"
        row.warn("", "Đã có hồ sơ trong sổ; sẽ ghi vào đơn vị này mà không lập hồ sơ mới.")

    def _settle_alike(self, row: StagedRow, people: list[Known], unit_id: int) -> None:
        """Somebody in the unit has the same name and birth date, and no number tells whether it is the same person."""
        members = [known for known in people if known.unit_id is not None]
        if not members and len(people) == 1 and not row.identity:
            # Registered here before, and taken back (an import that was undone): the same record serves again.
            if not changes_of(row.values, people[0]).keys() - {"sex"}:
                row.matched_id = people[0].id
                return
        known = (members or people)[0]
        row.matched_id = known.id
        changes = changes_of(row.values, known)
        is_exact = (
            len(people) == 1
            and bool(members)
            and (known.until is None)
            and not changes
            and "birth_precision" not in row.values
            and (not row.values.get("sex") or not known.sex or row.values["sex"] == known.sex)
        )
        if is_exact:
            row.outcome = "unchanged"
            return
        row.doubt(
            "",
            f"Trong đơn vị đã có {known.full_name}, cùng ngày sinh "
            f"{format_date(known.birth_on, known.birth_precision)}"  # type: ignore[arg-type]
            + (f" (và {len(people) - 1} người nữa)" if len(people) > 1 else "")
            + ". Hãy cho biết là cùng một người hay người khác.",
        )

    def _check_admission(self, context: Context, row: StagedRow, history: UnitHistory) -> None:
        """What the rules of admission will say, said before anything is written."""
        unit_id, on = unit_of(context, row), self._day(context, row)
        then = history.on(unit_id, on)
        day_field = "admitted" if "admitted" in row.values else "joined"
        if on > context.actor.today:
            row.refuse(context.column(day_field), f"Ngày {format_date(on)} chưa đến. Hãy kiểm tra lại.")
        elif (
            row.values.get("joined_precision")
            and self._kind(context) == "admit"
            and "admitted" not in row.values
        ):
            row.refuse(
                context.column("joined"),
                "Cần đủ ngày, tháng, năm kết nạp. Nếu là đoàn viên đã có từ trước, hãy chọn “số dư ban đầu”.",
            )
        elif then is None:
            row.refuse(
                context.column(day_field),
                f"Vào ngày {format_date(on)} {unit_name(context, unit_id)} chưa thành lập hoặc đã kết thúc. Nếu là "
                "đoàn viên đã có từ trước, hãy nhập với lựa chọn “số dư ban đầu”.",
            )
        elif not then.holds_members:
            row.refuse(
                context.column("unit"),
                f"{unit_name(context, unit_id)} không trực tiếp có đoàn viên. Hãy ghi đơn vị cơ sở.",
            )
        elif row.values.get("nationality", "VN") != "VN":
            why = rules.foreign_worker_obstacle(
                self._law(context, on),
                on=on,
                grassroots_kind=then.grassroots_kind,
                contract_from=day_of(row, "contract_from"),
                contract_to=day_of(row, "contract_to"),
                application_on=day_of(row, "application"),
            )
            if why:
                row.refuse(context.column("nationality"), f"Chưa kết nạp được: {why}.")

    def _kind(self, context: Context) -> str:
        return context.options.get("as", "admit")

    def _day(self, context: Context, row: StagedRow) -> date:
        """The day of the admission: the list's own day for balances, else the row's, else the list's."""
        if self._kind(context) == "opening":
            return context.on
        return day_of(row, "admitted") or day_of(row, "joined") or context.on

    def _law(self, context: Context, on: date) -> rules.ForeignWorkerLaw:
        laws = context.cache.setdefault("laws", {})
        if on not in laws:
            settings = []
            for code in ("foreign_worker.admission_from", "foreign_worker.contract_months"):
                try:
                    settings.append(parameter(code, on=on))
                except LookupError:
                    settings.append(parameter(code, on=context.actor.today))
            laws[on] = rules.ForeignWorkerLaw.of(*settings)
        return laws[on]

    # ------------------------------------------------------------------ writing

    def commit(self, context: Context, rows: Sequence[StagedRow]) -> list[Effect]:
        refusals: dict[int, tuple[str, str]] = {}
        waiting = list(rows)
        while True:
            try:
                with transaction.atomic():
                    effects = self._write(context, waiting, refusals)
                break
            except _Refused as error:
                # A rule said no to some: without them the rest is written again from the start.
                refusals |= error.refusals
                waiting = [row for row in waiting if row.number not in error.refusals]
            except (AlreadyRegistered, IntegrityError) as error:
                raise SomebodyWasFaster from error
        return effects + [Effect(number, "", 0, refusal=why) for number, why in refusals.items()]

    def _write(
        self, context: Context, rows: Sequence[StagedRow], refusals: Mapping[int, tuple[str, str]]
    ) -> list[Effect]:
        known = by_number([row for row in rows if row.values.get("citizen_id") or row.values.get("passport")])
        fresh: list[StagedRow] = []
        existing: list[tuple[StagedRow, int, str]] = []
        late: dict[int, tuple[str, str]] = {}
        for row in rows:
            found = known_of(row, known)
            if row.outcome == "update" and row.matched_id:
                existing.append((row, row.matched_id, "update"))
            elif row.choice == "same" and row.matched_id:
                existing.append((row, row.matched_id, "same"))
            elif found is not None:
                if row.choice == "new":
                    late[row.number] = (
                        context.column("citizen_id"),
                        "Số định danh này thuộc về người khác trong sổ.",
                    )
                elif found.unit_id is not None and (
                    found.until is None or found.until > self._day(context, row)
                ):
                    late[row.number] = (
                        "",
                        "Vừa được ghi là đoàn viên ở nơi khác trong lúc chờ. Hãy xem lại dòng này.",
                    )
                else:
                    existing.append((row, found.id, "join"))
            elif row.matched_id and row.outcome == "create":
                existing.append((row, row.matched_id, "join"))
            else:
                fresh.append(row)
        if late:
            raise _Refused(late)
        people = register_people(actor=context.actor, on=context.on, items=[_data(row) for row in fresh])
        effects = [
            Effect(row.number, "created", person.pk) for row, person in zip(fresh, people, strict=True)
        ]
        joining = list(zip(fresh, people, strict=True))
        if existing:
            effects += self._write_existing(context, existing, joining)
        self._admit(context, joining)
        self._employ(context, rows, effects)
        return effects

    def _employ(self, context: Context, rows: Sequence[StagedRow], effects: Sequence[Effect]) -> None:
        """Write where people work, after they are members: the right to write of them comes with that."""
        working = {row.number: row for row in rows if "enterprise" in row.values}
        if not working:
            return
        by_person = {effect.object_id: effect for effect in effects if effect.number in working}
        people = Person.objects.only("id", "full_name").in_bulk(by_person)
        items = employments_of_rows(
            context, [(working[effect.number], people[pk]) for pk, effect in by_person.items()]
        )
        for change in employ(actor=context.actor, items=items):
            by_person[change.person_id].before[EMPLOYMENT] = to_journal(change)

    def _write_existing(
        self,
        context: Context,
        existing: Sequence[tuple[StagedRow, int, str]],
        joining: list[tuple[StagedRow, Person]],
    ) -> list[Effect]:
        people = Person.objects.in_bulk([pk for _, pk, _ in existing])
        places = places_of(list(people))
        moving: list[Transfer] = []
        changing: list[tuple[Person, dict[str, Any]]] = []
        effects = []
        for row, pk, how in existing:
            person, unit_id = people[pk], unit_of(context, row)
            place = places.get(pk)
            verb = "updated"
            if place is None or (place[1] is not None and place[1] <= self._day(context, row)):
                joining.append((row, person))
                verb = "joined"
            elif place[0] != unit_id:
                day = max(self._day(context, row), context.on)
                moving.append(Transfer(person, units_of(context)[unit_id], day, _reason(context)))
                verb = "joined"
            changes = changes_of(row.values, as_known(person))
            if changes and (how != "join" or verb == "joined"):
                changing.append((person, changes))
            before = {name: [_plain(person, name), _jsonable(value)] for name, value in changes.items()}
            effects.append(Effect(row.number, verb, pk, before=before))
        if moving:
            transfer(
                actor=context.actor,
                items=moving,
                decision=context.decision,
                batch=context.batch,
                recorded_at=context.recorded_at,
            )
        if changing:
            # The right to change somebody comes with the membership, so those who come first are admitted first.
            arriving = {person.pk for _, person in joining}
            if any(person.pk in arriving for person, _ in changing):
                self._admit(context, joining)
                joining.clear()
            update_people(
                actor=context.actor,
                on=context.on,
                changes=changing,
                reason=_reason(context),
                recorded_at=context.recorded_at,
            )
        return effects

    def _admit(self, context: Context, joining: Sequence[tuple[StagedRow, Person]]) -> None:
        if not joining:
            return
        units = units_of(context)
        units.load(unit_of(context, row) for row, _ in joining)
        kind, reason = self._kind(context), _reason(context)
        items = [
            Admission(
                person,
                units[unit_of(context, row)],
                self._day(context, row),
                kind,
                application_on=day_of(row, "application"),
                contract_from=day_of(row, "contract_from"),
                contract_to=day_of(row, "contract_to"),
                joined_on=day_of(row, "joined") or day_of(row, "admitted"),
                reason=reason,
            )
            for row, person in joining
        ]
        result = admit(
            actor=context.actor,
            items=items,
            decision=context.decision,
            batch=context.batch,
            recorded_at=context.recorded_at,
            on_conflict="report",
        )
        if result.refused:
            raise _Refused({joining[item.index][0].number: ("", str(item.error)) for item in result.refused})

    # ------------------------------------------------------------------ undoing

    def obstacles(self, context: Context, effects: Sequence[Effect]) -> list[Obstacle]:
        people = Person.objects.in_bulk([effect.object_id for effect in effects])
        found = []
        later = later_than(
            context.batch, [effect.object_id for effect in effects if effect.verb != "updated"]
        )
        working = employment_facts([effect.object_id for effect in effects if EMPLOYMENT in effect.before])
        for effect in effects:
            person = people.get(effect.object_id)
            if person is None:
                continue
            if effect.object_id in later:
                kind, on = later[effect.object_id]
                found.append(
                    Obstacle(
                        effect.number,
                        person.full_name,
                        f"đã ghi {KINDS[kind].name} ngày {format_date(on)}; hãy đảo bút toán đó trước.",
                    )
                )
            changed = [
                name
                for name, (_, new) in effect.before.items()
                if name != EMPLOYMENT and _jsonable(_plain(person, name)) != new
            ]
            if EMPLOYMENT in effect.before:
                wrote = from_journal(effect.object_id, effect.before[EMPLOYMENT]).after
                stands = working.get((effect.object_id, wrote.enterprise_id, wrote.from_on))
                if stands is None or facts_of(stands) != wrote:
                    changed.append(EMPLOYMENT)
            if changed:
                words = ", ".join(CHANGE_WORDS.get(name, name) for name in changed)
                found.append(
                    Obstacle(effect.number, person.full_name, f"{words} đã được sửa lại sau khi nhập.")
                )
        return found

    def undo(self, context: Context, effects: Sequence[Effect]) -> None:
        worked = [effect for effect in effects if EMPLOYMENT in effect.before]
        restoring = [effect for effect in effects if effect.before.keys() - {EMPLOYMENT}]
        reason = f"Hoàn tác {_reason(context).lower()}"
        if worked:
            take_back_employments(
                actor=context.actor,
                changes=[from_journal(effect.object_id, effect.before[EMPLOYMENT]) for effect in worked],
            )
        if restoring:
            people = Person.objects.in_bulk([effect.object_id for effect in restoring])
            update_people(
                actor=context.actor,
                on=context.on,
                changes=[
                    (
                        people[effect.object_id],
                        {
                            name: _from_json(name, old)
                            for name, (old, _) in effect.before.items()
                            if name != EMPLOYMENT
                        },
                    )
                    for effect in restoring
                ],
                reason=reason,
                recorded_at=context.recorded_at,
            )
        ids = [effect.object_id for effect in effects if effect.verb != "updated"]
        booked = list(Movement.objects.filter(IN_FORCE, batch=context.batch, person__in=ids))
        if booked:
            reverse(
                actor=context.actor,
                movements=booked,
                reason=reason,
                batch=context.batch,
                recorded_at=context.recorded_at,
            )


class _Refused(Exception):
    """Rows a rule refused at the last moment: {number: (column, message)}."""

    def __init__(self, refusals: dict[int, tuple[str, str]]) -> None:
        super().__init__(f"{len(refusals)} rows")
        self.refusals = refusals


def _data(row: StagedRow) -> PersonData:
    values = row.values
    birth = values.get("birth_on")
    return PersonData(
        full_name=values["full_name"],
        birth_on=date.fromisoformat(birth) if birth else None,
        birth_precision=values.get("birth_precision", "day"),
        sex=values.get("sex", ""),
        nationality=values.get("nationality", "VN"),
        citizen_id=values.get("citizen_id", ""),
        passport=values.get("passport", ""),
        ethnicity=values.get("ethnicity", ""),
        phone=values.get("phone", ""),
        email=values.get("email", ""),
        address=values.get("address", ""),
        hometown=values.get("hometown", ""),
        card_number=values.get("card_number", ""),
    )


def _plain(person: Person, name: str) -> Any:
    if name in {"citizen_id", "passport", "ethnicity"}:
        return unseal(getattr(person, f"{name}_sealed"))
    return _jsonable(getattr(person, name))


def _jsonable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _from_json(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "birth_on" and value else value


def _reason(context: Context) -> str:
    return f"Nhập danh sách số {context.run_id}"


declare_kind(MemberLists())
