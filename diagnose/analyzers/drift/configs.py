"""ConfigMaps and Secrets that changed after the containers that read them had started."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cluster.fields import Obj, mapping, name, namespace, text, uid, whole
from cluster.snapshot import controller_of, ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.drift.consumed import Use, Written, is_setting, uses_of, written
from diagnose.complaints import Complaint, complaints
from diagnose.containers import Container, container_named
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Confidence, Finding, NextCheck, Remedy, Risk, Role, Severity, inferred, matched, proved
from diagnose.remedies import ROLLOUT_SECONDS, command, fresh_copy
from diagnose.scene import Scene

START_SECONDS = 5
"""A container may read its settings this long after its start was stamped."""
ROLL_SECONDS = 60
"""A controller that restarts the pods after a change begins within this."""

_PROBLEMS = frozenset({"DatastoreAuthFailed", "DependencyUnreachable", "NameNotResolved"})
_ONCE = frozenset({"Job", "CronJob"})
_ROLLS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})

Known = tuple[Obj, Written]


@dataclass(frozen=True)
class Settings:
    """The settings objects of a scene with the time of their last change, each read once."""

    scene: Scene
    _known: dict[tuple[str, str, str, str], Known | None] = field(default_factory=dict)

    def of(self, use: Use, space: str) -> Known | None:
        """Return what a container reads and when it changed; None where that is not known, or only just happened."""
        key = (use.kind, space, use.name, use.key)
        if key not in self._known:
            self._known[key] = self._read(use, space)
        return self._known[key]

    def _read(self, use: Use, space: str) -> Known | None:
        obj = self.scene.snapshot.get(use.kind, space, use.name)
        change = written(obj, use.key) if obj is not None and is_setting(obj) else None
        if obj is None or change is None or self.scene.age(change.time) < ROLL_SECONDS:
            return None
        return obj, change


@dataclass(slots=True)
class _Stale:
    """The containers of one workload that hold the former content of one object."""

    holder: Obj
    config: Obj
    use: Use
    change: Written
    container: Container
    pods: list[Obj] = field(default_factory=list)
    hows: list[str] = field(default_factory=list)


def judge_configs(scene: Scene) -> Iterator[Finding]:
    """Report each workload whose running containers still use what a ConfigMap or Secret held before."""
    found: dict[tuple[ObjectRef, str, str], _Stale] = {}
    settings = Settings(scene)
    by_owner: dict[str, tuple[Use, ...]] = {}
    for pod in scene.live_pods:
        source = text(controller_of(pod), "uid") or uid(pod) or f"{namespace(pod)}/{name(pod)}"
        uses = by_owner.get(source)
        if uses is None:
            uses = tuple(use for use in uses_of(pod) if settings.of(use, namespace(pod)) is not None)
            by_owner[source] = uses
        for use in uses:
            _compare(settings, pod, use, found)
    for key in sorted(found):
        yield _finding(scene, found[key])


def _compare(settings: Settings, pod: Obj, use: Use, found: dict[tuple[ObjectRef, str, str], _Stale]) -> None:
    """Note a container that started before the last change of what it reads."""
    known = settings.of(use, namespace(pod))
    container = container_named(pod, use.container)
    if known is None or container is None or container.role == "init" or container.started_at is None:
        return
    config, change = known
    if (change.time - container.started_at).total_seconds() <= START_SECONDS:
        return
    holder = settings.scene.graph.holder(pod)
    if text(holder, "kind") in _ONCE or _rolling(holder):
        return
    key = (ref_of(holder), use.kind, use.name)
    stale = found.get(key)
    if stale is None:
        stale = found[key] = _Stale(holder=holder, config=config, use=use, change=change, container=container)
    if not stale.pods or stale.pods[-1] is not pod:  # pods come one after the other
        stale.pods.append(pod)
    if use.how not in stale.hows:
        stale.hows.append(use.how)


def _rolling(holder: Obj) -> bool:
    """Say whether pods of the newest template are still to come: the old ones go anyway."""
    if text(holder, "kind") != "Deployment":
        return False
    return whole(holder, "status", "updatedReplicas") < whole(holder, "spec", "replicas", default=1)


def _finding(scene: Scene, stale: _Stale) -> Finding:
    ref, config = ref_of(stale.holder), ref_of(stale.config)
    problem = _problem(scene, stale)
    started = stale.container.started_at
    gap = (stale.change.time - started).total_seconds() if started else 0.0
    ago = scene.age(stale.change.time)
    hows = ", ".join(stale.hows[:4]) + (", …" if len(stale.hows) > 4 else "")
    made = stale.change.path[-1] == "creationTimestamp"
    did, did_zh = ("was made anew", "被重新创建") if made else ("was changed", "被修改")
    effect = f"; its log says: {problem.item.text[:140]}" if problem else ""
    effect_zh = f"；其日志显示：{problem.item.text[:140]}" if problem else ""
    several = f" in {len(stale.pods)} pods" if len(stale.pods) > 1 else ""
    several_zh = f"（{len(stale.pods)} 个 Pod）" if len(stale.pods) > 1 else ""
    return Finding(
        code="ConfigNewerThanPods",
        variant=config.kind.lower(),
        role=Role.ROOT if problem else Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        confidence=_confidence(stale, problem),
        object=ref,
        part=config.name,
        affected=scene.reach_pods(stale.pods),
        summary=Phrase(
            en=f"{ref.kind} {ref.name} still runs with the former content of {config.kind} {config.name}: this {did} "
            f"{spoken_time(ago)} ago, {spoken_time(gap)} after container {stale.container.name} had read it at its "
            f"start{several} ({hows}){effect}",
            zh=f"{ref.kind} {ref.name} 仍在使用 {config.kind} {config.name} 的旧内容："
            f"它在 {spoken_time_zh(ago)}前{did_zh}，"
            f"而容器 {stale.container.name} 早在此前 {spoken_time_zh(gap)}启动时就已读取"
            f"{several_zh}（{hows}）{effect_zh}",
        ),
        expected=f"container started after {stale.change.time:%Y-%m-%dT%H:%M:%SZ}",
        actual=f"container started at {started:%Y-%m-%dT%H:%M:%SZ}" if started else "container started before",
        evidence=(
            scene.field(stale.config, *stale.change.path),
            scene.field(stale.pods[0], *stale.container.status_path, "state", "running", "startedAt"),
            scene.field(stale.pods[0], *stale.use.path),
            *((problem.line,) if problem else ()),
        ),
        remedies=(_restart(stale),),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} get {config.slug} -o yaml --show-managed-fields",
                why=Phrase(en="it says who changed which keys, and when", zh="其中记录了谁在何时修改了哪些键"),
            ),
        ),
        since=stale.change.time,
    )


def _problem(scene: Scene, stale: _Stale) -> Complaint | None:
    """Return what one of the containers complains of that a former password or address would explain."""
    for pod in stale.pods[:5]:
        container = container_named(pod, stale.container.name)
        for complaint in complaints(scene, container) if container else ():
            if complaint.code in _PROBLEMS and not _still_written(stale.config, complaint.host):
                return complaint
    return None


def _still_written(config: Obj, host: str) -> bool:
    """Say whether the settings name the same host now: a restart would not change it then."""
    named = re.compile(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", re.IGNORECASE)
    return bool(host) and any(named.search(str(value)) for value in mapping(config, "data").values())


def _confidence(stale: _Stale, problem: Complaint | None) -> Confidence:
    if stale.change.path[-1] == "creationTimestamp":
        return inferred(
            "the object was made anew after the start; its former content is not known",
            "对象在容器启动后被重新创建，其旧内容未知",
            value=0.55,
        )
    if not stale.change.sure:
        return matched(
            "the last write is later than the start; it may have touched labels only",
            "最后一次写入晚于启动时间，但也可能只修改了标签",
            value=0.75 if problem else 0.7,
        )
    return proved("the data were written after the container started", "数据在容器启动之后写入", twice=True)


def _restart(stale: _Stale) -> Remedy:
    ref = ref_of(stale.holder)
    config = ref_of(stale.config)
    summary = Phrase(
        en=f"Start the pods anew, so that they read {config.kind} {config.name} as it is now",
        zh=f"重启 Pod，使其读取 {config.kind} {config.name} 的当前内容",
    )
    if ref.kind in _ROLLS:
        return command(
            f"kubectl -n {ref.namespace} rollout restart {ref.slug}",
            summary=summary,
            verify=f"kubectl -n {ref.namespace} rollout status {ref.slug} --timeout={ROLLOUT_SECONDS}s",
            expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
            undo=f"kubectl -n {ref.namespace} rollout undo {ref.slug}",
            risk=Risk.RESTART,
        )
    if ref.kind == "Pod":
        return command(
            f"{fresh_copy(ref)} > {ref.name}.json\nkubectl -n {ref.namespace} replace --force -f {ref.name}.json",
            summary=summary,
            risk=Risk.RESTART,
            reversible=False,
        )
    return command(
        f"kubectl -n {ref.namespace} delete pod {name(stale.pods[0])}",
        summary=summary,
        risk=Risk.RESTART,
        reversible=False,
    )
