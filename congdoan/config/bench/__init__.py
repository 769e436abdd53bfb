"""The measurements behind docs/performance.md: everything in one run, in databases of its own, beside the peers.

Ratios within one run count; absolute figures depend on the machine. Each piece of work runs in a process of its own
(apart.py), so that its peak memory is its own and Django is set up for the database it works in.
"""
