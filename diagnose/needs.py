"""What objects that stand in front of, around or above workloads need: routes, certificates, autoscalers, extensions.

One function a kind, in ``NEEDS`` by kind key. Each yields the objects without which this one cannot do its work, as its
own fields name them; nothing here asks whether they exist.
"""

from collections.abc import Callable, Iterator

from cluster.fields import Obj, mapping, namespace, objects, text
from cluster.kinds import group_of
from core.evidence import ObjectRef
from diagnose.findings import Edge, Reach

_GATEWAY = "gateway.networking.k8s.io"
_CERT_MANAGER = "cert-manager.io"

METRIC_SERVICES = {
    "Resource": "v1beta1.metrics.k8s.io",
    "ContainerResource": "v1beta1.metrics.k8s.io",
    "Pods": "v1beta1.custom.metrics.k8s.io",
    "Object": "v1beta1.custom.metrics.k8s.io",
    "External": "v1beta1.external.metrics.k8s.io",
}
"""The APIService behind each type of metric that an autoscaler asks for."""


def ingress(obj: Obj) -> Iterator[Reach]:
    """Yield the Services of all rules."""
    backends = [mapping(obj, "spec", "defaultBackend", "service")]
    for rule in objects(obj, "spec", "rules"):
        backends += [mapping(path, "backend", "service") for path in objects(rule, "http", "paths")]
    for backend in backends:
        if service := text(backend, "name"):
            yield Reach(ref=ObjectRef(kind="Service", namespace=namespace(obj), name=service), edge=Edge.ROUTE)


def route(obj: Obj) -> Iterator[Reach]:
    """Yield the Gateways that a route of the Gateway API hangs on, and the Services it leads to."""
    here = namespace(obj)
    for parent in objects(obj, "spec", "parentRefs"):
        kind = text(parent, "kind") or "Gateway"
        group = text(parent, "group") or ("" if kind == "Service" else _GATEWAY)
        space = text(parent, "namespace") or here
        if wanted := text(parent, "name"):
            yield Reach(ref=ObjectRef(kind=kind, group=group, namespace=space, name=wanted), edge=Edge.ROUTE)
    for rule in objects(obj, "spec", "rules"):
        for backend in objects(rule, "backendRefs"):
            if (text(backend, "kind") or "Service") == "Service" and (wanted := text(backend, "name")):
                space = text(backend, "namespace") or here
                yield Reach(ref=ObjectRef(kind="Service", namespace=space, name=wanted), edge=Edge.ROUTE)


def gateway(obj: Obj) -> Iterator[Reach]:
    """Yield the class of a Gateway and the Secrets of its listeners' certificates."""
    if wanted := text(obj, "spec", "gatewayClassName"):
        yield Reach(ref=ObjectRef(kind="GatewayClass", group=_GATEWAY, name=wanted), edge=Edge.POLICY)
    for listener in objects(obj, "spec", "listeners"):
        for reference in objects(listener, "tls", "certificateRefs"):
            if (text(reference, "kind") or "Secret") == "Secret" and (wanted := text(reference, "name")):
                space = text(reference, "namespace") or namespace(obj)
                yield Reach(ref=ObjectRef(kind="Secret", namespace=space, name=wanted), edge=Edge.MOUNT)


def certificate(obj: Obj) -> Iterator[Reach]:
    """Yield the issuer of a Certificate or a CertificateRequest."""
    issuer = mapping(obj, "spec", "issuerRef")
    if wanted := text(issuer, "name"):
        kind = text(issuer, "kind") or "Issuer"
        space = "" if kind.startswith("Cluster") else namespace(obj)
        group = text(issuer, "group") or _CERT_MANAGER
        yield Reach(ref=ObjectRef(kind=kind, group=group, namespace=space, name=wanted), edge=Edge.POLICY)


def claim(obj: Obj) -> Iterator[Reach]:
    """Yield the volume and the storage class of a claim."""
    if volume := text(obj, "spec", "volumeName"):
        yield Reach(ref=ObjectRef(kind="PersistentVolume", name=volume), edge=Edge.MOUNT)
    if storage_class := text(obj, "spec", "storageClassName"):
        yield Reach(ref=ObjectRef(kind="StorageClass", group="storage.k8s.io", name=storage_class), edge=Edge.MOUNT)


def autoscaler(obj: Obj) -> Iterator[Reach]:
    """Yield what an autoscaler drives, and the APIs that serve its metrics."""
    yield from scaled(obj)
    for service in sorted({METRIC_SERVICES.get(text(entry, "type"), "") for entry in objects(obj, "spec", "metrics")}):
        if service:
            yield Reach(ref=_api_service(service), edge=Edge.POLICY)


def scaled(obj: Obj) -> Iterator[Reach]:
    """Yield what ``scaleTargetRef`` names; KEDA leaves out the kind where a Deployment is meant."""
    target = mapping(obj, "spec", "scaleTargetRef")
    kind = text(target, "kind") or "Deployment"
    group = group_of(text(target, "apiVersion")) if text(target, "apiVersion") else "apps"
    yield Reach(
        ref=ObjectRef(kind=kind, group=group, namespace=namespace(obj), name=text(target, "name")), edge=Edge.TARGET
    )


def api_service(obj: Obj) -> Iterator[Reach]:
    """Yield the Service behind an aggregated API; built-in APIs have none."""
    yield from _service(mapping(obj, "spec", "service"))


def webhooks(obj: Obj) -> Iterator[Reach]:
    """Yield the Services that a webhook configuration calls."""
    for hook in objects(obj, "webhooks"):
        yield from _service(mapping(hook, "clientConfig", "service"))


def application(obj: Obj) -> Iterator[Reach]:
    """Yield the objects that an Argo CD Application manages, as its status lists them."""
    for entry in objects(obj, "status", "resources"):
        if text(entry, "kind") and text(entry, "name"):
            yield Reach(
                ref=ObjectRef(
                    kind=text(entry, "kind"),
                    group=text(entry, "group"),
                    namespace=text(entry, "namespace"),
                    name=text(entry, "name"),
                ),
                edge=Edge.TARGET,
            )


def kustomization(obj: Obj) -> Iterator[Reach]:
    """Yield the objects in the inventory of a Flux Kustomization: ``<namespace>_<name>_<group>_<kind>``."""
    for entry in objects(obj, "status", "inventory", "entries"):
        parts = text(entry, "id").split("_")
        if len(parts) == 4 and parts[1] and parts[3]:
            space, wanted, group, kind = parts
            yield Reach(ref=ObjectRef(kind=kind, group=group, namespace=space, name=wanted), edge=Edge.TARGET)


def leaving_namespace(obj: Obj) -> Iterator[Reach]:
    """Yield the aggregated APIs that a namespace being deleted waits for: those that its conditions name."""
    if not text(obj, "metadata", "deletionTimestamp"):
        return
    said = " ".join(text(entry, "message") for entry in objects(obj, "status", "conditions"))
    for word in dict.fromkeys(said.replace(",", " ").replace(":", " ").split()):
        group, slash, version = word.partition("/")
        if slash and "." in group and version.startswith("v"):
            yield Reach(ref=_api_service(f"{version}.{group}"), edge=Edge.POLICY)


def _service(reference: Obj) -> Iterator[Reach]:
    if wanted := text(reference, "name"):
        space = text(reference, "namespace")
        yield Reach(ref=ObjectRef(kind="Service", namespace=space, name=wanted), edge=Edge.TARGET)


def _api_service(wanted: str) -> ObjectRef:
    return ObjectRef(kind="APIService", group="apiregistration.k8s.io", name=wanted)


NEEDS: dict[str, Callable[[Obj], Iterator[Reach]]] = {
    "APIService": api_service,
    "HorizontalPodAutoscaler": autoscaler,
    "Ingress": ingress,
    "MutatingWebhookConfiguration": webhooks,
    "Namespace": leaving_namespace,
    "PersistentVolumeClaim": claim,
    "ValidatingWebhookConfiguration": webhooks,
    "Application.argoproj.io": application,
    "ScaledObject.keda.sh": scaled,
    f"Certificate.{_CERT_MANAGER}": certificate,
    f"CertificateRequest.{_CERT_MANAGER}": certificate,
    f"Gateway.{_GATEWAY}": gateway,
    f"GRPCRoute.{_GATEWAY}": route,
    f"HTTPRoute.{_GATEWAY}": route,
    f"TCPRoute.{_GATEWAY}": route,
    f"TLSRoute.{_GATEWAY}": route,
    "Kustomization.kustomize.toolkit.fluxcd.io": kustomization,
}
