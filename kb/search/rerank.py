"""The port of rerankers: models that read a question and a passage together. None is built in."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from core.phrase import Phrase
from kb.search.model import Found


class Reranker(Protocol):
    """Judge passages against a question."""

    async def scores(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        """Return one number for each passage, the higher the better."""
        ...


async def reranked(
    reranker: Reranker, question: str, found: Sequence[Found], *, most: int, seconds: float
) -> tuple[tuple[Found, ...], Phrase | None]:
    """Return the passages in the reranker's order, without a note; as they were, and why, when it gave none."""
    first, rest = found[:most], found[most:]
    try:
        async with asyncio.timeout(seconds):
            scores = await reranker.scores(question, [f"{one.passage.context}\n{one.passage.text}" for one in first])
    except TimeoutError:
        return tuple(found), Phrase(
            en=f"The reranker did not answer within {seconds:g} s and was left out.",
            zh=f"重排模型在 {seconds:g} 秒内没有响应，未使用。",
        )
    except Exception as exc:  # noqa: BLE001 - a foreign adapter: whatever it raises, the search has its result
        return tuple(found), Phrase(
            en=f"The reranker failed ({type(exc).__name__}) and was left out.",
            zh=f"重排模型出错（{type(exc).__name__}），未使用。",
        )
    if len(scores) != len(first) or not all(math.isfinite(score) for score in scores):
        return tuple(found), Phrase(
            en="The reranker gave no score for each passage and was left out.",
            zh="重排模型没有为每个段落给出分数，未使用。",
        )
    judged = [
        replace(one, parts=replace(one.parts, reranked=float(score))) for one, score in zip(first, scores, strict=True)
    ]
    ranked = sorted(judged, key=lambda one: (-(one.parts.reranked or 0.0), one.passage.id))
    return (*ranked, *rest), None
