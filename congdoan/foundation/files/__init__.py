"""Stored files: uploads and what the system wrote, by content hash."""
