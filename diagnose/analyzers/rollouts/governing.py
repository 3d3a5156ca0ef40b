"""StatefulSets whose governing Service is absent or not headless, while their pods call each other by name."""

import re
from collections.abc import Iterator

from cluster.fields import Obj, labels, name, namespace, numbered, objects, strings, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.findings import Edge, Finding, NextCheck, Observation, Reach, Remedy, Role, Severity, proved
from diagnose.graph import template_of
from diagnose.remedies import command, create_object
from diagnose.scene import Scene
from diagnose.state import read_workload


def service_missing(scene: Scene, workload: Obj) -> Iterator[Observation]:
    """Yield a finding when pods use names that only the governing Service gives them."""
    wanted, space = text(workload, "spec", "serviceName"), namespace(workload)
    if not wanted:
        return
    service = scene.snapshot.get("Service", space, wanted)
    absent = service is None and scene.snapshot.absent("Service", space, wanted)
    headed = service is not None and text(service, "spec", "clusterIP") not in {"None", ""}
    if not (absent or headed):
        return
    if used := _used(scene, workload, wanted):
        yield _finding(scene, workload, wanted, service, used)


def _used(scene: Scene, workload: Obj, service: str) -> Evidence | None:
    """Quote where a pod's own name under the Service is used: environment, command line or log."""
    own = re.compile(
        rf"(?:{re.escape(name(workload))}-[0-9]{{1,4}}|[0-9}})]|HOSTNAME|POD_NAME|hostname)\.{re.escape(service)}(?![a-z0-9-])"
    )
    template = template_of(workload)
    for which in ("containers", "initContainers"):
        for index, container in numbered(template.spec, which) if template else ():
            at = (*(template.spec_path if template else ()), which, index)
            for i, entry in numbered(container, "env"):
                if found := own.search(text(entry, "value")):
                    return scene.field(workload, *at, "env", i, "value", quote=found.group(0))
            for key in ("command", "args"):
                for i, word in enumerate(strings(container, key)):
                    if found := own.search(word[:4000]):
                        return scene.field(workload, *at, key, i, quote=found.group(0))
    for pod in scene.graph.pods_of(workload):
        for container in objects(pod, "spec", "containers"):
            for previous in (False, True):
                excerpt = scene.snapshot.log(pod, text(container, "name"), previous=previous)
                for number, line in enumerate(excerpt.lines[-200:] if excerpt else (), start=1):
                    if found := own.search(line[:1000]):
                        first = len(excerpt.lines) - min(len(excerpt.lines), 200) if excerpt else 0
                        return scene.line(
                            pod, text(container, "name"), first + number, previous=previous, quote=found.group(0)
                        )
    return None


def _finding(scene: Scene, workload: Obj, wanted: str, service: Obj | None, used: Evidence) -> Finding:
    space = namespace(workload)
    reading = read_workload(scene, workload)
    healthy = reading.progress == "satisfied"
    near = closest(wanted, [name(entry) for entry in scene.snapshot.all("Service", space)]) if service is None else []
    second = scene.absence("Service", space, wanted) if service is None else scene.field(service, "spec", "clusterIP")
    hint = f" (there is {', '.join(near)})" if near else ""
    state = f"does not exist{hint}" if service is None else "has an address of its own, so that it is not headless"
    state_zh = "不存在" + (f"（相近的有 {', '.join(near)}）" if near else "")
    return Finding(
        code="StatefulSetServiceMissing",
        role=Role.HYGIENE if healthy else Role.ROOT,
        severity=Severity.LOW if healthy else Severity.HIGH,
        confidence=proved(
            "the name, the Service's state and the use were read", "已读取名称、Service 状态和使用处", twice=True
        ),
        object=ref_of(service) if service is not None else ObjectRef(kind="Service", namespace=space, name=wanted),
        absent=service is None,
        affected=(
            *scene.reach_pods(scene.graph.pods_of(workload), Edge.ENV),
            Reach(ref=ref_of(workload), edge=Edge.ENV),
        ),
        summary=Phrase(
            en=f"Pods of StatefulSet {name(workload)} call each other by names below Service {wanted}, which {state}; "
            "so these names do not resolve",
            zh=f"StatefulSet {name(workload)} 的 Pod 以 Service {wanted} 下的名称互访，而该 Service "
            + (state_zh if service is None else "有自己的地址，不是 headless")
            + "，因此这些名称无法解析",
        ),
        expected=f"Service {space}/{wanted} with clusterIP None",
        actual="absent" if service is None else f"clusterIP {text(service, 'spec', 'clusterIP')}",
        near=tuple(near),
        evidence=(scene.field(workload, "spec", "serviceName"), second, used),
        remedies=tuple(_remedies(workload, wanted, service)),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {space} get endpointslices -l kubernetes.io/service-name={wanted}",
                why=Phrase(en="lists the pods that the Service knows", zh="列出该 Service 已知的 Pod"),
            ),
        ),
        since=None,
    )


def _remedies(workload: Obj, wanted: str, service: Obj | None) -> Iterator[Remedy]:
    space = namespace(workload)
    ports = [
        {"name": text(port, "name") or f"port-{port.get('containerPort')}", "port": port.get("containerPort")}
        for container in objects(workload, "spec", "template", "spec", "containers")
        for port in objects(container, "ports")
        if isinstance(port.get("containerPort"), int)
    ]
    manifest: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": wanted, "namespace": space},
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": labels(workload, "spec", "selector", "matchLabels"),
            **({"ports": ports} if ports else {}),
        },
    }
    if service is not None:
        yield command(
            f"kubectl -n {space} get service/{wanted} -o yaml > {wanted}.yaml && "
            f"kubectl -n {space} delete service/{wanted}",
            summary=Phrase(
                en="Delete the Service first: whether it is headless cannot be changed in place",
                zh="先删除该 Service：是否 headless 不能原地修改",
            ),
            verify=f"kubectl -n {space} get services",
            expect=Phrase(en="it is no longer listed; then create it as below", zh="不再列出；随后按下一条创建"),
            undo=f"kubectl -n {space} apply -f {wanted}.yaml",
        )
    yield create_object(
        manifest,
        summary=Phrase(en=f"Create the headless Service {wanted}", zh=f"创建 headless Service {wanted}"),
        verify=f"kubectl -n {space} get endpointslices -l kubernetes.io/service-name={wanted}",
        expect=Phrase(en="the addresses of the pods are listed", zh="列出各 Pod 的地址"),
    )
