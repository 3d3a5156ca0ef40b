"""Whose turn it is: searches before listings before writes, and nobody waits for ever."""

from collections import deque

from kb.stores.frames import Frame

PATIENCE = 16
"""How many may overtake those that wait in a lower rank: with 3 ms a search, a write waits 50 ms at most."""

TOGETHER = 4
"""Searches that are run at once where several wait: the engine plans them as one and saves a tenth of its time."""

_RANKS = {"legs": 0, "records": 0, "count": 0, "page": 1}
_WRITES = 2


class Turns:
    """Requests that wait. Within a rank they go in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: tuple[deque[Frame], ...] = tuple(deque() for _ in range(_WRITES + 1))
        self._overtaken = [0] * len(self._waiting)

    def put(self, request: Frame) -> None:
        """Let a request wait for its turn. Its first word says what it is."""
        self._waiting[_RANKS.get(request.told[0], _WRITES)].append(request)

    def take(self) -> list[Frame]:
        """Return the request whose turn it is, with those that are run together with it; nothing if none waits."""
        ranks = [rank for rank, waiting in enumerate(self._waiting) if waiting]
        if not ranks:
            return []
        rank = next((one for one in reversed(ranks) if self._overtaken[one] >= PATIENCE), ranks[0])
        waiting = self._waiting[rank]
        taken = [waiting.popleft()]
        alike = taken[0].told[:2]
        while alike[0] == "legs" and waiting and waiting[0].told[:2] == alike and len(taken) < TOGETHER:
            taken.append(waiting.popleft())
        for one in ranks:
            self._overtaken[one] += len(taken) * (one != rank)
        self._overtaken[rank] = 0
        return taken
