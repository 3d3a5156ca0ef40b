"""Notices as JSON to a webhook, signed where there is a secret."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.notify.notice import SCHEMA, Notice
from core.notify.posting import Posting
from core.notify.signature import SIGNATURE, sign
from core.phrase import Phrase


class Webhook:
    """POST each notice to ``url``. ``secret`` gives the key each time; an empty one leaves the notice unsigned."""

    def __init__(
        self,
        url: str,
        posting: Posting,
        *,
        secret: Callable[[], str] = str,
        clock: Callable[[], float] = time.time,
        name: str = "webhook",
    ) -> None:
        self.name = name
        self._url, self._posting, self._secret, self._clock = url, posting, secret, clock

    async def send(self, notice: Notice) -> None:
        """Deliver. ``X-Sextant-Delivery`` is the same for each attempt, so that a receiver can drop repeats."""
        body = json.dumps(document(notice), ensure_ascii=False, separators=(",", ":")).encode()
        secret = self._secret()

        def headers(content: bytes) -> Mapping[str, str]:
            made = {"Content-Type": "application/json", "X-Sextant-Delivery": notice.delivery}
            return {**made, SIGNATURE: sign(content, secret, int(self._clock()))} if secret else made

        await self._posting.post(self._url, body, headers)

    async def close(self) -> None:
        """Close the connections."""
        await self._posting.close()


def document(notice: Notice) -> dict[str, Any]:
    """Return a notice as plain data, with every sentence in each language. What is not known is left out."""
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "id": notice.id,
        "delivery": notice.delivery,
        "change": notice.change,
        "at": _time(notice.at),
        "since": _time(notice.since),
        "cluster": notice.cluster,
        "namespace": notice.namespace,
        "object": notice.object,
        "code": notice.code,
        "severity": notice.severity,
        "before": notice.before,
        "summary": _phrase(notice.summary),
        "fix": _phrase(notice.fix),
        "command": notice.command,
        "lines": list(notice.lines),
        "more": notice.more,
    }
    return {key: value for key, value in found.items() if value}


def _time(value: datetime | None) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if value else ""


def _phrase(value: Phrase | None) -> dict[str, str]:
    return {"en": value.en, "zh": value.zh} if value else {}
