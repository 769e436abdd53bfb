"""The tree of union bodies with its whole history: identity, versions, placements, decisions."""
