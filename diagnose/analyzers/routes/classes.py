"""Ingresses that nobody serves: their class does not exist, or no controller of it runs."""

import re
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, labels, name, objects, strings, text
from cluster.names import closest
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.routes.view import CLASS_ANNOTATION, STOPPED, Entry
from diagnose.findings import Finding, InProgress, NextCheck, Observation, Remedy, Who, inferred, proved
from diagnose.remedies import object_patch, outside

_DEFAULT = "ingressclass.kubernetes.io/is-default-class"
_COMMON = frozenset(
    {"k8s", "io", "ingress", "controller", "com", "org", "net", "www", "dev", "kubernetes", "application"}
)
_OUTSIDE = frozenset({"gce", "gke"})
"""Controllers that a provider runs where no pod of the cluster shows them."""

_ROLE = re.compile(r"ingress|gateway|controller|proxy|balancer")
_WEB_SERVERS = frozenset({"nginx", "apache", "httpd"})
"""Names that plain applications bear too."""


def judge_class(entry: Entry) -> Iterator[Observation]:
    """Report an Ingress without a class that exists and is served."""
    scene, wanted = entry.scene, text(entry.obj, "spec", "ingressClassName")
    if entry.served or entry.class_name in STOPPED or not scene.snapshot.coverage.complete("IngressClass"):
        return
    if not wanted and CLASS_ANNOTATION in entry.annotations:
        return
    classes = list(scene.snapshot.all("IngressClass"))
    if wanted:
        known = scene.snapshot.get("IngressClass", "", wanted)
        if known is not None:
            yield from _unserved(entry, known)
            return
    elif any(labels(found, "metadata", "annotations").get(_DEFAULT) == "true" for found in classes):
        return
    if (waiting := _waiting(entry, scene.numbers.observed_lag_seconds)) is not None:
        yield waiting
        return
    yield _missing(entry, wanted, classes)


def _waiting(entry: Entry, grace: float) -> InProgress | None:
    if entry.born is None or entry.scene.age(entry.born) >= grace:
        return None
    return InProgress(
        object=entry.ref,
        reason=Phrase(en="the route is new and waits for its controller", zh="路由刚创建，正在等待其控制器"),
        until=entry.born + timedelta(seconds=grace),
    )


def _missing(entry: Entry, wanted: str, classes: list[Obj]) -> Finding:
    scene = entry.scene
    known = [name(found) for found in classes]
    near = tuple(closest(wanted, known)) if wanted else ()
    offered = near or (tuple(known) if len(known) == 1 else ())
    have = f"the cluster has {', '.join(known[:5])}" if known else "the cluster has no class at all"
    have_zh = f"集群中有 {', '.join(known[:5])}" if known else "集群中没有任何类"
    evidence: list[Evidence] = [scene.field(entry.obj, "spec", "ingressClassName")]
    if wanted:
        evidence.append(scene.absence("IngressClass", "", wanted))
    elif classes:
        evidence.append(scene.field(classes[0], "metadata", "annotations", _DEFAULT))
    evidence.append(scene.field(entry.obj, "status", "loadBalancer"))
    asks = f"asks for the class {wanted}, which does not exist" if wanted else "names no class, and none is the default"
    asks_zh = f"要求的类 {wanted} 不存在" if wanted else "没有指定类，也没有默认类"
    return Finding(
        code="IngressClassMissing",
        variant="class",
        confidence=proved("the complete list of classes was read", "已读取完整的类列表", twice=bool(wanted)),
        object=entry.ref,
        summary=Phrase(
            en=f"The route {entry.ref.name} is served by nobody: it {asks}; {have}",
            zh=f"路由 {entry.ref.name} 无人处理：它{asks_zh}；{have_zh}",
        ),
        expected=f"spec.ingressClassName: {offered[0]}" if offered else "spec.ingressClassName: a class that exists",
        actual=f"spec.ingressClassName: {wanted or '<unset>'}",
        near=near,
        evidence=tuple(evidence),
        remedies=(_with_class(entry, offered[0], wanted),) if offered else (_chosen(known=bool(known)),),
        next_checks=(
            NextCheck(
                command="kubectl get ingressclass",
                why=Phrase(en="It lists the classes and marks the default", zh="它列出所有类并标出默认类"),
            ),
        ),
        since=entry.born,
    )


def _with_class(entry: Entry, value: str, former: str) -> Remedy:
    return object_patch(
        entry.obj,
        {"spec": {"ingressClassName": value}},
        summary=Phrase(en=f"Set the class {value}, which exists", zh=f"设置已存在的类 {value}"),
        verify=f"kubectl -n {entry.ref.namespace} get ingress {entry.ref.name}",
        expect=Phrase(en="ADDRESS is filled", zh="ADDRESS 列有值"),
        undo=object_patch(
            entry.ref, {"spec": {"ingressClassName": former or None}}, summary=Phrase(en="", zh="")
        ).command,
    )


def _chosen(*, known: bool) -> Remedy:
    remedy = outside(
        Phrase(
            en="Choose one of the classes for this route, or mark one as the default",
            zh="为该路由选择一个类，或设置默认类",
        )
        if known
        else Phrase(en="Install an ingress controller with its class", zh="安装 Ingress 控制器及其类")
    )
    return Remedy(summary=remedy.summary, risk=remedy.risk, who=Who.OWNER if known else Who.CLUSTER_ADMIN)


def _unserved(entry: Entry, known: Obj) -> Iterator[Observation]:
    """Report a class whose controller is nowhere among the pods of the whole cluster."""
    scene, controller = entry.scene, text(known, "spec", "controller")
    tokens = set(re.split(r"[/.\-_]+", controller.lower())) - _COMMON - {""}
    if not scene.snapshot.coverage.complete("Pod") or not tokens or tokens & _OUTSIDE:
        return
    if any(_runs(pod, controller, tokens) for pod in scene.snapshot.all("Pod")):
        return
    if (waiting := _waiting(entry, scene.numbers.lb_grace_seconds)) is not None:
        yield waiting
        return
    yield Finding(
        code="IngressClassMissing",
        variant="controller",
        confidence=inferred(
            "no pod of the cluster looks like this controller and the route has no address",
            "集群中没有类似该控制器的 Pod，且路由没有地址",
            value=0.6,
        ),
        object=entry.ref,
        summary=Phrase(
            en=f"The route {entry.ref.name} is served by nobody: no controller {controller} of its class "
            f"{name(known)} runs in the cluster",
            zh=f"路由 {entry.ref.name} 无人处理：集群中没有运行其类 {name(known)} 的控制器 {controller}",
        ),
        expected=f"a running controller {controller}",
        actual="no such pod; status.loadBalancer empty",
        evidence=(scene.field(known, "spec", "controller"), scene.field(entry.obj, "status", "loadBalancer")),
        remedies=(_chosen(known=False),),
        next_checks=(
            NextCheck(
                command="kubectl get pods -A",
                why=Phrase(en="Look for the controller under another name", zh="查看控制器是否以其他名称运行"),
            ),
        ),
        since=entry.born,
    )


def _runs(pod: Obj, controller: str, tokens: set[str]) -> bool:
    words = [name(pod), text(pod, "spec", "serviceAccountName"), *labels(pod, "metadata", "labels").values()]
    for container in objects(pod, "spec", "containers"):
        image = text(container, "image").lower()
        base = image.rpartition("/")[2].partition(":")[0].partition("@")[0]
        if base in tokens - _WEB_SERVERS:
            return True
        words += [image, *strings(container, "args"), *strings(container, "command")]
    written = " ".join(words).lower()
    return controller.lower() in written or (bool(_ROLE.search(written)) and any(token in written for token in tokens))
