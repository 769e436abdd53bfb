"""Employers: identity, dated headcounts, operating and stability judgements, who hosts a union, who is in charge."""
