"""The circuit breaker: after failures in a row nothing is tried for a while, then one call decides."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Count failures and say whether a call may be tried. Times are seconds of a monotonic clock, given by the caller.

    Closed, it lets every call pass. After ``failures`` in a row it is open for ``seconds``; then it is half open: one
    call passes, the others wait for how it ends.
    """

    failures: int
    seconds: float
    failed: int = 0
    opened_at: float | None = None
    probing: bool = False

    def enter(self, now: float) -> float:
        """Return 0 where a call may be tried, else the seconds until it is worth asking again."""
        if self.opened_at is None:
            return 0.0
        left = self.opened_at + self.seconds - now
        if left > 0:
            return left
        if self.probing:
            return min(self.seconds, 1.0)
        self.probing = True
        return 0.0

    def succeeded(self) -> None:
        """Note that a call was answered: the breaker closes."""
        self.failed, self.opened_at, self.probing = 0, None, False

    def failed_at(self, now: float) -> None:
        """Note that a call failed: the breaker opens after enough of them, at once when it was half open."""
        self.failed += 1
        if self.probing or self.failed >= self.failures:
            self.opened_at = now
        self.probing = False

    def left(self) -> None:
        """Note that a call ended without saying anything about the endpoint, such as by being cancelled."""
        self.probing = False
