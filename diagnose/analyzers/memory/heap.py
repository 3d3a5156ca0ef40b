"""Language runtimes whose own heap is full."""

from fractions import Fraction
from typing import Any

from cluster.fields import text
from cluster.quantities import readable_bytes
from core.phrase import Phrase
from diagnose.analyzers.crash.case import Case
from diagnose.analyzers.memory.amounts import MI, Heap, Limit, heap_of, limit_of, shown
from diagnose.findings import Finding, Remedy, matched, proved
from diagnose.remedies import container_change, in_application, template_patch

HEAP_SHARE = 75
"""Percent of the limit that a heap may take: the rest is for threads, buffers and the runtime itself."""


def heap_exhausted(case: Case) -> Finding:
    """Say which runtime's heap is full, its ceiling, and the container's limit."""
    kind = case.captured("kind") or "heap"
    heap, limit = heap_of(case.container), limit_of(case.container)
    ceiling = f" at {heap.flag}" if heap else ""
    within = f", within a memory limit of {shown(limit)}" if limit else "; the container itself has no memory limit"
    ceiling_zh = f"（{heap.flag}）" if heap else ""
    within_zh = f"，内存上限为 {shown(limit)}" if limit else "；容器本身没有内存上限"
    size = case.captured("size")
    if size:
        told = readable_bytes(Fraction(int(size)))
        what = Phrase(en=f"its own memory ceiling of {told} is reached", zh=f"达到自身的内存上限 {told}")
    else:
        kinds = ("", "") if kind == "heap" else (f" ({kind})", f"（{kind}）")
        what = Phrase(en=f"its own heap{kinds[0]} is full", zh=f"自身的堆{kinds[1]}已满")
    evidence = [case.spec_evidence(*heap.path)] if heap else []
    if limit:
        evidence.append(case.scene.field(case.pod, *limit.path))
    return case.finding(
        "RuntimeHeapExhausted",
        case.ends(f"{what.en}{ceiling}{within}", f"{what.zh}{ceiling_zh}{within_zh}"),
        expected="a heap that holds the program's data",
        actual=f"{kind} exhausted" + (f", {heap.flag}" if heap else ""),
        evidence=evidence,
        confidence=proved(
            "the runtime says so and the spec sets its heap", "运行时如此报告，且配置设定了堆大小", twice=True
        )
        if heap
        else matched("the runtime says so", "运行时如此报告", value=0.8),
        remedies=(
            _larger(case, kind, heap, limit),
            in_application(
                Phrase(en="Let the program keep less in memory at once", zh="减少程序同时保留在内存中的数据")
            ),
        ),
        next_checks=(case.log_check(),),
    )


def _larger(case: Case, kind: str, heap: Heap | None, limit: Limit | None) -> Remedy | None:
    """Give the heap three quarters of the limit, where that is more than now."""
    if limit is None:
        return None
    room = int(limit.amount) * HEAP_SHARE // 100 // MI
    if heap and heap.amount // MI >= room:
        return None
    estimate = Phrase(en=f"{HEAP_SHARE} % of the limit {limit.written}", zh=f"上限 {limit.written} 的 {HEAP_SHARE}%")
    if heap and heap.variable:
        old = next((text(e, "value") for e in _env(case) if text(e, "name") == heap.variable), "")
        name, value = heap.variable, old.replace(heap.flag, _flag(heap.flag, room))
    elif heap:
        return None
    elif (
        "Java" in kind
        or kind in {"Metaspace", "GC overhead limit exceeded", "Direct buffer memory"}
        or "OutOfMemoryError" in kind
    ):
        name, value = "JAVA_TOOL_OPTIONS", f"-XX:MaxRAMPercentage={HEAP_SHARE}"
        if kind != "Java heap space":
            return None
    elif kind == "JavaScript heap":
        name, value = "NODE_OPTIONS", f"--max-old-space-size={room}"
    else:
        return None
    if any(text(entry, "name") == name for entry in _env(case)) and not (heap and heap.variable):
        return None
    change: dict[str, Any] = container_change(case.container, {"env": [{"name": name, "value": value}]})
    return template_patch(
        case.scene,
        case.pod,
        change,
        summary=Phrase(en=f"Let the heap take up to {room}Mi of the limit", zh=f"让堆最多使用上限中的 {room}Mi"),
        estimate=estimate,
    )


def _env(case: Case) -> list[Any]:
    value = case.container.spec.get("env")
    return value if isinstance(value, list) else []


def _flag(flag: str, room: int) -> str:
    return f"-Xmx{room}m" if flag.startswith("-Xmx") else f"--max-old-space-size={room}"
