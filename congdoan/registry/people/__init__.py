"""People: identity, contacts, consent, employment. Membership is not here."""
