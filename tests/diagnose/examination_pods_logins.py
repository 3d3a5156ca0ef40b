"""Images that want a login, and images that are not there."""

import base64
import json

from tests.diagnose.build import SPACE, Obj, container, event, obj, secret
from tests.diagnose.examination_pods_case import BROKEN, DEGRADED, Case, pulling, web
from tests.diagnose.situations_build import up
from tests.diagnose.situations_world import cron, daemons, deploy, job_of, stateful


def login(name: str, *hosts: str, namespace: str = SPACE) -> Obj:
    """Make a pull secret that holds logins for these hosts, their values masked."""
    body = json.dumps({"auths": {host: {"auth": "<redacted>"} for host in hosts}})
    data = {".dockerconfigjson": base64.b64encode(body.encode()).decode()}
    return obj("Secret", name, type="kubernetes.io/dockerconfigjson", data=data, namespace=namespace)


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
                    (
                        "Unable to retrieve some image pull secrets (gitlab-pull); attempting to pull the image may "
                        "not succeed."
                    ),
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
    docker = (
        "rpc error: code = Unknown desc = Error response from daemon: manifest for nginx:1.99 not "
        "found: manifest unknown: manifest unknown"
    )
    digest = "ghcr.io/acme/api@sha256:" + "ab" * 32
    gone = (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{digest}": failed to '
        f'resolve reference "{digest}": {digest}: not found'
    )
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
            says=("9.9", "quay.io", "acme/web"),
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
            says=("ghcr.io", "acme/api"),
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


CASES: tuple[Case, ...] = (
    *_denied(),
    *_names(),
)
