"""Answers of the server that change rarely, or that cannot be watched, remembered for a while."""

import asyncio
from typing import Any

from cluster.client import ClusterClient, Page
from core.errors import ClusterRejected, ClusterUnreachable, DeadlineExceeded


class Answers:
    """Answers by path. Those of ``get`` are asked for again after ``fresh_seconds``."""

    def __init__(self, fresh_seconds: float) -> None:
        self._fresh_seconds = fresh_seconds
        self._objects: dict[str, tuple[float, dict[str, Any]]] = {}
        self._pages: dict[str, tuple[float, Page | ClusterRejected]] = {}

    async def get(self, path: str, client: ClusterClient, **asked: Any) -> dict[str, Any]:
        """Return the answer; where a new one is due and not to be had, the former one does."""
        now = asyncio.get_running_loop().time()
        at, known = self._objects.get(path, (0.0, None))
        if known is not None and now - at < self._fresh_seconds:
            return known
        try:
            answer = await ClusterClient.get(client, path, **asked)
        except (ClusterUnreachable, ClusterRejected, DeadlineExceeded):
            if known is None:
                raise
            return known
        self._objects[path] = (now, answer)
        return answer

    def known(self, path: str) -> dict[str, Any]:
        """Return an answer of ``get``, an empty one where there is none."""
        return self._objects.get(path, (0.0, {}))[1]

    def page(self, path: str) -> Page | ClusterRejected | None:
        """Return what the server answered lately to a list that cannot be watched."""
        until, answer = self._pages.get(path, (0.0, None))
        return answer if asyncio.get_running_loop().time() < until else None

    def keep(self, path: str, answer: Page | ClusterRejected, seconds: float) -> None:
        """Remember such an answer for a while."""
        now = asyncio.get_running_loop().time()
        self._pages = {key: entry for key, entry in self._pages.items() if entry[0] > now}
        self._pages[path] = (now + seconds, answer)
