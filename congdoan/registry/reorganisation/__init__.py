"""Reorganisation decisions: union bodies renamed, moved, merged, divided, dissolved, founded anew; with a balance sheet
before anything is written, and an undo afterwards."""
