"""Trials in a real cluster: images that work, and each way in which they do not."""

import asyncio
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builder.build.executor import BuildRequest
from builder.check.errors import CheckerMissing
from builder.check.incluster import Place, tried_in_cluster
from builder.check.trying import Wanted
from builder.plan import Kind
from tests.builder.build.benches import NAMESPACE, BuildCluster, cleared, identity_of

pytestmark = [pytest.mark.images, pytest.mark.cluster, pytest.mark.timeout(600)]

HEAD = "FROM docker.io/library/debian:bookworm-slim\n"
SERVER = (
    "import http.server, os, signal, sys\n"
    "class Answer(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        self.send_response(int(os.environ.get('STATUS', '200')))\n"
    "        self.end_headers()\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN if 'DEAF' in os.environ else lambda *_: sys.exit(0))\n"
    "if 'WRITES' in os.environ:\n"
    "    try:\n"
    "        open('/app/x', 'w')\n"
    "    except OSError as error:\n"
    "        print(error, flush=True)\n"
    "http.server.HTTPServer((os.environ.get('HOST', '0.0.0.0'), 8080), Answer).serve_forever()\n"
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """An image and what its trial must show to have failed."""

    id: str
    command: str = '["python3", "/app/server.py"]'
    user: str = "10001:10001"
    kind: Kind = Kind.WEB
    path: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()


CASES = (
    Case(id="works"),
    Case(id="any-answer-below-500-is-one", environment={"STATUS": "404"}),
    Case(
        id="no-answer-where-its-health-stands",
        path="/healthz",
        environment={"STATUS": "404"},
        failed=frozenset({"answers"}),
    ),
    Case(id="listens-to-itself-only", environment={"HOST": "127.0.0.1"}, failed=frozenset({"listens"})),
    Case(id="ends-by-itself", command='["sh", "-c", "echo no; exit 3"]', failed=frozenset({"starts"})),
    Case(id="does-not-end", environment={"DEAF": "1"}, failed=frozenset({"stops"})),
    Case(id="root", user="0", failed=frozenset({"user"})),
    Case(id="a-user-by-name", user="daemon", failed=frozenset({"user"})),
    Case(id="writes-to-its-root", environment={"WRITES": "1"}, failed=frozenset({"read_only"})),
    Case(id="a-job", kind=Kind.JOB, command='["true"]'),
    Case(id="a-job-that-fails", kind=Kind.JOB, command='["false"]', failed=frozenset({"starts"})),
    Case(id="a-worker", kind=Kind.WORKER),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_a_trial_in_a_cluster_shows_what_an_image_does(
    case: Case, build_cluster: BuildCluster, tmp_path: Path
) -> None:
    images = build_cluster.images
    await images.need("library/python:3.11-slim-bookworm")
    (tmp_path / "server.py").write_text(SERVER, encoding="utf-8")
    base = HEAD.replace("debian:bookworm-slim", "python:3.11-slim-bookworm")
    dockerfile = f"{base}COPY server.py /app/\nUSER {case.user}\nCMD {case.command}\n"
    request = BuildRequest(context=tmp_path, dockerfile=dockerfile, name=f"localhost/trial-{case.id}:1")
    image = await images.executor.build(request, lambda _line: None)
    inside = f"{build_cluster.registry}/trials/{case.id}:1"
    await images.executor.push(image, f"{images.address}/trials/{case.id}:1")
    words = ["skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false"]
    words += [f"docker://{images.address}/trials/{case.id}:1", f"docker://{inside}"]
    await asyncio.to_thread(subprocess.run, words, check=True, capture_output=True)
    wanted = Wanted(
        image=request.name,
        kind=case.kind,
        port=8080 if case.kind == Kind.WEB else None,
        path=case.path,
        environment=case.environment,
        start_seconds=15,
        grace_seconds=4,
    )
    report = await tried_in_cluster(identity_of(build_cluster), inside, wanted, Place(namespace=NAMESPACE))
    failed = {one.check for one in report.checks if one.outcome == "failed"}
    assert failed == case.failed, [(one.check, one.text.en, one.proof) for one in report.checks]
    assert await cleared(build_cluster) == []


async def test_an_image_that_is_not_there_is_no_fault_of_a_trial(build_cluster: BuildCluster) -> None:
    wanted = Wanted(image="x", kind=Kind.WEB, port=8080, start_seconds=10)
    place = Place(namespace=NAMESPACE)
    with pytest.raises(CheckerMissing, match="does not start"):
        await tried_in_cluster(identity_of(build_cluster), f"{build_cluster.registry}/no/such:1", wanted, place)
    with pytest.raises(CheckerMissing, match="You may not"):
        await tried_in_cluster(identity_of(build_cluster), "x", wanted, Place(namespace="default"))
