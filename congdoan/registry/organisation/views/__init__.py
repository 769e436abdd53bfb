"""Doors of the tree of union bodies."""

from congdoan.registry.organisation.views.forming import edit, end, found, move, reclassify, rename
from congdoan.registry.organisation.views.papers import all_papers, paper
from congdoan.registry.organisation.views.tree_page import branch, suggest, tree
from congdoan.registry.organisation.views.unit_page import children, enterprises, history, people, unit

__all__ = [
    "all_papers",
    "branch",
    "children",
    "edit",
    "end",
    "enterprises",
    "found",
    "history",
    "move",
    "paper",
    "people",
    "reclassify",
    "rename",
    "suggest",
    "tree",
    "unit",
]
