"""A quota that counts a resource demands that every container states it."""

import re
from collections.abc import Iterator
from typing import Any

from cluster.fields import namespace, objects, text
from cluster.quantities import quantity
from cluster.recording.forms import hides
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.admission.refusals import Refusal, reach_of
from diagnose.analyzers.admission.usage import Usage
from diagnose.findings import Finding, Observation, Remedy, Who, proved
from diagnose.graph import template_of
from diagnose.remedies import command, template_patch
from diagnose.scene import Scene

_DEMANDED = re.compile(r"failed quota: ([^\s:]{1,253}): must specify (.{1,1000})", re.IGNORECASE)
_KEY = re.compile(r"(?:requests\.|limits\.)?[a-z][a-z0-9./-]{1,100}", re.IGNORECASE)
_START = {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "1Gi"}
"""Values to begin with where the namespace has no example: small, to be measured and corrected."""


def demands(refusal: Refusal) -> bool:
    """Say whether a quota demands values that the pod does not state."""
    return bool(_DEMANDED.search(refusal.message))


def demanded(message: str) -> tuple[str, dict[str, list[str]]]:
    """Read the quota's name and, for each key, the containers that lack it (empty: all; older servers name none)."""
    found = _DEMANDED.search(message)
    if not found:
        return "", {}
    keys: dict[str, list[str]] = {}
    for part in found.group(2).split(";"):
        key_list, colon, names = part.partition(" for: ")
        containers = [entry.strip() for entry in names.split(",") if entry.strip()] if colon else []
        for key in key_list.split(","):
            if _KEY.fullmatch(key.strip()):
                keys[key.strip()] = containers
    return found.group(1), keys


def quota_requires_resources(scene: Scene, refusal: Refusal, *, usage: Usage) -> Iterator[Observation]:
    """Name the containers and the keys that the quota wants to count."""
    quota_name, keys = demanded(refusal.message)
    template = template_of(refusal.workload)
    if not keys or (template is None and not hides(refusal.workload, "spec", "template")):
        return
    space = namespace(refusal.creator)
    quota = scene.snapshot.get("ResourceQuota", space, quota_name)
    containers = objects(template.spec, "containers") if template else ()
    lacking = sorted({entry for names in keys.values() for entry in names}) or [text(c, "name") for c in containers]
    if not lacking:
        return
    evidence = list(refusal.evidence)
    if quota is not None:
        evidence.append(scene.field(quota, "spec", "hard", next(iter(keys))))
    index = next((i for i, c in enumerate(containers) if text(c, "name") in lacking), None)
    if template is not None and index is not None:
        evidence.append(scene.field(refusal.workload, *template.spec_path, "containers", index, "resources"))
    listed = ", ".join(keys)
    yield Finding(
        code="QuotaRequiresResources",
        confidence=proved(
            "the API server's refusal names quota, keys and containers",
            "API server 的拒绝信息写明了配额、资源项和容器",
            twice=quota is not None,
        ),
        object=ref_of(refusal.workload),
        affected=reach_of(scene, refusal),
        summary=Phrase(
            en=f"Pods of {refusal.label} are refused: quota {quota_name} counts {listed}, and "
            f"{_listed(lacking)} {'does' if len(lacking) == 1 else 'do'} "
            f"not state {'it' if len(keys) == 1 else 'them'}",
            zh=f"{refusal.label} 的 Pod 被拒绝创建：配额 {quota_name} 按 {listed} 计量，"
            f"而容器 {', '.join(lacking)} 没有声明",
        ),
        expected=f"{listed} set for {', '.join(lacking)}",
        actual=f"{listed} <unset>",
        evidence=tuple(evidence[:4]),
        remedies=tuple(_set_resources(scene, refusal, keys, lacking, usage)),
        since=refusal.since,
    )


def _listed(names: list[str]) -> str:
    return f"container{'' if len(names) == 1 else 's'} {', '.join(names)}"


def _set_resources(
    scene: Scene, refusal: Refusal, keys: dict[str, list[str]], lacking: list[str], usage: Usage
) -> Iterator[Remedy]:
    """State the missing values: what most containers of the namespace state, else a small start."""
    template = template_of(refusal.workload)
    changes: list[dict[str, Any]] = []
    guessed = False
    for container in objects(template.spec, "containers") if template else ():
        resources: dict[str, dict[str, str]] = {}
        for key, names in keys.items():
            if names and text(container, "name") not in names:
                continue
            side, resource = _side(key)
            usual = usage.usual(namespace(refusal.creator), side, resource)
            guessed = guessed or not usual
            value = usual or _START.get(resource, "1")
            other = text(container, "resources", "limits" if side == "requests" else "requests", resource)
            resources.setdefault(side, {})[resource] = _consistent(side, value, other)
        if resources:
            changes.append({"name": text(container, "name"), "resources": resources})
    if changes:
        yield template_patch(
            scene,
            refusal.workload,
            {"containers": changes},
            summary=Phrase(
                en=f"State {', '.join(keys)} for {_listed(lacking)}",
                zh=f"为容器 {', '.join(lacking)} 设置 {', '.join(keys)}",
            ),
            estimate=Phrase(
                en="small values to begin with; measure with kubectl top pod and correct them"
                if guessed
                else "what most containers of this namespace state",
                zh="较小的起始值，请用 kubectl top pod 观察后修正" if guessed else "取该命名空间多数容器的设置",
            ),
        )
    space = namespace(refusal.creator)
    yield command(
        f"kubectl -n {space} get limitrange -o yaml",
        summary=Phrase(
            en="Add defaults to a LimitRange of the namespace, so that pods need not state them",
            zh="在命名空间的 LimitRange 中添加默认值，这样 Pod 不必自行声明",
        ),
        verify=f"kubectl -n {space} get {ref_of(refusal.workload).slug}",
        expect=Phrase(en="its pods are created", zh="Pod 能够创建"),
        who=Who.NAMESPACE_ADMIN,
    )


def _side(key: str) -> tuple[str, str]:
    """Split a quota key: ``limits.cpu`` → (limits, cpu); a bare ``cpu`` counts requests."""
    if key.startswith("limits."):
        return "limits", key.removeprefix("limits.")
    return "requests", key.removeprefix("requests.")


def _consistent(side: str, value: str, other: str) -> str:
    """Keep requests at most as large as limits."""
    mine, theirs = quantity(value), quantity(other)
    if mine is None or theirs is None:
        return value
    too_large = mine > theirs if side == "requests" else mine < theirs
    return other if too_large else value
