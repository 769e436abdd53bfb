"""The machine's face: every declared list, and the plans, over HTTP."""
