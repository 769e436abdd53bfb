"""What may not be done to a case; messages say why and what to do."""


class ProceedingError(ValueError):
    """Refused."""


class AlreadyMoved(ProceedingError):
    """Somebody else has written in the meantime."""
