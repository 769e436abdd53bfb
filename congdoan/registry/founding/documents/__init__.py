"""The legal papers of a founding file, as Word files in the template of the leading body."""

from congdoan.registry.founding.documents.catalogue import PAPERS
from congdoan.registry.founding.documents.dossier import FilePapers

__all__ = ["PAPERS", "FilePapers"]
