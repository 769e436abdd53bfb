"""Committees of unions in office: who holds which post, and changes to them by a decision (by-election, appointment)."""
