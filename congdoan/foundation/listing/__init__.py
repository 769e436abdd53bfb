"""Doors of declared lists: the screen, the Excel export and bulk actions, each starting from the actor's scope."""
