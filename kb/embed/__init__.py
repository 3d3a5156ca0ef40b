"""Texts as vectors: one port, the bundled model, any OpenAI-compatible endpoint, and a fake for tests.

Belongs here: models that turn a text into a vector, and how many of their tokens a text has.
Does not belong here: splitting documents (``kb.passages``), storing vectors (``kb.stores``), terms (``kb.lexical``).

Others may use: ``Embedder``, ``Vector``, ``shorten`` and the errors; and, imported where they are used because of what
they bring along, ``kb.embed.bundled.BundledEmbedder`` (ONNX Runtime), ``kb.embed.endpoint.EndpointEmbedder`` (httpx)
and ``kb.embed.fake.FakeEmbedder``.
"""

from kb.embed.embedder import Embedder, Vector, shorten
from kb.embed.errors import EmbeddingError, EmbeddingRefused, EmbeddingUnavailable, ModelFilesBroken, TextTooLong

__all__ = [
    "Embedder",
    "EmbeddingError",
    "EmbeddingRefused",
    "EmbeddingUnavailable",
    "ModelFilesBroken",
    "TextTooLong",
    "Vector",
    "shorten",
]
