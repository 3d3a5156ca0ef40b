"""Images that do not come: other runtimes, other registries, other owners."""

import base64
import json

from tests.diagnose.build import Obj, container, event, node, obj, pod, running, secret, status, waiting
from tests.diagnose.examination_pods_case import BROKEN, DEGRADED, FINE, Case, pulling, web
from tests.diagnose.situations_build import conditions, up
from tests.diagnose.situations_world import cron, daemons, deploy, job_of, stateful

MIB = 1024 * 1024


def login(name: str, *hosts: str, **rest: str) -> Obj:
    """Make a pull secret that holds logins for these hosts, their values masked."""
    body = json.dumps({"auths": {host: {"auth": "<redacted>"} for host in hosts}})
    data = {".dockerconfigjson": base64.b64encode(body.encode()).decode()}
    return obj("Secret", name, type="kubernetes.io/dockerconfigjson", data=data, **rest)


def _containerd(image: str, cause: str, *, code: str = "") -> str:
    """Write what containerd says."""
    host = image if "." in image.split("/")[0] else f"docker.io/{image}"
    lead = f"rpc error: code = {code} desc = " if code else ""
    return f'{lead}failed to pull and unpack image "{host}": failed to resolve reference "{host}": {cause}'


def _denied() -> list[Case]:
    harbor = "harbor.corp.example/pay/api:2.3"
    anonymous = _containerd(
        harbor,
        "pull access denied, repository does not exist or may require authorization: "
        "authorization failed: no basic auth credentials",
        code="Unknown",
    )
    ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/cart:7"
    forbidden = _containerd(
        ecr,
        "unexpected status from HEAD request to "
        "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/cart/manifests/7: 403 Forbidden",
    )
    crio = (
        "initializing source docker://quay.io/acme/web:1.4: reading manifest 1.4 in quay.io/acme/web: "
        "unauthorized: access to the requested resource is not authorized"
    )
    docker = (
        "rpc error: code = Unknown desc = Error response from daemon: pull access denied for acme/billing, "
        "repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
    )
    gitlab = "registry.gitlab.example.com/team/app/api:main"
    token = _containerd(
        gitlab,
        "failed to authorize: failed to fetch oauth token: unexpected status from GET request to "
        "https://gitlab.example.com/jwt/auth?scope=repository%3Ateam%2Fapp%2Fapi%3Apull&service=container_registry: "
        "401 Unauthorized",
    )
    old = [{"name": "regcred"}]
    return [
        Case(
            id="a stateful pod from a private Harbor without any pull secret",
            objects=stateful("pay", *(entry := pulling(anonymous, harbor, name="pay-0"))[:1]) + entry[1:],
            code="ImageRegistryUnauthorized",
            variant="no_credentials",
            on="StatefulSet/pay",
            target="sts/pay",
            says=("harbor.corp.example",),
            never=("ImageRepositoryNotFound", "ImagePullFailed"),
        ),
        Case(
            id="an expired ECR login in the pull secret",
            objects=[
                *web(*(entry := pulling(forbidden, ecr, old_form=False, spec={"imagePullSecrets": old}))[:1]),
                *entry[1:],
                login("regcred", "123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
            ],
            code="ImageRegistryUnauthorized",
            variant="rejected",
            says=("regcred",),
        ),
        Case(
            id="CRI-O, a quay.io image and a login that holds only Docker Hub",
            objects=[
                *web(*(entry := pulling(crio, "quay.io/acme/web:1.4", spec={"imagePullSecrets": old}))[:1]),
                *entry[1:],
                login("regcred", "https://index.docker.io/v1/"),
            ],
            code="ImageRegistryUnauthorized",
            variant="no_entry",
            says=("quay.io", "regcred"),
        ),
        Case(
            id="docker, and a pull secret that was made as generic",
            objects=[
                *web(*(entry := pulling(docker, "acme/billing:1", spec={"imagePullSecrets": old}))[:1]),
                *entry[1:],
                secret("regcred", [".dockerconfigjson"]),
            ],
            code="ImageRegistryUnauthorized",
            variant="wrong_type",
            says=("regcred",),
        ),
        Case(
            id="GitLab refuses the token and the pull secret lives in another namespace",
            objects=[
                *web(*(entry := pulling(token, gitlab, spec={"imagePullSecrets": [{"name": "gitlab-pull"}]}))[:1]),
                *entry[1:],
                event(
                    entry[0],
                    "FailedToRetrieveImagePullSecret",
                    "Unable to retrieve some image pull secrets (gitlab-pull); attempting to pull the image may not succeed.",
                    count=30,
                ),
                login("gitlab-pull", "registry.gitlab.example.com", namespace="ci"),
            ],
            code="ImagePullSecretMissing",
            says=("gitlab-pull",),
            never=("ImageRegistryUnauthorized", "SecretMissing"),
        ),
        Case(
            id="the account's pull secret was deleted",
            objects=[
                *web(*(entry := pulling(crio, "quay.io/acme/web:1.4", spec={"serviceAccountName": "builder"}))[:1]),
                *entry[1:],
                obj("ServiceAccount", "builder", imagePullSecrets=[{"name": "quay-robot"}]),
            ],
            code="ImagePullSecretMissing",
            on="",
            says=("quay-robot",),
        ),
        Case(
            id="secrets may not be read: no claim that one is missing",
            objects=[
                *web(*(entry := pulling(crio, "quay.io/acme/web:1.4", spec={"imagePullSecrets": old}))[:1]),
                *entry[1:],
            ],
            code="ImageRegistryUnauthorized",
            on="Deployment/web",
            unread=("Secret",),
            never=("ImagePullSecretMissing",),
        ),
    ]


def _names() -> list[Case]:
    crio = "reading manifest 9.9 in quay.io/acme/web: manifest unknown"
    docker = "rpc error: code = Unknown desc = Error response from daemon: manifest for nginx:1.99 not found: manifest unknown: manifest unknown"
    digest = "ghcr.io/acme/api@sha256:" + "ab" * 32
    gone = f'rpc error: code = NotFound desc = failed to pull and unpack image "{digest}": failed to resolve reference "{digest}": {digest}: not found'
    ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop/carts:7"
    unnamed = _containerd(
        ecr,
        "unexpected status from HEAD request: 404 Not Found: name unknown: The repository with name 'shop/carts' "
        "does not exist in the registry with id '123456789012'",
    )
    official = _containerd(
        "ngnix:1.25",
        "pull access denied, repository does not exist or may require authorization: server message: "
        "insufficient_scope: authorization failed",
    ).replace("docker.io/ngnix", "docker.io/library/ngnix")
    harbor = "harbor.corp.example/shp/web:1"
    project = _containerd(harbor, "unexpected status code 404 Not Found: project shp not found")
    rollout = obj("ReplicaSet", "web-6c9f", spec={"replicas": 1}, status={"replicas": 1, "readyReplicas": 0})
    rollout["metadata"]["ownerReferences"] = [
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web", "uid": "r1", "controller": True}
    ]
    tagged = pulling(crio, "quay.io/acme/web:9.9", old_form=False, owner=rollout)
    serving = up("web-old", containers=[container(image="quay.io/acme/web:9.8", ports=[{"containerPort": 8080}])])
    return [
        Case(
            id="CRI-O: the tag of an Argo Rollout that the snapshot does not hold",
            objects=[rollout, *tagged],
            code="ImageTagNotFound",
            on="",
            part="app",
            says=("9.9", "quay.io/acme/web"),
        ),
        Case(
            id="docker: a tag of an official image in a daemon set, two nodes",
            objects=[
                *daemons(
                    "agent",
                    (one := pulling(docker, "nginx:1.99", name="agent-a"))[0],
                    (two := pulling(docker, "nginx:1.99", name="agent-b", node="node-2"))[0],
                ),
                *one[1:],
                *two[1:],
            ],
            code="ImageTagNotFound",
            on="DaemonSet/agent",
            target="ds/agent",
        ),
        Case(
            id="a digest that ghcr.io no longer holds, in a cron job",
            objects=[
                (top := cron("report", schedule="*/30 * * * *", last=900)),
                *job_of("report-29301", (entry := pulling(gone, digest, name="report-29301-x"))[0], owner=top),
                *entry[1:],
            ],
            code="ImageTagNotFound",
            on="",
            target="cronjob/report",
            verdicts=BROKEN,
            says=("ghcr.io/acme/api",),
        ),
        Case(
            id="the new revision's tag is absent while the old one serves",
            objects=[*web((entry := pulling(crio, "quay.io/acme/web:9.9"))[0], old=[serving], wanted=1), *entry[1:]],
            code="ImageTagNotFound",
            verdicts=DEGRADED,
            fix="quay.io/acme/web:9.8",
        ),
        Case(
            id="ECR knows no such repository",
            objects=[*web((entry := pulling(unnamed, ecr, old_form=False))[0]), *entry[1:]],
            code="ImageRepositoryNotFound",
            says=("shop/carts",),
        ),
        Case(
            id="a misspelt official image and no credentials",
            objects=[
                *web((entry := pulling(official, "ngnix:1.25", old_form=False))[0]),
                *entry[1:],
                *deploy("edge", up("edge-a", containers=[container(image="nginx:1.25")], labels={"app": "edge"})),
            ],
            target="deploy/web",
            code="ImageRepositoryNotFound",
            says=("ngnix",),
            never=("ImageRegistryUnauthorized",),
        ),
        Case(
            id="a Harbor project that does not exist",
            objects=[*web((entry := pulling(project, harbor))[0]), *entry[1:]],
            code="ImageRepositoryNotFound",
        ),
    ]


def _registry() -> list[Case]:
    image = "registry.corp.exmple/web:1"
    lookup = _containerd(
        image,
        'failed to do request: Head "https://registry.corp.exmple/v2/web/manifests/1": dial tcp: '
        "lookup registry.corp.exmple on 10.0.0.2:53: no such host",
    )
    crio = (
        "initializing source docker://registry.local:5000/web:1: pinging container registry registry.local:5000: "
        'Get "https://registry.local:5000/v2/": dial tcp 10.3.3.3:5000: connect: connection refused'
    )
    down = _containerd(
        "registry.corp.example/web:1",
        "unexpected status from HEAD request to https://registry.corp.example/v2/web/manifests/1: "
        "503 Service Unavailable",
    )
    proxy = _containerd(
        "web:1",
        'failed to do request: Head "https://registry-1.docker.io/v2/library/web/manifests/1": proxyconnect tcp: '
        "dial tcp: lookup proxy.corp on 10.0.0.2:53: no such host",
    )
    plain = 'rpc error: code = Unknown desc = Error response from daemon: Get "https://10.3.3.3:5000/v2/": http: server gave HTTP response to HTTPS client'
    expired = _containerd(
        "registry.corp.example/web:1",
        'failed to do request: Head "https://registry.corp.example/v2/web/manifests/1": tls: failed to verify '
        "certificate: x509: certificate has expired or is not yet valid: current time 2026-03-10T11:58:01Z "
        "is after 2026-03-01T00:00:00Z",
    )
    limited = _containerd(
        "redis:7",
        "unexpected status from HEAD request to https://registry-1.docker.io/v2/library/redis/manifests/7: "
        "429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit."
        " https://www.docker.com/increase-rate-limit",
    )
    slow = _containerd(
        "gcr.io/acme/web:1",
        'failed to do request: Head "https://gcr.io/v2/acme/web/manifests/1": dial tcp 142.250.4.82:443: i/o timeout',
        code="DeadlineExceeded",
    )
    cases = {
        "the registry's name does not exist": (lookup, image, "ImageRegistryNameUnresolved", ("registry.corp.exmple",)),
        "CRI-O: the registry's port is closed": (
            crio,
            "registry.local:5000/web:1",
            "ImageRegistryUnreachable",
            ("registry.local:5000",),
        ),
        "the registry answers 503": (down, "registry.corp.example/web:1", "ImageRegistryUnreachable", ()),
        "the node's proxy cannot be found": (proxy, "web:1", "ImageRegistryUnreachable", ("proxy.corp",)),
        "gcr.io cannot be reached from here": (slow, "gcr.io/acme/web:1", "ImageRegistryUnreachable", ("gcr.io",)),
        "docker: a registry without TLS": (plain, "10.3.3.3:5000/web:1", "ImageRegistryTLSFailed", ("10.3.3.3:5000",)),
        "the registry's certificate has expired": (
            expired,
            "registry.corp.example/web:1",
            "ImageRegistryTLSFailed",
            ("expired",),
        ),
        "Docker Hub's limit for anonymous pulls": (limited, "redis:7", "ImageRateLimited", ("docker.io",)),
    }
    return [
        Case(
            id=title,
            objects=[*web((entry := pulling(text, name, old_form=title[0] == "t"))[0]), *entry[1:]],
            code=code,
            on="" if code == "ImageRegistryNameUnresolved" else "Deployment/web",
            says=says,
            never=("ImagePullFailed", "NodeUnreachable"),
        )
        for title, (text, name, code, says) in cases.items()
    ]


def _shape() -> list[Case]:
    arm = node("node-1", nodeInfo={"architecture": "arm64", "operatingSystem": "linux"})
    platform = (
        'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/acme/web:1": '
        "no match for platform in manifest: not found"
    )
    crio = (
        "choosing an image from manifest list docker://quay.io/acme/web:1: no image found in image index for "
        'architecture "arm64", variant "v8", OS "linux"'
    )
    upper = 'couldn\'t parse image name "quay.io/Acme/Web:1": invalid reference format: repository name (Acme/Web) must be lowercase'
    unset = 'Failed to apply default image tag "quay.io/acme/web:${CI_COMMIT_TAG}": couldn\'t parse image name "quay.io/acme/web:${CI_COMMIT_TAG}": invalid reference format'
    short = 'short-name "acme/web:1" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"'
    full = (
        'failed to pull and unpack image "docker.io/acme/web:1": failed to extract layer sha256:0b: write '
        "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/91/fs/opt/model.bin: "
        "no space left on device: unknown"
    )
    init = container("schema", image="quay.io/acme/schema:3")
    init_pod = pod(
        "web-5f7c9d-abcde",
        phase="Pending",
        created=900,
        inits=[init],
        init_statuses=[
            status(
                "schema",
                state=waiting(
                    "ImagePullBackOff",
                    'Back-off pulling image "quay.io/acme/schema:3": ErrImagePull: reading manifest 3 in quay.io/acme/schema: manifest unknown',
                ),
            )
        ],
        statuses=[status(state=waiting("PodInitializing"))],
        conditions=conditions(ready=False, since=900, scheduled=900),
    )
    never = pulling(
        "",
        "acme/web:dev",
        reason="ErrImageNeverPull",
        said='Container image "acme/web:dev" is not present with pull policy of Never',
        containers=[container(image="acme/web:dev", imagePullPolicy="Never")],
    )
    fresh = pulling(platform, "acme/web:1", reason="ErrImagePull")
    side = container("proxy", image="quay.io/acme/proxy:0")
    two = pulling(
        "reading manifest 0 in quay.io/acme/proxy: manifest unknown",
        "quay.io/acme/proxy:0",
        containers=[side, container("app")],
        statuses=[
            status(
                "proxy", state=waiting("ErrImagePull", "reading manifest 0 in quay.io/acme/proxy: manifest unknown")
            ),
            status("app", state=running(500), ready=True, started=True),
        ],
    )
    return [
        Case(
            id="containerd: no image for an arm node",
            objects=[*web(fresh[0]), *fresh[1:], arm],
            code="ImageArchitectureMismatch",
            says=("arm64",),
            never=("ImageTagNotFound",),
        ),
        Case(
            id="CRI-O: no image for an arm node",
            objects=[*web((entry := pulling(crio, "quay.io/acme/web:1", old_form=False))[0]), *entry[1:], arm],
            code="ImageArchitectureMismatch",
            says=("arm64",),
        ),
        Case(
            id="an upper-case repository",
            objects=web(pulling("", "quay.io/Acme/Web:1", reason="InvalidImageName", said=upper)[0]),
            code="ImageReferenceInvalid",
            fix="quay.io/acme/web:1",
        ),
        Case(
            id="a pipeline variable that was never filled in",
            objects=web(pulling("", "quay.io/acme/web:${CI_COMMIT_TAG}", reason="InvalidImageName", said=unset)[0]),
            code="ImageReferenceInvalid",
            says=("${CI_COMMIT_TAG}",),
        ),
        Case(
            id="CRI-O: a short name that it will not guess",
            objects=[*web((entry := pulling(short, "acme/web:1"))[0]), *entry[1:]],
            code="ImageReferenceInvalid",
            says=("acme/web:1",),
        ),
        Case(
            id="an image that was built elsewhere and is never pulled",
            objects=[*web(never[0]), *never[1:2]],
            code="ImageNeverPulled",
            says=("acme/web:dev",),
            never=("ImageTagNotFound",),
        ),
        Case(
            id="the node's disk is full while the image is unpacked",
            objects=[*web((entry := pulling(full, "acme/web:1"))[0]), *entry[1:]],
            code="ImagePullFailed",
            on="",
            says=("no space left on device",),
        ),
        Case(
            id="a signature that the policy does not accept",
            objects=web(
                pulling(
                    "",
                    "quay.io/acme/web:1",
                    reason="SignatureValidationFailed",
                    said="image pull failed for quay.io/acme/web:1 because the signature validation failed: Source image rejected: A signature was required, but no signature exists",
                )[0]
            ),
            code="ImagePullFailed",
            on="",
            says=("signature",),
        ),
        Case(
            id="the kubelet's own limit of pulls",
            objects=[
                *web((entry := pulling("pull QPS exceeded", "quay.io/acme/web:1", reason="ErrImagePull"))[0]),
                *entry[1:],
            ],
            code="ImagePullFailed",
            on="",
            never=("ImageRateLimited",),
        ),
        Case(
            id="no events, and only the back-off line",
            objects=web(pulling("", "quay.io/acme/web:1")[0]),
            code="ImagePullFailed",
            on="",
            unread=("Event",),
        ),
        Case(
            id="the image of an init step", objects=web(init_pod), code="ImageTagNotFound", part="schema", fix="schema"
        ),
        Case(
            id="a sidecar's image beside a running main container",
            objects=[*web(two[0]), *two[1:]],
            code="ImageTagNotFound",
            part="proxy",
            says=("quay.io/acme/proxy",),
        ),
        Case(
            id="a pull that failed once and then came",
            objects=[
                *deploy("web", (body := up(since=1200, created=1500))),
                event(
                    body,
                    "Failed",
                    'Failed to pull image "x": unexpected status from HEAD request: 503 Service Unavailable',
                    container="app",
                    first=1490,
                    last=1480,
                ),
                event(
                    body,
                    "Pulled",
                    'Successfully pulled image "x" in 2.1s',
                    kind="Normal",
                    container="app",
                    first=1400,
                    last=1400,
                ),
            ],
            verdicts=FINE,
        ),
        Case(
            id="a bare pod without an owner",
            objects=(
                entry := pulling(
                    'rpc error: code = NotFound desc = failed to pull and unpack image "quay.io/a/b:2": failed to resolve reference "quay.io/a/b:2": quay.io/a/b:2: not found',
                    "quay.io/a/b:2",
                    name="debug",
                    old_form=False,
                )
            ),
            code="ImageTagNotFound",
            on="Pod/debug",
            target="pod/debug",
        ),
        Case(
            id="an image volume whose tag is absent",
            objects=web(
                held := pulling(
                    "",
                    "quay.io/acme/web:1",
                    said='failed to pull and unpack image "quay.io/acme/model:7": failed to resolve reference "quay.io/acme/model:7": quay.io/acme/model:7: not found',
                    spec={"volumes": [{"name": "model", "image": {"reference": "quay.io/acme/model:7"}}]},
                    containers=[
                        container(image="quay.io/acme/web:1", volumeMounts=[{"name": "model", "mountPath": "/model"}])
                    ],
                )[0]
            ),
            code="ImageTagNotFound",
            on="",
            says=("quay.io/acme/model:7",),
        ),
    ]


CASES: tuple[Case, ...] = (*_denied(), *_names(), *_registry(), *_shape())
