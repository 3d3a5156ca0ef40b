"""Answers that may be "unknown": what hangs on something unread, or on what network plugins do differently."""

from collections.abc import Iterable
from typing import Literal

Answer = Literal["yes", "no", "unknown"]


def both(first: Answer, second: Answer) -> Answer:
    """Return whether both hold."""
    if "no" in (first, second):
        return "no"
    return "unknown" if "unknown" in (first, second) else "yes"


def any_of(answers: Iterable[Answer]) -> Answer:
    """Return whether one of them holds."""
    found: Answer = "no"
    for answer in answers:
        if answer == "yes":
            return "yes"
        if answer == "unknown":
            found = "unknown"
    return found
