"""Containers that never begin: absent references, commands, mounts, hooks, init steps, sandboxes."""

from tests.diagnose.build import (
    Obj,
    configmap,
    container,
    event,
    pod,
    running,
    secret,
    service,
    status,
    terminated,
    waiting,
)
from tests.diagnose.examination_pods_case import BROKEN, DEGRADED, FINE, Case, crashing, held, web
from tests.diagnose.situations_build import conditions, starting, up
from tests.diagnose.situations_world import daemons, deploy, job_of, slice_of, stateful

RUNC = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
START = "unable to start container process: "
NEVER = "1970-01-01T00:00:00Z"


def _references() -> list[Case]:
    env = container(envFrom=[{"configMapRef": {"name": "web-config"}}])
    typo = container(envFrom=[{"configMapRef": {"name": "web-confg"}}])
    keyed = container(env=[{"name": "API", "valueFrom": {"secretKeyRef": {"name": "web", "key": "api-token"}}}])
    mapped = container(
        env=[{"name": "M", "valueFrom": {"configMapKeyRef": {"name": "web-config", "key": "log.level"}}}]
    )
    mount = container(volumeMounts=[{"name": "tls", "mountPath": "/etc/tls"}])
    volume = {"volumes": [{"name": "tls", "secret": {"secretName": "web-tls"}}]}
    item = {
        "volumes": [{"name": "tls", "configMap": {"name": "web-config", "items": [{"key": "app.yml", "path": "a"}]}}]
    }
    projected = {
        "volumes": [{"name": "tls", "projected": {"sources": [{"configMap": {"name": "ca-bundle"}}]}}],
    }
    stuck = starting(created=900, containers=[mount], spec=volume)
    items = starting(created=900, containers=[mount], spec=item)
    both = starting(created=900, containers=[mount], spec=projected)
    first = held("CreateContainerConfigError", 'configmap "web-confg" not found', part=typo)
    gone = held(
        "CreateContainerConfigError",
        'secret "db-login" not found',
        name="report-1-x",
        part=container(envFrom=[{"secretRef": {"name": "db-login"}}]),
    )
    init = pod(
        "web-5f7c9d-abcde",
        phase="Pending",
        created=900,
        inits=[container("migrate", envFrom=[{"secretRef": {"name": "web-db"}}])],
        init_statuses=[status("migrate", state=waiting("CreateContainerConfigError", 'secret "web-db" not found'))],
        statuses=[status(state=waiting("PodInitializing"))],
        conditions=conditions(ready=False, since=900, scheduled=900),
    )
    lost = up(containers=[env], since=90_000)
    optional = up(containers=[container(envFrom=[{"configMapRef": {"name": "extra", "optional": True}}])])
    return [
        Case(
            id="a misspelt ConfigMap",
            objects=[*web(first), configmap("web-config", {"A": "1"})],
            code="ConfigMapMissing",
            on="ConfigMap/web-confg",
            says=("web-confg",),
            fix="web-config",
        ),
        Case(
            id="a Secret that a Job needs",
            objects=job_of("report-1", gone, active=1),
            code="SecretMissing",
            on="Secret/db-login",
            target="job/report-1",
            says=("db-login",),
            verdicts=BROKEN,
        ),
        Case(
            id="a TLS Secret that is mounted and absent",
            objects=[
                *web(stuck),
                event(
                    stuck,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found',
                    count=14,
                    first=880,
                ),
            ],
            code="SecretMissing",
            on="Secret/web-tls",
        ),
        Case(
            id="a TLS Secret that is mounted and absent, with events unread",
            objects=web(stuck),
            code="SecretMissing",
            on="Secret/web-tls",
            unread=("Event",),
        ),
        Case(
            id="a mounted Secret where Secrets may not be read",
            objects=[
                *web(stuck),
                event(
                    stuck,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found',
                    count=14,
                    first=880,
                ),
            ],
            code="SecretMissing",
            on="Secret/web-tls",
            unread=("Secret",),
        ),
        Case(
            id="a projected bundle that trust-manager should have made",
            objects=[
                *daemons("agent", both),
                event(
                    both,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "tls" : configmap "ca-bundle" not found',
                    count=9,
                    first=880,
                ),
            ],
            code="ConfigMapMissing",
            on="ConfigMap/ca-bundle",
        ),
        Case(
            id="a mounted ConfigMap lacks the key",
            objects=[
                *web(items),
                event(
                    items,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "tls" : configmap references non-existent config key: app.yml',
                    count=9,
                    first=880,
                ),
                configmap("web-config", {"app.yaml": "x: 1"}),
            ],
            code="ConfigKeyMissing",
            variant="configmap",
            on="ConfigMap/web-config",
            says=("app.yml",),
        ),
        Case(
            id="a Secret lacks the key that a variable wants",
            objects=[
                *stateful(
                    "db",
                    held(
                        "CreateContainerConfigError",
                        "couldn't find key api-token in Secret shop/web",
                        name="db-0",
                        part=keyed,
                    ),
                ),
                secret("web", ["api_token"]),
            ],
            code="ConfigKeyMissing",
            variant="secret",
            on="Secret/web",
            says=("api-token",),
        ),
        Case(
            id="a ConfigMap lacks the key that a variable wants",
            objects=[
                *web(
                    held(
                        "CreateContainerConfigError",
                        "couldn't find key log.level in ConfigMap shop/web-config",
                        part=mapped,
                    )
                ),
                configmap("web-config", {"loglevel": "info"}),
            ],
            code="ConfigKeyMissing",
            variant="configmap",
            on="ConfigMap/web-config",
        ),
        Case(
            id="the Secret of an init step",
            objects=web(init),
            code="SecretMissing",
            on="Secret/web-db",
            never=("InitContainerHanging",),
        ),
        Case(id="an optional ConfigMap that is absent", objects=deploy("web", optional), verdicts=FINE),
        Case(
            id="the ConfigMap was deleted below a pod that runs",
            objects=deploy("web", lost),
            code="ConfigMapMissing",
            on="ConfigMap/web-config",
            verdicts=(*FINE, *DEGRADED),
        ),
        Case(
            id="a cache that was not yet filled and a start 20 s later",
            objects=[
                *deploy("web", (body := up(since=1200))),
                event(
                    body,
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to sync configmap cache: timed out waiting for the condition',
                    first=1230,
                    last=1229,
                ),
            ],
            verdicts=FINE,
        ),
    ]


def _commands() -> list[Case]:
    def loop(message: str, code: int = 128, reason: str = "StartError", **part: object) -> Obj:
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
    docker = 'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "gunicon": executable file not found in $PATH: unknown'
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
        '"/var/lib/kubelet/pods/6f/volume-subpaths/conf/app/0" to rootfs at "/etc/nginx/nginx.conf": mount src=/var/lib, '
        "dst=/etc/nginx/nginx.conf, dstFd=/proc/thread-self/fd/8, flags=0x5001: not a directory: unknown: Are you trying "
        "to mount a directory onto a file (or vice-versa)?"
    )
    readonly = (
        RUNC
        + START
        + 'error during container init: error mounting "/x" to rootfs at "/data": create mountpoint for /data mount: mkdirat /run/rootfs/data: read-only file system: unknown'
    )
    prepared = 'failed to prepare subPath for volumeMount "conf" of container "app"'
    user = 'container has runAsNonRoot and image will run as root (pod: "web_shop(6f)", container: app)'
    named = 'container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root (pod: "web_shop(6f)", container: app)'
    strict = {"securityContext": {"runAsNonRoot": True}}
    nvidia = (
        RUNC
        + START
        + "error during container init: error running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\nnvidia-container-cli: initialization error: nvml error: driver not loaded: unknown"
    )
    oom = RUNC + START + "container init was OOM-killed (memory limit too low?): unknown"
    hook = held(
        "PostStartHookError",
        'Exec lifecycle hook ([/bin/sh -c consul-register]) for Container "app" in Pod "x" failed - error: command \'/bin/sh -c consul-register\' exited with 127: /bin/sh: consul-register: not found, message: ""',
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
                    'failed to reserve container name "app_web_shop_6f_0": name "app_web_shop_6f_0" is reserved for "9aa"',
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
                    'failed to generate security options for container "app": failed to generate seccomp security options for container: seccomp profile file operator/shop/web.json: open /var/lib/kubelet/seccomp/operator/shop/web.json: no such file or directory',
                )
            ),
            code="ContainerStartFailed",
            on="",
            says=("seccomp",),
        ),
    ]


def _waiting_for(name: str = "web-5f7c9d-abcde", **rest: object) -> Obj:
    return pod(
        name,
        phase="Pending",
        created=3000,
        inits=[
            container(
                "wait-for-db",
                image="busybox:1.36",
                command=["sh", "-c", "until nc -z orders-db 5432; do echo waiting for orders-db; sleep 2; done"],
            )
        ],
        init_statuses=[status("wait-for-db", state=running(2900), started=True)],
        statuses=[status(state=waiting("PodInitializing"))],
        conditions=conditions(ready=False, since=2990, scheduled=2990),
    )


def _inits() -> list[Case]:
    body = _waiting_for()
    logs = {(body["metadata"]["name"], "wait-for-db", False): ["waiting for orders-db"] * 30}
    down = crashing(1, name="orders-db-0", labels={"app": "orders-db"}, part=container("db", image="postgres:16"))
    front = service("orders-db", port=5432)
    failed = pod(
        "web-5f7c9d-abcde",
        phase="Pending",
        inits=[container("migrate", image="shop/migrate:4")],
        init_statuses=[
            status("migrate", state=waiting("CrashLoopBackOff", "back-off 5m0s"), last=terminated(1), restarts=9)
        ],
        statuses=[status(state=waiting("PodInitializing"))],
        conditions=conditions(ready=False, since=1700, scheduled=1790),
    )
    return [
        Case(
            id="an init step waits for a Service that does not exist",
            objects=web(body),
            logs=logs,
            code="InitContainerHanging",
            on="",
            part="wait-for-db",
            says=("orders-db",),
        ),
        Case(
            id="an init step waits for a database that crashes",
            objects=[
                *web(body),
                *stateful("orders-db", down),
                front,
                slice_of(front, down, ready=False),
            ],
            logs={
                **logs,
                ("orders-db-0", "db", True): [
                    "Error: Database is uninitialized and superuser password is not specified.",
                    "       You must specify POSTGRES_PASSWORD to a non-empty value for the",
                    "       superuser.",
                ],
            },
            code="EnvVarMissing",
            on="StatefulSet/orders-db",
            says=("POSTGRES_PASSWORD",),
        ),
        Case(
            id="an init step that crashes on a duplicate column",
            objects=web(failed),
            logs={
                ("web-5f7c9d-abcde", "migrate", True): [
                    "INFO  [alembic.runtime.migration] Running upgrade 3f -> 4a",
                    "Traceback (most recent call last):",
                    '  File "/app/migrate.py", line 10, in <module>',
                    "    run()",
                    'sqlalchemy.exc.ProgrammingError: (psycopg2.errors.DuplicateColumn) column "state" of relation "orders" already exists',
                ]
            },
            code="AppCrashed",
            part="migrate",
            never=("InitContainerHanging", "ProbeFailing"),
        ),
    ]


def _sandboxes() -> list[Case]:
    calico = 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0a1b": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized'
    flannel = 'Failed to create pod sandbox: rpc error: code = Unknown desc = [failed to set up sandbox container "0a1b" network for pod "web": networkPlugin cni failed to set up pod "web_shop" network: open /run/flannel/subnet.env: no such file or directory]'
    multus = 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox k8s_web_shop_6f(0a1b): error adding pod shop_web to CNI network "multus-cni-network": plugin type="multus" name="multus-cni-network" failed (add): [shop/web:ovn-kubernetes]: error adding container to network "ovn-kubernetes": CNI request failed with status 400: \'[shop/web] failed to configure pod interface: timed out waiting for OVS port binding\''
    pause = 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.9": failed to pull image "registry.k8s.io/pause:3.9": dial tcp 34.96.108.209:443: i/o timeout'
    aws = 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0a1b": plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container'
    local = 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0a1b": plugin type="bridge" failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.42.3.1-10.42.3.254'
    out: list[Case] = []
    for title, text, code, words in (
        ("calico refuses", calico, "SandboxCreationFailed", ("calico",)),
        ("docker: flannel has no subnet", flannel, "SandboxCreationFailed", ("subnet.env",)),
        ("CRI-O: OVN does not bind", multus, "SandboxCreationFailed", ("OVS",)),
        ("the pause image cannot be pulled", pause, "SandboxCreationFailed", ("pause",)),
        ("no addresses of the VPC", aws, "PodAddressesExhausted", ("node-1",)),
        ("the range of the node is full", local, "PodAddressesExhausted", ("10.42.3",)),
    ):
        body = starting(created=900)
        out.append(
            Case(
                id=f"no sandbox: {title}",
                objects=[*web(body), event(body, "FailedCreatePodSandBox", text, first=890, last=5, count=60)],
                code=code,
                on="",
                says=words,
                never=("ImageRegistryUnreachable",),
            )
        )
    fine = up(since=1000)
    out.append(
        Case(
            id="no sandbox once, then started",
            objects=[*deploy("web", fine), event(fine, "FailedCreatePodSandBox", calico, first=1010, last=1010)],
            verdicts=FINE,
        )
    )
    return out


CASES: tuple[Case, ...] = (*_references(), *_commands(), *_mounts(), *_inits(), *_sandboxes())
