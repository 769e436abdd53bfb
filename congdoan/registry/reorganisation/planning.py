"""A reorganisation thought through in memory: its steps in order on the tree of its day, and their net effect.

Nothing is written here. What a step does not allow becomes a `Problem` with the step and its row; the others go on, so
that one look shows all that is to be mended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from congdoan.foundation.succession.catalogue import Part, Route
from congdoan.foundation.units.actions import Founded
from congdoan.foundation.units.models import UnitKind
from congdoan.kit.text import nfc
from congdoan.registry.membership.choices import DEPARTURES

#: The arguments of every kind of step: name → (shape, needed). "unit" is a code, "units" a list of codes.
SHAPES: dict[str, dict[str, tuple[str, bool]]] = {
    "rename": {"unit": ("unit", True), "name": ("text", True), "short_name": ("text", False)},
    "change_kind": {"unit": ("unit", True), "kind": ("kind", True)},
    "change_sector": {"units": ("units", True), "sector": ("text", True)},
    "move": {"units": ("units", True), "parent": ("unit", True)},
    "merge": {
        "units": ("units", True),
        "into": ("unit", False),
        #: {"code", "name", "short_name", "kind", "parent", "sector", "territory"}: founded by this step.
        "new": ("new", False),
        "passes_grants": ("flag", False),
    },
    "split": {
        "unit": ("unit", True),
        #: [{"into": code, "enterprises": [codes], "communes": [codes], "people": [ids], "units": [codes]}]
        "parts": ("parts", True),
        #: Code of the unit that takes whoever no part names; without it, they must all be named.
        "rest": ("unit", False),
        "keeps": ("flag", False),
        "passes_grants": ("flag", False),
    },
    "dissolve": {
        "unit": ("unit", True),
        "to": ("unit", False),
        #: Kind of departure (membership.choices.DEPARTURES) when the members leave the organisation.
        "leave": ("text", False),
        "reason": ("text", False),
        "children_to": ("unit", False),
        "passes_grants": ("flag", False),
    },
    "found": {
        "code": ("text", True),
        "name": ("text", True),
        "short_name": ("text", False),
        "kind": ("kind", True),
        "parent": ("unit", True),
        "sector": ("text", False),
        "territory": ("text", False),
    },
    "end_level": {
        "kind": ("kind", True),
        "below": ("unit", True),
        #: {code of an ended unit: code of its successor}; the others are succeeded by ``default``, or their superior.
        "successors": ("map", False),
        "default": ("unit", False),
        #: {code of a unit below: code of its new superior}, where it is not the successor.
        "children": ("map", False),
        "passes_grants": ("flag", False),
    },
    "transfer_authority": {
        "act": ("text", True),
        "from_kind": ("kind", True),
        "to_kind": ("kind", False),
        "source": ("text", True),
    },
}


@dataclass(frozen=True)
class StepData:
    """A step as asked for: kind (choices.STEP_KINDS), arguments (SHAPES), the row of the list it came from."""

    kind: str
    arguments: dict[str, Any]
    row: int | None = None


@dataclass(frozen=True)
class Problem:
    """A sentence about a step: level "error" forbids committing, "person" wants somebody to look, "warning" only says."""

    message: str
    step: int | None = None
    row: int | None = None
    level: str = "error"


@dataclass
class Node:
    """A unit on the day, as the steps so far have left it. Units to be founded have negative ids."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    parent: int | None
    sector: str | None
    territory: str | None
    since: date
    until: date | None
    is_alive: bool = True
    changed: set[str] = field(default_factory=set)

    @property
    def is_new(self) -> bool:
        return self.id < 0


@dataclass(frozen=True)
class AuthorityChange:
    """From the day on an act is no longer of one kind of body but of another (None: of nobody more)."""

    act: str
    from_kind: str
    to_kind: str | None
    source: str


class StepError(ValueError):
    """What a step asks cannot be done; the message says why and what to do."""


@dataclass
class Plan:
    """The net effect of all steps: ``nodes`` by id, ``routes`` of what ends or is divided, and the ``problems``."""

    on: date
    nodes: dict[int, Node]
    kinds: dict[str, UnitKind]
    routes: dict[int, Route] = field(default_factory=dict)
    founded: list[int] = field(default_factory=list)
    were: dict[int, int | None] = field(default_factory=dict)
    #: The sector of their own that existing units had, where a step gives them another.
    had_sector: dict[int, str | None] = field(default_factory=dict)
    authorities: list[AuthorityChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: Existing units that any step names or changes: the actor needs the right at each.
    touched: set[int] = field(default_factory=set)

    @property
    def ended(self) -> list[int]:
        return [pk for pk, route in self.routes.items() if not route.stands and pk > 0]

    @property
    def changed(self) -> list[Node]:
        """Existing units that stand on and are called, are or stand otherwise."""
        return [node for node in self.nodes.values() if node.changed and node.is_alive and not node.is_new]

    def above(self, unit_id: int) -> Iterable[Node]:
        """The unit and its superiors as the steps have left them, upwards."""
        pk: int | None = unit_id
        for _ in range(15):
            if pk is None or pk not in self.nodes:
                return
            yield self.nodes[pk]
            pk = self.nodes[pk].parent

    def grassroots_kind(self, unit_id: int) -> str:
        """The kind of the grassroots union a unit is or belongs to; '' when none."""
        return next((node.kind for node in self.above(unit_id) if self.kinds[node.kind].is_grassroots), "")

    def founded_items(self) -> list[Founded]:
        """Units to be founded that are not merged away again by the same decision."""
        return [
            Founded(
                node.code,
                node.name,
                node.short_name,
                node.kind,
                self.nodes[node.parent].code if node.parent is not None else "",
                node.sector,
                node.territory,
            )
            for node in (self.nodes[pk] for pk in self.founded)
            if node.is_alive
        ]


def load_tree(on: date) -> tuple[dict[int, Node], dict[int, date], set[int]]:
    """The whole tree of a day, the units that change on a later day with the last such day, and those under which
    something comes to stand later. Three queries."""
    nodes: dict[int, Node] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT u.id, u.code, v.name, v.short_name, v.kind_id, v.parent_id, v.sector_id, v.territory_id,
                      lower(v.during), upper(v.during)
               FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id WHERE v.during @> %s::date""",
            [on],
        )
        for row in cursor.fetchall():
            nodes[row[0]] = Node(*row)
        cursor.execute(
            """SELECT unit_id, max(day) FROM (
                   SELECT unit_id, lower(during) AS day FROM units_unitversion WHERE lower(during) > %s
                   UNION ALL SELECT id, ended_on FROM units_unit WHERE ended_on > %s
               ) changes GROUP BY 1""",
            [on, on],
        )
        later: dict[int, date] = dict(cursor.fetchall())
        cursor.execute(
            "SELECT DISTINCT parent_id FROM units_unitversion WHERE lower(during) > %s AND parent_id IS NOT NULL",
            [on],
        )
        over_later = {row[0] for row in cursor.fetchall()}
    return nodes, later, over_later


def plan(on: date, steps: Sequence[StepData]) -> Plan:
    """Think the steps through, in order. Positions count from 1."""
    nodes, later, over_later = load_tree(on)
    kinds = {kind.pk: kind for kind in UnitKind.objects.prefetch_related("child_kinds")}
    thinking = _Thinking(Plan(on, nodes, kinds), later, over_later)
    for position, step in enumerate(steps, 1):
        try:
            thinking.take(position, step)
        except StepError as error:
            thinking.plan.problems.append(Problem(str(error), position, step.row))
    thinking.finish(steps)
    return thinking.plan


class _Thinking:
    def __init__(self, made: Plan, later: dict[int, date], over_later: set[int]) -> None:
        self.plan = made
        self.later = later
        self.over_later = over_later
        self.by_code = {node.code: node for node in made.nodes.values()}
        self.below: dict[int, set[int]] = defaultdict(set)
        for node in made.nodes.values():
            if node.parent is not None:
                self.below[node.parent].add(node.id)
        self.child_kinds = {
            code: {child.pk for child in kind.child_kinds.all()} for code, kind in made.kinds.items()
        }
        self.position = 0
        self.taken: set[str] | None = None
        self.sectors: set[str] | None = None

    # --- looking things up

    def take(self, position: int, step: StepData) -> None:
        self.position = position
        if step.kind not in SHAPES:
            raise StepError(f"Không có loại bước “{step.kind}”.")
        arguments = {name: value for name, value in step.arguments.items() if value not in (None, "", [], {})}
        for name, (_, needed) in SHAPES[step.kind].items():
            if needed and name not in arguments:
                raise StepError(f"Bước này còn thiếu “{_ARGUMENT_WORDS.get(name, name)}”.")
        unknown = arguments.keys() - SHAPES[step.kind].keys()
        if unknown:
            raise StepError(f"Bước này không có mục “{', '.join(sorted(unknown))}”.")
        getattr(self, f"_{step.kind}")(**arguments)

    def _unit(self, code: str) -> Node:
        node = self.by_code.get(nfc(code))
        if node is None:
            raise StepError(
                f"Không có đơn vị mã “{code}” vào ngày {self.plan.on:%d/%m/%Y}. Hãy kiểm tra mã, hoặc thêm bước lập đơn"
                " vị đó lên trước."
            )
        if not node.is_alive:
            raise StepError(f"{node.name} đã kết thúc ở một bước trước của quyết định này.")
        if node.id > 0:
            self.plan.touched.add(node.id)
        return node

    def _mutable(self, code: str) -> Node:
        node = self._unit(code)
        if node.id in self.later or node.until is not None:
            raise StepError(self._changed_later(node))
        return node

    def _changed_later(self, node: Node) -> str:
        """That a unit has a change behind the day (a new name, sector, superior, its end), and what to do."""
        day = self.later.get(node.id) or node.until
        assert day is not None
        return (
            f"{node.name} đã có thay đổi sau ngày {self.plan.on:%d/%m/%Y}, lần cuối từ ngày {day:%d/%m/%Y} (tên, loại, khu"
            " vực, cấp trên hoặc kết thúc; xem thẻ Lịch sử của đơn vị). Hãy chọn ngày hiệu lực sau ngày đó; nếu"
            " thay đổi đó là do một quyết định sắp xếp, cũng có thể hoàn tác quyết định ấy trước."
        )

    def _kind(self, code: str) -> UnitKind:
        kind = self.plan.kinds.get(code)
        if kind is None:
            raise StepError(f"Không có loại đơn vị “{code}”.")
        return kind

    def _holds_on(self, kind: UnitKind) -> None:
        if self.plan.on not in kind.during:
            raise StepError(f"Loại “{kind.name}” không có hiệu lực vào ngày {self.plan.on:%d/%m/%Y}.")

    def _stands_on(self, node: Node) -> None:
        if node.until is not None:
            raise StepError(
                f"{node.name} có thay đổi hoặc kết thúc từ ngày {node.until:%d/%m/%Y}; hãy chọn đơn vị khác, hoặc ngày hiệu"
                " lực muộn hơn."
            )

    # --- changing the tree in memory

    def _place(self, node: Node, parent: Node) -> None:
        if any(above.id == node.id for above in self.plan.above(parent.id)):
            raise StepError(
                f"{node.name} không thể trực thuộc đơn vị cấp dưới của chính mình ({parent.name})."
            )
        if node.kind not in self.child_kinds[parent.kind]:
            raise StepError(
                f"{node.name}: “{self.plan.kinds[node.kind].name}” không thể trực thuộc"
                f" “{self.plan.kinds[parent.kind].name}” ({parent.name})."
            )
        if node.parent == parent.id:
            return
        self._stands_on(parent)
        if node.id in self.later or node.until is not None:
            raise StepError(self._changed_later(node))
        if node.id > 0:
            self.plan.were.setdefault(node.id, node.parent)
            self.plan.touched.add(node.id)
        if node.parent is not None:
            self.below[node.parent].discard(node.id)
        node.parent = parent.id
        self.below[parent.id].add(node.id)
        node.changed.add("parent")

    def _children(self, node: Node) -> list[Node]:
        return sorted((self.plan.nodes[pk] for pk in self.below[node.id]), key=lambda child: child.code)

    def _end(self, node: Node, route: Route) -> None:
        if node.id > 0 and node.since >= self.plan.on:
            raise StepError(
                f"{node.name} đã có thay đổi từ ngày {node.since:%d/%m/%Y}; hãy hoàn tác thay đổi đó trước hoặc chọn ngày"
                " hiệu lực muộn hơn."
            )
        if node.parent is None:
            raise StepError(f"{node.name} là đơn vị cao nhất, không thể kết thúc.")
        if node.id in self.over_later:
            raise StepError(
                f"{node.name} có đơn vị về trực thuộc sau ngày {self.plan.on:%d/%m/%Y}; hãy chuyển đơn vị đó đi trước, hoặc"
                " chọn ngày hiệu lực muộn hơn."
            )
        self._route(node, route)
        node.is_alive = False
        self.plan.were.setdefault(node.id, node.parent)
        self.below[node.parent].discard(node.id)

    def _route(self, node: Node, route: Route) -> None:
        if node.id in self.plan.routes:
            raise StepError(
                f"{node.name} đã được sáp nhập hoặc chia tách ở bước {self.plan.routes[node.id].step}."
            )
        self.plan.routes[node.id] = route

    def _way(self, **values: Any) -> Route:
        return Route(step=self.position, **values)

    # --- the kinds of steps

    def _rename(self, unit: str, name: str, short_name: str = "") -> None:
        node = self._mutable(unit)
        node.name = nfc(name)[:250]
        node.short_name = nfc(short_name or name)[:120]
        node.changed.add("name")

    def _change_kind(self, unit: str, kind: str) -> None:
        node = self._mutable(unit)
        wanted = self._kind(kind)
        self._holds_on(wanted)
        parent = self.plan.nodes.get(node.parent) if node.parent is not None else None
        if parent is not None and kind not in self.child_kinds[parent.kind]:
            raise StepError(
                f"{node.name}: “{wanted.name}” không thể trực thuộc “{self.plan.kinds[parent.kind].name}”"
                f" ({parent.name})."
            )
        node.kind = kind
        node.changed.add("kind")

    def _change_sector(self, units: Sequence[str], sector: str) -> None:
        if sector not in self._sectors():
            raise StepError(f"Không có khu vực “{sector}”. Hãy chọn khu vực trong danh mục.")
        for code in units:
            node = self._mutable(code)
            if node.sector == sector:
                continue
            if node.id > 0:
                self.plan.had_sector.setdefault(node.id, node.sector)
            node.sector = sector
            node.changed.add("sector")

    def _sectors(self) -> set[str]:
        if self.sectors is None:
            from congdoan.foundation.catalogues.models import Sector

            self.sectors = set(Sector.objects.values_list("pk", flat=True))
        return self.sectors

    def _move(self, units: Sequence[str], parent: str) -> None:
        target = self._unit(parent)
        for code in units:
            node = self._mutable(code)
            if node.parent is None:
                raise StepError(f"{node.name} là đơn vị cao nhất, không có cấp trên để chuyển.")
            self._place(node, target)

    def _found(
        self,
        code: str,
        name: str,
        kind: str,
        parent: str,
        short_name: str = "",
        sector: str | None = None,
        territory: str | None = None,
    ) -> Node:
        code = nfc(code)
        above = self._unit(parent)
        self._stands_on(above)
        wanted = self._kind(kind)
        self._holds_on(wanted)
        if code in self.by_code or code in self._taken():
            raise StepError(f"Mã đơn vị {code} đã được dùng. Hãy chọn mã khác.")
        if kind not in self.child_kinds[above.kind]:
            raise StepError(
                f"{name}: “{wanted.name}” không thể trực thuộc “{self.plan.kinds[above.kind].name}” ({above.name})."
            )
        node = Node(
            -len(self.plan.founded) - 1,
            code[:40],
            nfc(name)[:250],
            nfc(short_name or name)[:120],
            kind,
            above.id,
            sector,
            territory,
            self.plan.on,
            None,
        )
        self.plan.nodes[node.id] = node
        self.by_code[code] = node
        self.below[above.id].add(node.id)
        self.plan.founded.append(node.id)
        return node

    def _taken(self) -> set[str]:
        """Codes of units of any day; read once."""
        if self.taken is None:
            from congdoan.foundation.units.models import Unit

            self.taken = set(Unit.objects.values_list("code", flat=True))
        return self.taken

    def _merge(
        self,
        units: Sequence[str],
        into: str = "",
        new: dict[str, Any] | None = None,
        passes_grants: bool = False,
    ) -> None:
        if bool(into) == bool(new):
            raise StepError("Hãy chọn đơn vị tiếp nhận: một đơn vị đang có, hoặc một đơn vị lập mới.")
        sources = [self._mutable(code) for code in dict.fromkeys(map(nfc, units))]
        target = self._found(**new) if new else self._mutable(into)
        for node in sources:
            if node.id == target.id:
                continue
            if any(above.id == node.id for above in self.plan.above(target.id)):
                self._lift(node, target)
            for child in self._children(node):
                self._place(child, target)
            self._end(node, self._way(way="merge", to=target.id, passes_grants=passes_grants))

    def _lift(self, node: Node, target: Node) -> None:
        """The target stands below what is merged into it: it takes its place."""
        if node.parent is None:
            raise StepError(f"{node.name} là đơn vị cao nhất, không thể sáp nhập.")
        self._place(target, self.plan.nodes[node.parent])

    def _dissolve(
        self,
        unit: str,
        to: str = "",
        leave: str = "",
        reason: str = "",
        children_to: str = "",
        passes_grants: bool = False,
    ) -> None:
        if bool(to) == bool(leave):
            raise StepError("Hãy chọn: đoàn viên chuyển về đơn vị nào, hoặc ra khỏi tổ chức với lý do gì.")
        if leave and leave not in DEPARTURES:
            raise StepError(f"“{leave}” không phải là lý do ra khỏi tổ chức.")
        node = self._mutable(unit)
        target = self._mutable(to) if to else None
        if target is not None and target.id == node.id:
            raise StepError(f"{node.name}: đoàn viên không thể chuyển về chính đơn vị giải thể.")
        home = self._unit(children_to) if children_to else target
        children = self._children(node)
        if children and home is None:
            raise StepError(
                f"{node.name} còn {len(children)} đơn vị trực thuộc ({children[0].name}…). Hãy chọn đơn vị quản lý họ."
            )
        for child in children:
            assert home is not None
            self._place(child, home)
        self._end(
            node,
            self._way(
                way="dissolve",
                to=target.id if target else None,
                leave=leave,
                reason=nfc(reason)[:300],
                passes_grants=passes_grants,
            ),
        )

    def _split(
        self,
        unit: str,
        parts: Sequence[dict[str, Any]],
        rest: str = "",
        keeps: bool = False,
        passes_grants: bool = False,
    ) -> None:
        node = self._mutable(unit)
        made: list[Part] = []
        enterprises = self._enterprises(code for part in parts for code in part.get("enterprises", ()))
        for part in parts:
            into = self._mutable(part.get("into", ""))
            if into.id == node.id and not keeps:
                raise StepError(f"{node.name} kết thúc khi chia tách nên không thể nhận phần nào.")
            made.append(
                Part(
                    into.id,
                    frozenset(enterprises[code] for code in part.get("enterprises", ())),
                    frozenset(map(str, part.get("communes", ()))),
                    frozenset(map(int, part.get("people", ()))),
                    frozenset(self._unit(code).id for code in part.get("units", ())),
                )
            )
        remainder = self._mutable(rest).id if rest else node.id if keeps else None
        if remainder == node.id and not keeps:
            raise StepError(f"{node.name} kết thúc khi chia tách nên không thể giữ phần còn lại.")
        for child in self._children(node):
            home = next((part.into for part in made if child.id in part.units), None)
            if home is None and child.territory:
                home = next((part.into for part in made if child.territory in part.territories), None)
            home = home if home is not None else remainder
            if home is None:
                raise StepError(
                    f"{child.name} (trực thuộc {node.name}) chưa được giao cho đơn vị nào sau khi chia tách."
                )
            if home not in (node.id, child.id):
                self._place(child, self.plan.nodes[home])
        route = self._way(
            way="split", parts=tuple(made), rest=remainder, stands=bool(keeps), passes_grants=passes_grants
        )
        if keeps:
            self._route(node, route)
        else:
            self._end(node, route)

    def _enterprises(self, codes: Iterable[str]) -> dict[str, int]:
        from congdoan.registry.enterprises.queries import find_by_code

        wanted = list(dict.fromkeys(codes))
        found = {code: row.pk for code, row in find_by_code(wanted).items()}
        missing = [code for code in wanted if code not in found]
        if missing:
            raise StepError(f"Không có doanh nghiệp mã {', '.join(missing[:5])}. Hãy kiểm tra mã.")
        return found

    def _end_level(
        self,
        kind: str,
        below: str,
        successors: dict[str, str] | None = None,
        default: str = "",
        children: dict[str, str] | None = None,
        passes_grants: bool = False,
    ) -> None:
        self._kind(kind)
        top = self._unit(below)
        ending = [
            node
            for node in self.plan.nodes.values()
            if node.kind == kind
            and node.is_alive
            and node.id != top.id
            and any(above.id == top.id for above in self.plan.above(node.id))
        ]
        if not ending:
            raise StepError(f"Không có “{self.plan.kinds[kind].name}” nào dưới {top.name} để kết thúc.")
        named = {nfc(code): nfc(to) for code, to in (successors or {}).items()}
        homes = {nfc(code): nfc(to) for code, to in (children or {}).items()}
        strangers = named.keys() - {node.code for node in ending}
        if strangers:
            raise StepError(
                f"Mã {', '.join(sorted(strangers)[:5])} không thuộc cấp kết thúc dưới {top.name}."
            )
        for node in sorted(ending, key=lambda item: item.code):
            self._mutable(node.code)
            to = named.get(node.code) or nfc(default)
            target = self._unit(to) if to else self.plan.nodes[node.parent or 0]
            self._stands_on(target)
            if target.kind == kind and target in ending:
                raise StepError(f"{target.name} cũng kết thúc ở bước này nên không kế thừa {node.name} được.")
            for child in self._children(node):
                home = self._unit(homes[child.code]) if child.code in homes else target
                if home.id != child.id:
                    self._place(child, home)
            self._end(node, self._way(way="level", to=target.id, passes_grants=passes_grants))

    def _transfer_authority(self, act: str, from_kind: str, source: str, to_kind: str | None = None) -> None:
        from congdoan.foundation.units.models import KindAuthority

        if act not in dict(KindAuthority.ACTS):
            raise StepError(f"Không có thẩm quyền “{act}”.")
        self._kind(from_kind)
        if to_kind:
            self._kind(to_kind)
        self.plan.authorities.append(AuthorityChange(act, from_kind, to_kind or None, nfc(source)[:200]))

    # --- what must hold when all steps are taken

    def finish(self, steps: Sequence[StepData]) -> None:
        made = self.plan
        orphans = [
            node
            for node in made.nodes.values()
            if node.is_alive and node.parent is not None and not made.nodes[node.parent].is_alive
        ]
        for node in orphans[:50]:
            assert node.parent is not None
            made.problems.append(
                Problem(
                    f"{node.name} chưa có đơn vị cấp trên: {made.nodes[node.parent].name} kết thúc theo quyết định này."
                )
            )
        for node in made.nodes.values():
            # A kind that changed after its children were looked at, or before.
            if "kind" not in node.changed or not node.is_alive:
                continue
            wrong = [child for child in self._children(node) if child.kind not in self.child_kinds[node.kind]]
            if wrong:
                made.problems.append(
                    Problem(
                        f"{wrong[0].name}: “{made.kinds[wrong[0].kind].name}” không thể trực thuộc"
                        f" “{made.kinds[node.kind].name}” ({node.name} sau khi đổi loại)."
                    )
                )
        if not steps:
            made.problems.append(Problem("Quyết định chưa có bước nào. Hãy thêm ít nhất một bước."))


_ARGUMENT_WORDS = {
    "unit": "đơn vị",
    "units": "các đơn vị",
    "name": "tên mới",
    "kind": "loại đơn vị",
    "sector": "khu vực kinh tế",
    "parent": "đơn vị cấp trên",
    "into": "đơn vị tiếp nhận",
    "parts": "các phần",
    "code": "mã đơn vị mới",
    "below": "đơn vị cấp trên của cấp kết thúc",
    "act": "thẩm quyền",
    "from_kind": "loại đơn vị đang có thẩm quyền",
    "source": "căn cứ",
}
