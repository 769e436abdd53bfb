"""Reports are tested on the country of the plans."""

from tests.work.plans.conftest import country, folded, plans, target

__all__ = ["country", "folded", "plans", "target"]
