"""What becomes of rows when union bodies are rearranged: a rule for every table, a journal, and who succeeded whom."""
