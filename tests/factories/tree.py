"""A small tree of union bodies that tests grow from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.actions import NewUnit, create_units
from congdoan.foundation.units.models import Unit

FOUNDED = date(2020, 1, 1)


@dataclass(frozen=True)
class Tree:
    """root > two provinces > two districts each > two grassroots unions each."""

    root: Unit
    north: Unit
    south: Unit
    north_a: Unit
    north_b: Unit
    south_a: Unit
    south_b: Unit
    #: By code: NA1, NA2, NB1, NB2, SA1 …
    unions: dict[str, Unit]


def grow_tree(actor: Actor) -> Tree:
    """Make the tree; every unit is founded on FOUNDED."""

    def make(*items: tuple[str, str, str, Unit | None, str | None]) -> list[Unit]:
        return create_units(
            actor=actor,
            items=[
                NewUnit(code, name, code, kind, parent, FOUNDED, sector=sector)
                for code, name, kind, parent, sector in items
            ],
        )

    (root,) = make(("R", "Tổng Liên đoàn", "confederation", None, None))
    north, south = make(
        ("N", "LĐLĐ tỉnh Bắc", "provincial_federation", root, None),
        ("S", "LĐLĐ tỉnh Nam", "provincial_federation", root, None),
    )
    north_a, north_b, south_a, south_b = make(
        ("NA", "LĐLĐ huyện Bắc A", "district_federation", north, None),
        ("NB", "LĐLĐ huyện Bắc B", "district_federation", north, None),
        ("SA", "LĐLĐ huyện Nam A", "district_federation", south, None),
        ("SB", "LĐLĐ huyện Nam B", "district_federation", south, None),
    )
    made = make(
        *[
            (f"{parent.code}{number}", f"CĐCS {parent.code} {number}", "grassroots_union", parent, sector)
            for parent in (north_a, north_b, south_a, south_b)
            for number, sector in ((1, "non_state"), (2, "fdi"))
        ]
    )
    return Tree(root, north, south, north_a, north_b, south_a, south_b, {unit.code: unit for unit in made})
