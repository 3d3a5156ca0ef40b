"""Changes and runs that wait because a workload is paused, suspended or updated only by hand."""

from collections.abc import Iterator
from typing import Literal

from cluster.fields import Obj, condition, dig, labels, mapping, moment, name, namespace, text, truth, whole
from cluster.snapshot import controller_of, ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.rollouts.authors import Author, author_of
from diagnose.findings import Edge, Finding, Observation, Reach, Remedy, Risk, Role, RuledOut, Severity, proved
from diagnose.graph import template_of
from diagnose.remedies import ROLLOUT_SECONDS, command, object_patch
from diagnose.revisions import current_revision, difference, on_revision, revisions, same_template
from diagnose.scene import Scene
from diagnose.state import job_done, job_failed

CANARY_SECONDS = 86400
"""How long a partition may hold back an update before it no longer looks like a canary."""

QUEUE_SECONDS = 10
"""How soon after a Job is made a queue suspends it."""

Variant = Literal["paused", "suspended", "on_delete", "partition"]


def suspended(scene: Scene, workload: Obj) -> Iterator[Observation]:
    """Yield what waits behind a pause, or say that the pause holds nothing back."""
    match text(workload, "kind"):
        case "Deployment":
            yield from _paused(scene, workload)
        case "Job" | "CronJob":
            yield from _suspended(scene, workload)
        case "StatefulSet":
            yield from _on_delete(scene, workload)
            yield from _partition(scene, workload)
        case "DaemonSet":
            yield from _on_delete(scene, workload)
        case _:
            return


def _label(workload: Obj) -> str:
    return f"{text(workload, 'kind')} {name(workload)}"


def _by(author: Author | None) -> tuple[str, str]:
    return (f" {author.en}", f"（{author.zh}）") if author else ("", "")


def _on_purpose(workload: Obj, evidence: Evidence, en: str, zh: str) -> RuledOut:
    return RuledOut(
        code="WorkloadSuspended",
        object=ref_of(workload),
        reason=Phrase(en=f"{_label(workload)} {en}", zh=f"{_label(workload)} {zh}"),
        evidence=(evidence,),
    )


def _finding(
    scene: Scene,
    workload: Obj,
    variant: Variant,
    summary: Phrase,
    *,
    expected: str,
    actual: str,
    evidence: tuple[Evidence, ...],
    remedies: tuple[Remedy, ...],
    author: Author | None,
) -> Finding:
    asked = scene.target == ref_of(workload)
    return Finding(
        code="WorkloadSuspended",
        variant=variant,
        role=Role.ROOT if asked else Role.CONTRIBUTING,
        severity=Severity.LOW,
        confidence=proved("the field and what waits behind it were read", "已读取该字段以及被挡住的内容", twice=True),
        object=ref_of(workload),
        affected=(Reach(ref=ref_of(workload), edge=Edge.OWNER),),
        summary=summary,
        expected=expected,
        actual=actual,
        evidence=evidence[:4],
        remedies=remedies,
        since=author.time if author else None,
    )


# -- a paused Deployment


def _paused(scene: Scene, workload: Obj) -> Iterator[Observation]:
    if not truth(workload, "spec", "paused"):
        return
    template = template_of(workload)
    now = mapping(workload, *template.path) if template else {}
    newest = max(revisions(scene.graph, workload), key=lambda entry: (entry.number, name(entry.holder)), default=None)
    author = author_of(workload, "paused")
    by, by_zh = _by(author)
    if newest is None or same_template(newest.template, now):
        evidence = scene.field(workload, "spec", "paused")
        yield _on_purpose(workload, evidence, f"is paused{by}; no change waits", f"已暂停{by_zh}，没有等待的改动")
        return
    changes = difference(newest.template, now)
    shown = "; ".join(str(change) for change in changes[:2]) or "the pod template"
    ref = ref_of(workload)
    yield _finding(
        scene,
        workload,
        "paused",
        Phrase(
            en=f"A change of {_label(workload)} is not live because its rollout is paused{by}: {shown}",
            zh=f"{_label(workload)} 的改动没有生效，因为发布被暂停{by_zh}：{shown}",
        ),
        expected=f"revision {newest.number} carries the template",
        actual="spec.paused = true",
        evidence=(
            scene.field(workload, "spec", "paused"),
            *_image_evidence(scene, workload, changes[0].path if changes else ""),
        ),
        remedies=(
            command(
                f"kubectl -n {ref.namespace} rollout resume {ref.slug}",
                summary=Phrase(en="Let the change go out", zh="恢复发布，使改动生效"),
                verify=f"kubectl -n {ref.namespace} rollout status {ref.slug} --timeout={ROLLOUT_SECONDS}s",
                expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
                undo=f"kubectl -n {ref.namespace} rollout pause {ref.slug}",
                risk=Risk.RESTART,
            ),
        ),
        author=author,
    )


def _image_evidence(scene: Scene, workload: Obj, path: str) -> tuple[Evidence, ...]:
    """Quote the image in the workload's template when it is what changed first."""
    if not path.endswith(".image") or not path.startswith("containers["):
        return ()
    label = path.removeprefix("containers[").removesuffix("].image")
    listed = dig(workload, "spec", "template", "spec", "containers")
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        if text(entry, "name") == label:
            return (scene.field(workload, "spec", "template", "spec", "containers", index, "image"),)
    return ()


# -- a suspended Job or CronJob


def _suspended(scene: Scene, workload: Obj) -> Iterator[Observation]:
    if not truth(workload, "spec", "suspend") or job_done(workload) or job_failed(workload):
        return
    author = author_of(workload, "suspend")
    by, by_zh = _by(author)
    evidence = scene.field(workload, "spec", "suspend")
    is_cron = text(workload, "kind") == "CronJob"
    if is_cron:
        halted = scene.target == ref_of(workload) and moment(workload, "status", "lastScheduleTime") is not None
    else:
        halted = _halted(workload) or (scene.target == ref_of(workload) and not _queued(workload))
    if not halted:
        yield _on_purpose(workload, evidence, f"is suspended on purpose{by}", f"被有意挂起{by_zh}")
        return
    ref = ref_of(workload)
    patch = f"kubectl -n {ref.namespace} patch {ref.slug} --type=merge -p "
    what, what_zh = ("starts no runs", "不会启动新的运行") if is_cron else ("does not run", "不会运行")
    yield _finding(
        scene,
        workload,
        "suspended",
        Phrase(
            en=f"{_label(workload)} {what} because it is suspended{by}",
            zh=f"{_label(workload)} {what_zh}，因为它被挂起{by_zh}",
        ),
        expected="spec.suspend = false",
        actual="spec.suspend = true",
        evidence=(evidence,),
        remedies=(
            object_patch(
                workload,
                {"spec": {"suspend": False}},
                summary=Phrase(en="Let it run again", zh="恢复运行"),
                verify=f"kubectl -n {ref.namespace} get {ref.slug}",
                expect=Phrase(en="SUSPEND is False", zh="SUSPEND 为 False"),
                undo=patch + '\'{"spec":{"suspend":true}}\'',
            ),
        ),
        author=author,
    )


def _halted(job: Obj) -> bool:
    """Say whether a Job was suspended after it had begun; a queue suspends Jobs when they are made."""
    stopped = moment(condition(job, "Suspended"), "lastTransitionTime")
    born = moment(job, "metadata", "creationTimestamp")
    late = stopped is not None and born is not None and (stopped - born).total_seconds() > QUEUE_SECONDS
    return late and not controller_of(job)


def _queued(job: Obj) -> bool:
    """Say whether something else lets a Job go: its controller, or the queue that its labels name."""
    return bool(controller_of(job)) or any("queue" in key for key in labels(job, "metadata", "labels"))


# -- updates by hand


def _on_delete(scene: Scene, workload: Obj) -> Iterator[Observation]:
    if text(workload, "spec", "updateStrategy", "type") != "OnDelete":
        return
    mark = _update_mark(scene, workload)
    pods = scene.graph.pods_of(workload)
    old = [pod for pod in pods if mark and not on_revision(pod, mark, mark.rpartition("-")[2])]
    evidence = scene.field(workload, "spec", "updateStrategy", "type")
    count = len(old) if mark else _outdated(workload)
    if not count:
        return
    author = author_of(workload, "template")
    ref = ref_of(workload)
    shown = [name(pod) for pod in old[:3]] if ref.kind == "StatefulSet" else []
    these = f" ({', '.join(shown)})" if shown else ""
    target = f"delete pod/{name(old[0])}" if old else "get pods -L controller-revision-hash -o wide"
    total = len(pods) or count
    yield _finding(
        scene,
        workload,
        "on_delete",
        Phrase(
            en=f"{count} of {total} pods of {_label(workload)} still run an older version{these}: it replaces a "
            "pod only when somebody deletes it",
            zh=f"{_label(workload)} 的 {total} 个 Pod 中有 {count} 个仍是旧版本{these}：只有手动删除后才会替换",
        ),
        expected=f"all pods on revision {mark}" if mark else f"updatedNumberScheduled {total}",
        actual=f"updateStrategy OnDelete; {count} pods on an older revision",
        evidence=(
            evidence,
            *(scene.field(pod, "metadata", "labels", "controller-revision-hash") for pod in old[:1]),
            scene.field(workload, "status", "updateRevision")
            if ref.kind == "StatefulSet"
            else scene.field(workload, "status", "updatedNumberScheduled"),
        ),
        remedies=(
            command(
                f"kubectl -n {ref.namespace} {target}",
                summary=Phrase(
                    en="Delete the old pods one after the other, when it suits", zh="在合适的时候逐个删除旧 Pod"
                )
                if old
                else Phrase(
                    en="Find its pods in this list and delete the old ones one after the other, when it suits",
                    zh="在此列表中找到它的 Pod，在合适的时候逐个删除旧的",
                ),
                verify=f"kubectl -n {ref.namespace} get {ref.slug}",
                expect=Phrase(en="all are up to date and ready", zh="全部为最新且就绪"),
                risk=Risk.RESTART,
                reversible=False,
            ),
        ),
        author=author,
    )


def _outdated(workload: Obj) -> int:
    """Count the pods of a DaemonSet that its own status calls outdated, where its revisions were not read."""
    if text(workload, "kind") != "DaemonSet" or dig(workload, "status", "updatedNumberScheduled") is None:
        return 0
    current = whole(workload, "status", "currentNumberScheduled")
    return max(current - whole(workload, "status", "updatedNumberScheduled"), 0)


def _update_mark(scene: Scene, workload: Obj) -> str:
    """Return the hash of the newest revision: from the status, else from the newest ControllerRevision."""
    if mark := text(workload, "status", "updateRevision"):
        return mark
    newest = current_revision(revisions(scene.graph, workload))
    return newest.hash if newest else ""


def _partition(scene: Scene, workload: Obj) -> Iterator[Observation]:
    partition = whole(workload, "spec", "updateStrategy", "rollingUpdate", "partition")
    update = text(workload, "status", "updateRevision")
    if partition <= 0 or not update or update == text(workload, "status", "currentRevision"):
        return
    old = [pod for pod in scene.graph.pods_of(workload) if not on_revision(pod, update)]
    if not old:
        return
    newest = current_revision(revisions(scene.graph, workload))
    evidence = scene.field(workload, "spec", "updateStrategy", "rollingUpdate", "partition")
    if newest is not None and scene.age(newest.created) < CANARY_SECONDS:
        en, zh = (
            f"is updated in part (partition {partition}): a canary",
            f"分批更新中（partition {partition}）：灰度发布",
        )
        yield _on_purpose(workload, evidence, en, zh)
        return
    author = author_of(workload, "updateStrategy", "rollingUpdate", "partition")
    by, by_zh = _by(author)
    ref = ref_of(workload)
    patch = f"kubectl -n {ref.namespace} patch {ref.slug} --type=merge -p "
    yield _finding(
        scene,
        workload,
        "partition",
        Phrase(
            en=f"{len(old)} pods of {_label(workload)} stay on the old version because its partition{by} lets only "
            f"pods from number {partition} on be updated",
            zh=f"{_label(workload)} 有 {len(old)} 个 Pod 停留在旧版本：partition{by_zh} "
            f"只允许序号 {partition} 及以上的 Pod 更新",
        ),
        expected="partition 0",
        actual=f"partition {partition}; {len(old)} pods on the old revision",
        evidence=(
            evidence,
            scene.field(workload, "status", "updateRevision"),
            scene.field(old[0], "metadata", "labels", "controller-revision-hash"),
        ),
        remedies=(
            object_patch(
                workload,
                {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 0}}}},
                summary=Phrase(en="Let the update reach all pods", zh="让更新覆盖全部 Pod"),
                verify=f"kubectl -n {namespace(workload)} rollout status {ref.slug} --timeout={ROLLOUT_SECONDS}s",
                expect=Phrase(en="the rollout is reported complete", zh="提示发布完成"),
                undo=patch + f'\'{{"spec":{{"updateStrategy":{{"rollingUpdate":{{"partition":{partition}}}}}}}}}\'',
                risk=Risk.RESTART,
            ),
        ),
        author=author,
    )
