"""Everything that is written, against a real API server; and components that really run, as restricted pods."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from builder.files import Prepared
from builder.manifests import Manifest, Options, described, manifests
from builder.plan import Command, Task, Variable
from tests.builder.manifests.subjects import ready
from tests.builder.manifests.test_whole import CASES
from tests.real_cluster import IMAGE, RealCluster

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]

PAGE = "mkdir -p /tmp/www && echo well > /tmp/www/health && exec httpd -f -p 80 -h /tmp/www"
RIGHTS = 'test "$LEVEL" = y && test ! -w / && test "$(id -u)" = 10001'
LEVEL = Variable(name="LEVEL", default="y")


def line(name: str, purpose: str, text: str) -> Task:
    """Return a task that is one line."""
    return Task(name=name, purpose=purpose, command=Command(line=text))


def local(made: Manifest) -> dict[str, Any]:
    """Return an object with the image that is on the node, and something to run where it would run its command."""
    body: dict[str, Any] = json.loads(json.dumps(made.body))
    pod = body.get("spec", {}).get("template", {}).get("spec", {})
    for one in (*pod.get("initContainers", ()), *pod.get("containers", ())):
        one["imagePullPolicy"] = "Never"
        one.setdefault("args", ["/bin/sh", "-c", PAGE])
    return body


def applied(cluster: RealCluster, prepared: Prepared, options: Options) -> Sequence[Manifest]:
    """Apply a component for real, with the namespace that restricts it."""
    cluster.kubectl("apply", "-f", "-", stdin=manifests(prepared, IMAGE, options)[0].text)
    made = described(prepared, IMAGE, options)
    listed = {"apiVersion": "v1", "kind": "List", "items": [local(one) for one in made]}
    cluster.kubectl("apply", "--warnings-as-errors", "-f", "-", stdin=json.dumps(listed))
    return made


def test_the_server_takes_everything_without_a_warning(real_cluster: RealCluster) -> None:
    real_cluster.kubectl("apply", "-f", "-", stdin=manifests(CASES[0].prepared, IMAGE)[0].text)
    for case in CASES:
        own = manifests(case.prepared, IMAGE, case.options)[1]
        if "kind: HTTPRoute" not in own.text:  # a custom resource that the cluster does not have
            real_cluster.kubectl("apply", "--warnings-as-errors", "--dry-run=server", "-f", "-", stdin=own.text)


def test_a_web_server_with_its_worker_and_migration_runs(real_cluster: RealCluster) -> None:
    tasks = (
        line("migrate", "migrate", RIGHTS),
        line("worker", "worker", f"{RIGHTS} && echo here > /tmp/here && exec sleep 3600"),
    )
    options = Options(namespace="running")
    applied(real_cluster, ready(port=80, path="/health", tasks=tasks, variables=(LEVEL,)), options)
    for name in ("shop", "shop-worker"):
        real_cluster.kubectl("-n", "running", "rollout", "status", f"deployment/{name}", "--timeout=120s")
    jobs = ("job", "-l", "app.kubernetes.io/component=migrate", "--timeout=60s")
    real_cluster.kubectl("-n", "running", "wait", "--for=condition=Complete", *jobs)
    assert real_cluster.kubectl("-n", "running", "exec", "deployment/shop-worker", "--", "cat", "/tmp/here") == "here\n"
    real_cluster.kubectl("delete", "namespace", "running", "--wait=false")


def test_files_are_kept_and_shared_by_all_that_need_them(real_cluster: RealCluster, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    kept.chmod(0o777)  # what a storage driver does for the pod's group
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "kept"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": str(kept)},
            "claimRef": {"namespace": "keeping", "name": "data-data-shop-0"},
        },
    }
    real_cluster.kubectl("apply", "-f", "-", stdin=json.dumps(volume))
    tasks = (
        line("migrate", "migrate", f"{RIGHTS} && echo migrated >> /app/data/log"),
        line("worker", "worker", "grep migrated /app/data/log && exec sleep 3600"),
        line("seed", "seed", "echo seeded >> /app/data/log"),
    )
    options = Options(namespace="keeping")
    prepared = ready(port=80, path="/health", tasks=tasks, volumes=("/app/data",), variables=(LEVEL,))
    made = applied(real_cluster, prepared, options)
    real_cluster.kubectl("-n", "keeping", "rollout", "status", "statefulset/shop", "--timeout=120s")
    seed = next(one for one in made if one.kind == "Job")
    start = next(one for one in seed.about if one.startswith("kubectl "))
    real_cluster.kubectl(*shlex.split(start)[1:])
    real_cluster.kubectl("-n", "keeping", "wait", "--for=condition=Complete", f"job/{seed.name}", "--timeout=60s")
    assert (kept / "log").read_text(encoding="utf-8") == "migrated\nseeded\n"
    real_cluster.kubectl("delete", "namespace", "keeping", "--wait=false")
