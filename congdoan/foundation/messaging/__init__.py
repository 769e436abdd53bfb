"""Notices and reminders to people: in the product at once, by e-mail and other channels in office hours, each once."""
