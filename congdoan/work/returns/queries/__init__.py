"""Reads of returns: what is owed and how it stands, a return with its comparisons, aggregates, restatements."""

from congdoan.work.returns.definitions import period_words
from congdoan.work.returns.queries.aggregating import Aggregate, AggregateCell, aggregate
from congdoan.work.returns.queries.comparing import (
    Comparison,
    Figures,
    comparison,
    comparison_of_now,
    findings_of,
    form_version,
    span_of,
)
from congdoan.work.returns.queries.restating import RestatedCell, Restatement, restatement, structure_of
from congdoan.work.returns.queries.seeing import (
    acts_for,
    fillers_of,
    people_at,
    visible_delegations,
    visible_forms,
    visible_obligations,
)
from congdoan.work.returns.queries.standing import Board, Branch, board, rounds, waiting_below, with_standing

__all__ = [
    "Aggregate",
    "AggregateCell",
    "Board",
    "Branch",
    "Comparison",
    "Figures",
    "RestatedCell",
    "Restatement",
    "acts_for",
    "aggregate",
    "board",
    "comparison",
    "comparison_of_now",
    "fillers_of",
    "findings_of",
    "form_version",
    "people_at",
    "period_words",
    "restatement",
    "rounds",
    "span_of",
    "structure_of",
    "visible_delegations",
    "visible_forms",
    "visible_obligations",
    "waiting_below",
    "with_standing",
]
