"""Tokens: by which another system reads over the API, for a user, with a part of the user's rights, for a time."""
