"""Users and sign-in: who a person at a screen is. What they may do is in access."""
