"""Containers that restarted, init steps and sidecars."""

from tests.diagnose.build import container, event, obj, running, status, terminated
from tests.diagnose.situations_build import (
    DAY,
    FINE,
    HEALTHY,
    PROBED,
    RECOVERED,
    REFUSED,
    UNKNOWN,
    Situation,
    restarted,
    starting,
    up,
)
from tests.diagnose.situations_world import daemons, deploy, ended, stateful


def _restarts() -> list[Situation]:
    old = up(created=30 * DAY, since=4 * DAY, statuses=[restarted(1, ended=4 * DAY, restarts=14)])
    two_days = up(created=9 * DAY, since=2 * DAY, statuses=[restarted(1, ended=2 * DAY, restarts=3)])
    hour = up(created=DAY, since=3600, statuses=[restarted(1, ended=3600)])
    killed = up(created=DAY, since=2400, containers=[PROBED], statuses=[restarted(137, ended=2400)])
    forgotten = up(
        created=DAY, since=2390, containers=[PROBED], statuses=[status(state=running(2400), ready=True, restarts=1)]
    )
    nightly = up(created=40 * DAY, since=9 * 3600, statuses=[restarted(0, ended=9 * 3600, restarts=40, ran=DAY)])
    just_now = up(created=40 * DAY, since=240, statuses=[restarted(0, ended=240, restarts=40, ran=DAY)])
    shut_down = up(created=3 * DAY, since=5 * 3600, statuses=[restarted(143, ended=5 * 3600, ran=2 * DAY)])
    rebooted = [
        up(name, created=9 * DAY, since=180, statuses=[restarted(255, ended=200, reason="Unknown", ran=8 * DAY)])
        for name in ("web-a", "web-b", "web-c")
    ]
    one_of_two = up(
        created=5 * DAY,
        since=3 * 3600,
        containers=[container("app"), container("proxy")],
        statuses=[
            status("app", state=running(5 * DAY), ready=True),
            restarted(2, ended=3 * 3600, name="proxy", ran=DAY),
        ],
    )
    return [
        Situation(
            id="fourteen restarts of which the last was four days ago",
            objects=deploy("web", old),
            verdicts=HEALTHY,
        ),
        Situation(
            id="three restarts two days ago and ready since",
            objects=deploy("web", two_days),
            target="deploy/web",
            verdicts=RECOVERED,
            ruled_out="AppCrashed",
        ),
        Situation(
            id="one restart an hour ago with the back-off event of that minute",
            objects=[
                *deploy("web", hour),
                event(hour, "BackOff", "Back-off restarting failed container app in pod web-a", last=3595, first=3600),
            ],
            verdicts=RECOVERED,
            ruled_out="AppCrashed",
        ),
        Situation(
            id="one restart an hour ago of a stateful pod",
            objects=stateful("db", hour),
            target="sts/db",
            verdicts=RECOVERED,
            ruled_out="AppCrashed",
        ),
        Situation(id="one restart an hour ago of a bare pod", objects=[hour], target="pod/web-a", verdicts=RECOVERED),
        Situation(
            id="one of two containers restarted three hours ago",
            objects=daemons("agent", one_of_two),
            verdicts=RECOVERED,
            ruled_out="AppCrashed",
        ),
        Situation(
            id="killed once by its liveness check forty minutes ago",
            objects=[
                *deploy("web", killed),
                event(
                    killed,
                    "Unhealthy",
                    REFUSED.replace("Readiness", "Liveness"),
                    container="app",
                    first=2430,
                    last=2410,
                ),
                event(
                    killed,
                    "Killing",
                    "Container app failed liveness probe, will be restarted",
                    kind="Normal",
                    container="app",
                    first=2405,
                    last=2405,
                ),
            ],
            verdicts=RECOVERED,
        ),
        Situation(
            id="killed by its liveness check forty minutes ago and the status has forgotten it",
            objects=[
                *deploy("web", forgotten),
                event(
                    forgotten,
                    "Killing",
                    "Container app failed liveness probe, will be restarted",
                    kind="Normal",
                    container="app",
                    first=2405,
                    last=2405,
                ),
            ],
            verdicts=RECOVERED,
            ruled_out="ProbeFailing",
        ),
        Situation(
            id="a program that ends with 0 every night and is started again by design",
            objects=deploy("report", nightly),
            verdicts=FINE,
        ),
        Situation(
            id="a program that ends with 0 once a day and did so four minutes ago",
            objects=deploy("report", just_now),
            verdicts=FINE,
        ),
        Situation(
            id="ended by a signal to stop five hours ago and up since",
            objects=deploy("web", shut_down),
            verdicts=RECOVERED,
        ),
        Situation(
            id="a node rebooted and all its pods are back",
            objects=[
                *deploy("web", *rebooted),
                event(
                    obj("Node", "node-1", namespace=""),
                    "Rebooted",
                    "Node node-1 has been rebooted, boot id: 0f4c8c1e-7f0e-4a55-9a0e-0c4e5b1f2a3d",
                    first=210,
                    last=210,
                ),
            ],
            verdicts=RECOVERED,
            ruled_out="AppCrashed",
        ),
        Situation(
            id="a node that rebooted days ago",
            objects=[
                *deploy("web", up(since=6 * DAY)),
                event(obj("Node", "node-1", namespace=""), "Rebooted", "Node node-1 has been rebooted", last=6 * DAY),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="killed for memory once two days ago",
            objects=deploy(
                "web",
                up(
                    created=9 * DAY,
                    since=2 * DAY,
                    containers=[container(resources={"limits": {"memory": "256Mi"}})],
                    statuses=[restarted(137, ended=2 * DAY, reason="OOMKilled")],
                ),
            ),
            verdicts=RECOVERED,
            ruled_out="OOMKilled",
        ),
        Situation(
            id="killed for memory once a week ago",
            objects=deploy(
                "web",
                up(created=9 * DAY, since=7 * DAY, statuses=[restarted(137, ended=7 * DAY, reason="OOMKilled")]),
            ),
            verdicts=HEALTHY,
        ),
        Situation(
            id="an ephemeral debug container was killed",
            objects=deploy(
                "web",
                up(
                    ephemeralContainerStatuses=[status("debugger", state=terminated(137, ended=90))],
                    spec={"ephemeralContainers": [container("debugger", "busybox:1.36")]},
                ),
            ),
            verdicts=HEALTHY,
        ),
    ]


def _inits_and_sidecars() -> list[Situation]:
    waited = up(
        inits=[container("wait-for-db")],
        init_statuses=[
            status(
                "wait-for-db",
                state=terminated(0, ended=3010, ran=5),
                last=terminated(1, ended=3030, ran=5),
                restarts=2,
                ready=True,
            )
        ],
    )
    young = up(
        since=60,
        created=150,
        inits=[container("migrate")],
        init_statuses=[
            status("migrate", state=terminated(0, ended=65), last=terminated(1, ended=90), restarts=2, ready=True)
        ],
    )
    sidecar = up(
        inits=[container("logs", restartPolicy="Always")],
        init_statuses=[status("logs", state=running(3000), ready=True, started=True)],
    )
    several = up(
        inits=[
            container("prepare"),
            container("logs", restartPolicy="Always"),
            container("mesh", restartPolicy="Always"),
        ],
        init_statuses=[
            status("prepare", state=terminated(0, ended=3005), ready=True),
            status("logs", state=running(3000), ready=True, started=True),
            status("mesh", state=running(2990), ready=True, started=True),
        ],
    )
    migrating = starting(
        created=120,
        reason="PodInitializing",
        inits=[container("migrate")],
        init_statuses=[status("migrate", state=running(110), started=True)],
    )
    done_with_sidecar = ended(
        "export-1",
        ago_=300,
        inits=[container("proxy", restartPolicy="Always")],
        init_statuses=[status("proxy", state=terminated(143, ended=298, ran=60))],
    )
    return [
        Situation(
            id="an init step failed twice while its database came up and went through",
            objects=deploy("web", waited),
            verdicts=FINE,
        ),
        Situation(
            id="an init step failed a minute ago and the pod is ready",
            objects=stateful("web", young),
            verdicts=FINE,
        ),
        Situation(id="a sidecar that runs beside the program", objects=deploy("web", sidecar), verdicts=HEALTHY),
        Situation(
            id="an init step that is done and two sidecars that run",
            objects=daemons("agent", several),
            verdicts=HEALTHY,
        ),
        Situation(
            id="a migration that has run for two minutes before a bare pod starts",
            objects=[migrating],
            target="pod/web-n",
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="a sidecar ended by signal after the program of a bare pod was done",
            objects=[done_with_sidecar],
            verdicts=HEALTHY,
        ),
    ]


SITUATIONS = (
    *_restarts(),
    *_inits_and_sidecars(),
)
