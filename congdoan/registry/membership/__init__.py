"""Membership and its ledger: every admission, transfer and departure is an immutable movement."""
