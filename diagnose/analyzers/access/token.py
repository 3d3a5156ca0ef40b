"""Programs that need the Kubernetes API and find no token of their ServiceAccount."""

import re
from collections.abc import Iterator

from cluster.fields import dig, name, namespace, objects, text
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.complaints import WINDOW_SECONDS
from diagnose.containers import Container, containers
from diagnose.fault import named
from diagnose.findings import Edge, Finding, Reach, matched, proved
from diagnose.logs.line import MAX_CHARACTERS
from diagnose.logs.reading import read_log
from diagnose.remedies import command, template_patch
from diagnose.scene import Scene
from diagnose.state import pod_satisfied, termination_current

PLACE = "/var/run/secrets/kubernetes.io/serviceaccount"
_MISSING = re.compile(
    r"/var/run/secrets/kubernetes\.io/serviceaccount/\S{1,40}?:? .{0,40}no such file|"
    r"no such file or directory:? .{0,10}/var/run/secrets/kubernetes\.io/serviceaccount|"
    r"ENOENT.{0,60}/var/run/secrets/kubernetes\.io/serviceaccount|"
    r"unable to load in-cluster config|unable to load in-cluster configuration|"
    r"Service (?:token|host/port).{0,20}(?:does not exist|is not set)|"
    r"User \\{0,3}\"system:anonymous\\{0,3}\" cannot ",
    re.IGNORECASE,
)
_WORDS = ("serviceaccount", "in-cluster", "system:anonymous", "Service token", "Service host")


def token_missing(scene: Scene) -> Iterator[Finding]:
    """Yield the programs that fail for want of a token, with the switch that keeps it away."""
    for pod in scene.live_pods:
        if pod_satisfied(scene, pod):
            continue
        for container in containers(pod):
            line = _line(scene, container) if container.role != "ephemeral" else None
            found = _finding(scene, container, line) if line is not None else None
            if found is not None:
                yield found


def _line(scene: Scene, container: Container) -> Evidence | None:
    for previous in (False, True):
        if previous and not termination_current(scene, container):
            continue
        excerpt = scene.snapshot.log(container.pod, container.name, previous=previous)
        if excerpt is None or not any(word in line for line in excerpt.lines for word in _WORDS):
            continue
        reading = read_log(scene, container.pod, container.name, previous=previous)
        for item in reversed(reading.items if reading else ()):
            late = container.running and item.time is not None and scene.age(item.time) > WINDOW_SECONDS
            if not late and (_MISSING.search(item.text) or _MISSING.search(item.raw[:MAX_CHARACTERS])):
                return scene.line(container.pod, container.name, item.number, previous=previous)
    return None


def _finding(scene: Scene, container: Container, line: Evidence) -> Finding | None:
    pod = container.pod
    space, account = namespace(pod), text(pod, "spec", "serviceAccountName") or "default"
    own = scene.snapshot.get("ServiceAccount", space, account)
    switch = dig(pod, "spec", "automountServiceAccountToken")
    mounted = any(text(entry, "mountPath").rstrip("/") == PLACE for entry in objects(container.spec, "volumeMounts"))
    if mounted:
        return None
    evidence: tuple[Evidence, ...]
    if switch is False:
        reason = Phrase(
            en="automountServiceAccountToken is false in the pod", zh="Pod 中的 automountServiceAccountToken 为 false"
        )
        evidence = (line, scene.field(pod, "spec", "automountServiceAccountToken"))
        actual = "automountServiceAccountToken: false (pod)"
    elif switch is not True and dig(own, "automountServiceAccountToken") is False and own is not None:
        reason = Phrase(
            en=f"automountServiceAccountToken is false in ServiceAccount {account}",
            zh=f"ServiceAccount {account} 中的 automountServiceAccountToken 为 false",
        )
        evidence = (line, scene.field(own, "automountServiceAccountToken"))
        actual = f"automountServiceAccountToken: false (ServiceAccount {account})"
    else:
        return _dropped(scene, container, line)
    return _report(scene, container, reason, evidence, actual, account)


def _dropped(scene: Scene, container: Container, line: Evidence) -> Finding | None:
    """Report a container without the usual mount although nothing switches it off: it was dropped on the way."""
    pod = container.pod
    if not text(pod, "spec", "nodeName") or not objects(pod, "spec", "volumes"):
        return None
    others = [c for c in containers(pod) if c is not container]
    if not any(text(m, "mountPath").rstrip("/") == PLACE for c in others for m in objects(c.spec, "volumeMounts")):
        return None
    reason = Phrase(en="its container does not mount the token volume", zh="其容器没有挂载令牌卷")
    path = (*container.spec_path, "volumeMounts")
    evidence = (line, scene.field(pod, *path))
    account = text(pod, "spec", "serviceAccountName") or "default"
    return _report(scene, container, reason, evidence, "no mount", account)


def _report(
    scene: Scene, container: Container, reason: Phrase, evidence: tuple[Evidence, ...], actual: str, account: str
) -> Finding:
    pod = container.pod
    who = named(container)
    ref = ObjectRef(kind="ServiceAccount", namespace=namespace(pod), name=account)
    certain = actual != "no mount"
    summary = Phrase(
        en="Have the token mounted: set automountServiceAccountToken to true in the pod",
        zh="挂载令牌：在 Pod 中把 automountServiceAccountToken 设为 true",
    )
    remedy = (
        template_patch(scene, pod, {"automountServiceAccountToken": True}, summary=summary)
        if certain
        else command(
            f"kubectl -n {namespace(pod)} delete pod {name(pod)}",
            summary=Phrase(en="Have the pod made anew, so that the mount is added", zh="重建该 Pod，以便补上挂载"),
        )
    )
    return Finding(
        code="ServiceAccountTokenMissing",
        confidence=proved("the switch and the program's words were read", "读取了开关与程序的日志", twice=True)
        if certain
        else matched("the log names the token", "日志提到了令牌"),
        object=scene.holder_ref(pod),
        part=container.name,
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"{who.en} needs the Kubernetes API and has no token for it: {reason.en}",
            zh=f"{who.zh} 需要访问 Kubernetes API，却没有令牌：{reason.zh}",
        ),
        expected="automountServiceAccountToken: true",
        actual=actual,
        evidence=evidence,
        remedies=(remedy,),
        chain=(Reach(ref=ref, edge=Edge.POLICY),),
        since=container.ended_at or container.started_at,
    )
