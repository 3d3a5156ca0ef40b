"""Answers: sentences out of passages, each with its citation, and a verdict that can be "not in the knowledge base".

Belongs here: cutting passages into units, choosing those that answer, confidence and verdict, citations and their
proof, and a model's wording that is aligned with the passages sentence by sentence.
Does not belong here: searching (``kb.search``), talking to an endpoint (``core.llm``).

Others may use: ``extract``, ``worded``, ``verify``, ``Answer``, ``Sentence``, ``Citation``, ``Verdict``,
``confidence``.
"""

from kb.answers.citing import TextOf, verify
from kb.answers.confidence import REFUSED_BELOW, confidence
from kb.answers.extracting import extract
from kb.answers.model import Answer, Citation, Sentence, Verdict
from kb.answers.wording import worded

__all__ = [
    "REFUSED_BELOW",
    "Answer",
    "Citation",
    "Sentence",
    "TextOf",
    "Verdict",
    "confidence",
    "extract",
    "verify",
    "worded",
]
