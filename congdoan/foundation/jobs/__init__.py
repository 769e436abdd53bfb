"""Background work that a person can watch: runs with progress, over the queue in the database."""
