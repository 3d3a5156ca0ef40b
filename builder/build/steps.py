"""Follow a build by what it prints: which instruction runs, how many came out of the cache, the end of its log."""

import re
from collections import deque
from collections.abc import Callable, Iterable

from builder.build.executor import Line

KEPT_LINES = 400
"""Lines of the log that a failure carries: the error stands near the end."""

MASK = "[masked]"
SHORT_SECRET = 6
"""Characters below which a value is not masked by itself: it would blank out half of a log."""

_STEP = re.compile(r"^(?:\[\d+/\d+\] )?STEP \d+(?:/\d+)?: (.*)")


class Steps:
    """What buildah prints of a build. Each line is told with its step; values of ``secrets`` never are."""

    def __init__(self, tell: Callable[[Line], None], secrets: Iterable[bytes] = ()) -> None:
        self._tell = tell
        self._masked = _values(secrets)
        self.step = ""
        self.steps = 0
        self.cached = 0
        self.kept: deque[Line] = deque(maxlen=KEPT_LINES)

    def line(self, line: Line) -> None:
        """Take a line."""
        text = self.masked(line.text)
        if found := _STEP.match(text):
            self.step = found[1]
            self.steps += 1
        elif text.startswith("--> Using cache"):
            self.cached += 1
        self.told(text, self.step)

    def told(self, text: str, step: str) -> None:
        """Keep a masked line and tell it."""
        named = Line(text=text, step=step)
        self.kept.append(named)
        self._tell(named)

    def masked(self, text: str) -> str:
        """Return a line without the values of the secrets."""
        for value in self._masked:
            text = text.replace(value, MASK)
        return text


def _values(secrets: Iterable[bytes]) -> tuple[str, ...]:
    """Return what is masked: each value as a whole and line by line, as a program would print it; longest first."""
    found: set[str] = set()
    for secret in secrets:
        text = secret.decode("utf-8", "replace")
        found |= {line.strip() for line in (text, *text.splitlines())}
    return tuple(sorted((one for one in found if len(one) >= SHORT_SECRET), key=len, reverse=True))
