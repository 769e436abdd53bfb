"""Work in the field: survey rounds among employers, from a phone without a network too, and the log of visits and calls."""
