"""Complaint texts read as evidence: which control point their words speak of, or that they speak of none."""

from queries.texts.anchorer import TextAnchorer, TextReading
from queries.texts.lexicon import Lexicon, LexiconTerm, Match

__all__ = ["Lexicon", "LexiconTerm", "Match", "TextAnchorer", "TextReading"]
