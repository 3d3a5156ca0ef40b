"""Manifests and charts: ports, probes, variables and commands of the workloads that run the project's own image."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname
from typing import Any, Final

from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import purpose_of
from builder.detect.truths import about
from builder.detect.truths.charts import MAX_BYTES, documents
from builder.detect.truths.images import language_of, reference, service_of
from builder.detect.truths.telling import DEVELOPMENT, Telling
from builder.detect.truths.values import listed, mapping, number, text
from builder.draft import Draft
from builder.grounds import STATED
from builder.look import Look
from builder.plan import Kind
from core.phrase import Phrase

MAX_FILES: Final = 80
"""YAML files that may be manifests and are read."""

_WORKLOADS = frozenset(
    {
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "CronJob",
        "Job",
        "Pod",
        "ReplicaSet",
        "Rollout",
        "DeploymentConfig",
        "ReplicationController",
    }
)
_SIDECARS = frozenset({"istio-proxy", "linkerd-proxy", "envoy", "nginx", "oauth2-proxy", "cloud-sql-proxy",
    "cloudsql-proxy", "fluentd", "fluent-bit", "busybox",
                       "alpine", "curl", "kubectl", "redis-exporter", "postgres-exporter", "traefik", "prometheus",
                       "grafana", "adminer", "pgadmin4",
                       "jaeger", "all-in-one", "otel-collector", "opentelemetry-collector", "git-sync", "vault",
                       "consul", "zookeeper", "kibana",
                       "pause", "hello-world", "ingress-nginx", "cert-manager", "external-dns", "rancher",
                       "registry"})  # fmt: skip
"""Images that stand beside a program and are not built by the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A container of a workload, with what its pod mounts that lasts."""

    path: str
    kind: str
    name: str
    schedule: str
    container: Mapping[str, Any]
    claims: frozenset[str]

    @property
    def image(self) -> str:
        """The container's image."""
        return text(self.container.get("image"))


class _Kubernetes:
    name = "kubernetes"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell each draft what its workloads say; databases beside them are services that it needs."""
        known = [one for path in _files(look) for one in workloads(look, path)]
        own = [one for one in known if _own(one)]
        alone = len({reference(one.image).name for one in own}) <= 1
        for one in own:
            for draft in _drafts(drafts, one, alone=alone):
                dev = any(word in one.path.split("/") for word in ("dev", "development", "local", "test"))
                _told(
                    Telling(
                        look=look, draft=draft, truth="kubernetes", path=one.path, sure=DEVELOPMENT if dev else STATED
                    ),
                    one,
                )
        serving = [one for one in drafts if one.kind.best is not None and one.kind.best.deployable]
        for one in known:
            found = service_of(one.image)
            if found and len(serving) == 1:
                telling = Telling(look=look, draft=serving[0], truth="kubernetes", path=one.path)
                telling.service(found[0], "image:", version=found[1])
        return []


def _files(look: Look) -> Iterator[str]:
    """Tell the YAML files that name containers: a look at the text only spares parsing the others."""
    told = 0
    paths = [
        path
        for path in look.tree.ending(".yaml", ".yml")
        if not about.stands_aside(path) and look.tree.sizes[path] < MAX_BYTES
    ]
    for path in sorted(paths, key=lambda one: (about.developing(dirname(one)), one.count("/"), one)):
        if basename(path).startswith((".", "docker-compose", "compose")) or ".github/" in path or told >= MAX_FILES:
            continue
        held = look.tree.text(path) or ""
        if "containers:" in held and "kind:" in held:
            told += 1
            yield path


def workloads(look: Look, path: str) -> Iterator[Workload]:
    """Tell the containers of the workloads of a file."""
    for document in documents(look, path):
        items = listed(mapping(document).get("items")) or [document]
        for one in items[:100]:
            held = mapping(one)
            kind = text(held.get("kind"))
            if kind not in _WORKLOADS:
                continue
            name = text(mapping(held.get("metadata")).get("name"))
            spec = mapping(held.get("spec"))
            schedule = text(spec.get("schedule"))
            if kind == "CronJob":
                spec = mapping(mapping(spec.get("jobTemplate")).get("spec"))
            pod = spec if kind == "Pod" else mapping(mapping(spec.get("template")).get("spec"))
            claims = {
                text(mapping(volume).get("name"))
                for volume in listed(pod.get("volumes"))
                if mapping(volume).get("persistentVolumeClaim")
            }
            claims |= {
                text(mapping(mapping(claim).get("metadata")).get("name"))
                for claim in listed(spec.get("volumeClaimTemplates"))
            }
            for container in listed(pod.get("containers"))[:20]:
                yield Workload(
                    path=path,
                    kind=kind,
                    name=name,
                    schedule=schedule,
                    container=mapping(container),
                    claims=frozenset(claims),
                )


def _own(one: Workload) -> bool:
    image = one.image
    return (
        bool(image)
        and service_of(image) is None
        and reference(image).name not in _SIDECARS
        and language_of(image) is None
    )


def _drafts(drafts: Sequence[Draft], one: Workload, *, alone: bool) -> list[Draft]:
    """Return the draft that a container runs: of its image's name, of its own, or the only one that there is."""
    for name in (reference(one.image).name, text(one.container.get("name")), one.name):
        if name and name != "template" and (known := about.called(drafts, name)):
            return about.one_program(known)[:1]
    serving = [draft for draft in drafts if draft.kind.best is not None and draft.kind.best.deployable] or list(drafts)
    return serving if alone and len(serving) == 1 else []


def _told(telling: Telling, one: Workload) -> None:
    command, arguments = listed(one.container.get("command")), listed(one.container.get("args"))
    words = tuple(text(word) for word in (*command, *arguments)) if command else ()
    if any("template" in word for word in words):
        words = ()
    main = taken(words).main if words else None
    purpose = purpose_of(f"{one.name} {text(one.container.get('name'))}".replace(" ", "-"), main)
    if one.kind in {"CronJob", "Job"}:
        if words:
            role = "schedule" if one.kind == "CronJob" else purpose or "migrate"
            telling.task(one.name if one.name != "template" else role, role, main or "", "command:", one.schedule)
        return
    ports = [mapping(port) for port in listed(one.container.get("ports"))]
    if purpose in {"worker", "schedule"} and not ports:
        if main is not None:
            telling.task(one.name, purpose, main, "command:")
        return
    if words:
        telling.start(words, "command:")
    _listening(telling, one.container, ports)
    _variables(telling, one.container)
    for mount in (mapping(given) for given in listed(one.container.get("volumeMounts"))):
        if text(mount.get("name")) in one.claims:
            telling.volume(text(mount.get("mountPath")), "mountPath:")


def _listening(telling: Telling, container: Mapping[str, Any], ports: Sequence[Mapping[str, Any]]) -> None:
    serving = [port for port in ports if text(port.get("name")) in {"http", "web", "app", "api", "http-web"}] or list(
        ports
    )
    if serving and (found := number(serving[0].get("containerPort"))):
        telling.port(found, "containerPort")
        if telling.draft.kind.best in {Kind.WORKER, Kind.CLI, Kind.LIBRARY, Kind.OTHER, Kind.JOB, None}:
            telling.kind(Kind.WEB, "containerPort")
    for name in ("readinessProbe", "livenessProbe", "startupProbe"):
        path = mapping(mapping(container.get(name)).get("httpGet")).get("path")
        if isinstance(path, str) and path != "template":
            telling.health(path.split("?")[0], path)
            break


def _variables(telling: Telling, container: Mapping[str, Any]) -> None:
    for one in (mapping(given) for given in listed(container.get("env"))[:200]):
        name, source = text(one.get("name")), mapping(one.get("valueFrom"))
        value = one.get("value")
        if name and name != "template":
            plain = "" if text(value) == "template" else value
            telling.variable(name, name, value=plain, secret="secretKeyRef" in source)


KUBERNETES = _Kubernetes()
