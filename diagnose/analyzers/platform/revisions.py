"""Apps that were returned to their last good revision."""

from collections.abc import Iterator, Mapping
from typing import Any

from cluster.fields import Obj, mapping, namespace, text
from cluster.snapshot import ref_of, written
from core.phrase import Phrase
from diagnose.analyzers.platform.view import REVISION, Stated, label, look_at, reach_of, stated
from diagnose.findings import Finding, Observation, Role, RuledOut, Severity, proved
from diagnose.remedies import in_application
from diagnose.scene import Scene

MAX_DEPTH = 6
MAX_LEAVES = 400
MAX_SHOWN = 60


def rolled_back(scene: Scene, app: Obj) -> Iterator[Observation]:
    """Yield a finding while an older revision of an App serves because the newest one failed."""
    said = stated(app, "RolloutHealthy")
    failed = text(app, "status", "failedRevision")
    if said is None or not failed or not said.current:
        return
    active, latest = text(app, "status", "activeRevision"), text(app, "status", "latestRevision")
    if said.status == "True":
        if active == latest and failed != active:
            yield _over(scene, app, said, failed)
        return
    if said.status != "False" or said.reason != "RolledBack" or active in {"", latest}:
        return
    yield _finding(scene, app, said, failed, active)


def _finding(scene: Scene, app: Obj, said: Stated, failed: str, active: str) -> Finding:
    changes = _difference(scene, app, active, failed)
    shown, why = "; ".join(changes[:2]), said.message
    return Finding(
        code="AppRolledBack",
        role=Role.SYMPTOM,
        severity=Severity.MEDIUM,
        confidence=proved(
            "the App's own status names both revisions", "App 自身的状态写明了两个版本", twice=bool(changes)
        ),
        object=ref_of(app),
        affected=tuple(reach_of(scene, app)),
        summary=Phrase(
            en=f"{label(app)} went back to revision {active} because revision {failed} failed"
            + (f": {why}" if why else "")
            + (f" (what changed: {shown})" if shown else ""),
            zh=f"{label(app)} 的版本 {failed} 发布失败，已自动退回版本 {active}"
            + (f"：{why}" if why else "")
            + (f"（改动：{shown}）" if shown else ""),
        ),
        expected=f"activeRevision = {text(app, 'status', 'latestRevision') or failed}",
        actual=f"activeRevision = {active}; failedRevision = {failed}",
        evidence=(
            scene.field(app, "status", "failedRevision"),
            said.quote(scene),
            scene.field(app, "status", "activeRevision"),
            *([said.quote(scene, "message")] if why else []),
        ),
        remedies=(
            in_application(
                Phrase(
                    en=f"Correct what made revision {failed} fail and apply the App anew: the same spec is not tried "
                    "again",
                    zh=f"修正版本 {failed} 失败的原因后重新应用 App：相同的配置不会再次尝试",
                )
            ),
        ),
        next_checks=(
            look_at(
                app,
                "its conditions and the linked diagnosis tell why the revision failed",
                "其状况与关联的诊断说明失败原因",
            ),
        ),
        since=said.since,
    )


def _over(scene: Scene, app: Obj, said: Stated, failed: str) -> RuledOut:
    return RuledOut(
        code="AppRolledBack",
        object=ref_of(app),
        reason=Phrase(
            en=f"revision {failed} of {label(app)} failed before, and a newer one serves now",
            zh=f"{label(app)} 的版本 {failed} 曾失败，现在由更新的版本提供服务",
        ),
        evidence=(said.quote(scene, "status", current=False),),
        healed=True,
        ended=said.since,
    )


def _difference(scene: Scene, app: Obj, active: str, failed: str) -> list[str]:
    """Return the fields that differ between two revisions, images first."""
    old = scene.snapshot.get(REVISION, namespace(app), active)
    new = scene.snapshot.get(REVISION, namespace(app), failed)
    if old is None or new is None:
        return []
    before, after = dict(_leaves(mapping(old, "spec"))), dict(_leaves(mapping(new, "spec")))
    paths = [path for path in dict.fromkeys((*before, *after)) if before.get(path) != after.get(path)]
    paths.sort(key=lambda path: ("image" not in path.lower(), path))
    return [f"{path}: {before.get(path, '<unset>')} -> {after.get(path, '<unset>')}" for path in paths]


def _leaves(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield path and value of every leaf, in order, up to a bound: revisions are small, hostile objects are not."""
    count = 0
    items: list[tuple[str, Any]] = []
    if isinstance(value, Mapping) and depth < MAX_DEPTH:
        items = [(f"{path}.{key}" if path else str(key), entry) for key, entry in value.items()]
    elif isinstance(value, list) and depth < MAX_DEPTH:
        items = [(f"{path}[{index}]", entry) for index, entry in enumerate(value[:MAX_LEAVES])]
    else:
        shown = written(value)
        yield path, shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 1] + "…"
        return
    for at, entry in items:
        for leaf in _leaves(entry, at, depth + 1):
            count += 1
            if count > MAX_LEAVES:
                return
            yield leaf
