"""Who wrote or read what, when and why. Append-only."""
