"""Lists brought in from files: read, match, preview, commit, undo. What a row means is declared by the rooms."""
