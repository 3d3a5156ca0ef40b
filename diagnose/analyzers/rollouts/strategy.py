"""Rollouts whose own strategy stops them, or takes everything down at once."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj, condition, dig, mapping, name, numbered, objects, strings, text, whole
from cluster.recording.forms import FORM
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.rollouts.standing import Standing, label, standing
from diagnose.findings import Confidence, Edge, Finding, Reach, Remedy, Role, Severity, proved
from diagnose.graph import selector_matches, template_of
from diagnose.remedies import object_patch
from diagnose.scene import Scene

_APART = re.compile(r"anti-affinity", re.IGNORECASE)
_PORTS = re.compile(r"free ports", re.IGNORECASE)
_QUOTA = re.compile(r"exceeded quota: ", re.IGNORECASE)
_SINGLE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How many pods a rollout may add beyond the wanted number, and how many may be missing, after rounding."""

    surge: int
    missing: int


def steps_of(deployment: Obj) -> Steps:
    """Return the effective numbers: surge is rounded up, missing down, and both at 0 let one be missing."""
    wanted = whole(deployment, "spec", "replicas", default=1)
    rolling = mapping(deployment, "spec", "strategy", "rollingUpdate")
    surge = _count(rolling.get("maxSurge", "25%"), wanted, up=True)
    missing = _count(rolling.get("maxUnavailable", "25%"), wanted, up=False)
    return Steps(surge=surge, missing=1 if surge == 0 and missing == 0 else missing)


def _count(value: object, wanted: int, *, up: bool) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return max(value, 0)
    share = value.removesuffix("%") if isinstance(value, str) and value.endswith("%") else ""
    if not share.isascii() or not share.isdigit() or len(share) > 4:
        return 0
    exact = wanted * int(share) / 100
    return math.ceil(exact) if up else math.floor(exact)


def strategy_unsafe(scene: Scene, deployment: Obj) -> Iterator[Finding]:
    """Yield a Deployment whose strategy keeps its own rollout from ending, or leaves no pod while it lasts."""
    wanted = whole(deployment, "spec", "replicas", default=1)
    if wanted <= 0 or dig(deployment, "spec", "paused") is True:
        return
    if not mapping(deployment, "spec", "strategy") and text(deployment, FORM) not in {"", "object"}:
        return  # a table or description may leave the strategy out
    recreate = text(deployment, "spec", "strategy", "type") == "Recreate"
    now: Standing | None = None
    if not recreate and steps_of(deployment).missing == 0 and _unfinished(deployment):
        now = standing(scene, deployment)
        if now.old is not None and now.old_ready >= wanted:
            yield from _blocked(scene, deployment, now)
            return
    drains = (recreate and wanted > 1) or (not recreate and steps_of(deployment).missing >= wanted)
    if (
        drains
        and not whole(deployment, "status", "readyReplicas")
        and not (recreate and _single_writer(scene, deployment))
    ):
        yield from _drained(scene, deployment, now or standing(scene, deployment), recreate=recreate)


def _unfinished(deployment: Obj) -> bool:
    return condition(deployment, "Progressing").get("reason") != "NewReplicaSetAvailable"


def _blocked(scene: Scene, deployment: Obj, now: Standing) -> Iterator[Finding]:
    """Judge a rollout that may add a pod and take none away, while the added one cannot be placed or made."""
    why = _why(scene, deployment, now)
    if why is None or now.new is None:
        return
    reason, evidence, role = why
    wanted, steps = now.wanted, steps_of(deployment)
    old, old_zh = f"one of its {wanted} old pods", f" {wanted} 个旧 Pod 中的任何一个"
    if wanted == 1:
        old, old_zh = "its one old pod", "唯一的旧 Pod"
    yield _finding(
        scene,
        deployment,
        "blocked",
        role,
        Phrase(
            en=f"The rollout of {label(deployment)} can never end: it may not stop {old} before a new one is ready, "
            f"and {reason.en}",
            zh=f"{label(deployment)} 的发布无法完成：新 Pod 就绪之前不允许停止{old_zh}，而{reason.zh}",
        ),
        now,
        evidence=(*_strategy_quotes(scene, deployment), *evidence),
        remedy=_reversed(deployment),
        actual=f"maxUnavailable 0, maxSurge {steps.surge} after rounding",
        confidence=proved("strategy and what blocks it were read", "读取了发布策略与阻塞原因", twice=True),
    )


def _why(scene: Scene, deployment: Obj, now: Standing) -> tuple[Phrase, list[Evidence], Role] | None:
    """Say why no new pod comes up beside the old ones, when what it lacks is what the old ones hold.

    A quota that is full has a finding of its own, to which the strategy only adds.
    """
    template = template_of(deployment)
    if template is None or now.new is None:
        return None
    for index, entry in numbered(now.new.holder, "status", "conditions"):
        if text(entry, "type") == "ReplicaFailure" and _QUOTA.search(text(entry, "message")):
            return (
                Phrase(en="the quota leaves no room for one more", zh="配额不允许再多一个"),
                [scene.field(now.new.holder, "status", "conditions", index, "message")],
                Role.CONTRIBUTING,
            )
    for pod in now.pods:
        for index, entry in numbered(pod, "status", "conditions"):
            if text(entry, "type") != "PodScheduled" or text(entry, "status") != "False":
                continue
            message, quote = text(entry, "message"), scene.field(pod, "status", "conditions", index, "message")
            if _APART.search(message) and _keeps_apart(template.spec, template.labels):
                return (
                    Phrase(
                        en="a new one may not stand beside an old one (anti-affinity), and no other node is free",
                        zh="反亲和规则不允许新旧 Pod 同处一个节点，且没有其他空闲节点",
                    ),
                    [quote],
                    Role.ROOT,
                )
            port = next(_host_ports(template.spec), 0)
            if _PORTS.search(message) and port:
                return (
                    Phrase(
                        en=f"the old ones hold port {port} of every node that fits",
                        zh=f"旧 Pod 占用了所有可用节点的端口 {port}",
                    ),
                    [quote],
                    Role.ROOT,
                )
    return None


def _keeps_apart(spec: Obj, carried: dict[str, str]) -> bool:
    """Say whether the template must not stand beside pods of its own kind."""
    terms = objects(spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    return any(selector_matches(mapping(term, "labelSelector"), carried) for term in terms)


def _host_ports(spec: Obj) -> Iterator[int]:
    for container in objects(spec, "containers"):
        for port in objects(container, "ports"):
            if number := whole(port, "hostPort") or (whole(port, "containerPort") if spec.get("hostNetwork") else 0):
                yield number


def _single_writer(scene: Scene, deployment: Obj) -> bool:
    """Say whether the pods share a volume that only one node may write: then all must stop first."""
    template = template_of(deployment)
    for volume in objects(template.spec if template else None, "volumes"):
        claim = scene.snapshot.get(
            "PersistentVolumeClaim",
            text(deployment, "metadata", "namespace"),
            text(volume, "persistentVolumeClaim", "claimName"),
        )
        if claim is not None and not _SINGLE.isdisjoint(strings(claim, "spec", "accessModes")):
            return True
    return False


def _drained(scene: Scene, deployment: Obj, now: Standing, *, recreate: bool) -> Iterator[Finding]:
    """Judge a rollout that stopped all old pods while no new one is ready."""
    older = [
        child
        for child in scene.graph.children(deployment)
        if text(child, "kind") == "ReplicaSet" and (now.new is None or name(child) != name(now.new.holder))
    ]
    if now.new is None or not older or not now.pods or not _unfinished(deployment):
        return
    how = Phrase(en="its strategy is Recreate", zh="其策略为 Recreate")
    if not recreate:
        how = Phrase(
            en=f"its strategy lets all {now.wanted} pods be missing at once",
            zh=f"其策略允许 {now.wanted} 个 Pod 同时不可用",
        )
    yield _finding(
        scene,
        deployment,
        "drains_all",
        Role.CONTRIBUTING,
        Phrase(
            en=f"The rollout of {label(deployment)} stopped every old pod before a new one was ready, because "
            f"{how.en}: 0 of {now.wanted} serve",
            zh=f"{label(deployment)} 的发布在新 Pod 就绪之前停止了所有旧 Pod，因为{how.zh}："
            f"{now.wanted} 个中有 0 个提供服务",
        ),
        now,
        evidence=_strategy_quotes(scene, deployment),
        remedy=_gentle(deployment, recreate=recreate),
        actual="Recreate" if recreate else f"maxUnavailable {steps_of(deployment).missing} of {now.wanted}",
        confidence=proved("strategy and revisions were read", "读取了发布策略与各版本"),
    )


def _finding(
    scene: Scene,
    deployment: Obj,
    variant: str,
    role: Role,
    summary: Phrase,
    now: Standing,
    *,
    evidence: tuple[Evidence, ...],
    remedy: Remedy,
    actual: str,
    confidence: Confidence,
) -> Finding:
    maker = [Reach(ref=ref_of(now.new.holder), edge=Edge.OWNER)] if now.new is not None else []
    return Finding(
        code="RolloutStrategyUnsafe",
        variant=variant,
        role=role,
        severity=Severity.MEDIUM,
        confidence=confidence,
        object=ref_of(deployment),
        affected=(*scene.reach_pods(now.pods), *maker),
        summary=summary,
        expected="a rollout that keeps serving and can end",
        actual=actual,
        evidence=evidence[:4],
        remedies=(remedy,),
    )


def _strategy_quotes(scene: Scene, deployment: Obj) -> tuple[Evidence, ...]:
    rolling = mapping(deployment, "spec", "strategy", "rollingUpdate")
    if not rolling:
        return (scene.field(deployment, "spec", "strategy", "type"), scene.field(deployment, "spec", "replicas"))
    keys = [key for key in ("maxUnavailable", "maxSurge") if key in rolling] or ["maxUnavailable"]
    return tuple(scene.field(deployment, "spec", "strategy", "rollingUpdate", key) for key in keys)


def _patch(deployment: Obj, surge: int | str, missing: int | str, summary: Phrase) -> Remedy:
    change = {
        "spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": missing}}}
    }
    ref = ref_of(deployment)
    return object_patch(
        deployment,
        change,
        summary=summary,
        verify=f"kubectl -n {ref.namespace} rollout status {ref.slug} --timeout=180s",
        expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
    )


def _reversed(deployment: Obj) -> Remedy:
    return _patch(
        deployment,
        0,
        1,
        Phrase(
            en="Let it stop one old pod first (maxSurge 0, maxUnavailable 1): one pod fewer serves meanwhile",
            zh="允许先停止一个旧 Pod（maxSurge 0、maxUnavailable 1）：期间少一个 Pod 提供服务",
        ),
    )


def _gentle(deployment: Obj, *, recreate: bool) -> Remedy:
    return _patch(
        deployment,
        1,
        0,
        Phrase(
            en="Let it start a new pod before it stops an old one (maxSurge 1, maxUnavailable 0)"
            + (", if old and new may run side by side" if recreate else ""),
            zh="先启动新 Pod 再停止旧 Pod（maxSurge 1、maxUnavailable 0）"
            + ("，前提是新旧版本可以同时运行" if recreate else ""),
        ),
    )
