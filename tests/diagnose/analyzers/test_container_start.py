"""Containers that do not get to run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.container_start import container_start
from diagnose.findings import Severity
from diagnose.scene import Scene
from tests.diagnose import build

POD = "app-7d9c-x2x4z"
RUNC = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
START = f"{RUNC}unable to start container process: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A container that does not start, and what must be said of it."""

    id: str
    status: dict[str, Any]
    code: str = ""
    variant: str = ""
    object: str = "Deployment/app"
    spec: dict[str, Any] = field(default_factory=dict)
    pod_spec: dict[str, Any] = field(default_factory=dict)
    objects: Sequence[dict[str, Any]] = ()
    event: tuple[str, str] | None = None
    lines: Sequence[str] = ()
    says: Sequence[str] = ()
    near: tuple[str, ...] | None = None
    unread: Sequence[str] = ()
    created: float = 1800


def config_error(message: str) -> dict[str, Any]:
    """Write the status of a container whose configuration cannot be put together."""
    return build.status(state=build.waiting("CreateContainerConfigError", message))


def creating() -> dict[str, Any]:
    """Write the status of a container that has not been tried."""
    return build.status(state=build.waiting("ContainerCreating"))


def start_error(message: str) -> dict[str, Any]:
    """Write the status that containerd leaves: CrashLoopBackOff after an end without a run."""
    return build.crash_loop(code=128, reason="StartError", message=message)


def variable(kind: str, name: str, key: str, *, optional: bool = False) -> dict[str, Any]:
    """Write a container that takes one variable from a ConfigMap or Secret."""
    ref = "configMapKeyRef" if kind == "ConfigMap" else "secretKeyRef"
    source = {"name": name, "key": key, **({"optional": True} if optional else {})}
    return {"env": [{"name": "VALUE", "valueFrom": {ref: source}}]}


def volume(**source: Any) -> dict[str, Any]:
    """Write a pod with one volume."""
    return {"volumes": [{"name": "conf", **source}]}


REFERENCES = (
    Start(
        id="ConfigMap of a variable",
        status=config_error('configmap "settings" not found'),
        spec=variable("ConfigMap", "settings", "url"),
        code="ConfigMapMissing",
        object="ConfigMap/settings",
        says=["does not exist in shop", "variable VALUE of container app"],
    ),
    Start(
        id="ConfigMap of all variables, misspelt",
        status=config_error('configmap "setting" not found'),
        spec={"envFrom": [{"configMapRef": {"name": "setting"}}]},
        objects=[build.configmap("settings", {"a": "b"})],
        code="ConfigMapMissing",
        object="ConfigMap/setting",
        near=("settings",),
    ),
    Start(
        id="ConfigMap of a volume, by event",
        status=creating(),
        pod_spec=volume(configMap={"name": "routes"}),
        event=("FailedMount", 'MountVolume.SetUp failed for volume "conf" : configmap "routes" not found'),
        code="ConfigMapMissing",
        object="ConfigMap/routes",
        says=["volume conf"],
    ),
    Start(
        id="ConfigMap of a projected volume",
        status=creating(),
        pod_spec=volume(projected={"sources": [{"configMap": {"name": "routes"}}]}),
        code="ConfigMapMissing",
        object="ConfigMap/routes",
    ),
    Start(
        id="it is a Secret, not a ConfigMap",
        status=config_error('configmap "login" not found'),
        spec=variable("ConfigMap", "login", "user"),
        objects=[build.secret("login", ["user"])],
        code="ConfigMapMissing",
        object="ConfigMap/login",
        near=("Secret login",),
    ),
    Start(
        id="Secret of a variable, there in another namespace",
        status=config_error('secret "smtp" not found'),
        spec=variable("Secret", "smtp", "password"),
        objects=[build.secret("smtp", ["password"], namespace="mail")],
        code="SecretMissing",
        object="Secret/smtp",
        says=["mail has one of this name"],
    ),
    Start(
        id="Secret that could not be listed, named by the kubelet",
        status=config_error('secret "smtp" not found'),
        spec=variable("Secret", "smtp", "password"),
        unread=["Secret"],
        code="SecretMissing",
        object="Secret/smtp",
    ),
    Start(
        id="Secret that could not be listed",
        status=creating(),
        spec=variable("Secret", "smtp", "password"),
        unread=["Secret"],
        created=20,
    ),
    Start(
        id="optional reference",
        status=build.status(state=build.running(), ready=True),
        spec=variable("ConfigMap", "settings", "url", optional=True),
    ),
    Start(
        id="key of a ConfigMap",
        status=config_error("couldn't find key URL in ConfigMap shop/settings"),
        spec=variable("ConfigMap", "settings", "URL"),
        objects=[build.configmap("settings", {"URI": "x"})],
        code="ConfigKeyMissing",
        variant="configmap",
        object="ConfigMap/settings",
        near=("URI",),
        says=["no key URL", "it has URI"],
    ),
    Start(
        id="key of a Secret whose keys are known",
        status=creating(),
        spec=variable("Secret", "smtp", "password"),
        objects=[build.secret("smtp", ["pasword"])],
        code="ConfigKeyMissing",
        variant="secret",
        object="Secret/smtp",
        near=("pasword",),
    ),
    Start(
        id="key of a Secret whose keys are not known",
        status=config_error("couldn't find key password in Secret shop/smtp"),
        spec=variable("Secret", "smtp", "password"),
        objects=[build.obj("Secret", "smtp", type="Opaque", dataKeysUnknown=True)],
        code="ConfigKeyMissing",
        variant="secret",
        object="Secret/smtp",
    ),
    Start(
        id="unknown keys alone claim nothing",
        status=creating(),
        spec=variable("Secret", "smtp", "password"),
        objects=[build.obj("Secret", "smtp", type="Opaque", dataKeysUnknown=True)],
        created=20,
    ),
    Start(
        id="key of a volume item",
        status=creating(),
        pod_spec=volume(configMap={"name": "routes", "items": [{"key": "site.conf", "path": "site.conf"}]}),
        objects=[build.configmap("routes", {"sites.conf": "x"})],
        code="ConfigKeyMissing",
        variant="configmap",
        object="ConfigMap/routes",
        near=("sites.conf",),
    ),
)

CONTAINERS = (
    Start(
        id="containerd: no such program",
        status=start_error(f'{START}exec: "/app/server": stat /app/server: no such file or directory: unknown'),
        spec={"command": ["/app/server"]},
        code="CommandNotFound",
        says=["/app/server", "command[0]"],
    ),
    Start(
        id="first failure while waiting",
        status=build.status(
            state=build.waiting(
                "RunContainerError", f'{START}exec: "wgte": executable file not found in $PATH: unknown'
            )
        ),
        spec={"command": ["wgte", "-q"]},
        code="CommandNotFound",
        near=("wget",),
    ),
    Start(
        id="CRI-O with crun",
        status=build.status(
            state=build.waiting(
                "CreateContainerError",
                "container create failed: executable file `serve` not found in $PATH: No such file",
            )
        ),
        spec={"args": ["serve"]},
        code="CommandNotFound",
        says=["args[0]"],
    ),
    Start(
        id="whole command line in one string",
        status=start_error(f'{START}exec: "server --port 80": executable file not found in $PATH: unknown'),
        spec={"command": ["server --port 80"]},
        code="CommandNotFound",
        says=["one string"],
    ),
    Start(
        id="whole command line with a colon in it",
        status=start_error(f'{START}exec: "/bin/serve --on :80": stat /bin/serve --on :80: no such file or directory'),
        spec={"command": ["/bin/serve --on :80"]},
        code="CommandNotFound",
    ),
    Start(
        id="shell word without a shell",
        status=start_error(f'{START}exec: "cd": executable file not found in $PATH: unknown'),
        spec={"command": ["cd", "/app", "&&", "npm", "start"]},
        code="CommandNotFound",
        says=["a shell is needed"],
    ),
    Start(
        id="exit 127 of the shell",
        status=build.crash_loop(code=127, ran=1),
        spec={"command": ["sh", "-c", "serve"]},
        lines=["sh: serve: not found"],
        code="CommandNotFound",
        says=["serve"],
    ),
    Start(id="exit 127 long after the start", status=build.crash_loop(code=127, ran=500), lines=["x: not found"]),
    Start(
        id="not executable",
        status=start_error(f'{START}exec: "/app/run.sh": permission denied: unknown'),
        spec={"command": ["/app/run.sh"]},
        code="CommandNotExecutable",
        says=["right to execute"],
    ),
    Start(
        id="script from a ConfigMap without the executable bit",
        status=start_error(f'{START}exec: "/scripts/run.sh": permission denied: unknown'),
        spec={"command": ["/scripts/run.sh"], "volumeMounts": [{"name": "conf", "mountPath": "/scripts"}]},
        pod_spec=volume(configMap={"name": "scripts", "defaultMode": 0o644}),
        objects=[build.configmap("scripts", {"run.sh": "echo"})],
        code="CommandNotExecutable",
        says=["0644"],
    ),
    Start(
        id="format",
        status=build.crash_loop(code=255, ran=0),
        lines=["exec /app/run.sh: exec format error"],
        code="CommandNotExecutable",
        says=["#!"],
    ),
    Start(
        id="image runs as root",
        status=config_error("container has runAsNonRoot and image will run as root (pod: x, container: app)"),
        spec={"securityContext": {"runAsNonRoot": True}},
        code="RunAsNonRootViolated",
        says=["runs as root"],
    ),
    Start(
        id="image user by name",
        status=config_error(
            "container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root"
        ),
        pod_spec={"securityContext": {"runAsNonRoot": True}},
        code="RunAsNonRootViolated",
        says=["(node)"],
    ),
    Start(
        id="folder on a file",
        status=start_error(
            f'{START}error during container init: error mounting "/var/lib/kubelet/x" to rootfs at '
            f'"/etc/app.conf": mount: not a directory: '
            "Are you trying to mount a directory onto a file"
        ),
        spec={"volumeMounts": [{"name": "conf", "mountPath": "/etc/app.conf"}]},
        pod_spec=volume(emptyDir={}),
        code="MountTargetInvalid",
        says=["/etc/app.conf", "volume conf"],
    ),
    Start(
        id="key that the volume lacks",
        status=start_error(
            f'{START}error during container init: error mounting "/var/lib/kubelet/x" to rootfs at "/etc/app.conf": '
            "create mountpoint: not a directory"
        ),
        spec={"volumeMounts": [{"name": "conf", "mountPath": "/etc/app.conf", "subPath": "app.cfg"}]},
        pod_spec=volume(configMap={"name": "settings"}),
        objects=[build.configmap("settings", {"app.conf": "x"})],
        code="MountTargetInvalid",
        says=["key app.cfg of ConfigMap settings does not exist", "it has app.conf"],
        near=("app.conf",),
    ),
    Start(
        id="anything else",
        status=build.status(state=build.waiting("CreateContainerError", "context deadline exceeded")),
        code="ContainerStartFailed",
        says=["context deadline exceeded"],
    ),
    Start(
        id="a reason that no rule knows",
        status=build.status(state=build.waiting("SomethingNew", "because")),
        code="ContainerStartFailed",
        says=["because"],
    ),
    Start(
        id="caches of a young kubelet",
        status=config_error("failed to sync configmap cache: timed out waiting for the condition"),
        created=60,
    ),
    Start(
        id="too little memory is left to memory",
        status=build.status(
            state=build.waiting("RunContainerError", "container init was OOM-killed (memory limit too low?)")
        ),
    ),
    Start(
        id="hook after the start",
        status=build.crash_loop(code=137, ran=1),
        spec={"lifecycle": {"postStart": {"exec": {"command": ["false"]}}}},
        event=("FailedPostStartHook", "PostStartHook failed"),
        code="PostStartHookFailed",
        says=["postStart hook (exec)"],
    ),
    Start(
        id="volume of another kind",
        status=creating(),
        event=("FailedMount", 'MountVolume.SetUp failed for volume "conf" : mount failed: exit status 32'),
        code="ContainerStartFailed",
        says=["exit status 32"],
    ),
    Start(id="no word at all", status=creating(), code="ContainerStartFailed", says=["30 min"]),
    Start(id="young pod", status=creating(), created=40),
    Start(id="crash is no start failure", status=build.crash_loop(code=1), lines=["ERROR no licence"]),
    Start(id="running", status=build.status(state=build.running(), ready=True)),
)


def scene_of(case: Start) -> Scene:
    """Build the Deployment whose pod shows the case."""
    body = build.pod(
        POD,
        containers=[build.container(**case.spec)],
        statuses=[case.status],
        spec=case.pod_spec,
        created=case.created,
        phase="Pending",
    )
    objects = build.deployed(body)
    events = [build.event(objects[-1], *case.event, first=50)] if case.event else []
    logs = {(POD, "app", True): case.lines} if case.lines else {}
    return build.scene(*objects, *case.objects, *events, logs=logs, unread=case.unread)


@pytest.mark.parametrize("case", [*REFERENCES, *CONTAINERS], ids=lambda case: case.id)
def test_what_keeps_a_container_from_starting_is_named(case: Start) -> None:
    found = build.findings(container_start, scene_of(case))
    wanted = [(case.code, case.variant, case.object)] if case.code else []
    assert [(entry.code, entry.variant, f"{entry.object.kind}/{entry.object.name}") for entry in found] == wanted
    for words in case.says:
        assert words in found[0].summary.en
    if case.near is not None:
        assert found[0].near == case.near


@pytest.mark.parametrize(("other", "code"), [("arm64", "ImageArchitectureMismatch"), ("amd64", "CommandNotExecutable")])
def test_an_image_that_runs_on_another_processor_only_is_not_built_for_this_one(other: str, code: str) -> None:
    body = build.pod(POD, statuses=[start_error(f'{START}exec: "/app": exec format error')])
    peer = build.pod("peer", node="node-2", statuses=[build.status(state=build.running(), ready=True)], ready=True)
    there = build.node("node-2", nodeInfo={"architecture": other})
    (finding,) = build.findings(container_start, build.scene(*build.deployed(body), peer, build.node(), there))
    assert finding.code == code


def test_a_missing_object_is_marked_absent_and_can_be_created() -> None:
    case = next(entry for entry in REFERENCES if entry.id == "ConfigMap of a variable")
    (finding,) = build.findings(container_start, scene_of(case))
    assert finding.absent
    assert '"url": "<value>"' in finding.remedies[-1].command


def test_a_pod_of_some_seconds_may_only_be_faster_than_its_config() -> None:
    body = build.pod(
        POD, statuses=[creating()], containers=[build.container(**variable("ConfigMap", "a", "b"))], created=5
    )
    given = build.scene(*build.deployed(body))
    assert build.findings(container_start, given) == []
    assert build.in_progress(container_start, given)


def test_an_object_that_came_since_is_in_progress() -> None:
    body = build.pod(
        POD,
        statuses=[config_error('configmap "a" not found')],
        containers=[build.container(envFrom=[{"configMapRef": {"name": "a"}}])],
    )
    given = build.scene(*build.deployed(body), build.configmap("a", {"b": "c"}))
    assert build.findings(container_start, given) == []
    assert build.in_progress(container_start, given)


def test_a_deleted_config_under_a_running_pod_is_only_a_warning() -> None:
    body = build.pod(
        POD,
        statuses=[build.status(state=build.running(), ready=True)],
        containers=[build.container(**variable("ConfigMap", "a", "b"))],
        ready=True,
    )
    (finding,) = build.findings(container_start, build.scene(*build.deployed(body)))
    assert finding.severity is Severity.LOW


def init_scene(lines: Sequence[str], *objects: dict[str, Any], since: float = 900, **spec: Any) -> Scene:
    """Build a pod whose init container runs."""
    body = build.pod(
        POD,
        inits=[build.container("wait", **spec)],
        init_statuses=[build.status("wait", state=build.running(since))],
        statuses=[build.status(state=build.waiting("PodInitializing"))],
        phase="Pending",
    )
    return build.scene(*build.deployed(body), *objects, logs={(POD, "wait", False): lines})


WAIT_LOOP = ["sh", "-c", "until nc -z orders-db 5432; do echo waiting for orders-db; sleep 2; done"]


def test_a_hanging_init_container_names_what_it_waits_for() -> None:
    given = init_scene(["waiting for orders-db"] * 9, build.service("orders-db", port=5432), command=WAIT_LOOP)
    (finding,) = build.findings(container_start, given)
    assert (finding.code, finding.part) == ("InitContainerHanging", "wait")
    assert "waits for orders-db:5432" in finding.summary.en
    assert [reach.ref.name for reach in finding.chain] == ["orders-db"]


def test_a_hanging_init_container_says_that_the_service_is_absent() -> None:
    given = init_scene(["nc: bad address 'orders-db'"] * 9, build.service("orders-dbs"), command=WAIT_LOOP)
    (finding,) = build.findings(container_start, given)
    assert finding.near == ("orders-dbs",)
    assert "there is no Service orders-db" in finding.summary.en


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        (["copied 10 %", "copied 20 %", "copied 30 %"], {}),
        (["waiting for db"], {"since": 100}),
        (["waiting for db"], {"restartPolicy": "Always"}),
    ],
    ids=["progress", "young", "sidecar"],
)
def test_an_init_container_that_works_or_is_young_or_a_sidecar_does_not_hang(
    lines: list[str], fields: dict[str, Any]
) -> None:
    assert build.findings(container_start, init_scene(lines, **fields)) == []


def test_a_key_that_the_kubelet_did_not_find_proves_that_the_object_is_there_even_when_it_was_not_read() -> None:
    said = f"couldn't find key MODE in ConfigMap {build.SPACE}/settings"
    variable = {"name": "MODE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "MODE"}}}
    pod = build.pod(
        containers=[build.container(env=[variable])],
        statuses=[build.status(state=build.waiting("CreateContainerConfigError", said))],
    )
    found = build.findings(container_start, build.scene(*build.deployed(pod), unread=["ConfigMap"]))
    assert [(entry.code, entry.object.name, entry.absent) for entry in found] == [
        ("ConfigKeyMissing", "settings", False)
    ]
