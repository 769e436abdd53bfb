"""Papers of joining: the form to be signed digitally and posters that invite (PDF); the decision that admits (Word)."""

from congdoan.registry.joining.documents.decision import TEMPLATE, decision_paper
from congdoan.registry.joining.documents.form import form_paper
from congdoan.registry.joining.documents.posters import LANGUAGES, SHEETS, poster

__all__ = ["LANGUAGES", "SHEETS", "TEMPLATE", "decision_paper", "form_paper", "poster"]
