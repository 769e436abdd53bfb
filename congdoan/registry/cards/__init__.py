"""Members' cards: issued, exchanged, printed, and checked by anybody."""
