"""Custom resources that their controller does not bring about, judged by the conditions that all kinds share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, mapping, moment, name, namespace, objects, text
from cluster.kinds import BY_KEY, WORKLOAD_KINDS, group_of
from cluster.snapshot import ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.extensions.reported import (
    LAG_SECONDS,
    Complaint,
    at_rest,
    judge_conditions,
    judge_generation,
)
from diagnose.controllers import Controller, Controllers
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Observation, Reach, Remedy, Role, inferred
from diagnose.remedies import command
from diagnose.scene import Scene
from diagnose.state import pod_ready, workload_satisfied

_ELSEWHERE = frozenset(
    {
        *("acme.cert-manager.io", "argoproj.io", "cert-manager.io", "gateway.networking.k8s.io", "keda.sh"),
        *("metrics.k8s.io", "sextant.dev", "policy.networking.k8s.io"),
    }
)
"""Groups whose kinds have rules of their own."""


def judge_resources(scene: Scene) -> Iterator[Observation]:
    """Report each custom resource without rules of its own whose conditions say that it is not as asked."""
    around = _Around(scene)
    for key in scene.snapshot.kinds():
        group = key.partition(".")[2]
        if key in BY_KEY or not group or group in _ELSEWHERE or group.endswith(".fluxcd.io"):
            continue
        siblings = tuple(scene.snapshot.all(key))
        for obj in siblings:
            if text(obj, "metadata", "deletionTimestamp") or at_rest(obj):
                continue
            yield from _judge(around, obj, siblings)


@dataclass(frozen=True)
class _Around:
    """What the rules ask of the rest of the snapshot."""

    scene: Scene

    @cached_property
    def controllers(self) -> Controllers:
        """The workloads by the words that name them."""
        return Controllers(self.scene)


def _judge(around: _Around, obj: Obj, siblings: Sequence[Obj]) -> Iterator[Observation]:
    for rule in (judge_conditions, judge_generation):
        said = rule(around.scene, obj)
        if isinstance(said, InProgress):
            yield said
            return
        if said is not None:
            yield _finding(around, obj, said, around.controllers.of_kind(obj))
            return
    if mapping(obj, "status") or around.scene.created_age(obj) <= LAG_SECONDS:
        return
    yield from _silent(around, obj, siblings)


def _silent(around: _Around, obj: Obj, siblings: Sequence[Obj]) -> Iterator[Finding]:
    """Report a resource without any status where others of its kind have one, or whose controller is down.

    Kinds that are pure settings never have a status.
    """
    scene, known = around.scene, any(mapping(entry, "status") for entry in siblings)
    owner = around.controllers.of_kind(obj)
    down = owner is not None and owner.down
    if not known and not (down and _reports(scene, obj)):
        return
    age = scene.created_age(obj)
    said = Complaint(
        words=Phrase(
            en=f"no controller has reported anything about it in {spoken_time(age)}",
            zh=f"{spoken_time_zh(age)}以来没有任何控制器报告其状态",
        ),
        expected="status: set",
        actual="status: <unset>",
        evidence=(scene.field(obj, "status"),),
        confidence=inferred(
            "others of its kind have a status" if known else "its controller is down",
            "同类对象有状态" if known else "其控制器未运行",
            value=0.6,
        ),
        since=moment(obj, "metadata", "creationTimestamp"),
    )
    yield _finding(around, obj, said, owner)


def _reports(scene: Scene, obj: Obj) -> bool:
    """Say whether the definition of its kind has a status of its own."""
    group = group_of(text(obj, "apiVersion"))
    for definition in scene.snapshot.all("CustomResourceDefinition"):
        if text(definition, "spec", "group") != group:
            continue
        if text(definition, "spec", "names", "kind") == text(obj, "kind"):
            versions = objects(definition, "spec", "versions")
            return any("status" in mapping(entry, "subresources") for entry in versions)
    return False


def _finding(around: _Around, obj: Obj, said: Complaint, owner: Controller | None) -> Finding:
    scene, ref = around.scene, ref_of(obj)
    down = owner is not None and owner.down
    sick = _unwell(scene, obj)
    state, state_zh = (f"; {owner.state.en}", f"；{owner.state.zh}") if owner is not None and down else ("", "")
    affected = tuple(Reach(ref=ref_of(entry), edge=Edge.OWNER) for entry in sick)
    if owner is not None and down:
        affected += (Reach(ref=owner.ref, edge=Edge.POLICY),)
    proofs = (*said.evidence, *((owner.evidence(),) if owner is not None and down else ()))
    where = f"-n {ref.namespace} " if ref.namespace else ""
    describe = f"kubectl {where}describe {ref.slug.replace('/', ' ', 1)}"
    return Finding(
        code="CustomResourceNotReconciled",
        role=Role.SYMPTOM if affected else Role.ROOT,
        confidence=said.confidence,
        object=ref,
        affected=(*affected, *_unwritten(scene, obj)),
        summary=Phrase(
            en=f"{ref.kind} {ref.name} is not as it was asked for: {said.words.en}{state}",
            zh=f"{ref.kind} {ref.name} 未达到期望的状态：{said.words.zh}{state_zh}",
        ),
        expected=said.expected,
        actual=said.actual,
        evidence=tuple(entry for entry in proofs if entry.quote),
        remedies=_remedies(owner, describe, idle=not said.actual.startswith("status.conditions")),
        next_checks=(
            NextCheck(
                command=describe,
                why=Phrase(en="its conditions and events hold the whole message", zh="其状况和事件包含完整的消息"),
            ),
            *((owner.look(),) if owner is not None else ()),
        ),
        since=said.since,
    )


_WRITES: tuple[tuple[str, ...], ...] = (
    ("spec", "target", "name"),
    ("spec", "writeConnectionSecretToRef", "name"),
    ("spec", "secretName"),
)
"""Where custom resources name the Secret that their controller is to write."""


def _unwritten(scene: Scene, obj: Obj) -> Iterator[Reach]:
    """Yield the Secret that it should bring about and that was not seen: who lacks it waits for this resource."""
    named = [written for path in _WRITES if (written := text(obj, *path))]
    if not named and text(obj, "kind").endswith("Secret"):
        named.append(name(obj))
    for wanted in dict.fromkeys(named):
        if scene.snapshot.get("Secret", namespace(obj), wanted) is None:
            secret = ObjectRef(kind="Secret", namespace=namespace(obj), name=wanted)
            yield Reach(ref=secret, edge=Edge.OWNER)


def _unwell(scene: Scene, obj: Obj) -> list[Obj]:
    """Return the children that are not well: they explain what the parent reports."""
    found: list[Obj] = []
    for child in scene.graph.children(obj):
        kind = text(child, "kind")
        if kind == "Pod":
            ended = text(child, "status", "phase") == "Succeeded" or text(child, "metadata", "deletionTimestamp")
            well = bool(ended) or pod_ready(child)
        elif kind in WORKLOAD_KINDS:
            well = kind == "CronJob" or workload_satisfied(scene, child)
        elif kind == "PersistentVolumeClaim":
            well = text(child, "status", "phase") in {"", "Bound"}
        else:
            continue
        if not well:
            found.append(child)
    return found[:5]


def _remedies(owner: Controller | None, describe: str, *, idle: bool) -> tuple[Remedy, ...]:
    """Name what comes next. ``idle``: the controller said nothing at all, so there is no message to go by."""
    if owner is not None and owner.down:
        return (
            command(
                f"kubectl -n {owner.ref.namespace} describe {owner.ref.slug}",
                summary=Phrase(
                    en=f"Get {owner.label} to run again: nothing of this kind is brought about without it",
                    zh=f"恢复 {owner.label} 的运行：没有它，此类对象不会被处理",
                ),
                verify=f"kubectl -n {owner.ref.namespace} get {owner.ref.slug}",
                expect=Phrase(en="READY shows all its pods", zh="READY 列显示全部 Pod 就绪"),
            ),
        )
    if idle:
        return (
            command(
                owner.look().command if owner is not None else describe,
                summary=Phrase(
                    en=f"See whether {owner.label if owner is not None else 'its controller'} runs and what it logs: "
                    "it has to take the object up",
                    zh=f"检查{owner.label if owner is not None else '其控制器'}是否运行及其日志：应由它来处理该对象",
                ),
            ),
        )
    return (
        command(
            describe,
            summary=Phrase(
                en="Put right what the message names; the controller then tries again by itself",
                zh="解决消息中指出的问题，控制器随后会自动重试",
            ),
        ),
    )
