"""A helper container that runs on keeps a Job from ending."""

import re
from collections.abc import Iterator

from cluster.fields import Obj, objects, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.jobs.runs import label_of, label_zh
from diagnose.containers import Container, containers
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Edge, Finding, Observation, Reach, Remedy, matched, proved
from diagnose.graph import template_of
from diagnose.remedies import in_application, template_patch
from diagnose.scene import Scene
from diagnose.state import job_done, job_failed

GRACE_SECONDS = 60
"""How long after the main container's end a helper may need to notice it."""

_HELPER = re.compile(
    r"(?:^|[-_./])(?:side-?car|proxy|proxyv2|agent|exporter|envoy|mesh|istio|linkerd|fluent-?(?:bit|d)|filebeat|promtail|"
    r"logs?(?:ger|-?shipper|-?router)?|vector|vault|tailer|telegraf|collector|otel|daemon|metrics|adapter|forwarder|"
    r"syncer|tunnel|pgbouncer|statsd|refresh(?:er)?|watcher)(?:$|[-_./:@0-9])",
    re.IGNORECASE,
)
"""Words that helpers carry in their name or image, between separators."""


def sidecar_blocks(scene: Scene, job: Obj) -> Iterator[Observation]:
    """Yield one finding for each helper that still runs although the work of its pod is done."""
    if job_done(job) or job_failed(job):
        return
    for pod in scene.graph.pods_of(job):
        if text(pod, "metadata", "deletionTimestamp") or text(pod, "status", "phase") != "Running":
            continue
        mains = [container for container in containers(pod) if container.role == "main"]
        running = [container for container in mains if container.running]
        done = [container for container in mains if _done(container)]
        if not running or len(done) + len(running) != len(mains) or not done:
            continue
        last = max(done, key=lambda container: (str(container.ended_at or ""), container.name))
        if scene.age(last.ended_at) >= GRACE_SECONDS and all(is_helper(container) for container in running):
            for helper in running:
                yield _finding(scene, job, pod, last, helper)


def _done(container: Container) -> bool:
    state = container.status.get("state")
    return isinstance(state, dict) and "terminated" in state and container.exit_code == 0


def is_helper(container: Container) -> bool:
    """Say whether a container carries the name or image of a helper."""
    image = container.image.rpartition("@")[0] or container.image
    return bool(_HELPER.search(container.name) or _HELPER.search(image.rpartition("/")[2]))


def _finding(scene: Scene, job: Obj, pod: Obj, main: Container, helper: Container) -> Finding:
    age = scene.age(main.ended_at)
    label, label_cn = label_of(scene, job), label_zh(scene, job)
    evidence: list[Evidence] = [
        scene.field(pod, *main.ended_path, "exitCode"),
        scene.field(pod, *helper.status_path, "state", "running", "startedAt"),
    ]
    named = bool(_HELPER.search(helper.name))
    return Finding(
        code="JobSidecarBlocksCompletion",
        confidence=proved(
            "the main container ended with 0 and only the helper runs",
            "主容器以 0 退出，只剩辅助容器在运行",
            twice=True,
        )
        if named
        else matched("only the image's name marks it as a helper", "仅凭镜像名称判断其为辅助容器"),
        object=scene.holder_ref(pod),
        part=helper.name,
        affected=(
            *scene.reach_pods([pod]),
            Reach(ref=ref_of(job), edge=Edge.OWNER),
            *(Reach(ref=ref_of(owner), edge=Edge.OWNER) for owner in scene.graph.owners(job)),
        ),
        summary=Phrase(
            en=f"The {label} is done but cannot end: container {main.name} ended well {spoken_time(age)} ago and "
            f"helper container {helper.name} of the same pod still runs",
            zh=f"{label_cn}已做完却无法结束：容器 {main.name} 在 {spoken_time_zh(age)}前正常退出，"
            f"同一 Pod 的辅助容器 {helper.name} 仍在运行",
        ),
        expected="all containers end",
        actual=f"{main.name}: terminated exitCode 0; {helper.name}: running",
        evidence=tuple(evidence),
        remedies=tuple(_remedies(scene, job, main, helper)),
        since=main.ended_at,
    )


def _remedies(scene: Scene, job: Obj, main: Container, helper: Container) -> Iterator[Remedy]:
    template = template_of(scene.graph.holder(job))
    listed = objects(template.spec, "containers") if template else []
    written = next((entry for entry in listed if text(entry, "name") == helper.name), None)
    if written is not None:
        plain = {key: value for key, value in written.items() if key not in {"livenessProbe", "readinessProbe"}}
        yield template_patch(
            scene,
            job,
            {
                "containers": [{"$patch": "delete", "name": helper.name}],
                "initContainers": [{**plain, "restartPolicy": "Always"}],
            },
            summary=Phrase(
                en=f"Make {helper.name} a native sidecar, which is stopped when the work is done (Kubernetes 1.29 or "
                "newer)",
                zh=f"把 {helper.name} 改为原生 sidecar，主容器完成后会自动停止（需要 Kubernetes 1.29 或更高）",
            ),
        )
    yield in_application(
        Phrase(
            en=f"Let {main.name} tell {helper.name} to quit as its last step, if the helper has such a call",
            zh=f"让 {main.name} 在最后一步通知 {helper.name} 退出（若它提供这样的接口）",
        )
    )
