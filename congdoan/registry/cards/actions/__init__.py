"""Writes of cards: issued one by one or to a whole union, exchanged, withdrawn."""

from congdoan.registry.cards.actions.issuing import CardError, exchange, issue, issue_to_union, withdraw

__all__ = ["CardError", "exchange", "issue", "issue_to_union", "withdraw"]
