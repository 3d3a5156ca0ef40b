"""Notices on their way to one receiver: one for each cause, so many a minute, the rest as a summary, none for ever."""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from core.errors import SextantError
from core.notify.errors import NotDelivered
from core.notify.notice import Notice, Notifier
from core.phrase import Phrase

log = structlog.get_logger("sextant.notify")

WAITING = 500
"""Notices that wait at most; the oldest give way, and a summary counts them."""
LISTED = 20
MINUTE = 60.0
REST_SECONDS = 300.0
"""How long a receiver that fails again and again is left alone at most."""

Outcome = Literal["delivered", "failed", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    notice: Notice
    since: float


class Outbox:
    """What one receiver is still to be told. ``put`` never waits; ``run`` delivers until it is cancelled."""

    def __init__(
        self,
        notifier: Notifier,
        *,
        per_minute: int = 6,
        keep_seconds: float = 3600.0,
        counted: Callable[[Outcome, int], None] = lambda _outcome, _number: None,
    ) -> None:
        """Tell ``counted`` each outcome, and of how many causes it is."""
        self.notifier = notifier
        self._per_minute, self._keep, self._counted = per_minute, keep_seconds, counted
        self._waiting: dict[str, _Waiting] = {}
        self._sent: deque[float] = deque()
        self._crowded_out = 0
        self._news = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many notices wait."""
        return len(self._waiting)

    def put(self, notice: Notice) -> None:
        """Take a notice. Of one cause only the newest state waits; what came and went meanwhile is not told at all."""
        self._take(_Waiting(notice=notice, since=_now()))

    async def run(self) -> None:
        """Deliver what waits, as it comes."""
        failures = 0
        while True:
            self._drop_old()
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            if (wait := self._room_in()) > 0:
                await asyncio.sleep(wait)
                continue
            failures = 0 if await self._deliver(self._next()) else failures + 1
            if failures:
                await asyncio.sleep(min(REST_SECONDS, 5.0 * 2.0 ** min(failures, 10)))

    async def flush(self, seconds: float) -> None:
        """Send what waits at once, as one notice: for the end, when ``run`` has been cancelled. Never raises."""
        if self._waiting:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._deliver([self._waiting.pop(key) for key in list(self._waiting)])

    async def _deliver(self, taken: list[_Waiting]) -> bool:
        left_out = self._crowded_out if len(taken) > 1 else 0
        single = len(taken) == 1 and not left_out
        notice = taken[0].notice if single else summed_up([entry.notice for entry in taken], left_out)
        self._sent.append(_now())
        try:
            await self.notifier.send(notice)
        except asyncio.CancelledError:
            self._put_back(taken)
            raise
        except SextantError as exc:
            again = not isinstance(exc, NotDelivered) or exc.again
            log.warning("a notice was not delivered", receiver=self.notifier.name, reason=exc.message, again=again)
            self._counted("failed", len(taken))
            if again:
                self._put_back(taken)
            return not again
        self._crowded_out -= left_out
        self._counted("delivered", len(taken))
        return True

    def _take(self, entry: _Waiting) -> None:
        notice = entry.notice
        earlier = self._waiting.pop(notice.id, None)
        joined = notice if earlier is None else joined_with(earlier.notice, notice)
        if joined is not None:
            self._waiting[notice.id] = replace(entry, notice=joined)
        while len(self._waiting) > WAITING:
            del self._waiting[next(iter(self._waiting))]
            self._crowded_out += 1
            self._counted("dropped", 1)
        self._news.set()

    def _put_back(self, taken: list[_Waiting]) -> None:
        """Keep what was not delivered, in front of what came meanwhile."""
        newer, self._waiting = self._waiting, {}
        for entry in (*taken, *newer.values()):
            self._take(entry)

    def _room_in(self) -> float:
        """Return in how many seconds the next one may be sent."""
        while self._sent and self._sent[0] <= _now() - MINUTE:
            self._sent.popleft()
        return 0.0 if len(self._sent) < self._per_minute else self._sent[0] + MINUTE - _now()

    def _next(self) -> list[_Waiting]:
        """Take the next notice, or all of them where only one more may be sent in this minute."""
        last = len(self._sent) >= self._per_minute - 1
        keys = list(self._waiting) if last else [next(iter(self._waiting))]
        return [self._waiting.pop(key) for key in keys]

    def _drop_old(self) -> None:
        old = [key for key, entry in self._waiting.items() if entry.since + self._keep < _now()]
        for key in old:
            del self._waiting[key]
        if old:
            log.warning("notices were given up", receiver=self.notifier.name, number=len(old))
            self._counted("dropped", len(old))


def joined_with(earlier: Notice, later: Notice) -> Notice | None:
    """Return what is left to tell of a cause after two changes of which none was told, None where nothing is."""
    match earlier.change, later.change:
        case "new", "healed":
            return None
        case "new", _:
            return replace(later, change="new", before="")
        case "healed", "new" if earlier.before == later.severity:
            return None
        case "healed", "new":
            return replace(later, change="changed", before=earlier.before)
        case "changed", "changed" if earlier.before == later.severity:
            return None
        case "changed", _:
            return replace(later, before=earlier.before)
        case _:
            return later


def summed_up(notices: list[Notice], left_out: int = 0) -> Notice:
    """Return one notice for many: the worst first, the rest counted."""
    listed = sorted(notices, key=lambda notice: (_RANK.get(notice.severity, len(_RANK)), notice.id))
    lines = tuple(_line(notice) for notice in listed[:LISTED])
    counts = {change: sum(notice.change == change for notice in notices) for change in ("new", "changed", "healed")}
    en = ", ".join(f"{number} {change}" for change, number in counts.items() if number)
    zh = "，".join(f"{_ZH[change]} {number}" for change, number in counts.items() if number)
    return Notice(
        id="summary",
        delivery=secrets.token_hex(16),
        change="summary",
        at=max(notice.at for notice in notices),
        summary=Phrase(en=f"More changes than may be told one by one: {en}.", zh=f"变化过多，合并通知：{zh}。"),
        cluster=listed[0].cluster,
        severity=listed[0].severity,
        lines=lines,
        more=len(listed) - len(lines) + left_out,
    )


_RANK = {"critical": 0, "high": 1, "medium": 2, "low": 3}
_ZH = {"new": "新增", "changed": "变化", "healed": "已恢复"}


def _line(notice: Notice) -> str:
    where = f"{notice.namespace}/" if notice.namespace else ""
    level = f"{notice.before} → {notice.severity}" if notice.change == "changed" else notice.severity
    return f"{notice.change}: {where}{notice.object} {notice.code} ({level})"


def _now() -> float:
    return asyncio.get_running_loop().time()
