"""Counts that are exact at once at any height of the tree: deltas, totals, folding, recounting."""
