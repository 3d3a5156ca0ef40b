"""Containers and nodes that run out of memory."""

import re
from collections.abc import Iterator

from cluster.fields import labels, mapping, name, namespace, objects, text
from cluster.recording.transcript import hides
from cluster.snapshot import Event
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.crash.case import Case
from diagnose.analyzers.memory.amounts import Limit, heap_of, limit_of, raised, shown
from diagnose.analyzers.memory.heap import heap_exhausted
from diagnose.analyzers.memory.shared import shared_memory
from diagnose.containers import Container, containers
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Finding, NextCheck, Observation, RuledOut, inferred, matched, proved
from diagnose.logs.clock import line_time
from diagnose.logs.ending import NOT_STARTED, Ending, killed_by_node, killed_by_probe, read_ending
from diagnose.logs.reading import read_log
from diagnose.remedies import container_change, in_application, template_patch
from diagnose.scene import Scene
from diagnose.state import termination_current

INIT_BYTES = 32 * 2**20
"""Below about this much the runtime cannot even prepare a container."""

START_SECONDS = 10
"""A container killed sooner than this, twice or more, does not even start within its limit."""

_TOO_LOW = re.compile(r"container init was OOM-killed|memory limit too low")
_CHILD = re.compile(
    r"\b(?:worker|child|subprocess)\b.{0,80}(?:SIGKILL|signal 9|killed)|Perhaps out of memory", re.IGNORECASE
)
_WORKER = re.compile(r"(?:pid: ?|\bchild )(?P<pid>\d{1,9})\b")
_LATE = re.compile(r"TIMEOUT|timed out")
"""A worker that its own master kills for answering too late has met no limit of memory, whatever the master guesses."""


@analyzer(kinds=("Pod",))
def memory(scene: Scene) -> Iterator[Observation]:
    """Yield memory kills by the container's limit or by the node, and heaps that are full."""
    for pod in scene.live_pods:
        for container in containers(pod):
            if container.role != "ephemeral":
                yield from _container(scene, container)
    yield from shared_memory(scene)


def _container(scene: Scene, container: Container) -> Iterator[Observation]:
    if _at_init(container) and (container.waiting_reason or termination_current(scene, container)):
        yield _killed(scene, container, "at_start")
        return
    if text(container.ended, "reason") == "OOMKilled":
        if not termination_current(scene, container):
            yield from _over(scene, container)
        elif limit_of(container) is None and (
            not _limit_hidden(container) or killed_by_node(scene, container) is not None
        ):
            yield _by_node(scene, container, killed_by_node(scene, container))
        else:
            yield _killed(scene, container, _variant(container))
        return
    if container.ended and container.exit_code and termination_current(scene, container):
        yield from _other_end(scene, container)
    elif container.running and limit_of(container) is not None:
        yield from _child(scene, container)


def _limit_hidden(container: Container) -> bool:
    """Say that the form in which the pod was shown does not show limits, so that none is no fact."""
    return hides(container.pod, *container.spec_path, "resources")


def _other_end(scene: Scene, container: Container) -> Iterator[Finding]:
    if text(container.ended, "reason") in NOT_STARTED or killed_by_probe(scene, container) is not None:
        return
    if (event := killed_by_node(scene, container)) is not None:
        yield _by_node(scene, container, event)
        return
    ending = read_ending(scene, container)
    if ending.match is not None and ending.match.code == "RuntimeHeapExhausted":
        yield heap_exhausted(Case(scene=scene, container=container, ending=ending))


def _variant(container: Container) -> str:
    if container.exit_code != 137:
        return "child_process"
    seconds = container.run_seconds
    return "at_start" if seconds is not None and seconds < START_SECONDS and container.restarts >= 2 else "limit"


def _case(scene: Scene, container: Container) -> Case:
    return Case(scene=scene, container=container, ending=Ending(scene=scene, container=container))


def _at_init(container: Container) -> bool:
    """Say whether the runtime's own first process, before the program, did not fit the limit."""
    said = (text(container.waiting, "message"), text(container.ended, "message"))
    return any(_TOO_LOW.search(message) for message in said)


def _killed(scene: Scene, container: Container, variant: str) -> Finding:
    case, limit, heap = _case(scene, container), limit_of(container), heap_of(container)
    size = shown(limit) if limit else ""
    evidence: list[Evidence] = []
    if container.ended:
        key = "reason" if text(container.ended, "reason") == "OOMKilled" else "message"
        evidence.append(scene.field(container.pod, *container.ended_path, key))
    if not evidence or not container.ended:
        evidence.append(scene.field(container.pod, *container.status_path, "state", "waiting", "message"))
    evidence += [scene.field(container.pod, *limit.path)] if limit else []
    evidence += [case.spec_evidence(*heap.path)] if heap else []
    if container.ended and len(evidence) < 4:
        evidence.append(case.exit_evidence)
    summary = _sentence(case, variant, size)
    remark = _remark(scene, container, limit, heap.amount if heap else 0)
    remedies = []
    least, least_zh = (" and 32Mi", "和 32Mi") if _at_init(container) else ("", "")
    if limit is not None:
        more = raised(limit.amount, heap, least=INIT_BYTES if _at_init(container) else 0)
        change = container_change(container, {"resources": {"limits": {"memory": more}}})
        remedies.append(
            template_patch(
                scene,
                container.pod,
                change,
                summary=Phrase(
                    en=f"Raise the memory limit from {limit.written} to {more}",
                    zh=f"将内存上限从 {limit.written} 提高到 {more}",
                ),
                estimate=Phrase(
                    en=f"1.5 times the present limit, at least the heap and a quarter{least}; measure and correct",
                    zh=f"取当前上限的 1.5 倍，且不低于堆的 1.25 倍{least_zh}；请实测后修正",
                ),
            )
        )
    return Finding(
        code="OOMKilled",
        variant=variant,
        confidence=proved(
            "the kubelet reports the kill and the limit was read",
            "kubelet 报告了终止，并读取了上限",
            twice=limit is not None,
        ),
        object=case.object,
        part=container.name,
        affected=scene.reach_pods([container.pod]),
        summary=Phrase(en=f"{summary.en}{remark.en}", zh=f"{summary.zh}{remark.zh}"),
        expected=f"memory within {limit.written if limit else 'the limit'}",
        actual="OOMKilled"
        + (f" after {spoken_time(container.run_seconds)}" if container.run_seconds is not None else ""),
        evidence=tuple(dict.fromkeys(evidence))[:4],
        remedies=(
            *remedies,
            in_application(
                Phrase(
                    en="Let the program use less: smaller caches, batches, fewer workers, a lower heap flag",
                    zh="减少程序的内存使用：缩小缓存与批次、减少工作进程、调低堆参数",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {case.object.namespace} top pod --containers",
                why=Phrase(en="how much it uses while it runs", zh="运行时使用了多少内存"),
            ),
        ),
        since=case.since,
    )


def _sentence(case: Case, variant: str, size: str) -> Phrase:
    restarts = case.container.restarts
    counted = f" ({restarts} restart{'' if restarts == 1 else 's'})" if restarts else ""
    counted_zh = f"（已重启 {restarts} 次）" if restarts else ""
    allowed, allowed_zh = (f"its limit of {size}", f"上限 {size}") if size else ("its limit", "其上限")
    if variant == "at_start":
        return Phrase(
            en=f"{case.who.en} needs more memory to start than {allowed} and is killed{case.when.en}{counted}",
            zh=f"{case.who.zh} 启动所需的内存超过{allowed_zh}，{case.when.zh}被终止{counted_zh}",
        )
    if variant == "child_process":
        return Phrase(
            en=f"A process inside container {case.container.name} was killed because the container used more memory "
            f"than {allowed}{counted}",
            zh=f"{case.who.zh} 内的一个进程因容器内存超过{allowed_zh}而被终止{counted_zh}",
        )
    return Phrase(
        en=f"{case.who.en} used more memory than {allowed} and was killed{case.when.en}{counted}",
        zh=f"{case.who.zh} 使用的内存超过{allowed_zh}，{case.when.zh}被终止{counted_zh}",
    )


def _remark(scene: Scene, container: Container, limit: Limit | None, heap: int) -> Phrase:
    """Name what makes the limit too small: a LimitRange default, a heap above it, files in memory."""
    said = labels(container.pod, "metadata", "annotations").get("kubernetes.io/limit-ranger", "")
    if "memory limit" in said and container.name in said:
        ranges = [name(entry) for entry in scene.snapshot.all("LimitRange", namespace(container.pod))]
        by = f" {ranges[0]}" if len(ranges) == 1 else ""
        return Phrase(en=f"; the limit is the default of LimitRange{by}", zh=f"；该上限是 LimitRange{by} 的默认值")
    if limit is not None and heap >= limit.amount:
        if heap > limit.amount:
            return Phrase(en="; its heap flag allows more than the limit", zh="；其堆参数允许的内存超过上限")
        return Phrase(en="; its heap flag is as large as the limit", zh="；其堆参数与上限一样大，没有余量")
    mounted = {text(mount, "name") for mount in objects(container.spec, "volumeMounts")}
    for volume in objects(container.pod, "spec", "volumes"):
        if text(volume, "name") in mounted and text(mapping(volume, "emptyDir"), "medium") == "Memory":
            where = text(volume, "name")
            return Phrase(en=f"; files in volume {where} count as memory", zh=f"；卷 {where} 中的文件计入内存")
    return Phrase(en="", zh="")


def _over(scene: Scene, container: Container) -> Iterator[RuledOut]:
    age = scene.age(container.ended_at)
    yield RuledOut(
        code="OOMKilled",
        object=scene.holder_ref(container.pod),
        reason=Phrase(
            en=f"container {container.name} exceeded its memory limit {spoken_time(age)} ago and has run since",
            zh=f"容器 {container.name} 在 {spoken_time_zh(age)}前超出内存上限，此后一直运行",
        ),
        evidence=(scene.field(container.pod, *container.ended_path, "reason", current=False),),
        healed=True,
        ended=container.ended_at,
    )


def _by_node(scene: Scene, container: Container, event: Event | None) -> Finding:
    case, limit = _case(scene, container), limit_of(container)
    node = text(container.pod, "spec", "nodeName") or "of the pod"
    allowed = f"was within its limit of {shown(limit)}" if limit else "has no memory limit"
    allowed_zh = f"未超出上限 {shown(limit)}" if limit else "没有内存上限"
    evidence = [scene.event(event)] if event else []
    evidence.append(scene.field(container.pod, *container.ended_path, "reason"))
    evidence.append(scene.field(container.pod, *(limit.path if limit else (*container.spec_path, "resources"))))
    unlimited = _without_limit(scene, node)
    hint = f" ({', '.join(unlimited[:3])})" if unlimited else ""
    hint_zh = f"（{'、'.join(unlimited[:3])}）" if unlimited else ""
    summary = Phrase(
        en=f"Node {node} ran out of memory and killed container {container.name}, which {allowed}",
        zh=f"节点 {node} 内存耗尽并终止了{case.who.zh}，而它{allowed_zh}",
    )
    if event is None:
        summary = Phrase(
            en=f"Container {container.name} was killed for lack of memory although it has no memory limit: most likely "
            f"node {node} itself ran out of memory",
            zh=f"容器 {container.name} 没有内存上限却因内存不足被终止：很可能是节点 {node} 自身内存耗尽",
        )
    return Finding(
        code="OOMKilledByNode",
        confidence=proved(
            "the node's event and the end of the container agree", "节点事件与容器结束时间一致", twice=True
        )
        if event
        else inferred(
            "killed for memory without a limit of its own; the node left no event",
            "无自身上限却因内存被终止；节点没有相关事件",
            value=0.6,
        ),
        object=ObjectRef(kind="Node", name=node) if scene.snapshot.get("Node", "", node) else case.object,
        part=container.name,
        affected=scene.reach_pods([container.pod]),
        summary=summary,
        expected=f"free memory on node {node}",
        actual="the node is out of memory",
        evidence=tuple(dict.fromkeys(evidence)),
        remedies=(
            in_application(
                Phrase(
                    en=f"Give the containers on node {node} without a memory limit a request and a limit{hint}, "
                    f"or move some away",
                    zh=f"为节点 {node} 上没有内存上限的容器设置请求与上限{hint_zh}，或迁走一部分",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl describe node {node}",
                why=Phrase(en="what the pods of the node ask for", zh="该节点上 Pod 的资源请求"),
            ),
        ),
        since=event.first if event else container.ended_at,
    )


def _without_limit(scene: Scene, node: str) -> list[str]:
    """Name the workloads of a node that have a container without a memory limit."""
    found: dict[str, None] = {}
    for pod in scene.live_pods:
        if text(pod, "spec", "nodeName") == node and any(
            limit_of(entry) is None and not _limit_hidden(entry) for entry in containers(pod)
        ):
            found[scene.holder_ref(pod).slug] = None
    return list(found)


def _child(scene: Scene, container: Container) -> Iterator[Finding]:
    """Report a worker that was killed for memory while the container itself runs on."""
    reading = read_log(scene, container.pod, container.name, previous=False)
    items = reading.items[-200:] if reading else ()
    late = {found["pid"] for item in items if _LATE.search(item.text) and (found := _WORKER.search(item.text))}
    for item in reversed(items):
        written = line_time(scene, container, item)
        recent = scene.age(written or container.started_at) <= scene.numbers.restart_window_seconds
        if recent and item.level in {"error", "fatal", "warn", "none"} and _CHILD.search(item.text):
            if (worker := _WORKER.search(item.text)) and worker["pid"] in late:
                continue
            limit = limit_of(container)
            case = _case(scene, container)
            sentence = _sentence(case, "child_process", shown(limit) if limit else "its limit")
            yield Finding(
                code="OOMKilled",
                variant="child_process",
                confidence=matched("the log names a killed worker", "日志显示有工作进程被终止", value=0.7),
                object=case.object,
                part=container.name,
                affected=scene.reach_pods([container.pod]),
                summary=sentence,
                expected="workers that fit the limit",
                actual="a worker was killed",
                evidence=(
                    scene.line(container.pod, container.name, item.number),
                    *([scene.field(container.pod, *limit.path)] if limit else []),
                ),
                remedies=(
                    in_application(
                        Phrase(en="Run fewer workers, or raise the memory limit", zh="减少工作进程，或提高内存上限")
                    ),
                ),
                next_checks=(case.log_check(previous=False),),
                since=written,
            )
            return
