"""What the room cannot take."""


class FieldworkError(ValueError):
    """Something cannot be done; the message says why and what to do."""
