"""What targets are measured by: formulas over measures, and readings of them at any body and day."""
