"""Questions asked by almost every request: planned once for a connection, not every time."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


class _Prepared(ServerBindingCursor):
    def execute(self, query: Any, params: Any = None) -> Any:
        # Allowed for this statement alone: a connection that may prepare keeps the text of its last hundred statements,
        # whole imports among them.
        self.connection.prepare_threshold = 0
        try:
            return super().execute(query, params, prepare=True)
        finally:
            self.connection.prepare_threshold = None


def prepared_cursor() -> CursorWrapper:
    """A cursor whose statement is prepared on the server and its plan kept, for statements of one text that begin with
    SELECT. Planning what joins six tables takes longer than its answer. The database must be reached directly, or by a
    pooler that keeps prepared statements."""
    if connection.queries_logged:
        # Whoever reads along is shown the statement with its values, which only an ordinary one has.
        return connection.cursor()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = _Prepared(connection.connection)
    return connection.make_cursor(cursor)
