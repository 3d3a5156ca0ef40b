"""Builds in a real cluster: what is refused, what is taken away meanwhile, what a hostile build cannot reach."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from builder.build.errors import BuildFailed, BuildInterrupted, ContextTooLarge, ExecutorMissing, PushFailed
from builder.build.executor import BuildRequest, Line
from builder.build.kube_job import KubernetesBuilds
from builder.build.kubernetes import KubernetesExecutor
from builder.errors import BuilderError
from cluster.identity import Credentials, Endpoint, Identity
from tests.builder.build.benches import NAMESPACE, BuildCluster, cleared, identity_of
from tests.builder.build.contract import CANARY

pytestmark = [pytest.mark.images, pytest.mark.cluster, pytest.mark.timeout(600)]

SLIM = "FROM docker.io/library/debian:bookworm-slim\n"


def executor(bench: BuildCluster, folder: Path, **changed: Any) -> KubernetesExecutor:
    sent = folder / "sent"
    sent.mkdir(exist_ok=True)
    return KubernetesExecutor(identity_of(bench), replace(bench.builds, **changed), sent, bench.registries)


def request(folder: Path, dockerfile: str = SLIM + "RUN echo made > /made\n", **changed: Any) -> BuildRequest:
    context = folder / "context"
    context.mkdir(exist_ok=True)
    (context / "main.txt").write_text("hello\n", encoding="utf-8")
    made = BuildRequest(context=context, dockerfile=dockerfile, name="localhost/tried:1", cached=False, seconds=240)
    return replace(made, **changed)


def silent(_line: Line) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A setting or an object of the namespace with which no build begins, and the words of the error."""

    id: str
    says: str
    next_step: str
    changed: dict[str, Any] = field(default_factory=dict)
    objects: tuple[dict[str, Any], ...] = ()


QUOTA = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "none", "namespace": NAMESPACE},
    "spec": {"hard": {"pods": "0"}},
}

REFUSED = (
    Refused(
        id="no-image-of-this-name",
        says="cannot be pulled",
        next_step="kubernetes_image",
        changed={"image": "127.0.0.1:1/no:1"},
    ),
    Refused(
        id="no-such-account", says="serviceaccount", next_step="service account", changed={"service_account": "nobody"}
    ),
    Refused(id="more-than-any-node-has", says="Insufficient cpu", next_step="kubernetes_cpu", changed={"cpu": "4000"}),
    Refused(id="no-quota-left", says="exceeded quota", next_step="quota", objects=(QUOTA,)),
    Refused(
        id="not-of-pod-security-baseline",
        says="violates PodSecurity",
        next_step="baseline",
        changed={"seccomp": "Unconfined"},
    ),
    Refused(
        id="a-namespace-that-is-not-theirs",
        says="You may not build",
        next_step="Role",
        changed={"namespace": "default"},
    ),
    Refused(
        id="an-image-without-buildah",
        says="cannot work in the pod",
        next_step="user namespaces",
        changed={"image": "busybox:test"},
    ),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
async def test_a_build_that_cannot_begin_says_why_and_what_to_do(
    case: Refused, build_cluster: BuildCluster, tmp_path: Path
) -> None:
    changed = {"start_seconds": 12.0, **case.changed}
    for obj in case.objects:
        build_cluster.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(obj))
    try:
        with pytest.raises(ExecutorMissing, match=case.says) as caught:
            await executor(build_cluster, tmp_path, **changed).build(request(tmp_path), silent)
    finally:
        for obj in case.objects:
            build_cluster.cluster.kubectl("delete", "-f", "-", stdin=json.dumps(obj))
    assert case.next_step in caught.value.next_step
    assert await cleared(build_cluster) == []


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What is done to a build while it runs, and the error that comes of it."""

    id: str
    words: Callable[[str, str], tuple[str, ...]]
    error: type[BuilderError]
    says: str


TAKEN = (
    Taken(
        id="its-pod-is-deleted",
        words=lambda _job, pod: ("delete", "-n", NAMESPACE, pod, "--wait=false"),
        error=BuildInterrupted,
        says="was deleted while it ran",
    ),
    Taken(
        id="its-job-is-deleted",
        words=lambda job, _pod: ("delete", "-n", NAMESPACE, job, "--wait=false"),
        error=BuildInterrupted,
        says="was deleted while it ran",
    ),
    Taken(
        id="its-deadline-in-the-cluster-passes",
        words=lambda job, _pod: ("patch", "-n", NAMESPACE, job, "-p", '{"spec":{"activeDeadlineSeconds":1}}'),
        error=BuildFailed,
        says="was stopped after",
    ),
)


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: case.id)
async def test_a_build_that_is_taken_away_ends_and_says_so(
    case: Taken, build_cluster: BuildCluster, tmp_path: Path
) -> None:
    begun = asyncio.Event()

    def tell(line: Line) -> None:
        if line.text == "begun":
            begun.set()

    asked = request(tmp_path, SLIM + "RUN echo begun && sleep 1000\n")
    building = asyncio.create_task(executor(build_cluster, tmp_path).build(asked, tell))
    await asyncio.wait_for(begun.wait(), 120)
    names = build_cluster.left()
    job = next(one for one in names if one.startswith("job"))
    pod = next(one for one in names if one.startswith("pod"))
    await asyncio.to_thread(build_cluster.cluster.kubectl, *case.words(job, pod))
    with pytest.raises(case.error, match=case.says) as caught:
        await asyncio.wait_for(building, 90)
    assert caught.value.next_step
    assert await cleared(build_cluster) == []


async def test_a_build_with_more_files_than_its_pod_may_hold_is_evicted(
    build_cluster: BuildCluster, tmp_path: Path
) -> None:
    asked = request(tmp_path, SLIM + "RUN dd if=/dev/zero of=/large bs=1M count=400 && sleep 300\n")
    with pytest.raises(BuildInterrupted, match="took the pod of the build away") as caught:
        await executor(build_cluster, tmp_path, scratch="300Mi").build(asked, silent)
    assert "kubernetes_scratch" in caught.value.next_step


async def test_no_secret_stands_in_what_others_may_read_of_a_build(build_cluster: BuildCluster, tmp_path: Path) -> None:
    begun = asyncio.Event()

    def tell(line: Line) -> None:
        if line.text == "begun":
            begun.set()

    dockerfile = SLIM + "RUN --mount=type=secret,id=token test -s /run/secrets/token && echo begun && sleep 4\n"
    asked = request(tmp_path, dockerfile, secrets={"token": CANARY.encode()})
    building = asyncio.create_task(executor(build_cluster, tmp_path).build(asked, tell))
    await asyncio.wait_for(begun.wait(), 120)
    words = ("get", "jobs,pods,events", "-n", NAMESPACE, "-o", "json")
    shown = await asyncio.to_thread(build_cluster.cluster.kubectl, *words)
    owners = await asyncio.to_thread(
        build_cluster.cluster.kubectl, "get", "secrets", "-n", NAMESPACE, "-l", "app.kubernetes.io/managed-by=sextant",
        "-o", "jsonpath={.items[*].metadata.ownerReferences[0].kind}",
    )  # fmt: skip
    await building
    assert CANARY not in shown
    assert "Y240" not in shown  # its beginning in base64
    assert owners == "Job"


async def test_a_hostile_step_reaches_neither_secrets_nor_a_token_nor_the_root_of_its_pod(
    build_cluster: BuildCluster, tmp_path: Path
) -> None:
    lines: list[Line] = []
    tries = (
        "RUN (ls /proc/1/root/work || true) && (cat /proc/1/environ || true)\n"
        "RUN ls /var/run/secrets/kubernetes.io || true\n"
        'RUN perl -e \'mkdir "/x"; chroot("/x") or die "no chroot"; chdir("..") for 1..64; chroot("."); '
        'print -e "/work/in/run.sh" ? "ESCAPED" : "inside"\' || true\n'
        "RUN mount -t tmpfs none /mnt || true\n"
        "RUN echo end; cat /proc/self/status | grep Cap\n"
    )
    asked = request(tmp_path, SLIM + tries, secrets={"token": CANARY.encode()})
    await executor(build_cluster, tmp_path).build(asked, lines.append)
    said = [line.text for line in lines]
    assert "ESCAPED" not in said
    assert "run.sh" not in said
    assert "ready" not in said
    assert not [line for line in said if "KUBERNETES_SERVICE" in line]
    assert [line for line in said if "no chroot" in line]


async def test_layers_come_from_the_registry_in_the_next_build(build_cluster: BuildCluster, tmp_path: Path) -> None:
    asked = request(tmp_path, SLIM + "RUN echo once > /once\n", cached=True, name="localhost/layered:1")
    first = await executor(build_cluster, tmp_path).build(asked, silent)
    again = await executor(build_cluster, tmp_path).build(asked, silent)
    assert again.id == first.id
    assert again.steps_cached >= 1


async def test_files_of_the_network_reach_a_build_and_no_layer(build_cluster: BuildCluster, tmp_path: Path) -> None:
    (tmp_path / "authority").write_text("an authority\n", encoding="utf-8")
    network = replace(request(tmp_path).network, mounts={"/etc/authority": tmp_path / "authority"})
    lines: list[Line] = []
    asked = request(tmp_path, SLIM + "USER 10001\nRUN cat /etc/authority\n", network=network)
    await executor(build_cluster, tmp_path).build(asked, lines.append)
    assert "an authority" in [line.text for line in lines]


async def test_a_registry_that_pods_do_not_reach_is_said(build_cluster: BuildCluster, tmp_path: Path) -> None:
    with pytest.raises(PushFailed, match="could not be pushed") as caught:
        await executor(build_cluster, tmp_path, registry="127.0.0.1:1/team").build(request(tmp_path), silent)
    assert "build.registry" in caught.value.next_step


async def test_a_context_over_the_limit_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    asked = request(tmp_path)
    builds = KubernetesBuilds(image="x", registry="y", max_context_bytes=3)
    with pytest.raises(ContextTooLarge, match="more than 3 bytes"):
        await KubernetesExecutor(_nobody(), builds, tmp_path / "sent").build(asked, silent)


def _nobody() -> Identity:
    return Identity(endpoint=Endpoint(server="http://127.0.0.1:1"), credentials=Credentials())
