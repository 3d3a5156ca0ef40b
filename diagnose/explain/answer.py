"""What a model writes, and what is left of it after checking."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.phrase import Phrase
from diagnose.explain.material import Certainty, Check, Numbered


def _number(value: object) -> object:
    """Read a number as models write it: 1, "1", "[1]", "E1". Anything else names no evidence."""
    if isinstance(value, str) and (found := re.fullmatch(r"\W*[A-Za-z]{0,10}\W?(\d{1,4})\W*", value.strip()[:40])):
        return int(found[1])
    return value if type(value) is int else -1


def _numbers(value: object) -> object:
    return value if isinstance(value, list) else [] if value is None else [value]


Number = Annotated[int, BeforeValidator(_number)]
Numbers = Annotated[list[Number], BeforeValidator(_numbers)]


class SaidSentence(BaseModel):
    """A sentence as the model wrote it."""

    model_config = ConfigDict(strict=True)
    text: str
    evidence: Numbers = Field(description="Numbers of the evidence that the sentence rests on.")


class SaidHypothesis(BaseModel):
    """A guess as the model wrote it."""

    model_config = ConfigDict(strict=True)
    text: str
    evidence: Numbers = Field(default_factory=list, description="Numbers of the evidence that suggests it.")
    check: Number = Field(description="Number of the check that would decide it.")


class Said(BaseModel):
    """The form of a model's answer."""

    model_config = ConfigDict(strict=True)
    sentences: list[SaidSentence]
    hypotheses: list[SaidHypothesis] = Field(default_factory=list)


class Reason(StrEnum):
    """Why a sentence was dropped."""

    UNCITED = "uncited"
    NO_SUCH_EVIDENCE = "no_such_evidence"
    NOT_IN_EVIDENCE = "not_in_evidence"
    CONTRADICTION = "contradiction"
    COMMAND = "command"
    LINK = "link"
    MARKUP = "markup"
    CONTROL = "control"
    ADVICE = "advice"
    INSTRUCTION = "instruction"
    ECHO = "echo"
    LANGUAGE = "language"
    LENGTH = "length"
    NO_CHECK = "no_check"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence that was checked. ``certainty`` is the weakest of the findings whose evidence it cites."""

    text: str
    evidence: tuple[int, ...]
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A guess of the model, marked as such wherever it is shown. ``check`` is what to read next to decide it."""

    text: str
    evidence: tuple[int, ...]
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A sentence that is not shown. ``text`` is escaped and cut."""

    text: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The wording. ``note`` says in one sentence why there is none, else it is None.

    ``evidence`` holds what the sentences cite, under the numbers that they use.
    """

    sentences: tuple[Sentence, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    evidence: tuple[Numbered, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    note: Phrase | None = None
    model: str = ""
    seconds: float = 0.0
