"""Founding unions: one confidential file per workplace, from the first sign to the end of the first year."""
