"""Notices as messages of an incoming webhook of Slack, or of what speaks like it.

Names, messages and log lines of a cluster are strangers' words: they are escaped, stand as plain text, and address
nobody.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from core.notify.notice import Notice
from core.notify.posting import Posting
from core.phrase import Language, Phrase

TEXT_CHARACTERS = 2900
"""A text of a block may have 3,000."""
_MARKS = {"new": "🔴", "changed": "🟠", "healed": "🟢", "summary": "🔵"}
_WORDS = {
    "new": Phrase(en="New", zh="新增"),
    "changed": Phrase(en="Changed", zh="变化"),
    "healed": Phrase(en="Healed", zh="已恢复"),
    "summary": Phrase(en="More changes", zh="更多变化"),
}
_ADDRESSED = re.compile(r"@(?=channel|here|all|everyone|group)", re.IGNORECASE)


class Slack:
    """POST each notice to the address that ``url`` gives."""

    def __init__(
        self, url: Callable[[], str], posting: Posting, *, language: Language = "en", name: str = "slack"
    ) -> None:
        self.name = name
        self._url, self._posting, self._language = url, posting, language

    async def send(self, notice: Notice) -> None:
        """Deliver."""
        body = json.dumps(message(notice, self._language), ensure_ascii=False).encode()
        await self._posting.post(self._url(), body, _headers)

    async def close(self) -> None:
        """Close the connections."""
        await self._posting.close()


def message(notice: Notice, language: Language = "en") -> dict[str, Any]:
    """Return the message: ``text`` for notifications and plain readers, ``blocks`` for those who show them."""
    word = _WORDS[notice.change].in_language(language)
    level = f"{notice.before} → {notice.severity}" if notice.change == "changed" else notice.severity
    head = " · ".join(filter(None, (f"{_MARKS[notice.change]} {word}", notice.object, level)))
    said = notice.summary.in_language(language)
    lines = [*notice.lines, *([f"… +{notice.more}"] if notice.more else [])]
    fix = notice.fix.in_language(language) if notice.fix else ""
    blocks = [_plain(head), _plain(said), *([_plain("\n".join(lines))] if lines else [])]
    if fix or notice.command:
        blocks.append(_plain("\n".join(filter(None, (fix, f"$ {notice.command}" if notice.command else "")))))
    where = " · ".join(filter(None, (notice.cluster, notice.namespace, notice.code, f"{notice.at:%Y-%m-%dT%H:%M:%SZ}")))
    blocks.append({"type": "context", "elements": [{"type": "plain_text", "text": shown(where), "emoji": False}]})
    return {"text": escaped("\n".join([f"{head}: {said}", *lines])), "blocks": blocks}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": shown(text), "emoji": False}}


def shown(text: str) -> str:
    """Return text without what a screen would act on, and not longer than a block may be."""
    clean = "".join(char if char == "\n" or char.isprintable() else "\ufffd" for char in text)
    return clean if len(clean) <= TEXT_CHARACTERS else clean[: TEXT_CHARACTERS - 1] + "…"


def escaped(text: str) -> str:
    """Return text in which nothing is a link, a mention or markup of Slack, nor an address to all."""
    plain = shown(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _ADDRESSED.sub("@\u200b", plain)


def _headers(_body: bytes) -> Mapping[str, str]:
    return {"Content-Type": "application/json"}
