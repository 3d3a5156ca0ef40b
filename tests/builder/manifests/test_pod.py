"""What all pods share: rights, folders, probes, resources, variables."""

from dataclasses import dataclass
from typing import Any

import pytest

from builder.files import Prepared
from builder.manifests import described
from builder.manifests.container import container
from builder.manifests.deployment import deployment
from builder.manifests.resources import memory_of, resources
from builder.plan import Kind, Service, Variable
from tests.builder.manifests.subjects import IMAGE, PINNED, full, ready, subject


def pods(prepared: Prepared) -> list[dict[str, Any]]:
    """Return the specification of every pod of a component."""
    found = []
    for one in described(prepared, IMAGE):
        spec = one.body.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            found.append(spec["template"]["spec"])
    return found


@pytest.mark.parametrize("prepared", [full(), full(volumes=("/data",)), ready(Kind.WORKER), ready(Kind.JOB)])
def test_every_pod_is_restricted(prepared: Prepared) -> None:
    assert pods(prepared)
    for pod in pods(prepared):
        context = pod["securityContext"]
        assert (context["runAsNonRoot"], context["runAsUser"]) == (True, 10001)
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert pod["terminationGracePeriodSeconds"] >= 30
        for one in (*pod.get("initContainers", ()), *pod["containers"]):
            given = one["securityContext"]
            assert given["capabilities"] == {"drop": ["ALL"]}
            assert given["allowPrivilegeEscalation"] is False
            assert given["readOnlyRootFilesystem"] is True
            assert set(one["resources"]) == {"requests", "limits"}
            assert "/tmp" in {each["mountPath"] for each in one["volumeMounts"]}
            mounted = {each["name"] for each in one["volumeMounts"]}
            assert len(mounted) == len(one["volumeMounts"])


def test_writable_folders_are_empty_and_bounded() -> None:
    prepared = ready(writable=("/tmp", "/app/tmp", "cache", "/tmp/", "/"))
    pod = deployment(subject(prepared)).body["spec"]["template"]["spec"]
    mounts = {one["mountPath"]: one["name"] for one in pod["containers"][0]["volumeMounts"]}
    assert mounts == {"/tmp": "scratch-tmp", "/app/tmp": "scratch-tmp-2", "/app/cache": "scratch-cache"}
    assert all(one["emptyDir"] == {"sizeLimit": "256Mi"} for one in pod["volumes"])


def test_a_port_below_1024_needs_no_root() -> None:
    context = deployment(subject(ready(port=80))).body["spec"]["template"]["spec"]["securityContext"]
    assert context["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]


def test_an_image_by_digest_is_not_pulled_again() -> None:
    policies = [container(subject(image=image), "shop")["imagePullPolicy"] for image in (IMAGE, PINNED, "shop")]
    assert policies == ["Always", "IfNotPresent", "Always"]


def test_variables_are_references() -> None:
    made = container(subject(full()), "shop")
    assert made["envFrom"] == [{"configMapRef": {"name": "shop"}}]
    assert all(set(one) == {"name", "valueFrom"} for one in made["env"])
    optional = [one["name"] for one in made["env"] if one["valueFrom"].get("secretKeyRef", {}).get("optional")]
    assert optional == ["SENTRY_TOKEN"]


def test_a_changed_setting_replaces_the_pods() -> None:
    def digest(value: str) -> object:
        about = subject(ready(variables=(Variable(name="LEVEL", default=value),)))
        return deployment(about).body["spec"]["template"]["metadata"]["annotations"]["sextant.dev/configuration"]

    assert digest("info") == digest("info") != digest("debug")


@dataclass(frozen=True, kw_only=True)
class Asked:
    id: str
    prepared: Prepared
    ready: dict[str, Any]
    alive: dict[str, Any]
    host: str = ""


def http(path: str, port: int | str = "http", host: str = "localhost") -> dict[str, Any]:
    return {"httpGet": {"path": path, "port": port, "httpHeaders": [{"name": "Host", "value": host}]}}


CONNECTED: dict[str, Any] = {"tcpSocket": {"port": "http"}}
NEEDS = (Service(name="redis"),)
ASKED = (
    Asked(id="no path", prepared=ready(), ready=CONNECTED, alive=CONNECTED),
    Asked(id="a path", prepared=ready(path="/health"), ready=http("/health"), alive=http("/health")),
    Asked(
        id="a path that may ask a service",
        prepared=ready(path="/health", services=NEEDS),
        ready=http("/health"),
        alive=CONNECTED,
    ),
    Asked(
        id="a path for life alone",
        prepared=ready(path="/livez", services=NEEDS),
        ready=http("/livez"),
        alive=http("/livez"),
    ),
    Asked(id="another port", prepared=ready(path="/up", probe_port=81), ready=http("/up", 81), alive=http("/up", 81)),
    Asked(
        id="the public name, which the framework allows",
        prepared=ready(path="/up"),
        host="shop.test",
        ready=http("/up", host="shop.test"),
        alive=http("/up", host="shop.test"),
    ),
)


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.id)
def test_probes(case: Asked) -> None:
    made = container(subject(case.prepared, host=case.host), "shop", listens=True)
    assert made["readinessProbe"].items() >= case.ready.items()
    assert made["startupProbe"].items() >= case.ready.items()
    assert made["livenessProbe"].items() >= case.alive.items()


def test_memory_follows_what_runs() -> None:
    asked = {name: memory_of(subject(ready(provider=name))).request for name in ("go", "python", "jvm", "new")}
    assert asked == {"go": "64Mi", "python": "128Mi", "jvm": "512Mi", "new": "128Mi"}
    assert resources(subject(ready(Kind.STATIC)))["requests"]["memory"] == "32Mi"
    assert all(one.reason.en and one.reason.zh for one in [memory_of(subject())])
