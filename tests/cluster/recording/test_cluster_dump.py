"""``kubectl cluster-info dump`` is read in both of its forms, whole and cut off."""

import io
from dataclasses import dataclass

import pytest

from cluster.recording import open_recording
from cluster.snapshot import Snapshot
from tests.cluster.recording.samples import pod, tar, thing, typed

KINDS = (
    ("events", "Event", "v1"),
    ("replication-controllers", "ReplicationController", "v1"),
    ("services", "Service", "v1"),
    ("daemonsets", "DaemonSet", "apps/v1"),
    ("deployments", "Deployment", "apps/v1"),
    ("replicasets", "ReplicaSet", "apps/v1"),
)
NODES = typed("Node", thing("Node", "node-1"))
LOG = "INFO starting\nFATAL no route to database"


def section(namespace: str, name: str, container: str, log: str) -> str:
    who = f"logs for container {container} of pod {namespace}/{name} ===="
    return f"==== START {who}\n{log}==== END {who}\n"


def lists(namespace: str, *pods: str) -> dict[str, str]:
    found = {name: typed(kind, api_version=version) for name, kind, version in KINDS}
    return {**found, "pods": typed("Pod", *(pod(name, namespace, "app") for name in pods))}


def directory() -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {"nodes.json": NODES}
    for namespace, pods in (("shop", ("web-1",)), ("quiet", ())):
        files |= {f"{namespace}/{name}.json": content for name, content in lists(namespace, *pods).items()}
    files["shop/web-1/logs.txt"] = section("shop", "web-1", "app", LOG + "\n")
    return files


def stream(*namespaces: str) -> str:
    out = NODES + "\n"
    for namespace in namespaces:
        out += "\n".join(lists(namespace, "web-1").values()) + "\n"
        out += section(namespace, "web-1", "app", LOG)
    return out


def complete(read: Snapshot) -> set[tuple[str, str]]:
    return {(entry.kind, entry.namespace) for entry in read.coverage.kinds if entry.state == "complete"}


def everything(*namespaces: str) -> set[tuple[str, str]]:
    kinds = [kind for _, kind, _ in KINDS] + ["Pod"]
    return {("Node", "")} | {(kind, namespace) for namespace in namespaces for kind in kinds}


def test_a_directory_is_complete_for_each_of_its_namespaces_and_for_no_other() -> None:
    read = open_recording(io.BytesIO(tar(directory())))
    assert complete(read) == everything("shop", "quiet")
    assert read.absent("Service", "shop", "web")
    assert not read.absent("Service", "elsewhere", "web")
    assert read.logs["shop", "web-1", "app", False].lines == tuple(LOG.split("\n"))


def test_one_text_of_several_namespaces_is_complete_for_each() -> None:
    read = open_recording(io.BytesIO(stream("shop", "stage").encode()))
    assert complete(read) == everything("shop", "stage")
    assert {key[0] for key in read.logs} == {"shop", "stage"}
    assert [entry.state for entry in read.coverage.logs] == ["read", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    id: str
    at: str
    complete: set[tuple[str, str]]
    logs: int


@pytest.mark.parametrize(
    "cut",
    [
        Cut(id="in the log", at="no route", complete=everything("shop"), logs=1),
        Cut(id="in the list of pods", at='"uid-shop-web-1"', complete={("Node", "")}, logs=0),
        Cut(id="before the log", at="==== START", complete=everything("shop"), logs=0),
    ],
    ids=lambda cut: cut.id,
)
def test_a_text_that_is_cut_off_gives_what_came(cut: Cut) -> None:
    whole = stream("shop")
    read = open_recording(io.BytesIO(whole[: whole.index(cut.at) + 5].encode()))
    assert complete(read) == cut.complete
    assert len(read.logs) == cut.logs
    assert all(excerpt.cut for excerpt in read.logs.values())


def test_a_log_that_imitates_a_section_stays_inside_of_its_own() -> None:
    fake = section("shop", "other", "app", "innocent\n")
    read = open_recording(
        io.BytesIO(tar({**directory(), "shop/web-1/logs.txt": section("shop", "web-1", "app", fake)}))
    )
    assert set(read.logs) == {("shop", "web-1", "app", False)}


def test_a_log_that_kubectl_could_not_get_is_missing_with_its_reason() -> None:
    failed = section("shop", "web-1", "app", "Request log error: container is waiting to start\n")
    read = open_recording(io.BytesIO(tar({**directory(), "shop/web-1/logs.txt": failed})))
    assert [(entry.state, entry.note) for entry in read.coverage.logs] == [("missing", "container is waiting to start")]


def test_the_yaml_form_is_read() -> None:
    text = "---\napiVersion: v1\nitems:\n- metadata: {name: n1, uid: u}\nkind: NodeList\n---\napiVersion: v1\nitems:\n"
    text += "- metadata: {name: web-1, namespace: shop, uid: v}\nkind: PodList\n" + section("shop", "web-1", "app", LOG)
    text += "---\napiVersion: v1\nitems: []\nkind: EventList\n"
    read = open_recording(io.BytesIO(text.encode()))
    assert set(read.objects) == {"Node", "Pod"}
    assert complete(read) == {("Node", ""), ("Pod", "shop"), ("Event", "shop")}
