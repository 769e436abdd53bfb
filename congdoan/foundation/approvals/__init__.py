"""Writes that need a second person: proposed by one, decided by another, done on approval."""
