"""The words of the knowledge commands: labels in both languages, ages, numbers, columns that line up."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from core.errors import UsageError
from core.phrase import Language, Phrase

VERDICTS: Final = {
    "answered": Phrase(en="answered", zh="已回答"),
    "partial": Phrase(en="answered in part", zh="部分回答"),
    "conflicting": Phrase(en="the sources contradict each other", zh="来源互相矛盾"),
    "not_in_knowledge_base": Phrase(en="not in the knowledge base", zh="知识库中没有答案"),
}
SOURCES: Final = Phrase(en="Sources", zh="来源")
BY_MODEL: Final = Phrase(en="worded by the language model, each sentence checked", zh="由语言模型措辞，每句均已核对")
BY_PASSAGES: Final = Phrase(en="sentences quoted from the sources", zh="摘自来源的原句")
SEVERAL: Final = Phrase(en="; ", zh="；")
NOT_HERE: Final = Phrase(
    en="The knowledge base has no answer to this.",
    zh="知识库中没有这个问题的答案。",
)
NOT_HERE_NEXT: Final = Phrase(
    en="Ask in other words, look at what is there with `sextant kb search`, or add a source with `sextant kb add`.",
    zh="请换一种说法，用 `sextant kb search` 查看相关内容，或用 `sextant kb add` 添加来源。",
)
NOTHING_FOUND: Final = Phrase(
    en="Nothing found: use other words, fewer filters, or add a source with `sextant kb add`.",
    zh="没有找到：请换一种说法、减少筛选条件，或用 `sextant kb add` 添加来源。",
)
UPDATED: Final = Phrase(en="updated", zh="更新于")
VERSION: Final = Phrase(en="version", zh="版本")
COPIES: Final = Phrase(en="also in", zh="也见于")
SEARCHED: Final = Phrase(en="Searched for", zh="检索内容")
ADDED: Final = Phrase(en="Added", zh="补充词")
BECAUSE: Final = Phrase(en="because of", zh="因为")
MEANING: Final = Phrase(en="meaning", zh="语义")
WORDS: Final = Phrase(en="words", zh="词语")
RANK: Final = Phrase(en="rank", zh="第")
NOT_AMONG: Final = Phrase(en="not among its candidates", zh="不在候选之中")
MATCHED: Final = Phrase(en="matched", zh="匹配")
FACTORS: Final = Phrase(
    en="source weight {weight:g}, recency {recency:.2f}", zh="来源权重 {weight:g}，时效 {recency:.2f}"
)
NO_SOURCES: Final = (
    "No sources yet: `sextant kb add https://docs.example.com` reads a documentation site, `sextant kb add ./docs` a "
    "folder."
)
SUPPORT: Final = Phrase(en=" + {support:.3f} (its document)", zh=" + {support:.3f}（同一文档）")

_EVERY: Final = re.compile(r"([1-9][0-9]{0,5})([mhdw])")
_SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_STEPS: Final = ((86_400 * 365, "y"), (86_400, "d"), (3600, "h"), (60, "m"))


def seconds_of(every: str) -> int:
    """Read a time between two readings, such as 30m, 12h, 1d or 2w. Raises ``UsageError``."""
    found = _EVERY.fullmatch(every.strip().lower())
    if found is None:
        raise UsageError(f"--every {every} is no length of time", next_step="Write it like 30m, 12h, 1d or 2w.")
    return int(found[1]) * _SECONDS[found[2]]


def length(seconds: float) -> str:
    """Return a length of time as kubectl writes ages: 45s, 5m, 3h, 2d."""
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{max(0, round(seconds))}s"


def age(moment: str | None, now: datetime | None = None) -> str:
    """Return how long ago a moment of the API was; ``<none>`` without one."""
    if not moment:
        return "<none>"
    return length(((now or datetime.now(UTC)) - datetime.fromisoformat(moment)).total_seconds())


def moment(told: str) -> str:
    """Return a moment of the API as people write it."""
    return f"{datetime.fromisoformat(told).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def until(moment: str | None, now: datetime | None = None) -> str:
    """Return how long it is until a moment of the API, ``now`` when it has come."""
    if not moment:
        return ""
    seconds = (datetime.fromisoformat(moment) - (now or datetime.now(UTC))).total_seconds()
    return f"in {length(seconds)}" if seconds >= 1 else "now"


def day(moment: str | None) -> str:
    """Return the date of a moment, empty without one."""
    return moment[:10] if moment else ""


def counted(number: int, noun: str) -> str:
    """Return ``1 document`` or ``2,310 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def access_of(label: str) -> str:
    """Return an access label as people say it."""
    return "everybody" if label == "platform" else f"those who may read namespace {label.removeprefix('namespace:')}"


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def padded(text: str, columns: int) -> str:
    """Return a text filled up to so many columns."""
    return text + " " * max(0, columns - width(text))


def shortened(text: str, columns: int) -> str:
    """Return a text cut to so many columns, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    kept, taken = [], 1
    for one in text:
        taken += width(one)
        if taken > columns:
            break
        kept.append(one)
    return "".join(kept) + "…"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return columns as kubectl writes them: headings in capitals, three spaces between."""
    lines = [list(headings), *([clean(cell) or "<none>" for cell in row] for row in rows)]
    sizes = [max(width(line[column]) for line in lines) for column in range(len(headings))]
    return "".join(
        "   ".join(padded(cell, size) for cell, size in zip(line, sizes, strict=True)).rstrip() + "\n" for line in lines
    )


def clean(text: str) -> str:
    """Return foreign text without what a terminal would obey: control characters and escape sequences."""
    return "".join(" " if one in "\t\r\n" else one for one in text if one in "\t\r\n" or _shown(one))


def clean_lines(text: str) -> str:
    """Return foreign text of several lines without what a terminal would obey."""
    return "\n".join("".join(one for one in line if one == "\t" or _shown(one)) for line in text.splitlines())


def _shown(one: str) -> bool:
    """Say whether a character is text: no control, and none that turns the direction of what follows."""
    return unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def described(pairs: Iterable[tuple[str, Any]]) -> str:
    """Return labels and values in two columns; what has no value is left out."""
    kept = [(label, str(value)) for label, value in pairs if value not in (None, "", [])]
    size = max((len(label) for label, _ in kept), default=0) + 1
    return "".join(f"{label + ':':<{size}}  {clean(value)}\n" for label, value in kept)


def in_words(phrase: Phrase, language: str) -> str:
    """Return a phrase in the language of a result; languages that are not spoken here get English."""
    spoken: Language = "zh" if language == "zh" else "en"
    return phrase.in_language(spoken)
