"""The borders of the rules: the same trace just inside and just outside the time for which it counts."""

from tests.diagnose.build import Obj, container, event, pod, running, status, terminated, waiting
from tests.diagnose.situations_build import (
    DAY,
    DEGRADED,
    FAILING,
    HEALTHY,
    PROBED,
    RECOVERED,
    UNKNOWN,
    Situation,
    conditions,
    leaving,
    restarted,
    starting,
    up,
)
from tests.diagnose.situations_world import MOVING, daemons, deploy, stateful

LIMITED = container(resources={"limits": {"memory": "256Mi"}})


def _restarts() -> list[Situation]:
    def web(ended: float, restarts: int, code: int = 1, reason: str = "") -> list[Obj]:
        state = restarted(code, ended=ended, restarts=restarts, reason=reason)
        return deploy("web", up(created=9 * DAY, since=ended - 5, containers=[LIMITED], statuses=[state]))

    return [
        Situation(id="one restart nine minutes ago", objects=web(540, 1), verdicts=DEGRADED, root="AppCrashed"),
        Situation(id="one restart eleven minutes ago", objects=web(660, 1), verdicts=RECOVERED, ruled_out="AppCrashed"),
        Situation(id="three restarts, half an hour ago", objects=web(1800, 3), verdicts=DEGRADED, root="AppCrashed"),
        Situation(id="two restarts, half an hour ago", objects=web(1800, 2), verdicts=RECOVERED),
        Situation(id="nine restarts, two hours ago", objects=web(7200, 9), verdicts=RECOVERED),
        Situation(id="one restart almost three days ago", objects=web(2.9 * DAY, 1), verdicts=RECOVERED),
        Situation(id="one restart just over three days ago", objects=web(3.1 * DAY, 1), verdicts=HEALTHY),
        Situation(
            id="out of memory nine minutes ago",
            objects=web(540, 1, 137, "OOMKilled"),
            verdicts=DEGRADED,
            root="OOMKilled",
        ),
        Situation(
            id="out of memory half an hour ago for the first time",
            objects=web(1800, 1, 137, "OOMKilled"),
            verdicts=RECOVERED,
            ruled_out="OOMKilled",
        ),
        Situation(
            id="out of memory half an hour ago for the fourth time",
            objects=web(1800, 4, 137, "OOMKilled"),
            verdicts=DEGRADED,
            root="OOMKilled",
        ),
    ]


def _verdicts() -> list[Situation]:
    crashing = pod(
        "web-n",
        created=900,
        statuses=[status(state=waiting("CrashLoopBackOff"), last=terminated(1, ended=40), restarts=6)],
        conditions=conditions(ready=False, since=900, scheduled=900),
    )
    silent = pod(
        "web-a",
        created=7200,
        statuses=[status(state=running(7100), ready=False, started=True)],
        conditions=conditions(ready=False, since=7000, scheduled=7200),
    )
    mounted = up("web-m", spec={"volumes": [{"name": "c", "configMap": {"name": "settings"}}]})
    stuck_leaving = leaving(up("web-o"), deleted=400)
    flapping = up(since=20, created=DAY, containers=[PROBED])
    return [
        Situation(
            id="a new revision crashes while the former one serves everything",
            objects=deploy("web", crashing, old=[up("web-o"), up("web-p")], wanted=2, progressing=MOVING, moved=800),
            target="deploy/web",
            verdicts=DEGRADED,
            root="AppCrashed",
            severity="medium",
        ),
        Situation(
            id="one of three pods crashes",
            objects=deploy("web", up("web-a"), up("web-b"), crashing),
            verdicts=DEGRADED,
            root="AppCrashed",
        ),
        Situation(id="the only pod crashes", objects=stateful("db", crashing), verdicts=FAILING, root="AppCrashed"),
        Situation(
            id="one of two pods of a DaemonSet crashes",
            objects=daemons("agent", up(), crashing),
            verdicts=DEGRADED,
            root="AppCrashed",
        ),
        Situation(
            id="a pod is not ready and nothing says why",
            objects=deploy("web", silent),
            verdicts=UNKNOWN,
        ),
        Situation(
            id="a pod is not ready, nothing says why, and another lost its ConfigMap after its start",
            objects=deploy("web", silent, mounted),
            verdicts=UNKNOWN,
            root="ConfigMapMissing",
            severity="low",
        ),
        Situation(
            id="a rollout goes on while the former pods have lost their ConfigMap after their start",
            objects=deploy("web", starting(created=20), old=[mounted], wanted=1, progressing=MOVING, moved=25),
            target="deploy/web",
            verdicts=HEALTHY,
            root="ConfigMapMissing",
            severity="low",
            waits=True,
        ),
        Situation(
            id="a pod of the former revision has outlived its time to end while all is served",
            objects=deploy("web", up(), old=[stuck_leaving]),
            verdicts=HEALTHY,
            root="PodTerminatingStuck",
            severity="low",
        ),
        Situation(
            id="a check that failed for five minutes and passes again",
            objects=[
                *deploy("web", flapping),
                event(
                    flapping,
                    "Unhealthy",
                    "Readiness probe failed: HTTP probe failed with statuscode: 503",
                    container="app",
                    first=330,
                    last=30,
                    count=30,
                ),
            ],
            verdicts=RECOVERED,
            ruled_out="ProbeFailing",
        ),
    ]


SITUATIONS = (*_restarts(), *_verdicts())
