"""The reports a body owes: from live figures to a Word and an Excel file."""
