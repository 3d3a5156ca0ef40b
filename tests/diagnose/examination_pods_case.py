"""What the examination of the pod families is made of: a case, and shapes that several cases share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnose.findings import Verdict
from tests.diagnose.build import SPACE, Logs, Obj, container, event, pod, running, status, terminated, waiting
from tests.diagnose.situations_build import conditions
from tests.diagnose.situations_world import MOVING, deploy

FAILING = (Verdict.FAILING,)
DEGRADED = (Verdict.DEGRADED,)
BROKEN = (Verdict.FAILING, Verdict.DEGRADED)
FINE = (Verdict.HEALTHY, Verdict.RECOVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A fault that a cluster could show, and what must be said of it.

    ``code`` (with ``variant``, ``on`` as KIND/NAME and ``part``) must come first; empty: nothing may be found.
    ``also``: a second code among the findings. ``never``: codes that may stand neither as findings nor folded.
    ``says``: words of the English summary, and ``fix`` of its first remedy's command or sentence.
    """

    id: str
    objects: Sequence[Obj]
    code: str = ""
    variant: str = ""
    on: str = "Deployment/web"
    part: str | None = None
    verdicts: tuple[Verdict, ...] = FAILING
    target: str = ""
    also: str = ""
    never: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    fix: str = ""
    logs: Logs = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def pulling(
    message: str,
    image: str,
    *,
    name: str = "web-5f7c9d-abcde",
    reason: str = "ImagePullBackOff",
    said: str = "",
    old_form: bool = True,
    **rest: Any,
) -> list[Obj]:
    """Return a pod that waits for its image, and its events.

    ``old_form``: before 1.32 the waiting message held only the back-off line, and the event the cause.
    """
    backoff = f'Back-off pulling image "{image}"'
    text = said or (backoff if old_form else f"{backoff}: ErrImagePull: {message}")
    parts = rest.pop("containers", [container(image=image)])
    states = rest.pop("statuses", None) or [
        status(part["name"], state=waiting(reason, text), imageID="") for part in parts
    ]
    body = pod(
        name,
        containers=parts,
        statuses=states,
        phase="Pending",
        conditions=conditions(ready=False, since=600, scheduled=600),
        created=600,
        **rest,
    )
    who = parts[0]["name"]
    events = [
        event(body, "Pulling", f'Pulling image "{image}"', kind="Normal", container=who, first=600, last=90, count=5),
        event(body, "Failed", "Error: ErrImagePull", container=who, first=598, last=88, count=5),
        event(body, "BackOff", backoff, kind="Normal", container=who, first=590, last=20, count=20),
    ]
    if message:
        text = f'Failed to pull image "{image}": {message}'
        events.insert(1, event(body, "Failed", text, container=who, first=599, last=88, count=5))
    return [body, *events]


def crashing(
    code: int = 1,
    *,
    name: str = "web-5f7c9d-abcde",
    part: Obj | None = None,
    restarts: int = 6,
    ran: float = 4,
    ended: float = 60,
    reason: str = "",
    message: str = "",
    beside: Sequence[Obj] = (),
    **rest: Any,
) -> Obj:
    """Make a pod whose one container waits between crashes. ``beside``: sidecars that run."""
    part = part or container()
    end = terminated(code, reason, ended=ended, ran=ran, message=message)
    looping = status(
        part["name"],
        state=waiting(
            "CrashLoopBackOff",
            f"back-off 2m40s restarting failed container={part['name']} pod={name}_{SPACE}(6f0c2a9e-aaaa-bbbb)",
        ),
        last=end,
        restarts=restarts,
        started=False,
    )
    others = [status(side["name"], state=running(1700), ready=True, started=True) for side in beside]
    return pod(
        name,
        containers=[part, *beside],
        statuses=[looping, *others],
        conditions=conditions(ready=False, since=1700, scheduled=1790),
        **rest,
    )


def backing_off(body: Obj, part: str = "app") -> Obj:
    """Make the event that every crash loop leaves."""
    return event(
        body,
        "BackOff",
        f"Back-off restarting failed container {part} in pod {body['metadata']['name']}_{SPACE}(6f0c2a9e)",
        container=part,
        first=1500,
        last=15,
        count=40,
    )


def held(
    reason: str,
    message: str,
    *,
    name: str = "web-5f7c9d-abcde",
    part: Obj | None = None,
    last: Obj | None = None,
    restarts: int = 0,
    **rest: Any,
) -> Obj:
    """Make a pod whose one container waits with a reason and a message."""
    part = part or container()
    return pod(
        name,
        containers=[part],
        phase="Pending",
        created=900,
        statuses=[status(part["name"], state=waiting(reason, message), last=last, restarts=restarts, started=False)],
        conditions=conditions(ready=False, since=900, scheduled=900),
        **rest,
    )


def unready(
    part: Obj,
    *,
    name: str = "web-5f7c9d-abcde",
    since: float = 1500,
    restarts: int = 0,
    last: Obj | None = None,
    beside: Sequence[Obj] = (),
    started: bool = True,
    **rest: Any,
) -> Obj:
    """Make a pod whose container runs and is not ready."""
    others = [status(side["name"], state=running(since), ready=True, started=True) for side in beside]
    return pod(
        name,
        containers=[part, *beside],
        statuses=[
            status(part["name"], state=running(since), last=last, restarts=restarts, ready=False, started=started),
            *others,
        ],
        conditions=conditions(ready=False, since=since, scheduled=since + 10),
        podIP="10.42.3.17",
        **rest,
    )


def web(*pods: Obj, **rest: Any) -> list[Obj]:
    """Return the Deployment ``web`` whose newest revision these pods are, rolled out 15 minutes ago."""
    return deploy("web", *pods, **{"progressing": MOVING, "moved": 900, **rest})
