"""The benches of the contract: the fake, buildah on this machine, a Job in a real cluster."""

import asyncio
import contextlib
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from builder.build.buildkit import BuildKit, BuildKitBuilds
from builder.build.errors import BuildFailed, BuildTooLong
from builder.build.executor import BuildRequest, Image, Line
from builder.build.fake import FakeExecutor
from builder.build.kube_job import KubernetesBuilds
from builder.build.kubernetes import KubernetesExecutor
from builder.build.registries import Registries
from cluster.identity import Credentials, Identity
from tests.builder.build.contract import Bench, Case
from tests.image_texts import DEBIAN
from tests.images import RealImages
from tests.real_cluster import RealCluster

NAMESPACE = f"sextant-builds-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
ACCOUNT = "builds"
BUILDER = """FROM docker.io/library/debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends buildah ca-certificates libcap2-bin tar uidmap && \\
    rm -rf /var/lib/apt/lists/* && useradd --uid 1000 --create-home build && \\
    echo build:100000:65536 | tee /etc/subuid > /etc/subgid && chmod u-s /usr/bin/newuidmap /usr/bin/newgidmap && \\
    setcap cap_setuid=ep /usr/bin/newuidmap && setcap cap_setgid=ep /usr/bin/newgidmap
USER 1000:1000
"""
"""What ``build.kubernetes_image`` must hold. As setuid programs the two would need the capability DAC_OVERRIDE too."""

BUILDER_NAME = f"tools/buildah:{hashlib.sha256(BUILDER.encode()).hexdigest()[:12]}"  # nodes keep what they once pulled

ROLE = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": ACCOUNT, "namespace": NAMESPACE},
    "rules": [
        {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create", "get", "delete"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "delete"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "get", "create", "delete"]},
        {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create", "get"]},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["list"]},
    ],
}
"""All that a caller needs to build in a namespace, and to try images out there."""


@dataclass(frozen=True, kw_only=True)
class BuildCluster:
    """A real cluster that builds: its registry as this machine, pods and nodes reach it."""

    cluster: RealCluster
    images: RealImages
    registry: str
    registry_in_pods: str

    @property
    def builds(self) -> KubernetesBuilds:
        """How builds run there."""
        return KubernetesBuilds(
            image=f"{self.registry}/{BUILDER_NAME}",
            registry=f"{self.registry_in_pods}/team",
            pull_registry=f"{self.registry}/team",
            namespace=NAMESPACE,
            cpu="2",
            memory="2Gi",
            scratch="4Gi",
        )

    @property
    def registries(self) -> Registries:
        """Which registry answers for which, in pods."""
        host = self.registry_in_pods
        return Registries(mirrors={"docker.io": host}, insecure=frozenset({host}))

    def left(self) -> list[str]:
        """Name what of ours is left in the namespace."""
        words = [
            "get",
            "jobs,pods,secrets",
            "-n",
            NAMESPACE,
            "-l",
            "app.kubernetes.io/managed-by=sextant",
            "-o",
            "name",
        ]
        return self.cluster.kubectl(*words).split()


async def cleared(bench: BuildCluster) -> list[str]:
    """Name what is left when the cluster has had its time: what a Job owns goes with it in the background."""
    for _ in range(50):
        if not bench.left():
            break
        await asyncio.sleep(0.2)
    return bench.left()


@pytest.fixture(scope="session")
def build_cluster(real_cluster: RealCluster, images: RealImages) -> Iterator[BuildCluster]:
    """Give a cluster with a namespace of Pod Security baseline, the builder's image, and a base."""
    hosting = real_cluster.kubectl(
        "get",
        "configmap",
        "-n",
        "kube-public",
        "local-registry-hosting",
        "-o",
        r"jsonpath={.data.localRegistryHosting\.v1}",
    )
    registry = hosting.split('"')[1]
    address = real_cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}")
    found = BuildCluster(
        cluster=real_cluster,
        images=images,
        registry=registry,
        registry_in_pods=f"{address}:{registry.rpartition(':')[2]}",
    )
    asyncio.run(_supplied(found))
    level = {"pod-security.kubernetes.io/enforce": "baseline"}
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": level}}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT, "namespace": NAMESPACE}}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": ACCOUNT, "namespace": NAMESPACE},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": ACCOUNT},
        "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": NAMESPACE}],
    }
    for obj in (space, account, ROLE, binding):
        real_cluster.kubectl("apply", "-f", "-", stdin=json.dumps(obj))
    yield found
    real_cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


async def _supplied(bench: BuildCluster) -> None:
    """Put the base and the builder's image into the registry of the cluster."""
    images = bench.images
    await images.need()
    request = BuildRequest(
        context=images.folder,
        dockerfile=BUILDER,
        ignore="*\n",
        name=f"localhost/{BUILDER_NAME}",
        network=images.network,
    )
    image = await images.executor.build(request, lambda _line: None)
    words = ["--src-tls-verify=false", "--dest-tls-verify=false"]
    await images.executor.push(image, f"{images.address}/{BUILDER_NAME}")
    for name in (DEBIAN, BUILDER_NAME):
        await _ran("skopeo", "copy", *words, f"docker://{images.address}/{name}", f"docker://{bench.registry}/{name}")


def identity_of(bench: BuildCluster) -> Identity:
    """Return the identity of somebody who may build in the namespace and do nothing else."""
    token = bench.cluster.kubectl("create", "token", ACCOUNT, "-n", NAMESPACE).strip()
    admin = bench.cluster.identity()
    return replace(admin, credentials=Credentials(token=token), renew=None)


@contextlib.asynccontextmanager
async def fake_bench() -> AsyncIterator[Bench]:
    """Give the fake. It prints what a case says that a real one prints, and fails as it does."""
    executor = FakeExecutor()

    def script(case: Case) -> None:
        executor.lines, executor.holds, executor.error = case.script, case.holds, None
        executor.started, executor.let_go = asyncio.Event(), asyncio.Event()
        if case.error is BuildFailed:
            log = tuple(Line(text=text) for text in case.script)
            executor.error = BuildFailed("It failed.", next_step="See the log.", step=case.step, log=log)
        assert case.error in {None, BuildFailed, BuildTooLong}

    async def left() -> list[str]:
        return [f"{executor.building} builds"] if executor.building else []

    async def served(name: str) -> str:
        (image, _), *_ = [one for one in executor.pushed if one[1] == f"registry.example.com/{name}"]
        return executor.images[image].id

    yield Bench(
        executor=executor,
        registry="registry.example.com",
        script=script,
        seconds=0.05,
        content=None,
        raw=None,
        left=left,
        served=served,
    )


@contextlib.asynccontextmanager
async def buildah_bench(images: RealImages) -> AsyncIterator[Bench]:
    """Give buildah on this machine."""
    await images.need()

    async def archived(image: Image) -> str:
        target = f"{images.address}/looked-at/image:1"
        await images.executor.push(image, target)
        return target

    async def content(image: Image) -> Mapping[str, bytes]:
        return (await pulled(await archived(image)))[0]

    async def raw(image: Image) -> bytes:
        return (await pulled(await archived(image)))[1]

    async def left() -> list[str]:
        folder = images.store
        kept = [name for name in os.listdir(folder / "work") if name != "buildah-cache"]
        mounts = await asyncio.to_thread(Path("/proc/mounts").read_text, encoding="utf-8")
        return kept + [line for line in mounts.splitlines() if f"{folder}/storage/overlay/overlay/" in line]

    async def served(name: str) -> str:
        return await digest_of(f"{images.address}/{name}")

    yield Bench(
        executor=images.executor,
        registry=images.address,
        script=lambda _case: None,
        content=content,
        raw=raw,
        left=left,
        served=served,
    )


@contextlib.asynccontextmanager
async def kubernetes_bench(build_cluster: BuildCluster, folder: Path) -> AsyncIterator[Bench]:
    """Give Jobs in the cluster, as somebody who may do nothing else there."""
    executor = KubernetesExecutor(identity_of(build_cluster), build_cluster.builds, folder, build_cluster.registries)

    def outside(image: Image) -> str:
        return image.reference.replace(build_cluster.registry_in_pods, build_cluster.registry)

    async def content(image: Image) -> Mapping[str, bytes]:
        return (await pulled(outside(image)))[0]

    async def raw(image: Image) -> bytes:
        return (await pulled(outside(image)))[1]

    async def left() -> list[str]:
        return await cleared(build_cluster) + os.listdir(folder)

    async def served(name: str) -> str:
        return await digest_of(f"{build_cluster.registry}/{name}")

    yield Bench(
        executor=executor,
        registry=build_cluster.registry_in_pods,
        script=lambda _case: None,
        seconds=60.0,
        content=content,
        raw=raw,
        left=left,
        served=served,
    )


async def digest_of(reference: str) -> str:
    """Return the digest that a registry serves under a name."""
    out = await _ran("skopeo", "inspect", "--tls-verify=false", f"docker://{reference}")
    return str(json.loads(out)["Digest"])


async def pulled(reference: str) -> tuple[dict[str, bytes], bytes]:
    """Pull an image: return its files as a container sees them, and every byte of it, unpacked."""
    with tempfile.TemporaryDirectory() as folder:
        await _ran("skopeo", "copy", "--src-tls-verify=false", f"docker://{reference}", f"dir:{folder}/image")
        place = Path(folder) / "image"
        manifest = json.loads((place / "manifest.json").read_bytes())
        files: dict[str, bytes] = {}
        raw = (place / "manifest.json").read_bytes() + (place / _file(manifest["config"])).read_bytes()
        for layer in manifest["layers"]:
            with tarfile.open(place / _file(layer)) as tar:
                raw += _layer(tar, files)
        return files, raw


def _layer(tar: tarfile.TarFile, files: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    for entry in tar:
        name = entry.name.removeprefix("./")
        raw.write(name.encode())
        head, _, last = name.rpartition("/")
        if last.startswith(".wh."):
            gone = f"{head}/{last.removeprefix('.wh.')}".lstrip("/")
            for path in [one for one in files if one == gone or one.startswith(f"{gone}/")]:
                del files[path]
        elif entry.isreg() and (stream := tar.extractfile(entry)) is not None:
            files[name] = stream.read()
            raw.write(files[name])
    return raw.getvalue()


def _file(descriptor: Mapping[str, str]) -> str:
    return descriptor["digest"].removeprefix("sha256:")


async def _ran(*words: str) -> bytes:
    done = await asyncio.to_thread(subprocess.run, words, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout


@contextlib.asynccontextmanager
async def buildkit_bench(images: RealImages, folder: Path) -> AsyncIterator[Bench]:
    """Give a real buildkitd, started for the test from the programs in ``SEXTANT_TEST_BUILDKIT``; root and runc."""
    programs = Path(os.environ["SEXTANT_TEST_BUILDKIT"])
    await images.need()
    host, socket = images.address, folder / "s"
    (folder / "buildkitd.toml").write_text(
        f'root = "{folder}/root"\n[grpc]\naddress = ["unix://{socket}"]\n[worker.containerd]\nenabled = false\n'
        f'[worker.oci]\nenabled = true\nbinary = "runc"\nnetworkMode = "host"\n'
        f'[registry."docker.io"]\nmirrors = ["{host}"]\n[registry."{host}"]\nhttp = true\n',
        encoding="utf-8",
    )
    words = [str(programs / "buildkitd"), "--config", str(folder / "buildkitd.toml")]
    with (folder / "log").open("wb") as log:
        daemon = await asyncio.create_subprocess_exec(*words, stdout=log, stderr=log)
    sent = folder / "sent"
    builds = BuildKitBuilds(
        address=f"unix://{socket}", registry=f"{host}/kit", insecure=frozenset({host}), cached=False
    )

    async def content(image: Image) -> Mapping[str, bytes]:
        return (await pulled(image.reference))[0]

    async def raw(image: Image) -> bytes:
        return (await pulled(image.reference))[1]

    async def left() -> list[str]:
        return os.listdir(sent) if sent.exists() else []

    async def served(name: str) -> str:
        return await digest_of(f"{host}/{name}")

    try:
        async with asyncio.timeout(30):
            while b"running server" not in await asyncio.to_thread((folder / "log").read_bytes):  # noqa: ASYNC110 - it tells nobody else
                await asyncio.sleep(0.1)
        yield Bench(
            executor=BuildKit(builds, sent),
            registry=host,
            script=lambda _case: None,
            seconds=40.0,
            content=content,
            raw=raw,
            left=left,
            served=served,
            described=False,
        )
    finally:
        daemon.terminate()
        await daemon.wait()
