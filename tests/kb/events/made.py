"""Events and clocks for tests."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kb.events import Incident
from kb.stores import Access

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHOP = Access.of(["shop"])
BACK_OFF = (
    "Back-off restarting failed container web in pod web-7c9d6b5f4d-x2x4z_shop(0a1b2c3d-1111-4222-8333-000000000001)"
)


@dataclass(slots=True)
class Clock:
    """A clock that is set by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def event(
    *,
    uid: str = "e1",
    pod: str = "web-7c9d6b5f4d-x2x4z",
    kind: str = "Pod",
    namespace: str = "shop",
    reason: str = "BackOff",
    message: str = BACK_OFF,
    count: int = 1,
    first: datetime = NOON,
    last: datetime | None = None,
    severity: str = "Warning",
) -> dict[str, Any]:
    """Return a raw event of ``v1``."""
    return {
        "kind": "Event",
        "apiVersion": "v1",
        "metadata": {"name": f"{pod}.{uid}", "namespace": namespace, "uid": uid},
        "involvedObject": {"kind": kind, "apiVersion": "v1", "name": pod, "namespace": namespace},
        "reason": reason,
        "message": message,
        "type": severity,
        "count": count,
        "firstTimestamp": stamp(first),
        "lastTimestamp": stamp(last or first),
        "source": {"component": "kubelet"},
    }


def incident(**given: Any) -> Incident:
    """Return a resolved incident."""
    usual: dict[str, Any] = {
        "id": "i1",
        "namespace": "shop",
        "workload": "Deployment/web",
        "code": "ImageTagNotFound",
        "fix": "Push the tag again.",
        "author": "amal",
        "outcome": "worked",
        "resolved_at": NOON,
    }
    return Incident(**usual | given)


async def until(true: Callable[[], bool], seconds: float = 900.0) -> None:
    """Let (virtual) time pass until something is true."""
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < end, "it did not come true in time"
        await asyncio.sleep(0.05)
