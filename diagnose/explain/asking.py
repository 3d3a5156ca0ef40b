"""Ask a model to explain a diagnosis, and fall back to the rules' answer whatever happens."""

import secrets
from dataclasses import replace
from typing import Protocol, TypeVar

from pydantic import BaseModel

from core.llm import (
    Message,
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
    Reply,
)
from core.llm.exchange import estimated_tokens
from core.phrase import Language, Phrase
from core.settings import ModelSettings
from diagnose.explain.answer import Explanation, Said
from diagnose.explain.checking import checked
from diagnose.explain.material import ROOMS, Material, material
from diagnose.explain.prompt import Audience, prompt
from diagnose.findings import Diagnosis

T = TypeVar("T", bound=BaseModel)

NOTHING = Phrase(
    en="There is nothing to explain: the diagnosis has no finding with evidence.",
    zh="没有可解释的内容：诊断中没有带证据的发现。",
)
_WHY: tuple[tuple[type[ModelError], Phrase], ...] = (
    (ModelNotConfigured, Phrase(en="no language model is set up", zh="未配置语言模型")),
    (ModelForbidden, Phrase(en="live calls of language models are switched off", zh="已禁止调用语言模型")),
    (ModelTooCostly, Phrase(en="the call would pass a limit of the settings", zh="调用会超出设置的限额")),
    (ModelResting, Phrase(en="the last calls of the language model failed", zh="语言模型最近几次调用均失败")),
    (ModelTooSlow, Phrase(en="the language model did not answer in time", zh="语言模型未在期限内回答")),
    (ModelBusy, Phrase(en="the language model is too busy or has an error", zh="语言模型过于繁忙或出错")),
    (ModelRefused, Phrase(en="the language model refused the request", zh="语言模型拒绝了请求")),
    (ModelUnreachable, Phrase(en="the language model cannot be reached", zh="无法连接语言模型")),
    (ModelAnswerTooLong, Phrase(en="the language model rambled on", zh="语言模型的回答过长")),
    (ModelAnswerBroken, Phrase(en="the language model's answer cannot be read", zh="语言模型的回答无法解析")),
    (ModelError, Phrase(en="the language model gave no answer that can be used", zh="语言模型未给出可用的回答")),
)


class Asked(Protocol):
    """What is needed of a model; ``core.llm.Model`` is one."""

    settings: ModelSettings

    async def complete_json(
        self, messages: tuple[Message, ...], schema: type[T], *, seconds: float | None = None
    ) -> tuple[T, Reply]:
        """Return an answer of the given form, or raise a ``ModelError``."""
        ...


async def explain(
    diagnosis: Diagnosis,
    model: Asked,
    *,
    language: Language = "en",
    audience: Audience = Audience.DEVELOPER,
    seconds: float | None = None,
) -> Explanation:
    """Return what a model makes of a diagnosis, checked; when nothing is left, a note that says why.

    Takes no longer than ``seconds`` and the settings of the model allow, and raises no ``ModelError``.
    """
    boundary = secrets.token_hex(16)
    shown, messages = fitted(diagnosis, language, audience, boundary, model.settings.max_input_tokens)
    name = model.settings.name
    if not shown.evidence:
        return Explanation(note=NOTHING, model=name)
    try:
        said, reply = await model.complete_json(messages, Said, seconds=seconds)
    except ModelError as exc:
        return Explanation(note=_note(exc), model=name, seconds=exc.seconds)
    return replace(checked(said, shown, boundary), model=reply.model, seconds=reply.seconds)


def fitted(
    diagnosis: Diagnosis, language: Language, audience: Audience, boundary: str, max_tokens: int
) -> tuple[Material, tuple[Message, ...]]:
    """Return the most that fits into a prompt of ``max_tokens``, as estimated; the least when nothing fits."""
    for room in ROOMS:
        shown = material(diagnosis, language, room)
        messages = prompt(shown, audience, boundary)
        if sum(estimated_tokens(message.text) for message in messages) <= max_tokens:
            break
    return shown, messages


def _note(exc: ModelError) -> Phrase:
    why = next(phrase for error, phrase in _WHY if isinstance(exc, error))
    return Phrase(
        en=f"No explanation by a model: {why.en}; the diagnosis above is complete without it.",
        zh=f"没有模型的解释：{why.zh}；上面的诊断本身是完整的。",
    )
