"""Claims and Services that a full quota keeps away: their refusal leaves no event."""

from collections.abc import Iterator, Mapping

from cluster.fields import Obj, dig, mapping, name, namespace, numbered, text
from cluster.kinds import BY_KEY
from cluster.names import closest
from cluster.quantities import quantity
from cluster.snapshot import ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.admission.quota import variant_of
from diagnose.analyzers.services.view import hosts_in
from diagnose.calls import failed_name
from diagnose.findings import Edge, Finding, Reach, Who, inferred
from diagnose.graph import references
from diagnose.remedies import command
from diagnose.scene import Scene


def silently_exceeded(scene: Scene) -> Iterator[Finding]:
    """Yield claims and Services that are wanted and absent while their quota is used up: that refusal left no event."""
    full = _full_quotas(scene)
    if not full:
        return
    for kind, space, wanted, wanting, at in _wanted(scene):
        hit = full.get((space, kind))
        if hit is None or not scene.snapshot.absent(kind, space, wanted):
            continue
        quota, key = hit
        hard = text(quota, "spec", "hard", key)
        holder = scene.graph.holder(wanting) if text(wanting, "kind") == "Pod" else wanting
        label = f"{text(holder, 'kind')} {name(holder)}"
        yield Finding(
            code="QuotaExceeded",
            variant=variant_of(key) if kind == "Service" else "storage",
            confidence=inferred(
                "the object is wanted and absent while its quota is used up; no refusal was recorded",
                "对象被需要但不存在，同时其配额已用尽；没有拒绝记录",
                value=0.6,
            ),
            object=ref_of(quota),
            part=key,
            affected=(
                *(Reach(ref=ref_of(obj), edge=Edge.OWNER) for obj in [wanting] if text(wanting, "kind") == "Pod"),
                Reach(ref=ObjectRef(kind=kind, namespace=space, name=wanted), edge=Edge.POLICY),
            ),
            summary=Phrase(
                en=f"{kind} {wanted}, which {label} needs, does not exist, and quota {name(quota)} "
                f"lets no more be created: {key} {hard} of {hard} is used",
                zh=f"{label} 需要的 {kind} {wanted} 不存在，而配额 {name(quota)} 已不允许再创建："
                f"{key} 已用 {hard}/{hard}",
            ),
            expected=f"{kind} {wanted} exists",
            actual=f"absent; quota {name(quota)} {key}: used {text(quota, 'status', 'used', key)} of {hard}",
            evidence=(
                scene.field(quota, "status", "used", key),
                scene.field(quota, "spec", "hard", key),
                scene.absence(kind, space, wanted),
                scene.field(wanting, *at),
            ),
            remedies=(
                command(
                    f"kubectl -n {space} describe resourcequota {name(quota)}",
                    summary=Phrase(
                        en=f"Delete what is no longer needed or have {key} raised, then create {kind} {wanted} again",
                        zh=f"删除不再需要的对象，或提高 {key}，然后重新创建 {kind} {wanted}",
                    ),
                    verify=f"kubectl -n {space} get {BY_KEY[kind].plural} {wanted}",
                    expect=Phrase(en="it is listed", zh="能列出该对象"),
                    who=Who.NAMESPACE_ADMIN,
                ),
            ),
        )


def _full_quotas(scene: Scene) -> Mapping[tuple[str, str], tuple[Obj, str]]:
    """Return the quota and key that let no further claim or Service be made, by namespace and kind."""
    full: dict[tuple[str, str], tuple[Obj, str]] = {}
    kinds = (("persistentvolumeclaims", "PersistentVolumeClaim"), ("requests.storage", "PersistentVolumeClaim"))
    for quota in scene.snapshot.all("ResourceQuota"):
        for key, kind in (*kinds, ("services", "Service")):
            hard = quantity(dig(quota, "spec", "hard", key))
            used = quantity(dig(quota, "status", "used", key))
            if hard is not None and used is not None and used >= hard:
                full.setdefault((namespace(quota), kind), (quota, key))
    return full


def _wanted(scene: Scene) -> Iterator[tuple[str, str, str, Obj, tuple[str | int, ...]]]:
    """Yield kind, namespace and name of claims and Services that are referred to, by whom and where."""
    seen: set[tuple[str, str, str]] = set()
    for pod in scene.live_pods:
        for entry in references(mapping(pod, "spec")):
            target = ("PersistentVolumeClaim", namespace(pod), entry.name)
            if entry.kind == target[0] and target not in seen:
                seen.add(target)
                yield (*target, pod, ("spec", *entry.path, "claimName"))
    yield from _called(scene)
    for stateful in scene.snapshot.all("StatefulSet"):
        if wanted := text(stateful, "spec", "serviceName"):
            yield "Service", namespace(stateful), wanted, stateful, ("spec", "serviceName")
    for ingress in scene.snapshot.all("Ingress"):
        for i, rule in numbered(ingress, "spec", "rules"):
            for j, path in numbered(rule, "http", "paths"):
                if wanted := text(path, "backend", "service", "name"):
                    at = ("spec", "rules", i, "http", "paths", j, "backend", "service", "name")
                    yield "Service", namespace(ingress), wanted, ingress, at


def _misspelt(scene: Scene, pod: Obj, host: str) -> bool:
    """Say whether a Service of a like name is there: then the name is wrong, and no Service is missing."""
    return bool(closest(host, (name(entry) for entry in scene.snapshot.all("Service", namespace(pod)))))


def _called(scene: Scene) -> Iterator[tuple[str, str, str, Obj, tuple[str | int, ...]]]:
    """Yield the Services that pods name in their environment and cannot find, as their own logs say."""
    for pod in scene.live_pods:
        for index, container in numbered(pod, "spec", "containers"):
            for at, entry in numbered(container, "env"):
                for host in set(hosts_in(text(entry, "name"), text(entry, "value"))):
                    if "." not in host and not _misspelt(scene, pod, host) and failed_name(scene, pod, host):
                        where = ("spec", "containers", index, "env", at, "value")
                        yield "Service", namespace(pod), host, pod, where
