"""Starts the database before Django reads its settings; loaded early by pytest (-p in pyproject.toml)."""

from congdoan.config.embedded import ensure_database

ensure_database()
