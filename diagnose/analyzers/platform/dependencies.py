"""Datastores and brokers that an App needs and that are not ready."""

import re
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, labels, name, numbered, text
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.platform.view import MAX_WORDS, Stated, label, look_at, reach_of, stated, workloads_of
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Observation, Reach, Role, Severity, proved
from diagnose.remedies import in_application
from diagnose.scene import Scene
from diagnose.state import workload_satisfied

START_SECONDS = 180
"""A dependency younger than this is still being made: images are pulled, volumes bound, data directories written."""

_TOKENS = re.compile(r"[a-z0-9]+")


def dependencies(scene: Scene, app: Obj) -> Iterator[Observation]:
    """Yield each dependency that an App names as not ready."""
    said = stated(app, "DependenciesReady")
    if said is None or said.status != "False" or said.reason != "DependencyNotReady" or not said.current:
        return
    for index, entry in numbered(app, "status", "dependencies"):
        if entry.get("ready") is not False:
            continue
        called = text(entry, "name") or text(entry, "type") or f"#{index + 1}"
        backing = _backing(scene, app, called)
        born = min((scene.created_age(workload) for workload in backing), default=scene.age(said.since))
        if born < START_SECONDS:
            yield InProgress(
                object=ref_of(app),
                reason=Phrase(
                    en=f"its dependency {called} is being made",
                    zh=f"其依赖 {called} 正在创建",
                ),
                until=scene.now + timedelta(seconds=START_SECONDS - born),
            )
        else:
            yield _finding(scene, app, said, index, entry, called, backing)


def _finding(
    scene: Scene, app: Obj, said: Stated, index: int, entry: Obj, called: str, backing: tuple[Obj, ...]
) -> Finding:
    kind = text(entry, "type")
    words = " ".join((text(entry, "message") or text(entry, "reason") or said.message).split())[:MAX_WORDS]
    what = f"{called} ({kind})" if kind and kind != called else called
    what_zh = f"{called}（{kind}）" if kind and kind != called else called
    tail, tail_zh = (f": {words}", f"：{words}") if words else ("", "")
    broken = [workload for workload in backing if not workload_satisfied(scene, workload)]
    chosen = broken or list(backing)
    affected = [Reach(ref=ref_of(workload), edge=Edge.TARGET) for workload in chosen]
    if not backing:
        affected = list(reach_of(scene, app))
    return Finding(
        code="AppDependencyNotReady",
        role=Role.SYMPTOM,
        severity=Severity.HIGH,
        confidence=proved(
            "the App's own status names the dependency", "App 自身的状态写明了该依赖", twice=bool(broken)
        ),
        object=ref_of(app),
        part=called,
        affected=tuple(affected),
        summary=Phrase(
            en=f"{label(app)} waits for its dependency {what}, which is not ready{tail}",
            zh=f"{label(app)} 在等待其依赖 {what_zh}，而它尚未就绪{tail_zh}",
        ),
        expected=f"dependency {called} ready",
        actual=f"dependencies[{index}].ready = false",
        evidence=(
            scene.field(app, "status", "dependencies", index, "ready"),
            *([scene.field(app, "status", "dependencies", index, "message")] if text(entry, "message") else []),
            said.quote(scene),
        ),
        remedies=(
            in_application(
                Phrase(
                    en=f"Put right what keeps {called} from starting; the App goes on by itself then",
                    zh=f"解决 {called} 无法启动的问题；之后 App 会自动继续",
                )
            ),
        ),
        next_checks=(*_checks(chosen), look_at(app, "what the App says of its dependencies", "App 对其依赖的说明")),
        since=said.since,
    )


def _backing(scene: Scene, app: Obj, called: str) -> tuple[Obj, ...]:
    """Return the workloads of the App that bear the dependency's name, in their own name or in a label."""
    wanted = _TOKENS.findall(called.lower())
    if not wanted:
        return ()
    return tuple(
        workload
        for workload in workloads_of(scene, app)
        if _bears(name(workload), wanted)
        or any(value.lower() == called.lower() for value in labels(workload, "metadata", "labels").values())
    )


def _bears(full: str, wanted: list[str]) -> bool:
    """Say whether a name ends in these words: ``shop-orders-db`` in ``orders-db``, but not ``db-admin`` in ``db``."""
    return _TOKENS.findall(full.lower())[-len(wanted) :] == wanted


def _checks(backing: list[Obj]) -> Iterator[NextCheck]:
    for workload in backing[:1]:
        yield look_at(workload, "what keeps it from starting", "它为什么无法启动")
