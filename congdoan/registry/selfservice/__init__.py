"""What members ask for themselves on the public page, without an account: another phone, a corrected name, to leave."""
