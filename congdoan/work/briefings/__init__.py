"""Briefings (giao ban): review meetings whose agenda comes from what is behind and whose conclusions are tasks."""
