"""What compose says about a container, laid over the usual pod of a component."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from builder.compose import asking
from builder.compose.exempting import exemptions as exemptions_of
from builder.compose.model import Dependence
from builder.compose.networking import labels
from builder.compose.saying import SAFE_SYSCTLS, sysctls
from builder.compose.shaping import Shape, asked_by, binds_low, with_names
from builder.compose.storing import Stored
from builder.compose.units import cores, quantity
from builder.compose.values import items, mapping, pairs, text, truth
from builder.manifests.exempting import annotations
from builder.manifests.manifest import Manifest
from builder.manifests.security import of_container
from builder.plan import Kind

FILES = "sextant.dev/files"
"""Annotation that changes with the mounted files, so that pods are replaced when one does."""

WAITING = "docker.io/library/busybox:1.37"
"""Asks whether a port is open. The program's own image may hold nothing to ask with."""

_ARCHITECTURES = {"amd64", "arm64", "arm", "ppc64le", "riscv64", "s390x"}
_PULLS = {"always": "Always", "never": "Never", "missing": "IfNotPresent", "if_not_present": "IfNotPresent"}


def laid_over(
    shape: Shape,
    made: Stored,
    manifest: Manifest,
    shapes: Mapping[str, Shape],
    renamed: Mapping[str, str],
) -> Manifest:
    """Return an object that runs pods, with all that compose says about them."""
    body = deepcopy(dict(manifest.body))
    spec = body["spec"]
    template = spec["template"]
    pod = template["spec"]
    main = pod["containers"][0]
    _metadata(shape, made, template["metadata"])
    _container(shape, made, main, renamed)
    _probes(shape, main)
    _pod(shape, made, pod)
    waits = [_wait(shapes[need.name]) for need in shape.service.needs if _waits(need, shapes)]
    if waits:
        pod["initContainers"] = [*waits, *pod.get("initContainers", ())]
    if manifest.kind == "Deployment":
        body = _replicas(shape, body)
    if manifest.kind == "Job" and shape.service.deploy.tries is not None:
        spec["backoffLimit"] = max(0, shape.service.deploy.tries)
    exempted = exemptions_of(shape, manifest.exemptions, main, waits=bool(waits))
    metadata = {key: value for key, value in body["metadata"].items() if key != "annotations"}
    body["metadata"] = {**metadata, **annotations(exempted)}
    return Manifest(body=body, about=manifest.about, exemptions=exempted)


def _metadata(shape: Shape, made: Stored, metadata: dict[str, Any]) -> None:
    metadata["labels"] = {**metadata["labels"], **labels(shape.service)}
    told: dict[str, str] = {}
    for key in ("annotations", "labels"):
        for name, value in pairs(shape.service.held.get(key), key).items():
            if _annotation(name):
                told[name] = text(value, name)
    if made.files:
        told[FILES] = made.digest
    if told:
        metadata["annotations"] = {**told, **metadata.get("annotations", {})}


def _annotation(name: str) -> bool:
    """Say whether Kubernetes takes a name of an annotation, and it is nobody else's."""
    prefix, slash, plain = name.rpartition("/")
    letters = all(sign.isascii() and (sign.isalnum() or sign in "-_.") for sign in plain)
    fits = 0 < len(plain) <= 63 and letters and plain[0].isalnum() and plain[-1].isalnum()
    host = all(sign.isascii() and (sign.islower() or sign.isdigit() or sign in "-.") for sign in prefix)
    reserved = prefix.endswith(("kubernetes.io", "k8s.io", "sextant.dev")) or name.startswith("checkov.io")
    return fits and not reserved and ((not slash) or (bool(prefix) and host and len(prefix) <= 253))


def _container(shape: Shape, made: Stored, main: dict[str, Any], renamed: Mapping[str, str]) -> None:
    one = shape.service
    held = mapping(one.held, one.name)
    if one.entry:
        main["command"] = _words(one.entry, renamed)
    if one.command:
        # An entry point that is taken away leaves the command as the program.
        main["command" if one.entry == () else "args"] = _words(one.command, renamed)
    if one.directory:
        main["workingDir"] = one.directory
    if shape.ports:
        main["ports"] = [
            {"name": port_name(shape, at), "containerPort": port.target, "protocol": port.protocol}
            for at, port in enumerate(shape.ports)
        ]
    policy = text(held.get("pull_policy"), "pull_policy")
    if policy in _PULLS:
        main["imagePullPolicy"] = _PULLS[policy]
    for key, name in (("stdin_open", "stdin"), ("tty", "tty")):
        if truth(held.get(key), key):
            main[name] = True
    hooks = {
        "postStart": items(held.get("post_start"), "post_start"),
        "preStop": items(held.get("pre_stop"), "pre_stop"),
    }
    for name, each in hooks.items():
        words = _hook(each[0]) if each else []
        if words:
            main.setdefault("lifecycle", {})[name] = {"exec": {"command": words}}
    _resources(shape, main["resources"])
    main["securityContext"] = _security(shape)
    if made.mounts:
        main["volumeMounts"] = [*main.get("volumeMounts", ()), *made.mounts]
    for mount in one.mounts:
        for each in main.get("volumeMounts", ()):
            if each["mountPath"] == mount.target and mount.kind == "volume":
                each |= {"subPath": mount.subpath} if mount.subpath else {}
                each |= {"readOnly": True} if mount.read_only else {}


def _hook(one: Any) -> list[str]:
    said = one.get("command")
    if said is None:
        return []
    if isinstance(said.data, str):
        return ["/bin/sh", "-c", said.data]
    return [text(word, "command") for word in items(said, "command")]


def _words(words: Sequence[str], renamed: Mapping[str, str]) -> list[str]:
    return [with_names(word, renamed).replace("$(", "$$(") for word in words]


def port_name(shape: Shape, at: int) -> str:
    """Return the name of a port: the first is called as everything that refers to it expects."""
    port = shape.ports[at]
    if port.protocol == "TCP" and port.target == shape.subject.port:
        return "http"
    return f"{port.protocol.lower()}-{port.target}"


def _resources(shape: Shape, found: dict[str, Any]) -> None:
    given = shape.service.deploy
    requests, limits = found["requests"], found["limits"]
    for what, limit, request in (
        ("cpu", given.cpu_limit, given.cpu_request),
        ("memory", given.memory_limit, given.memory_request),
    ):
        if limit:
            limits[what] = _written(what, limit)
            requests[what] = _written(what, min(limit, request or _amount(what, requests[what])))
        if request and not limit:
            requests[what] = _written(what, request)
            if request > _amount(what, limits[what]):
                limits[what] = _written(what, request)
    if given.gpus:
        limits["nvidia.com/gpu"] = str(given.gpus)


def _written(what: str, amount: float) -> str:
    return cores(amount) if what == "cpu" else quantity(int(amount))


def _amount(what: str, plain: str) -> float:
    """Return an amount that we wrote ourselves as a number."""
    if what == "cpu":
        return float(plain.removesuffix("m")) / 1000 if plain.endswith("m") else float(plain)
    number, unit = plain[:-2], plain[-2:]
    return float(number) * {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}[unit]


def _security(shape: Shape) -> dict[str, Any]:
    context = {**of_container(), "runAsUser": shape.user}
    if shape.root:
        context["readOnlyRootFilesystem"] = False
    if binds_low(shape.service):
        context["capabilities"] = {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}
    return context


def _probes(shape: Shape, main: dict[str, Any]) -> None:
    health = shape.service.health
    if health is None or shape.subject.kind == Kind.JOB:
        return
    names = ("startupProbe", "readinessProbe", "livenessProbe")
    if health.disabled:
        for name in names:
            main.pop(name, None)
    elif health.words and (asked_by(shape.service) is None or shape.subject.port is None):
        main |= asking.exec_probes(health)
    elif names[1] in main:
        asked = {key: value for key, value in main[names[1]].items() if key in {"httpGet", "tcpSocket"}}
        main |= asking.timed(asked, health)


def _pod(shape: Shape, made: Stored, pod: dict[str, Any]) -> None:
    one = shape.service
    held = mapping(one.held, one.name)
    context = {**pod["securityContext"], "runAsUser": shape.user, "runAsGroup": shape.group}
    if shape.subject.kept or any("secret" in each or "persistentVolumeClaim" in each for each in made.volumes):
        context |= {"fsGroup": shape.group, "fsGroupChangePolicy": "OnRootMismatch"}
    groups = [text(each, "group_add") for each in items(held.get("group_add"), "group_add")]
    if numbers := [int(each) for each in groups if each.isdigit() and int(each)]:
        context["supplementalGroups"] = numbers
    safe = [{"name": name, "value": value} for name, value in sysctls(one).items() if name in SAFE_SYSCTLS]
    low = any(port.target < 1024 for port in shape.ports)
    if low and not any(each["name"] == "net.ipv4.ip_unprivileged_port_start" for each in safe):
        safe.append({"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"})
    if safe:
        context["sysctls"] = safe
    pod["securityContext"] = context
    if one.stop_seconds is not None:
        pod["terminationGracePeriodSeconds"] = max(1, round(one.stop_seconds))
    if name := _host(text(held.get("hostname"), "hostname")):
        pod["hostname"] = name
    if truth(held.get("init"), "init"):
        pod["shareProcessNamespace"] = True  # the pod's own first process then reaps orphans, as docker-init does
    aliases = [(host, address) for host, each in one.hosts.items() for address in each if address != "host-gateway"]
    if aliases:
        by_address: dict[str, list[str]] = {}
        for host, address in aliases:
            by_address.setdefault(address, []).append(host)
        pod["hostAliases"] = [{"ip": address, "hostnames": names} for address, names in by_address.items()]
    if dns := _dns(held):
        pod["dnsConfig"] = dns
    architecture = text(held.get("platform"), "platform").partition("/")[2].partition("/")[0]
    if architecture in _ARCHITECTURES:
        pod["nodeSelector"] = {"kubernetes.io/arch": architecture}
    if made.volumes:
        pod["volumes"] = [*pod.get("volumes", ()), *made.volumes]


def _host(plain: str) -> str:
    name = plain.partition(".")[0].lower()
    return name if name and all(sign.isascii() and (sign.isalnum() or sign == "-") for sign in name) else ""


def _dns(held: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, name in (("dns", "nameservers"), ("dns_search", "searches")):
        value = held.get(key)
        if value is not None and value.data is not None:
            each = [value] if isinstance(value.data, str) else items(value, key)
            found[name] = [text(one, key) for one in each]
    options = [text(one, "dns_opt").partition(":") for one in items(held.get("dns_opt"), "dns_opt")]
    if options:
        found["options"] = [{"name": name, **({"value": value} if value else {})} for name, _, value in options]
    return found


def _waits(need: Dependence, shapes: Mapping[str, Shape]) -> bool:
    other = shapes.get(need.name)
    return need.condition == "service_healthy" and other is not None and other.subject.port is not None


def _wait(other: Shape) -> dict[str, Any]:
    """Return a container that waits until another service answers on its port."""
    small = {"cpu": "10m", "memory": "16Mi", "ephemeral-storage": "8Mi"}
    return {
        "name": f"wait-{other.name}",
        "image": WAITING,
        "imagePullPolicy": "Always",
        "command": ["/bin/sh", "-c", 'until nc -z -w 2 "$0" "$1"; do sleep 2; done'],
        "args": [other.name, str(other.subject.port)],
        "resources": {"requests": small, "limits": {**small, "cpu": "100m", "memory": "32Mi"}},
        "securityContext": of_container(),
    }


def _replicas(shape: Shape, body: dict[str, Any]) -> dict[str, Any]:
    """Return a Deployment with as many pods as are wanted, or a DaemonSet where each node shall have one."""
    given, spec = shape.service.deploy, body["spec"]
    if given.mode == "global":
        kept = {key: value for key, value in spec.items() if key not in {"replicas", "strategy"}}
        return {**body, "kind": "DaemonSet", "spec": {"updateStrategy": {"type": "RollingUpdate"}, **kept}}
    if "replicas" in spec:
        spec["replicas"] = given.replicas
    if given.stop_first:
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}
    return body
