"""What people and machines see: assembly of the rooms into screens."""
