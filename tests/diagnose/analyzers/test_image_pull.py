"""Pods whose image does not come, by what registry and runtime say."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.image_pull import image_pull
from diagnose.analyzers.image_pull.reference import canonical, fault_of, parse
from tests.diagnose import build

POD = "app-7d9c-x2x4z"
IMAGE = "registry.example.com/shop/app:1.1"
PULL = f'failed to pull and unpack image "{IMAGE}": failed to resolve reference "{IMAGE}": '


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """What the kubelet says of a pull, and what must be said of it."""

    id: str
    message: str
    code: str
    variant: str = ""
    reason: str = "ImagePullBackOff"
    image: str = IMAGE
    says: Sequence[str] = ()
    near: tuple[str, ...] | None = None
    objects: Sequence[dict[str, Any]] = ()
    spec: dict[str, Any] = field(default_factory=dict)
    container: dict[str, Any] = field(default_factory=dict)
    kind: str = "Deployment"


def running(image: str, name: str = "other") -> dict[str, Any]:
    """Make a pod that runs an image."""
    return build.pod(
        name,
        containers=[build.container(image=image)],
        statuses=[build.status(state=build.running(), ready=True, imageID="sha256:1")],
        ready=True,
    )


def login(name: str, *hosts: str) -> dict[str, Any]:
    """Make a pull secret whose entries can be read."""
    body = base64.b64encode(json.dumps({"auths": {host: {} for host in hosts}}).encode()).decode()
    return build.obj("Secret", name, type="kubernetes.io/dockerconfigjson", data={".dockerconfigjson": body})


SECRETS = {"imagePullSecrets": [{"name": "login"}]}
DENIED = (
    f"{PULL}pull access denied, repository does not exist or may require authorization: server message: "
    f"insufficient_scope"
)
UNAUTHORIZED = (
    f"{PULL}unexpected status from HEAD request to "
    f"https://registry.example.com/v2/shop/app/manifests/1.1: 401 Unauthorized"
)

CASES = (
    Pull(
        id="containerd: no such tag",
        message=f"rpc error: code = NotFound desc = {PULL}{IMAGE}: not found",
        code="ImageTagNotFound",
        says=["no tag 1.1 of shop/app"],
    ),
    Pull(
        id="tags known here are offered",
        message=f"rpc error: code = NotFound desc = {PULL}{IMAGE}: not found",
        objects=[running("registry.example.com/shop/app:1.0")],
        code="ImageTagNotFound",
        near=("1.0",),
    ),
    Pull(
        id="docker: manifest unknown",
        message=f"Error response from daemon: manifest for {IMAGE} not found: manifest unknown: manifest unknown",
        code="ImageTagNotFound",
    ),
    Pull(
        id="CRI-O: manifest unknown",
        message=f"initializing source docker://{IMAGE}: reading manifest 1.1 in registry.example.com/shop/app: "
        f"manifest unknown",
        code="ImageTagNotFound",
    ),
    Pull(
        id="containerd: no such platform also ends in not found",
        message=f"rpc error: code = NotFound desc = {PULL}no match for platform in manifest: not found",
        code="ImageArchitectureMismatch",
        says=["amd64"],
    ),
    Pull(
        id="CRI-O: no such platform",
        message='choosing an image from manifest list: no image found in manifest list for architecture "arm64"',
        code="ImageArchitectureMismatch",
    ),
    Pull(
        id="repository unknown",
        message=f"{PULL}name unknown: repository name not known to registry",
        objects=[running("registry.example.com/shop/apps:2")],
        code="ImageRepositoryNotFound",
        near=("registry.example.com/shop/apps",),
    ),
    Pull(
        id="registry on the node's own address",
        message='failed to do request: Head "http://127.0.0.1:5000/v2/a/manifests/1": dial tcp 127.0.0.1:5000: '
        "connect: connection refused",
        image="127.0.0.1:5000/a:1",
        code="ImageRegistryUnreachable",
        says=["127.0.0.1:5000", "the node itself"],
    ),
    Pull(
        id="tag missing on a local registry",
        message="rpc error: code = NotFound desc = failed to pull and unpack image: localhost:5000/a:9: not found",
        image="localhost:5000/a:9",
        code="ImageTagNotFound",
        says=["localhost:5000", "tag 9"],
    ),
    Pull(
        id="registry name",
        message=f"{PULL}failed to do request: Head: dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host",
        code="ImageRegistryNameUnresolved",
        says=["registry.example.com", "10.0.0.2:53"],
    ),
    Pull(
        id="token server's name is no refused login",
        message=f"{PULL}failed to authorize: failed to fetch anonymous token: Get x: dial tcp: lookup "
        f"auth.example.com: no such host",
        code="ImageRegistryNameUnresolved",
        says=["auth.example.com"],
    ),
    Pull(id="timeout", message=f"{PULL}dial tcp 10.1.1.1:443: i/o timeout", code="ImageRegistryUnreachable"),
    Pull(
        id="server error",
        message=f"{PULL}unexpected status code 503 Service Unavailable",
        code="ImageRegistryUnreachable",
    ),
    Pull(
        id="proxy",
        message=f"{PULL}proxyconnect tcp: dial tcp: lookup proxy.local: no such host",
        code="ImageRegistryUnreachable",
        says=["proxy"],
    ),
    Pull(
        id="unknown authority",
        message=f"{PULL}tls: failed to verify certificate: x509: certificate signed by unknown authority",
        code="ImageRegistryTLSFailed",
        says=["does not trust"],
    ),
    Pull(
        id="plain HTTP",
        message=f"{PULL}http: server gave HTTP response to HTTPS client",
        code="ImageRegistryTLSFailed",
        says=["plain HTTP"],
    ),
    Pull(
        id="rate limit inside the token request",
        message=f"{PULL}failed to authorize: failed to fetch anonymous token: unexpected status: 429 Too Many Requests",
        code="ImageRateLimited",
    ),
    Pull(
        id="never pulled",
        message=f'Container image "{IMAGE}" is not present with pull policy of Never',
        reason="ErrImageNeverPull",
        container={"imagePullPolicy": "Never"},
        code="ImageNeverPulled",
        says=["node-1"],
    ),
    Pull(
        id="upper case",
        message="couldn't parse image name: invalid reference format: repository name (shop/App) must be lowercase",
        reason="InvalidImageName",
        image="shop/App:1.0",
        code="ImageReferenceInvalid",
        near=("shop/app:1.0",),
    ),
    Pull(
        id="variable not replaced",
        message="couldn't parse image name: invalid reference format",
        reason="InvalidImageName",
        image="shop/app:${TAG}",
        code="ImageReferenceInvalid",
        says=["${TAG}"],
    ),
    Pull(
        id="no credentials",
        message=UNAUTHORIZED,
        code="ImageRegistryUnauthorized",
        variant="no_credentials",
        says=["no pull secret"],
    ),
    Pull(
        id="official image that does not exist",
        message='failed to resolve reference "docker.io/library/ngins:1": pull access denied, repository does '
        "not exist or may "
        "require authorization",
        image="ngins:1",
        objects=[running("nginx:1")],
        code="ImageRepositoryNotFound",
        near=("nginx",),
        says=["docker.io"],
    ),
    Pull(
        id="private or absent",
        message=DENIED,
        code="ImageRegistryUnauthorized",
        variant="no_credentials",
        says=["or there is no such repository"],
    ),
    Pull(
        id="pull secret missing",
        message=UNAUTHORIZED,
        spec=SECRETS,
        objects=[build.secret("login", namespace="build")],
        code="ImagePullSecretMissing",
        says=["pull secret login does not exist in shop", "build"],
    ),
    Pull(
        id="secret of the wrong type",
        message=UNAUTHORIZED,
        spec=SECRETS,
        objects=[build.secret("login", ["password"])],
        code="ImageRegistryUnauthorized",
        variant="wrong_type",
        says=["type Opaque"],
    ),
    Pull(
        id="secret without this registry",
        message=UNAUTHORIZED,
        spec=SECRETS,
        objects=[login("login", "https://index.docker.io/v1/")],
        code="ImageRegistryUnauthorized",
        variant="no_entry",
    ),
    Pull(
        id="secret rejected",
        message=UNAUTHORIZED,
        spec=SECRETS,
        objects=[login("login", "registry.example.com")],
        code="ImageRegistryUnauthorized",
        variant="rejected",
    ),
    Pull(
        id="secret that cannot be read",
        message=UNAUTHORIZED,
        spec=SECRETS,
        objects=[build.secret("login", [".dockerconfigjson"], kind="kubernetes.io/dockerconfigjson")],
        code="ImageRegistryUnauthorized",
        variant="rejected",
        says=["or it has no entry"],
    ),
    Pull(
        id="pull secret of the ServiceAccount missing",
        message=UNAUTHORIZED,
        objects=[build.obj("ServiceAccount", "default", imagePullSecrets=[{"name": "registry"}])],
        code="ImagePullSecretMissing",
        says=["registry"],
    ),
    Pull(
        id="kubelet's own limit",
        message="pull QPS exceeded",
        code="ImagePullFailed",
    ),
    Pull(id="no text at all", message="", reason="ErrImagePull", code="ImagePullFailed"),
    Pull(
        id="unknown text",
        message=f"{PULL}unexpected commit digest sha256:1",
        code="ImagePullFailed",
        says=["unexpected commit digest"],
    ),
)


def scene_of(case: Pull, **fields: Any) -> Any:
    """Build the pod of a case under its Deployment."""
    body = build.pod(
        POD,
        containers=[build.container(image=case.image, **case.container)],
        statuses=[build.status(state=build.waiting(case.reason, case.message))],
        phase="Pending",
        spec=case.spec,
        **fields,
    )
    return build.scene(*build.deployed(body), build.node(), *case.objects)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_failed_pull_gets_the_code_of_its_text(case: Pull) -> None:
    found = build.findings(image_pull, scene_of(case))
    assert [(entry.code, entry.variant, entry.part) for entry in found] == [(case.code, case.variant, "app")]
    assert found[0].object.kind == case.kind
    for words in case.says:
        assert words in found[0].summary.en
    if case.near is not None:
        assert found[0].near == case.near


def test_the_event_tells_the_cause_when_the_status_only_says_back_off() -> None:
    body = build.pod(
        POD, statuses=[build.status(state=build.waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'))]
    )
    objects = build.deployed(body)
    told = build.event(
        objects[-1],
        "Failed",
        f'Failed to pull image "{IMAGE}": rpc error: code = NotFound desc = {IMAGE}: not found',
        container="app",
    )
    later = build.event(objects[-1], "Failed", "Error: ErrImagePull", container="app", last=5)
    (finding,) = build.findings(image_pull, build.scene(*objects, told, later))
    assert finding.code == "ImageTagNotFound"


def test_a_first_network_failure_of_a_new_pod_is_in_progress() -> None:
    case = Pull(id="", message=f"{PULL}dial tcp 10.1.1.1:443: i/o timeout", code="")
    given = scene_of(case, created=10)
    assert build.findings(image_pull, given) == []
    assert len(build.in_progress(image_pull, given)) == 1


def test_a_missing_tag_needs_no_grace() -> None:
    case = Pull(id="", message=f"rpc error: code = NotFound desc = {IMAGE}: not found", code="")
    assert [entry.code for entry in build.findings(image_pull, scene_of(case, created=10))] == ["ImageTagNotFound"]


def test_a_pull_that_went_through_since_is_over() -> None:
    objects = build.deployed(build.pod(POD, statuses=[build.status(state=build.running(60), ready=True)], ready=True))
    event = build.event(
        objects[-1],
        "Failed",
        f'Failed to pull image "{IMAGE}": unexpected status 503 Service Unavailable',
        container="app",
    )
    given = build.scene(*objects, event)
    assert build.findings(image_pull, given) == []
    (over,) = build.ruled_out(image_pull, given)
    assert (over.code, over.healed) == ("ImageRegistryUnreachable", True)


def test_several_unresolved_registries_on_one_node_point_to_the_node() -> None:
    def broken(name: str, host: str) -> dict[str, Any]:
        message = f"dial tcp: lookup {host} on 10.0.0.2:53: no such host"
        return build.pod(
            name,
            containers=[build.container(image=f"{host}/a:1")],
            statuses=[build.status(state=build.waiting("ErrImagePull", message))],
        )

    found = build.findings(
        image_pull, build.scene(broken("a", "one.example.com"), broken("b", "two.example.com"), build.node())
    )
    assert [(entry.code, entry.object.kind) for entry in found] == [("ImageRegistryNameUnresolved", "Node")]
    assert [reach.ref.name for reach in found[0].affected] == ["a", "b"]


def test_a_web_page_is_no_registry() -> None:
    said = f'{PULL}reading manifest 1 in www.example.com/app: StatusCode: 404, "<!DOCTYPE html><html>"'
    body = build.pod(POD, statuses=[build.status(state=build.waiting("ErrImagePull", said))])
    (finding,) = build.findings(image_pull, build.scene(*build.deployed(body)))
    assert (finding.code, "web page" in finding.remedies[0].summary.en) == ("ImagePullFailed", True)


def test_a_pull_secret_is_created_and_used_in_one_go() -> None:
    body = build.pod(POD, statuses=[build.status(state=build.waiting("ImagePullBackOff", UNAUTHORIZED))])
    (finding,) = build.findings(image_pull, build.scene(*build.deployed(body)))
    assert "create secret docker-registry registry-login" in finding.remedies[0].command
    assert "imagePullSecrets" in finding.remedies[0].command


def test_without_the_list_of_secrets_no_secret_is_called_missing() -> None:
    body = build.pod(POD, statuses=[build.status(state=build.waiting("ImagePullBackOff", UNAUTHORIZED))], spec=SECRETS)
    (finding,) = build.findings(image_pull, build.scene(*build.deployed(body), unread=["Secret"]))
    assert (finding.code, finding.confidence.word) == ("ImageRegistryUnauthorized", "inferred")


@pytest.mark.parametrize(
    ("image", "host", "repository", "tag"),
    [
        ("nginx", "docker.io", "nginx", ""),
        ("nginx:1.27", "docker.io", "nginx", "1.27"),
        ("shop/app:1", "docker.io", "shop/app", "1"),
        ("localhost/app", "localhost", "app", ""),
        ("host:5000/a/b:2", "host:5000", "a/b", "2"),
        ("host:5000/a/b", "host:5000", "a/b", ""),
        ("ghcr.io/a/b@sha256:abc", "ghcr.io", "a/b", ""),
        ("", "docker.io", "", ""),
    ],
)
def test_a_reference_is_taken_apart(image: str, host: str, repository: str, tag: str) -> None:
    found = parse(image)
    assert (found.host, found.repository, found.tag) == (host, repository, tag)


def test_spellings_of_one_repository_are_equal() -> None:
    assert canonical("nginx:1") == canonical("docker.io/library/nginx") == canonical("index.docker.io/nginx")


@pytest.mark.parametrize(
    ("image", "fixed"),
    [
        ("https://host.io/a:1", "host.io/a:1"),
        ("a b:1", "ab:1"),
        ("shop/app:", "shop/app"),
        ("{{ image }}", ""),
        ("", ""),
    ],
)
def test_the_fault_of_a_reference_is_corrected_where_only_one_form_is_meant(image: str, fixed: str) -> None:
    assert fault_of(image)[2] == fixed
