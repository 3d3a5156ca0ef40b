"""Small recordings built in code."""

import io
import json
import tarfile
from datetime import UTC, datetime
from typing import Any

import zstandard

from cluster.snapshot import KindCoverage, LogCoverage, Snapshot, SnapshotBuilder, ref_of

MADE = "2026-03-01T10:00:00Z"
NOW = datetime(2026, 3, 1, 10, 5, tzinfo=UTC)


def pod(name: str, namespace: str = "shop", *containers: str, **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "uid": f"uid-{namespace}-{name}", "creationTimestamp": MADE},
        "spec": {
            "containers": [
                {"name": container, "image": "registry.example/app:1"} for container in containers or ("app",)
            ]
        },
        "status": {"phase": "Running"},
        **more,
    }


def thing(kind: str, name: str, namespace: str = "", api_version: str = "v1") -> dict[str, Any]:
    where = {"namespace": namespace} if namespace else {}
    meta = {"name": name, "uid": f"uid-{kind}-{namespace}-{name}", "creationTimestamp": MADE, **where}
    return {"apiVersion": api_version, "kind": kind, "metadata": meta}


def manifest(kind: str, name: str, namespace: str = "shop") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": {}}


def listing(*objects: dict[str, Any], kind: str = "List", **meta: Any) -> str:
    """Write a list as ``kubectl get -o json`` does: two or more objects, or none."""
    return json.dumps(
        {"apiVersion": "v1", "items": list(objects), "kind": kind, "metadata": {"resourceVersion": "", **meta}},
        indent=4,
    )


def typed(kind: str, *objects: dict[str, Any], api_version: str = "v1") -> str:
    """Write a list as ``kubectl cluster-info dump`` does: its items do not name their kind."""
    items = [{key: value for key, value in obj.items() if key not in {"kind", "apiVersion"}} for obj in objects]
    return json.dumps({"kind": f"{kind}List", "apiVersion": api_version, "metadata": {}, "items": items}, indent=4)


def tar(files: dict[str, str | bytes]) -> bytes:
    """Pack files as a plain tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return out.getvalue()


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def snapshot() -> Snapshot:
    """Return a snapshot with objects, logs of both sorts and every sort of coverage."""
    builder = SnapshotBuilder(origin="cluster dev", namespace="shop")
    builder.server_version = "v1.34.4"
    web = pod("web-1", "shop", "app", "proxy")
    for obj in (web, pod("web-2"), thing("Rollout", "web", "shop", "argoproj.io/v1alpha1"), thing("Node", "node-1")):
        builder.add(obj)
    builder.covered(KindCoverage(kind="Pod", namespace="shop", state="complete", count=2))
    builder.covered(KindCoverage(kind="Secret", namespace="shop", state="refused", note="forbidden"))
    builder.add_log(ref_of(web), "app", ["INFO starting", "FATAL müde: no route → database"])
    builder.add_log(ref_of(web), "app", [""], previous=True, cut=True)
    builder.log_covered(
        LogCoverage(pod=ref_of(web), container="proxy", previous=False, state="missing", note="not started")
    )
    builder.note("metrics were not read")
    return builder.build(now=NOW)
