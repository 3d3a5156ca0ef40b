"""What all findings about probes have in common: words, severity, affected pods, patches of the template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cluster.fields import objects, text, whole
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.probes.reading import ZH, ProbeFailure
from diagnose.containers import Container
from diagnose.findings import Confidence, Finding, NextCheck, Remedy, Role
from diagnose.graph import template_of
from diagnose.probing import Probe, probes_of
from diagnose.remedies import container_change, roll_back, template_patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one rule says of a probe failure; ``to_finding`` adds what all of them share."""

    code: str
    confidence: Confidence
    summary: Phrase
    expected: str = ""
    actual: str = ""
    near: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...]
    remedies: tuple[Remedy, ...] = ()
    next_checks: tuple[NextCheck, ...] = ()
    role: Role = Role.ROOT
    variant: bool = True


def to_finding(failure: ProbeFailure, told: Told) -> Finding:
    """Complete what a rule says to a finding."""
    scene, container = failure.scene, failure.container
    remedies = list(told.remedies)
    if told.role is Role.ROOT and (back := roll_back(scene, container.pod)):
        remedies.append(back)
    return Finding(
        code=told.code,
        variant=failure.probe.kind if told.variant else "",
        role=told.role,
        confidence=told.confidence,
        object=failure.holder,
        part=container.name,
        affected=scene.reach_pods([container.pod]),
        summary=told.summary,
        expected=told.expected,
        actual=told.actual,
        near=told.near,
        evidence=told.evidence,
        remedies=tuple(remedies),
        next_checks=told.next_checks,
        since=failure.since,
    )


def check_name(failure: ProbeFailure) -> tuple[str, str]:
    """Name the probe in both languages: ``The liveness check of container web``."""
    name, kind = failure.container.name, failure.probe.kind
    return f"The {kind} check of container {name}", f"容器 {name} 的{ZH[kind]}"


def consequence(failure: ProbeFailure) -> tuple[str, str]:
    """Say what the failure does, as the end of a sentence."""
    if failure.kills:
        return ", so Kubernetes keeps restarting it", "，因此 Kubernetes 不断重启它"
    if failure.probe.kind == "startup":
        return ", so it never counts as started", "，因此它始终不算启动完成"
    return ", so it gets no traffic", "，因此它收不到流量"


def probe_patch(
    failure: ProbeFailure,
    changes: Mapping[str, Mapping[str, Any]],
    *,
    summary: Phrase,
    estimate: Phrase | None = None,
) -> Remedy:
    """Patch probes of the container in its template; ``changes`` maps probe keys to their change."""
    return template_patch(
        failure.scene,
        failure.container.pod,
        container_change(failure.container, changes),
        summary=summary,
        estimate=estimate,
    )


def tcp_instead(port: int | None, instead_of: str) -> dict[str, Any]:
    """Replace a handler by a plain connection to a port."""
    return {instead_of: None, "tcpSocket": {"port": port}}


def earlier_container(failure: ProbeFailure) -> Container | None:
    """Return this container as an older revision of the Deployment that still serves has it, or None."""
    scene, mine = failure.scene, failure.container
    owner = scene.graph.owner(mine.pod)
    holder = scene.graph.holder(mine.pod)
    if owner is None or text(owner, "kind") != "ReplicaSet":
        return None
    which = mine.spec_path[1]
    for sibling in scene.graph.children(holder):
        template = template_of(sibling)
        if template is None or sibling is owner or not whole(sibling, "status", "readyReplicas"):
            continue
        for spec in objects(template.spec, str(which)):
            if text(spec, "name") == mine.name:
                return Container(
                    pod=sibling,
                    name=mine.name,
                    role=mine.role,
                    spec=spec,
                    status={},
                    spec_path=(*template.spec_path, which, _index(template.spec, str(which), mine.name)),
                    status_path=(),
                )
    return None


def _index(spec: Mapping[str, Any], which: str, name: str) -> int:
    entries = spec.get(which)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if text(entry, "name") == name:
            return index
    return 0


def earlier_probe(failure: ProbeFailure) -> Probe | None:
    """Return the same probe as an older revision that still serves has it, or None."""
    container = earlier_container(failure)
    if container is None:
        return None
    return next((probe for probe in probes_of(container) if probe.kind == failure.probe.kind), None)
