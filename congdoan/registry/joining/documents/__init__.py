"""Papers of joining: the decision that admits (Word); posters and leaflets that invite (PDF)."""

from congdoan.registry.joining.documents.decision import TEMPLATE, decision_paper
from congdoan.registry.joining.documents.posters import LANGUAGES, SHEETS, poster

__all__ = ["LANGUAGES", "SHEETS", "TEMPLATE", "decision_paper", "poster"]
