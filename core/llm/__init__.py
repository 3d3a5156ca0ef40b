"""The language model: one adapter around an OpenAI-compatible endpoint, and a scripted one for tests.

Belongs here: asking within a hard deadline, repeats, the circuit breaker, limits of tokens, bytes and cost, counting
what was used, and ``ScriptedModel``, an endpoint with a script that is shipped so that nobody needs a mock.
Does not belong here: what is asked and how an answer is judged (``diagnose.explain``, ``agent``). Prompts and answers
are never logged, and no text of an endpoint reaches an error message.

Others may use: ``Model``, ``Message``, ``Reply``, ``Usage``, the errors, ``forbid_live_models``.
"""

from core.llm.errors import (
    ModelAnswerBroken,
    ModelAnswerTooLong,
    ModelBusy,
    ModelError,
    ModelForbidden,
    ModelNotConfigured,
    ModelRefused,
    ModelResting,
    ModelTooCostly,
    ModelTooSlow,
    ModelUnreachable,
)
from core.llm.exchange import Message, Reply, Usage
from core.llm.live import forbid_live_models
from core.llm.model import Model

__all__ = [
    "Message",
    "Model",
    "ModelAnswerBroken",
    "ModelAnswerTooLong",
    "ModelBusy",
    "ModelError",
    "ModelForbidden",
    "ModelNotConfigured",
    "ModelRefused",
    "ModelResting",
    "ModelTooCostly",
    "ModelTooSlow",
    "ModelUnreachable",
    "Reply",
    "Usage",
    "forbid_live_models",
]
