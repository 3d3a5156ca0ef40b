"""Registries that are not reached, and images that do not fit."""

from tests.diagnose.build import container, event, node, pod, running, status, waiting
from tests.diagnose.examination_pods_case import FINE, Case, pulling, web
from tests.diagnose.situations_build import conditions, up
from tests.diagnose.situations_world import deploy


def _containerd(image: str, cause: str, *, code: str = "") -> str:
    """Write what containerd says."""
    host = image if "." in image.split("/")[0] else f"docker.io/{image}"
    lead = f"rpc error: code = {code} desc = " if code else ""
    return f'{lead}failed to pull and unpack image "{host}": failed to resolve reference "{host}": {cause}'


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
    plain = (
        'rpc error: code = Unknown desc = Error response from daemon: Get "https://10.3.3.3:5000/v2/": '
        "http: server gave HTTP response to HTTPS client"
    )
    expired = _containerd(
        "registry.corp.example/web:1",
        'failed to do request: Head "https://registry.corp.example/v2/web/manifests/1": tls: failed to verify '
        "certificate: x509: certificate has expired or is not yet valid: current time 2026-03-10T11:58:01Z "
        "is after 2026-03-01T00:00:00Z",
    )
    limited = _containerd(
        "redis:7",
        "unexpected status from HEAD request to https://registry-1.docker.io/v2/library/redis/manifests/7: "
        "429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated "
        "pull rate limit."
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
    upper = (
        'couldn\'t parse image name "quay.io/Acme/Web:1": invalid reference format: repository name '
        "(Acme/Web) must be lowercase"
    )
    unset = (
        'Failed to apply default image tag "quay.io/acme/web:${CI_COMMIT_TAG}": couldn\'t parse image '
        'name "quay.io/acme/web:${CI_COMMIT_TAG}": invalid reference format'
    )
    short = (
        'short-name "acme/web:1" did not resolve to an alias and no unqualified-search registries '
        'are defined in "/etc/containers/registries.conf"'
    )
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
                    (
                        'Back-off pulling image "quay.io/acme/schema:3": ErrImagePull: '
                        "reading manifest 3 in quay.io/acme/schema: "
                        "manifest unknown"
                    ),
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
                    said=(
                        "image pull failed for quay.io/acme/web:1 because the signature validation failed: Source "
                        "image rejected: A signature was required, but no signature exists"
                    ),
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
            says=("acme/proxy",),
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
                    (
                        'rpc error: code = NotFound desc = failed to pull and unpack image "quay.io/a/b:2": failed '
                        'to resolve reference "quay.io/a/b:2": quay.io/a/b:2: not found'
                    ),
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
                pulling(
                    "",
                    "quay.io/acme/web:1",
                    said=(
                        'failed to pull and unpack image "quay.io/acme/model:7": '
                        'failed to resolve reference "quay.io/acme/model:7": '
                        "quay.io/acme/model:7: not found"
                    ),
                    spec={"volumes": [{"name": "model", "image": {"reference": "quay.io/acme/model:7"}}]},
                    containers=[
                        container(image="quay.io/acme/web:1", volumeMounts=[{"name": "model", "mountPath": "/model"}])
                    ],
                )[0]
            ),
            code="ImageTagNotFound",
            on="",
            says=("acme/model", "volume model"),
        ),
    ]


CASES: tuple[Case, ...] = (
    *_registry(),
    *_shape(),
)
