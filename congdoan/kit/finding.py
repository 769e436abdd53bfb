"""Parts of queries that find rows among millions: one array instead of many parameters, and the planner's own guess."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet

from congdoan.kit.lists import ListContext, page_key


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


def around_page(
    rows: QuerySet[Any], keys: list[tuple[str, int]], context: ListContext, *, downwards: bool
) -> QuerySet[Any]:
    """Of rows in the order (text, id), whose ``keys`` are all at hand, those on either side of where the page begins.

    The planner reckons that few rows lie evenly in an order and walks along it through everybody until a page is full;
    whoever knows how few they are reads their keys without order and comes here.
    """
    size: int = context.cache["page_size"]
    if len(keys) > size:
        keys = sorted(keys)
        after = page_key(context, 2)
        if after is not None:
            number = after[1] if isinstance(after[1], int) else 0
            place = bisect_left(keys, (str(after[0]), number))
            keys = keys[max(place - size - 1, 0) : place + size + 2]
        else:
            keys = keys[-size - 1 :] if downwards else keys[: size + 1]
    return rows.filter(AnyOf("id", [pk for _, pk in keys]))
