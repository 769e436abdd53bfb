"""Care for members."""
