"""What runtimes say of pulls and pod networks, in the words of several runtimes and registries."""

from tests.diagnose.build import event
from tests.diagnose.examination_pods_case import Case, pulling, web
from tests.diagnose.situations_build import starting

_IMAGE = "registry.corp.example/team/web:1.2"
_LEAD = f'failed to pull and unpack image "{_IMAGE}": failed to resolve reference "{_IMAGE}": '

# In these texts {I} stands for the image and {L} for what containerd says before the cause.
_PULLS: tuple[tuple[str, str], ...] = (
    (
        "ImageRegistryUnauthorized",
        (
            "failed to pull and unpack image x: failed to resolve reference x: unexpected status from "
            "HEAD request to https://ghcr.io/v2/acme/web/manifests/1.2: 403 Forbidden"
        ),
    ),
    (
        "ImageRegistryUnauthorized",
        (
            "{L}failed to authorize: failed to fetch anonymous token: unexpected status from GET request "
            "to https://ghcr.io/token?scope=x: 401 Unauthorized"
        ),
    ),
    (
        "ImageRegistryUnauthorized",
        (
            'Error response from daemon: Get "https://registry.corp.example/v2/team/web/manifests/1.2": '
            "no basic auth credentials"
        ),
    ),
    (
        "ImageRegistryUnauthorized",
        (
            "initializing source docker://{I}: Requesting bearer token: invalid status code from "
            "registry 403 (Forbidden)"
        ),
    ),
    (
        "ImageRegistryUnauthorized",
        ("unable to retrieve auth token: invalid username/password: unauthorized: authentication required"),
    ),
    (
        "ImageRegistryUnauthorized",
        (
            "initializing source docker://{I}: reading manifest 1.2 in registry.corp.example/team/web: "
            "denied: requested access to the resource is denied"
        ),
    ),
    (
        "ImageTagNotFound",
        (
            "initializing source docker://{I}: reading manifest 1.2 in registry.corp.example/team/web: "
            'manifest unknown: manifest tagged by "1.2" is not found'
        ),
    ),
    ("ImageTagNotFound", "rpc error: code = NotFound desc = {L}{I}: not found"),
    (
        "ImageRepositoryNotFound",
        (
            "initializing source docker://{I}: reading manifest 1.2 in registry.corp.example/team/web: "
            "name unknown: repository name not known to registry"
        ),
    ),
    (
        "ImageRepositoryNotFound",
        (
            "initializing source docker://{I}: reading manifest 1.2 in registry.corp.example/team/web: "
            "unknown: repository team/web not found"
        ),
    ),
    (
        "ImageRepositoryNotFound",
        (
            "{L}unexpected status from HEAD request to "
            "https://europe-docker.pkg.dev/v2/p/r/i/manifests/1: 404 Not Found: name unknown: Repository "
            '"r" not found'
        ),
    ),
    (
        "ImageRegistryTLSFailed",
        (
            '{L}failed to do request: Head "https://registry.corp.example/v2/team/web/manifests/1.2": '
            "tls: failed to verify certificate: x509: certificate is valid for *.corp.net, not "
            "registry.corp.example"
        ),
    ),
    (
        "ImageRegistryTLSFailed",
        (
            "initializing source docker://{I}: pinging container registry registry.corp.example: Get "
            '"https://registry.corp.example/v2/": x509: certificate signed by unknown authority'
        ),
    ),
    (
        "ImageRegistryTLSFailed",
        ('{L}failed to do request: Head "https://registry.corp.example/v2/": remote error: tls: handshake failure'),
    ),
    (
        "ImageRegistryUnreachable",
        ('{L}failed to do request: Head "https://registry.corp.example/v2/": net/http: TLS handshake timeout'),
    ),
    (
        "ImageRegistryUnreachable",
        ('{L}failed to do request: Head "https://registry.corp.example/v2/": context deadline exceeded'),
    ),
    (
        "ImageRegistryUnreachable",
        (
            'Error response from daemon: Get "https://registry.corp.example/v2/": net/http: request '
            "canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)"
        ),
    ),
    (
        "ImageRegistryUnreachable",
        (
            "{L}failed to copy: httpReadSeeker: failed open: failed to do request: Get "
            '"https://cdn.example/x": dial tcp 10.1.1.1:443: connect: network is unreachable'
        ),
    ),
    (
        "ImageRegistryUnreachable",
        (
            "{L}unexpected status from HEAD request to "
            "https://registry.corp.example/v2/team/web/manifests/1.2: 502 Bad Gateway"
        ),
    ),
    (
        "ImageRegistryNameUnresolved",
        (
            "initializing source docker://{I}: pinging container registry registry.corp.example: Get "
            '"https://registry.corp.example/v2/": dial tcp: lookup registry.corp.example: Temporary '
            "failure in name resolution"
        ),
    ),
    (
        "ImageRegistryNameUnresolved",
        (
            '{L}failed to do request: Head "https://registry.corp.example/v2/": dial tcp: lookup '
            "registry.corp.example on 127.0.0.53:53: server misbehaving"
        ),
    ),
    (
        "ImageRateLimited",
        (
            "initializing source docker://redis:7: reading manifest 7 in docker.io/library/redis: "
            "toomanyrequests: You have reached your pull rate limit."
        ),
    ),
    ("ImageRateLimited", "Error response from daemon: toomanyrequests: Rate exceeded"),
    (
        "ImageArchitectureMismatch",
        ("Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries"),
    ),
    ("ImageArchitectureMismatch", "rpc error: code = NotFound desc = {L}no match for platform in manifest: not found"),
    (
        "ImagePullFailed",
        ("{L}failed to extract layer sha256:aa: mount callback failed: archive/tar: invalid tar header: unknown"),
    ),
    (
        "ImagePullFailed",
        (
            '{L}failed commit on ref "layer-sha256:aa": unexpected commit digest sha256:bb, expected '
            "sha256:aa: failed precondition"
        ),
    ),
    (
        "ImagePullFailed",
        (
            '{L}media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer '
            "supported since containerd v2.1, please rebuild the image"
        ),
    ),
)
_NETWORKS: tuple[tuple[str, str], ...] = (
    (
        "SandboxCreationFailed",
        (
            "failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for "
            'sandbox "0a": plugin type="cilium-cni" failed (add): unable to connect to Cilium agent: '
            "failed to create cilium agent client after 30.000000 seconds timeout"
        ),
    ),
    (
        "PodAddressesExhausted",
        (
            "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for "
            'sandbox "0a": plugin type="cilium-cni" failed (add): unable to allocate IP via local cilium '
            'agent: [POST /ipam][502] postIpamFailure "No more IPs available"'
        ),
    ),
    (
        "PodAddressesExhausted",
        (
            "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for "
            'sandbox "0a": plugin type="calico" failed (add): failed to request IPv4 addresses: Assigned '
            "0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled"
        ),
    ),
    (
        "SandboxCreationFailed",
        ("Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded"),
    ),
    (
        "SandboxCreationFailed",
        (
            "Failed to create pod sandbox: rpc error: code = Unknown desc = error reserving pod name "
            "k8s_web_0 for id 0a: name is reserved"
        ),
    ),
)


def _pull(number: int, code: str, message: str, *, old_form: bool) -> Case:
    body, *events = pulling(message.replace("{I}", _IMAGE).replace("{L}", _LEAD), _IMAGE, old_form=old_form)
    form = "in an event" if old_form else "in the status"
    return Case(id=f"pull {number} {form}: {message[-60:]}", objects=[*web(body), *events], code=code, on="")


def _network(number: int, code: str, message: str) -> Case:
    body = starting(created=900)
    said = event(body, "FailedCreatePodSandBox", message, first=890, last=5, count=60)
    return Case(id=f"network {number}: {message[-60:]}", objects=[*web(body), said], code=code, on="")


CASES: tuple[Case, ...] = (
    *(
        _pull(number, code, message, old_form=old_form)
        for number, (code, message) in enumerate(_PULLS)
        for old_form in (True, False)
    ),
    *(_network(number, code, message) for number, (code, message) in enumerate(_NETWORKS)),
)
