"""Commands, mounts, hooks and users that keep a container from starting."""

from typing import Any

from tests.diagnose.build import (
    Obj,
    configmap,
    container,
    event,
    terminated,
)
from tests.diagnose.examination_pods_case import BROKEN, Case, crashing, held, web
from tests.diagnose.situations_world import job_of, stateful

RUNC = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "


START = "unable to start container process: "


NEVER = "1970-01-01T00:00:00Z"


def _commands() -> list[Case]:
    def loop(message: str, code: int = 128, reason: str = "StartError", **part: Any) -> Obj:
        body = crashing(code, part=container(**part), reason=reason, message=message, ran=0)
        body["status"]["containerStatuses"][0]["lastState"]["terminated"]["startedAt"] = NEVER
        return body

    absent = RUNC + START + 'exec: "gunicon": executable file not found in $PATH: unknown'
    stat = RUNC + START + 'exec: "/app/server": stat /app/server: no such file or directory: unknown'
    line = RUNC + START + 'exec: "node server.js --port 80": executable file not found in $PATH: unknown'
    denied = RUNC + START + 'exec: "/scripts/run.sh": permission denied: unknown'
    folder = RUNC + START + 'exec: "/app": is a directory: unknown'
    format_ = RUNC + START + "exec /entrypoint.sh: exec format error: unknown"
    crun = "container create failed: executable file `gunicon` not found in $PATH: No such file or directory\n"
    docker = (
        "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "
        '"gunicon": executable file not found in $PATH: unknown'
    )
    script = {"volumes": [{"name": "scripts", "configMap": {"name": "scripts", "defaultMode": 420}}]}
    mode = crashing(
        128,
        part=container(command=["/scripts/run.sh"], volumeMounts=[{"name": "scripts", "mountPath": "/scripts"}]),
        reason="StartError",
        message=denied,
        spec=script,
    )
    shell = crashing(127, part=container(command=["sh", "-c"], args=["/app/migrate && exec /app/server"]), ran=1)
    windows = crashing(255, part=container(command=["/docker-entrypoint.sh"]), ran=0)
    job = job_of(
        "migrate", crashing(127, name="migrate-x", part=container(command=["bash", "-c", "alembic upgrade head"]))
    )
    return [
        Case(
            id="containerd: a misspelt program",
            objects=web(loop(absent, command=["gunicon", "app:app"])),
            code="CommandNotFound",
            says=("gunicon",),
            never=("AppCrashed", "ProcessKilledBySignal"),
        ),
        Case(
            id="containerd: the file is not in the image",
            objects=web(loop(stat, command=["/app/server"])),
            code="CommandNotFound",
            says=("/app/server",),
        ),
        Case(
            id="a whole command line in one string",
            objects=web(loop(line, command=["node server.js --port 80"])),
            code="CommandNotFound",
            fix="node",
        ),
        Case(
            id="CRI-O with crun",
            objects=web(held("CreateContainerError", crun, part=container(command=["gunicon"]))),
            code="CommandNotFound",
            says=("gunicon",),
            never=("ContainerStartFailed",),
        ),
        Case(
            id="docker: the program is absent",
            objects=stateful(
                "db",
                crashing(
                    127, name="db-0", part=container(args=["gunicon"]), reason="ContainerCannotRun", message=docker
                ),
            ),
            code="CommandNotFound",
            on="StatefulSet/db",
        ),
        Case(
            id="a shell that does not find the program",
            objects=web(shell),
            logs={(shell["metadata"]["name"], "app", True): ["sh: 1: /app/migrate: not found"]},
            code="CommandNotFound",
            says=("/app/migrate",),
        ),
        Case(
            id="a Job whose bash does not find alembic",
            objects=job,
            logs={("migrate-x", "app", True): ["bash: line 1: alembic: command not found"]},
            code="CommandNotFound",
            on="Job/migrate",
            target="job/migrate",
            verdicts=BROKEN,
        ),
        Case(
            id="a script with Windows line ends",
            objects=web(windows),
            logs={
                (windows["metadata"]["name"], "app", True): ["exec /docker-entrypoint.sh: no such file or directory"]
            },
            code="CommandNotFound",
        ),
        Case(
            id="a script from a ConfigMap without the right to run",
            objects=[*web(mode), configmap("scripts", {"run.sh": "#!/bin/sh"})],
            code="CommandNotExecutable",
            fix="defaultMode",
        ),
        Case(
            id="the command names a directory",
            objects=web(loop(folder, command=["/app"])),
            code="CommandNotExecutable",
            says=("/app",),
        ),
        Case(
            id="a script without its first line",
            objects=web(loop(format_, command=["/entrypoint.sh"])),
            code="CommandNotExecutable",
            never=("ImageArchitectureMismatch",),
        ),
        Case(
            id="a shell may not run the file",
            objects=web(body := crashing(126, part=container(command=["sh", "-c", "./start.sh"]))),
            logs={(body["metadata"]["name"], "app", True): ["sh: ./start.sh: Permission denied"]},
            code="CommandNotExecutable",
            says=("./start.sh",),
        ),
    ]


def _mounts() -> list[Case]:
    sub = container(volumeMounts=[{"name": "conf", "mountPath": "/etc/nginx/nginx.conf", "subPath": "nginx.conf"}])
    conf = {"volumes": [{"name": "conf", "configMap": {"name": "web-config"}}]}
    runc = (
        RUNC + START + "error during container init: error mounting "
        '"/var/lib/kubelet/pods/6f/volume-subpaths/conf/app/0" to rootfs at "/etc/nginx/nginx.conf": '
        "mount src=/var/lib, dst=/etc/nginx/nginx.conf, dstFd=/proc/thread-self/fd/8, flags=0x5001: not a directory: "
        "unknown: Are you trying "
        "to mount a directory onto a file (or vice-versa)?"
    )
    readonly = (
        RUNC
        + START
        + (
            'error during container init: error mounting "/x" to rootfs at "/data": create mountpoint '
            "for /data mount: mkdirat /run/rootfs/data: read-only file system: unknown"
        )
    )
    prepared = 'failed to prepare subPath for volumeMount "conf" of container "app"'
    user = 'container has runAsNonRoot and image will run as root (pod: "web_shop(6f)", container: app)'
    named = (
        "container has runAsNonRoot and image has non-numeric user (node), cannot verify user is "
        'non-root (pod: "web_shop(6f)", container: app)'
    )
    strict = {"securityContext": {"runAsNonRoot": True}}
    nvidia = (
        RUNC
        + START
        + (
            "error during container init: error running prestart hook #0: exit status 1, stdout: , stderr: "
            "Auto-detected mode as 'legacy'\nnvidia-container-cli: initialization error: nvml error: "
            "driver not loaded: unknown"
        )
    )
    oom = RUNC + START + "container init was OOM-killed (memory limit too low?): unknown"
    hook = held(
        "PostStartHookError",
        (
            'Exec lifecycle hook ([/bin/sh -c consul-register]) for Container "app" in Pod "x" failed '
            "- error: command '/bin/sh -c consul-register' exited with 127: /bin/sh: consul-register: "
            'not found, message: ""'
        ),
        part=container(lifecycle={"postStart": {"exec": {"command": ["/bin/sh", "-c", "consul-register"]}}}),
        restarts=4,
        last=terminated(137, ended=40, ran=2),
    )
    newer = crashing(137, part=container(lifecycle={"postStart": {"httpGet": {"path": "/warm", "port": 8080}}}))
    return [
        Case(
            id="a file mounted where the volume holds a directory",
            objects=[
                *web(crashing(128, part=sub, reason="StartError", message=runc, spec=conf)),
                configmap("web-config", {"default.conf": "x"}),
            ],
            code="MountTargetInvalid",
            says=("/etc/nginx/nginx.conf",),
        ),
        Case(
            id="CRI-O: a mount point in a read-only root",
            objects=web(
                held(
                    "CreateContainerError",
                    readonly,
                    part=container(volumeMounts=[{"name": "d", "mountPath": "/data"}]),
                    spec={"volumes": [{"name": "d", "emptyDir": {}}]},
                )
            ),
            code="MountTargetInvalid",
            says=("/data",),
        ),
        Case(
            id="a subPath that cannot be prepared",
            objects=[
                *web(held("CreateContainerConfigError", prepared, part=sub, spec=conf)),
                configmap("web-config", {"nginx.conf": "x"}),
            ],
            code="MountTargetInvalid",
        ),
        Case(
            id="an image that would run as root",
            objects=web(held("CreateContainerConfigError", user, spec=strict)),
            code="RunAsNonRootViolated",
            fix="runAsUser",
        ),
        Case(
            id="an image whose user is a name",
            objects=stateful("db", held("CreateContainerConfigError", named, name="db-0", spec=strict)),
            code="RunAsNonRootViolated",
            on="StatefulSet/db",
            says=("node",),
        ),
        Case(
            id="a hook after the start that calls an absent program",
            objects=web(hook),
            code="PostStartHookFailed",
            says=("127",),
            never=("ProcessKilledBySignal", "CommandNotFound"),
        ),
        Case(
            id="a hook after the start that gets no answer",
            objects=[
                *web(newer),
                event(
                    newer, "FailedPostStartHook", "PostStartHook failed", container="app", first=1000, last=62, count=6
                ),
                event(
                    newer,
                    "Killing",
                    "FailedPostStartHook",
                    kind="Normal",
                    container="app",
                    first=1000,
                    last=61,
                    count=6,
                ),
            ],
            code="PostStartHookFailed",
            never=("ProcessKilledBySignal",),
        ),
        Case(
            id="the graphics driver of the node is not loaded",
            objects=web(
                crashing(
                    128,
                    reason="StartError",
                    message=nvidia,
                    part=container(resources={"limits": {"nvidia.com/gpu": "1"}}),
                )
            ),
            code="ContainerStartFailed",
            on="",
            says=("driver not loaded",),
        ),
        Case(
            id="a limit too low even for the start",
            objects=web(
                crashing(128, reason="StartError", message=oom, part=container(resources={"limits": {"memory": "4Mi"}}))
            ),
            code="OOMKilled",
            variant="at_start",
            says=("4Mi",),
            never=("ContainerStartFailed",),
        ),
        Case(
            id="a container name that is still reserved",
            objects=web(
                held(
                    "CreateContainerError",
                    (
                        'failed to reserve container name "app_web_shop_6f_0": name "app_web_shop_6f_0" is reserved '
                        'for "9aa"'
                    ),
                )
            ),
            code="ContainerStartFailed",
            on="",
        ),
        Case(
            id="a seccomp profile that the node does not have",
            objects=web(
                held(
                    "CreateContainerError",
                    (
                        'failed to generate security options for container "app": failed to generate seccomp security '
                        "options for container: seccomp profile file operator/shop/web.json: "
                        "open /var/lib/kubelet/seccomp/operator/shop/web.json: "
                        "no such file or directory"
                    ),
                )
            ),
            code="ContainerStartFailed",
            on="",
            says=("seccomp",),
        ),
    ]


CASES: tuple[Case, ...] = (
    *_commands(),
    *_mounts(),
)
