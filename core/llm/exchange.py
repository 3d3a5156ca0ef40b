"""What goes to a model and what comes back."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from core.llm.errors import ModelAnswerBroken

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of a call. ``estimated`` where the endpoint did not count them. ``cost`` in the currency of the prices."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        """Add up two calls."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost=self.cost + other.cost,
            estimated=self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. ``model`` is the configured name; ``attempts`` counts the calls that it took."""

    text: str
    model: str
    usage: Usage
    seconds: float
    attempts: int = 1


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a text, rather too many than too few.

    Common tokenizers take about four Latin characters for a token, fewer in identifiers and JSON, and up to one and a
    half tokens for a Chinese character.
    """
    latin = sum(char < "\u0250" for char in text)
    return latin // 3 + (len(text) - latin) * 3 // 2 + 4


def parsed(text: str, schema: type[T]) -> T:
    """Read the one JSON object of an answer, also inside a code fence or between sentences.

    Raises ``ModelAnswerBroken`` when there is none or it is not of the schema; no part of it is in the message.
    """
    fault: ModelAnswerBroken | None = None
    for candidate in _candidates(text):
        try:
            return schema.model_validate(json.loads(candidate, parse_constant=_no_constant))
        except ValidationError as exc:
            fault = ModelAnswerBroken(f"The answer is JSON of another form: {exc.error_count()} errors.")
        except (ValueError, RecursionError):
            continue
    raise fault or ModelAnswerBroken("The answer is not JSON.")


def _candidates(text: str) -> list[str]:
    # Models that think aloud do so first, and not as JSON.
    whole = text.rpartition("</think>")[2].strip()
    found = [whole]
    if fenced := re.match(r"```[a-zA-Z]*\n(.*)\n?```\Z", whole, flags=re.DOTALL):
        found.append(fenced[1])
    first, last = whole.find("{"), whole.rfind("}")
    if 0 <= first < last:
        found.append(whole[first : last + 1])
    return found


def _no_constant(name: str) -> Any:
    message = f"{name} is not JSON"
    raise ValueError(message)
