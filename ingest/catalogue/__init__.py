"""The plan's catalogue and the default maps: what ``suyuan init`` loads, as records with their source and basis."""

from ingest.catalogue.accessors import NO_INTERNAL_CAUSE, Suggestion, Term, english, lexicon, suggestions
from ingest.catalogue.build import SOURCE
from ingest.catalogue.loader import records
from ingest.catalogue.tables import plan_text

__all__ = [
    "NO_INTERNAL_CAUSE",
    "SOURCE",
    "Suggestion",
    "Term",
    "english",
    "lexicon",
    "plan_text",
    "records",
    "suggestions",
]
