"""The same cases against the fake API server and a real one: what the fake says, a real one says."""

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cluster.client import ClusterClient, connect
from cluster.discovery import discover
from cluster.fake import Account, FakeCluster
from cluster.fields import name, text
from cluster.identity import Credentials, Endpoint, Identity
from cluster.kinds import Kind
from cluster.live import collect
from cluster.secret_metadata import secrets_of
from core.errors import ClusterRejected, ClusterUnreachable, Forbidden, NamespaceNotFound, Unauthenticated
from tests.cluster.asking import obj
from tests.real_cluster import IMAGE, RealCluster

NS = "contract"
WIDGET = Kind(kind="Widget", group="contract.test", version="v1", plural="widgets", short=("wd",))
DATA = {"user": "YWRtaW4=", "password": "aHVudGVyMg=="}
READER = f"system:serviceaccount:{NS}:reader"
MANAGED = [{"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:data": {f"f:{key}": {} for key in DATA}}}]


def container(name: str, image: str, *command: str) -> dict[str, Any]:
    return {"name": name, "image": image, "imagePullPolicy": "Never", "command": list(command)}


def pod(name: str, *containers: dict[str, Any]) -> dict[str, Any]:
    spec = {
        "containers": [{**c, "volumeMounts": [{"name": "state", "mountPath": "/state"}]} for c in containers],
        "volumes": [{"name": "state", "emptyDir": {}}],
        "terminationGracePeriodSeconds": 0,
    }
    return obj("Pod", name, namespace=NS, spec=spec)


CRD = obj(
    "CustomResourceDefinition",
    "widgets.contract.test",
    namespace="",
    api="apiextensions.k8s.io/v1",
    spec={
        "group": WIDGET.group,
        "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets", "singular": "widget", "shortNames": ["wd"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
)
RBAC = [
    obj(
        "Role",
        "reader",
        namespace=NS,
        api="rbac.authorization.k8s.io/v1",
        rules=[{"apiGroups": ["", "apps"], "resources": ["pods", "configmaps"], "verbs": ["get", "list"]}],
    ),
    obj(
        "RoleBinding",
        "reader",
        namespace=NS,
        api="rbac.authorization.k8s.io/v1",
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        subjects=[{"kind": "ServiceAccount", "name": "reader", "namespace": NS}],
    ),
]
CRASH_ONCE = (
    "test -f /state/crashed && { echo again; sleep 9999; }; touch /state/crashed; echo FATAL no database; exit 3"
)
SEEDS = [
    obj("Namespace", NS, namespace=""),
    obj("ServiceAccount", "reader", namespace=NS),
    *(obj("ConfigMap", f"settings-{i}", namespace=NS, data={"number": str(i)}) for i in range(5)),
    obj("Secret", "login", namespace=NS, type="Opaque", data=DATA),
    pod(
        "talker",
        container("app", IMAGE, "sh", "-c", "for i in 1 2 3 4 5; do echo line $i; done; sleep 9999"),
        container("side", IMAGE, "sleep", "9999"),
    ),
    pod("waiter", container("app", "no-such-image:1", "true")),
    pod("crasher", container("app", IMAGE, "sh", "-c", CRASH_ONCE)),
]
WIDGET_SEED = obj("Widget", "first", namespace=NS, api="contract.test/v1", spec={"size": 3})


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that holds the seeds, and how to ask it as the admin, as ``reader``, and with a bad token."""

    admin: Identity
    reader_token: str

    def as_reader(self) -> Identity:
        return replace(self.admin, credentials=Credentials(token=self.reader_token))

    def as_nobody(self) -> Identity:
        return replace(self.admin, credentials=Credentials(token="no-such-token"))


def with_status(seed: dict[str, Any]) -> dict[str, Any]:
    """Return a seed as a cluster would show it after a while."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ended = {"terminated": {"exitCode": 3, "reason": "Error", "finishedAt": now}}
    since = {"running": {"startedAt": now}}
    statuses = {
        "talker": [
            {
                "name": name,
                "ready": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": "2024-05-01T12:00:00Z"}},
            }
            for name in ("app", "side")
        ],
        "waiter": [{"name": "app", "restartCount": 0, "state": {"waiting": {"reason": "ErrImageNeverPull"}}}],
        "crasher": [{"name": "app", "ready": True, "restartCount": 1, "state": since, "lastState": ended}],
    }
    if seed["kind"] == "Pod":
        phase = "Pending" if name(seed) == "waiter" else "Running"
        return {**seed, "status": {"phase": phase, "containerStatuses": statuses[name(seed)]}}
    if seed["kind"] == "Secret":
        applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(seed)}
        return {**seed, "metadata": {**seed["metadata"], "managedFields": MANAGED, "annotations": applied}}
    return seed


@contextlib.asynccontextmanager
async def fake_server() -> AsyncIterator[Served]:
    logs = {
        (NS, "talker", "app", False): "".join(f"line {i}\n" for i in range(1, 6)),
        (NS, "crasher", "app", False): "again\n",
        (NS, "crasher", "app", True): "FATAL no database\n",
    }
    other_resources = frozenset({"secrets", "nodes", "namespaces", "deployments", "services", "events", "leases"})
    reader = Account(
        user=READER,
        groups=("system:serviceaccounts", f"system:serviceaccounts:{NS}", "system:authenticated"),
        namespaces=frozenset({NS}),
        refused=other_resources,
    )
    admin = Account(user="kubernetes-admin", groups=("system:masters", "system:authenticated"), impersonate=True)
    fake = FakeCluster(
        [with_status(seed) for seed in (*SEEDS, *RBAC, CRD, WIDGET_SEED)],
        logs,
        accounts={"admin": admin, "reader": reader},
        custom_kinds=[WIDGET],
    )
    async with fake.serve() as endpoint:
        admin_identity = Identity(endpoint=endpoint, credentials=Credentials(token="admin"))
        yield Served(admin=admin_identity, reader_token="reader")


@pytest.fixture(scope="session")
def seeded_real_cluster(real_cluster: RealCluster) -> Iterator[Served]:
    """Put the seeds on the real cluster and wait until their pods are as far as they will get."""

    def apply(*seeds: dict[str, Any]) -> None:
        listed = {"kind": "List", "apiVersion": "v1", "items": seeds}
        real_cluster.kubectl("apply", "-f", "-", stdin=json.dumps(listed))

    apply(SEEDS[0], CRD)
    real_cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd/widgets.contract.test")
    apply(*SEEDS[1:], *RBAC, WIDGET_SEED)
    for pod_name, condition in (
        ("talker", "condition=Ready"),
        ("waiter", "jsonpath={.status.containerStatuses[0].state.waiting.reason}=ErrImageNeverPull"),
        ("crasher", "jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}=3"),
        ("crasher", "condition=Ready"),
    ):
        real_cluster.kubectl("-n", NS, "wait", f"--for={condition}", "--timeout=60s", f"pod/{pod_name}")
    token = real_cluster.kubectl("-n", NS, "create", "token", "reader").strip()
    yield Served(admin=real_cluster.identity(), reader_token=token)
    real_cluster.kubectl("delete", "namespace", NS, "--wait=false")
    real_cluster.kubectl("delete", "crd/widgets.contract.test", "--wait=false")


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.cluster)])
async def served(request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    if request.param == "real":
        yield request.getfixturevalue("seeded_real_cluster")
    else:
        async with fake_server() as server:
            yield server


@pytest.fixture
async def admin(served: Served) -> AsyncIterator[ClusterClient]:
    async with connect(served.admin) as client:
        yield client


@pytest.fixture
async def reader(served: Served) -> AsyncIterator[ClusterClient]:
    async with connect(served.as_reader()) as client:
        yield client


def path(plural: str, item: str = "") -> str:
    return f"/api/v1/namespaces/{NS}/{plural}" + (f"/{item}" if item else "")


async def test_the_version_is_told(admin: ClusterClient) -> None:
    assert (await admin.get("/version"))["gitVersion"].startswith("v1.")
    assert admin.server_date is not None


async def test_lists_come_in_pages_and_their_items_without_kind(admin: ClusterClient) -> None:
    pages = [page async for page in admin.pages(path("configmaps"), 2, fieldSelector="metadata.name!=kube-root-ca.crt")]
    items = [item for page in pages for item in page.body["items"]]
    assert [(page.first, page.last) for page in pages] == [(True, False), (False, False), (False, True)]
    assert [name(item) for item in items] == [f"settings-{i}" for i in range(5)]
    assert pages[0].body["kind"] == "ConfigMapList"
    assert not any("kind" in item or "apiVersion" in item for item in items)
    assert all(text(item, "metadata", "uid") and text(item, "metadata", "resourceVersion") for item in items)


async def test_a_single_object_has_its_kind(admin: ClusterClient) -> None:
    found = await admin.get(path("configmaps", "settings-1"))
    assert (found["kind"], found["apiVersion"], found["data"]) == ("ConfigMap", "v1", {"number": "1"})


async def test_items_of_a_custom_kind_have_their_kind(admin: ClusterClient) -> None:
    listed = await admin.get(WIDGET.path(NS))
    assert [(item["kind"], item["spec"]) for item in listed["items"]] == [("Widget", {"size": 3})]


async def test_a_foreign_continue_token_is_a_bad_request(admin: ClusterClient) -> None:
    with pytest.raises(ClusterRejected, match="invalid continue token") as caught:
        await admin.get(path("pods") + "?limit=1&continue=rubbish")
    assert caught.value.http_status == 400


async def test_secrets_come_as_a_table_without_values(admin: ClusterClient) -> None:
    table = await admin.table(path("secrets"))
    assert table["kind"] == "Table"
    (secret,) = secrets_of(table)
    assert (name(secret), secret["type"], list(secret["data"])) == ("login", "Opaque", ["password", "user"])
    assert not any(value in json.dumps(secret) for value in DATA.values())


@dataclass(frozen=True, kw_only=True)
class Refused:
    id: str
    ask: Callable[[ClusterClient], Any]
    status: int
    message: str


NOT_FOUND = (
    Refused(id="an object", ask=lambda c: c.get(path("pods", "nope")), status=404, message=r'pods "nope" not found'),
    Refused(
        id="a namespace",
        ask=lambda c: c.get("/api/v1/namespaces/nope"),
        status=404,
        message=r'namespaces "nope" not found',
    ),
    Refused(
        id="a grouped object",
        ask=lambda c: c.get(f"/apis/apps/v1/namespaces/{NS}/deployments/nope"),
        status=404,
        message=r'deployments\.apps "nope" not found',
    ),
    Refused(id="a kind", ask=lambda c: c.get("/apis/nope.test/v1/things"), status=404, message="404 page not found"),
    Refused(
        id="a log of no pod",
        ask=lambda c: c.get(path("pods", "nope") + "/log"),
        status=404,
        message=r'pods "nope" not found',
    ),
)


@pytest.mark.parametrize("case", NOT_FOUND, ids=lambda case: case.id)
async def test_what_is_not_there_is_not_found(admin: ClusterClient, case: Refused) -> None:
    with pytest.raises(ClusterRejected, match=case.message) as caught:
        await case.ask(admin)
    assert caught.value.http_status == case.status


async def test_a_list_in_a_namespace_that_is_not_there_is_empty(admin: ClusterClient) -> None:
    assert (await admin.get("/api/v1/namespaces/nope/pods"))["items"] == []


async def test_a_bad_token_is_unauthenticated(served: Served) -> None:
    async with connect(served.as_nobody()) as client:
        with pytest.raises(Unauthenticated):
            await client.get(path("pods"))


async def test_a_limited_caller_reads_what_its_role_says_and_no_more(reader: ClusterClient) -> None:
    assert (await reader.get(path("configmaps")))["items"]
    secrets = f'User "{READER}" cannot list resource "secrets" in API group "" in the namespace "{NS}"'
    with pytest.raises(Forbidden, match=secrets):
        await reader.table(path("secrets"))
    with pytest.raises(Forbidden, match='cannot list resource "nodes" in API group "" at the cluster scope'):
        await reader.get("/api/v1/nodes")
    with pytest.raises(Forbidden, match=r'pods is forbidden: .* in the namespace "default"'):
        await reader.get("/api/v1/namespaces/default/pods")
    with pytest.raises(Forbidden, match=r'cannot list resource "deployments" in API group "apps"'):
        await reader.get(f"/apis/apps/v1/namespaces/{NS}/deployments")


async def test_the_admin_may_act_as_another_and_a_reader_may_not(served: Served) -> None:
    async with connect(served.admin.acting_as(READER)) as client:
        assert (await client.get(path("configmaps")))["items"]
        with pytest.raises(Forbidden, match=READER):
            await client.table(path("secrets"))
    async with connect(served.admin.acting_as("eve", ("ops",))) as client:
        with pytest.raises(Forbidden, match='User "eve" cannot list resource "configmaps"'):
            await client.get(path("configmaps"))
    async with connect(served.as_reader().acting_as("eve")) as client:
        with pytest.raises(Forbidden, match='cannot impersonate resource "users"'):
            await client.get(path("configmaps"))


async def test_custom_kinds_are_discovered(admin: ClusterClient, reader: ClusterClient) -> None:
    for client in (admin, reader):
        # Other tests define kinds on the same server, in groups of their own, in any order.
        assert [kind for kind in await discover(client) if kind.group == WIDGET.group] == [WIDGET]
    assert admin.requests.total() == 1


async def log(client: ClusterClient, pod_name: str, container_name: str = "app", **query: Any) -> list[str]:
    async with client.log_stream(NS, pod_name, container_name, **query) as chunks:
        return (b"".join([chunk async for chunk in chunks])).decode().splitlines()


async def test_logs_are_read_from_their_end(admin: ClusterClient) -> None:
    assert await log(admin, "talker") == [f"line {i}" for i in range(1, 6)]
    assert await log(admin, "talker", tail_lines=2) == ["line 4", "line 5"]
    assert await log(admin, "talker", "side") == []
    assert await log(admin, "crasher", previous=True) == ["FATAL no database"]


@dataclass(frozen=True, kw_only=True)
class NoLog:
    id: str
    pod: str
    message: str
    container: str = "app"
    previous: bool = False


NO_LOGS = (
    NoLog(id="not started", pod="waiter", message='container "app" in pod "waiter" is waiting to start'),
    NoLog(
        id="never ended",
        pod="talker",
        previous=True,
        message='previous terminated container "app" in pod "talker" not found',
    ),
    NoLog(id="no such container", pod="talker", container="nope", message="container nope is not valid for pod talker"),
)


@pytest.mark.parametrize("case", NO_LOGS, ids=lambda case: case.id)
async def test_a_log_that_cannot_be_given_is_a_bad_request_with_the_reason(admin: ClusterClient, case: NoLog) -> None:
    with pytest.raises(ClusterRejected, match=case.message) as caught:
        await log(admin, case.pod, case.container, previous=case.previous)
    assert caught.value.http_status == 400


async def test_a_pod_of_several_containers_wants_one_named(admin: ClusterClient) -> None:
    with pytest.raises(
        ClusterRejected, match=r"a container name must be specified for pod talker, choose one of: \[app side\]"
    ):
        await admin.get(path("pods", "talker") + "/log")


async def test_tokens_and_access_are_reviewed(served: Served, admin: ClusterClient, reader: ClusterClient) -> None:
    async def reviewed(token: str) -> dict[str, Any]:
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
        answer = await admin.post("/apis/authentication.k8s.io/v1/tokenreviews", body)
        status: dict[str, Any] = answer["status"]
        return status

    good = await reviewed(served.reader_token)
    assert (good["authenticated"], good["user"]["username"]) == (True, READER)
    assert not (await reviewed("rubbish")).get("authenticated")

    async def allowed(client: ClusterClient, kind: str, resource: str, verb: str, **who: Any) -> bool:
        attributes = {"namespace": NS, "verb": verb, "resource": resource}
        spec = {"resourceAttributes": attributes, **who}
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
        answer = await client.post(f"/apis/authorization.k8s.io/v1/{kind.lower()}s", body)
        return bool(answer["status"]["allowed"])

    assert await allowed(reader, "SelfSubjectAccessReview", "pods", "list")
    assert not await allowed(reader, "SelfSubjectAccessReview", "secrets", "list")
    assert not await allowed(reader, "SelfSubjectAccessReview", "pods", "delete")
    assert await allowed(admin, "SubjectAccessReview", "configmaps", "get", user=READER)
    assert not await allowed(admin, "SubjectAccessReview", "secrets", "get", user=READER)
    assert not await allowed(admin, "SubjectAccessReview", "pods", "list", user="nobody")


async def test_a_snapshot_holds_the_namespace_with_the_logs_of_what_crashes(admin: ClusterClient) -> None:
    snapshot = await collect(admin, namespace=NS)
    assert {key[1] for key in snapshot.objects["Pod"]} == {"crasher", "talker", "waiter"}
    assert snapshot.get("Widget.contract.test", NS, "first")
    secret = snapshot.get("Secret", NS, "login")
    assert secret is not None
    assert sorted(secret["data"]) == ["password", "user"]
    assert not snapshot.coverage.gaps
    assert snapshot.logs[(NS, "crasher", "app", True)].lines == ("FATAL no database",)
    assert not any(key[1] == "talker" for key in snapshot.logs)
    assert sum(count for (verb, _), count in admin.requests.items() if verb == "list") <= 25


async def test_a_limited_caller_gets_a_snapshot_with_its_gaps(reader: ClusterClient) -> None:
    snapshot = await collect(reader, namespace=NS)
    assert set(snapshot.objects) >= {"Pod", "ConfigMap"}
    gaps = {entry.kind: entry.state for entry in snapshot.coverage.gaps}
    assert gaps["Secret"] == gaps["Node"] == gaps["Namespace"] == "refused"
    assert not snapshot.coverage.complete("Secret", NS)


async def test_a_namespace_that_does_not_exist_is_named_with_the_closest(admin: ClusterClient) -> None:
    with pytest.raises(NamespaceNotFound) as caught:
        await collect(admin, namespace="contarct")
    assert caught.value.next_step == "Did you mean contract?"


@pytest.mark.cluster
async def test_a_server_whose_ca_is_not_pinned_is_not_trusted(seeded_real_cluster: Served) -> None:
    bare = Endpoint(server=seeded_real_cluster.admin.endpoint.server)
    async with connect(replace(seeded_real_cluster.admin, endpoint=bare)) as client:
        with pytest.raises(ClusterUnreachable, match="not trusted"):
            await client.get("/version")
