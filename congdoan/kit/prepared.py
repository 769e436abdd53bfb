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
        usual = self.connection.prepare_threshold
        self.connection.prepare_threshold = 0
        try:
            return super().execute(query, params, prepare=True)
        finally:
            self.connection.prepare_threshold = usual


def prepared_cursor() -> CursorWrapper:
    """A cursor whose statement is prepared on the server and its plan kept: planning what joins six tables takes longer than
    its answer. For statements of one text that

    - begin with SELECT: others are sent with the marks of the row history before them, as two statements, which cannot be
      prepared;
    - cast the texts they return (``name::text``): a plan whose columns change their type is refused for as long as the
      connection lives, and a migration may widen a column while the server runs.

    The database must be reached directly, or by a pooler that keeps prepared statements (docs/settings.md)."""
    if connection.queries_logged:
        # Whoever reads along is shown the statement with its values, which only an ordinary one has.
        return connection.cursor()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = _Prepared(connection.connection)
    return connection.make_cursor(cursor)
