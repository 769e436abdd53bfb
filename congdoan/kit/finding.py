"""Parts of queries that find rows among millions: one array instead of many parameters, and the planner's own guess."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet


class AnyOf(Func):
    """``column = ANY(array)``: one parameter however many values, which IN (…) is not."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, values: Sequence[int] | Sequence[str], kind: str = "bigint") -> None:
        super().__init__(F(column))
        self.values, self.kind = list(values), kind

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        text, parameters = compiler.compile(self.source_expressions[0])
        return f"({text} = ANY(%s::{self.kind}[]))", [*parameters, self.values]

    def copy(self) -> AnyOf:
        made = super().copy()
        made.values, made.kind = self.values, self.kind
        return made


def estimate(rows: QuerySet[Any]) -> int:
    """About how many rows a query gives, as the planner sees it; nothing is read."""
    text, parameters = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {text}", parameters)
        found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found
    return int(plan[0]["Plan"]["Plan Rows"])
