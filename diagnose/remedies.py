"""Shapes of remedies: complete commands with verify, undo, risk and who.

The table is that of the catalogue, 2.5. A change to an object that Helm, Argo CD, Flux or an operator keeps is said
to belong at that source, because a patch on the cluster would be overwritten.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from cluster.fields import Obj, dig, labels, objects, text, whole
from cluster.snapshot import ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.containers import Container
from diagnose.findings import Remedy, Risk, Who
from diagnose.graph import template_of
from diagnose.scene import Scene

ROLLOUT_SECONDS = 180
"""How long ``rollout status`` waits: the longest that anything in the product may block."""

_ROLLS = ("Deployment", "StatefulSet", "DaemonSet")


def container_change(container: Container, change: Mapping[str, Any]) -> dict[str, Any]:
    """Wrap a change of one container into the pod spec that holds it."""
    which = "initContainers" if container.role in {"init", "sidecar"} else "containers"
    return {which: [{"name": container.name, **change}]}


def template_patch(
    scene: Scene, obj: Obj, change: Mapping[str, Any], *, summary: Phrase, estimate: Phrase | None = None
) -> Remedy:
    """Change the pod spec where it is kept: in the workload's template, or by making a bare pod or Job anew.

    ``change`` is a strategic merge patch of the pod spec.
    """
    holder = scene.graph.holder(obj)
    ref = ref_of(holder)
    template = template_of(holder)
    patch: Any = dict(change)
    for key in reversed(template.spec_path if template else ("spec",)):
        patch = {key: patch}
    if ref.kind in {"Pod", "Job"}:
        return _made_anew(ref, patch, summary, estimate)
    rolls = ref.kind in _ROLLS
    return Remedy(
        summary=_at_source(holder, summary),
        command=f"kubectl -n {ref.namespace} patch {ref.slug} --type=strategic -p {_quoted(patch)}",
        patch=patch,
        target=ref,
        patch_type="strategic",
        verify=f"kubectl -n {ref.namespace} rollout status {ref.slug} --timeout={ROLLOUT_SECONDS}s"
        if rolls
        else f"kubectl -n {ref.namespace} get {ref.slug} -o yaml",
        expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成")
        if rolls
        else Phrase(en="the changed field shows the new value", zh="被修改的字段已是新值"),
        undo=f"kubectl -n {ref.namespace} rollout undo {ref.slug}" if rolls else "",
        risk=Risk.RESTART,
        reversible=rolls,
        estimate=estimate,
    )


_JOB_LABELS = ("batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name")


def fresh_copy(ref: ObjectRef) -> str:
    """Write the command that prints an object so that it can be created again.

    A Job is printed without the selector and labels that the API server gave it: it refuses them on a new one.
    """
    whole = f"kubectl -n {ref.namespace} get {ref.slug} -o json"
    if ref.kind != "Job":
        return whole
    given = ",".join(f'"{label}"' for label in _JOB_LABELS)
    return f"{whole} | jq 'del(.spec.selector) | del(.spec.template.metadata.labels[{given}])'"


def _made_anew(ref: ObjectRef, patch: Any, summary: Phrase, estimate: Phrase | None) -> Remedy:
    """Replace a pod or Job, whose template cannot be patched: save, change, replace."""
    file = f"{ref.name}.json"
    return Remedy(
        summary=Phrase(
            en=f"{summary.en} (a {ref.kind} cannot be changed in place: save it, change the file, replace it)",
            zh=f"{summary.zh}（{ref.kind} 不能原地修改：先导出，改文件，再替换）",
        ),
        command=f"{fresh_copy(ref)} > {shlex.quote(file)}  # change the file, then:\n"
        f"kubectl -n {ref.namespace} replace --force -f {shlex.quote(file)}",
        patch=patch,
        verify=f"kubectl -n {ref.namespace} get {ref.slug}",
        expect=Phrase(en="the new one runs or completes", zh="新的对象正常运行或已完成"),
        risk=Risk.RESTART,
        reversible=False,
        estimate=estimate,
    )


def roll_back(scene: Scene, obj: Obj) -> Remedy | None:
    """Return to the newest older revision of a Deployment that was ready; None when none is known."""
    holder = scene.graph.holder(obj)
    if text(holder, "kind") != "Deployment":
        return None
    current = revision_of(holder)
    older = [
        (revision_of(replica_set), replica_set)
        for replica_set in scene.graph.children(holder)
        if text(replica_set, "kind") == "ReplicaSet" and 0 < revision_of(replica_set) < current
    ]
    ready = [entry for entry in older if whole(entry[1], "status", "readyReplicas") > 0]
    if not ready:
        return None
    revision = max(ready, key=lambda entry: entry[0])[0]
    ref = ref_of(holder)
    return Remedy(
        summary=_at_source(
            holder,
            Phrase(
                en=f"Go back to revision {revision}, which still serves, while this is sorted out",
                zh=f"先回滚到仍在提供服务的版本 {revision}，再处理这个问题",
            ),
        ),
        command=f"kubectl -n {ref.namespace} rollout undo {ref.slug} --to-revision={revision}",
        verify=f"kubectl -n {ref.namespace} rollout status {ref.slug} --timeout={ROLLOUT_SECONDS}s",
        expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
        undo=f"kubectl -n {ref.namespace} rollout undo {ref.slug} --to-revision={current}",
        risk=Risk.RESTART,
    )


def revision_of(obj: Obj) -> int:
    """Return the number in ``deployment.kubernetes.io/revision``, 0 where there is none."""
    value = labels(obj, "metadata", "annotations").get("deployment.kubernetes.io/revision", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def object_patch(
    obj: Obj | ObjectRef,
    change: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    summary: Phrase,
    verify: str = "",
    expect: Phrase | None = None,
    undo: str = "",
    patch_type: Literal["strategic", "merge", "json"] = "merge",
    risk: Risk = Risk.NONE,
    who: Who = Who.OWNER,
    estimate: Phrase | None = None,
) -> Remedy:
    """Patch an object other than a pod template: a Service, claim, quota, route."""
    ref = obj if isinstance(obj, ObjectRef) else ref_of(obj)
    where = f"-n {ref.namespace} " if ref.namespace else ""
    return Remedy(
        summary=summary if isinstance(obj, ObjectRef) else _at_source(obj, summary),
        command=f"kubectl {where}patch {ref.slug} --type={patch_type} -p {_quoted(change)}",
        patch=dict(change) if isinstance(change, Mapping) else {"operations": [dict(entry) for entry in change]},
        target=ref,
        patch_type=patch_type,
        verify=verify or f"kubectl {where}get {ref.slug} -o yaml",
        expect=expect or Phrase(en="the changed field shows the new value", zh="被修改的字段已是新值"),
        undo=undo,
        risk=risk,
        reversible=bool(undo),
        who=who,
        estimate=estimate,
    )


def applying(manifest: Mapping[str, Any]) -> str:
    """Write the command that applies a manifest, its keys in one order whatever order the server used."""
    body = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
    return f"kubectl apply -f - <<'EOF'\n{body}\nEOF"


def create_object(
    manifest: Mapping[str, Any], *, summary: Phrase, verify: str = "", expect: Phrase | None = None
) -> Remedy:
    """Create the missing object from a skeleton; values that only the user knows stand in angle brackets."""
    ref = ref_of(manifest)
    where = f"-n {ref.namespace} " if ref.namespace else ""
    return Remedy(
        summary=summary,
        command=applying(manifest),
        patch=manifest,
        target=ref,
        patch_type="create",
        verify=verify or f"kubectl {where}get {ref.slug}",
        expect=expect or Phrase(en="the object is listed", zh="能列出该对象"),
        undo=f"kubectl {where}delete {ref.slug}",
        risk=Risk.NONE,
    )


def command(
    line: str,
    *,
    summary: Phrase,
    verify: str = "",
    expect: Phrase | None = None,
    undo: str = "",
    risk: Risk = Risk.NONE,
    reversible: bool = True,
    who: Who = Who.OWNER,
    estimate: Phrase | None = None,
) -> Remedy:
    """Run a command of any other shape."""
    return Remedy(
        summary=summary,
        command=line,
        verify=verify,
        expect=expect,
        undo=undo,
        risk=risk,
        reversible=reversible,
        who=who,
        estimate=estimate,
    )


def in_application(summary: Phrase) -> Remedy:
    """Change the code, the image or its configuration: one sentence, no command can do it."""
    return Remedy(summary=summary, risk=Risk.RESTART)


def outside(summary: Phrase) -> Remedy:
    """Something outside the cluster must change: a registry, a provider, a remote service."""
    return Remedy(summary=summary, risk=Risk.NONE, who=Who.OUTSIDE)


def keeper_of(obj: Obj) -> str:
    """Name what keeps an object and would overwrite a patch (``the Helm release shop``), or an empty string."""
    marks = labels(obj, "metadata", "annotations")
    tags = labels(obj, "metadata", "labels")
    if release := marks.get("meta.helm.sh/release-name"):
        return f"Helm release {release}"
    if tracked := marks.get("argocd.argoproj.io/tracking-id") or tags.get("argocd.argoproj.io/instance"):
        return f"Argo CD application {tracked.partition(':')[0]}"
    if kustomization := tags.get("kustomize.toolkit.fluxcd.io/name"):
        return f"Flux Kustomization {kustomization}"
    if release := tags.get("helm.toolkit.fluxcd.io/name"):
        return f"Flux HelmRelease {release}"
    for owner in objects(obj, "metadata", "ownerReferences"):
        if dig(owner, "controller") is True and text(owner, "kind") not in {
            "ReplicaSet",
            "Deployment",
            "CronJob",
            "Job",
        }:
            return f"{text(owner, 'kind')} {text(owner, 'name')}"
    return ""


def _at_source(obj: Obj, summary: Phrase) -> Phrase:
    keeper = keeper_of(obj)
    if not keeper:
        return summary
    return Phrase(
        en=f"{summary.en} (kept by the {keeper}: make the change there, or it will be overwritten)",
        zh=f"{summary.zh}（由 {keeper} 管理：请在那里修改，否则会被覆盖）",
    )


def _quoted(value: Any) -> str:
    return shlex.quote(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True))
