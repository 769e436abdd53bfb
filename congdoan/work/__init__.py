"""Plans, indicators, reports: the work that is steered by figures."""
