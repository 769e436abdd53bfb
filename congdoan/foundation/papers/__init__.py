"""Papers that the system writes as Word files: each is declared by its room with a shipped template, and a body may
put a template of its own in its place, from a day, for itself and all below it."""
