"""Members cards."""
