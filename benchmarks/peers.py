"""Compare with k8sgpt on the same live cluster: ``python -m benchmarks.peers``, with $KUBECONFIG and k8sgpt on PATH.

The cluster holds the cases of ``python -m evals.live``, one namespace each. Both programs diagnose every namespace; the
requests of the other one are counted by a proxy. *Named* is strict for us (right code and object first) and lenient for
the peer: it counts when it says anything about an object whose name begins with that of the faulty one.
"""

import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from cluster.client import connect
from cluster.identity import Identity
from cluster.kubeconfig import find_identity
from cluster.live import collect
from cluster.transport import Transport
from core.settings import DiagnoseSettings
from diagnose.engine import diagnose
from diagnose.findings import Severity
from evals.cases import CaseFile, cause_misses, read_cases

PEER = "k8sgpt"
PATIENCE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one program did over all cases. ``false_findings`` counts what it said where nothing was wrong."""

    program: str
    cases: int
    named: int
    faults: int
    false_findings: int
    requests: int
    seconds: float


async def ours(cases: Sequence[CaseFile], identity: Identity) -> Tally:
    """Diagnose each case's namespace live."""
    named = false_findings = requests = 0
    start = time.perf_counter()
    for entry in cases:
        async with connect(identity) as client:
            snapshot = await collect(client, namespace=entry.id)
            requests += sum(client.requests.values())
        numbers = DiagnoseSettings(**dict(entry.case.numbers))
        found = diagnose(snapshot, target=entry.case.target, namespace=entry.id, numbers=numbers)
        if entry.case.expect.code:
            named += not cause_misses(entry.case.expect, found)
        else:
            false_findings += sum(root.severity is not Severity.LOW for root in found.roots)
    return _tally("sextant", cases, named, false_findings, requests, time.perf_counter() - start)


async def theirs(cases: Sequence[CaseFile], identity: Identity, program: str) -> Tally:
    """Let the peer analyze each case's namespace through a proxy that counts."""
    named = false_findings = 0
    async with counting_proxy(identity) as proxy:
        start = time.perf_counter()
        for entry in cases:
            results = await _analyzed(program, proxy.kubeconfig, entry.id)
            if entry.case.expect.code:
                wanted = entry.case.expect.object.partition("/")[2] or entry.case.target.partition("/")[2]
                named += any(_name(result).startswith(wanted) for result in results)
            else:
                false_findings += len(results)
        took = time.perf_counter() - start
        return _tally(PEER, cases, named, false_findings, proxy.requests, took)


def _tally(
    program: str, cases: Sequence[CaseFile], named: int, false_findings: int, requests: int, seconds: float
) -> Tally:
    return Tally(
        program=program,
        cases=len(cases),
        named=named,
        faults=sum(bool(entry.case.expect.code) for entry in cases),
        false_findings=false_findings,
        requests=requests,
        seconds=round(seconds, 2),
    )


def _name(result: object) -> str:
    """Return the object's name of one of the peer's results, which it writes as ``namespace/name``."""
    written = result.get("name", "") if isinstance(result, dict) else ""
    return str(written).rpartition("/")[2]


async def _analyzed(program: str, kubeconfig: Path, namespace: str) -> list[object]:
    command = (program, "analyze", "--kubeconfig", str(kubeconfig), "--namespace", namespace, "--output", "json")
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(PATIENCE):
        printed, _ = await process.communicate()
    answer = json.loads(printed or b"{}")
    results = answer.get("results") if isinstance(answer, dict) else None
    return list(results) if isinstance(results, list) else []


@dataclass(slots=True)
class Proxy:
    """A way to the API server that counts requests. ``kubeconfig`` leads to it."""

    kubeconfig: Path
    requests: int = 0


@contextlib.asynccontextmanager
async def counting_proxy(identity: Identity) -> AsyncIterator[Proxy]:
    """Serve the API server on the loopback without credentials, for as long as this lasts; all requests are counted."""
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(kubeconfig=Path(folder) / "kubeconfig")
        async with Transport(identity.endpoint, credentials=identity.credentials) as transport:
            token = identity.credentials.token
            allowed = {"Authorization": f"Bearer {token}"} if token else {}

            async def forward(request: web.Request) -> web.Response:
                proxy.requests += 1
                headers = {**allowed, "Accept": request.headers.get("Accept", "application/json")}
                timeout = aiohttp.ClientTimeout(total=60)
                answer = await transport.request(request.method, request.path_qs, headers=headers, timeout=timeout)
                async with answer:
                    kind = {"Content-Type": answer.headers.get("Content-Type", "application/json")}
                    return web.Response(body=await answer.read(), status=answer.status, headers=kind)

            app = web.Application()
            app.router.add_route("*", "/{path:.*}", forward)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            proxy.kubeconfig.write_text(_kubeconfig(port), encoding="utf-8")
            try:
                yield proxy
            finally:
                await runner.cleanup()


def _kubeconfig(port: int) -> str:
    named = "name: counted"
    return (
        f"apiVersion: v1\nkind: Config\nclusters: [{{{named}, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]\n"
        f"users: [{{{named}, user: {{}}}}]\ncontexts: [{{{named}, context: {{cluster: counted, user: counted}}}}]\n"
        "current-context: counted\n"
    )


async def compare() -> list[Tally]:
    """Return the tallies of both programs, of ours alone where the peer is not installed."""
    identity = find_identity()
    cases = list(read_cases())
    tallies = [await ours(cases, identity)]
    if program := shutil.which(PEER):
        tallies.append(await theirs(cases, identity, program))
    return tallies


def main() -> int:
    """Print the tallies as JSON."""
    if shutil.which(PEER) is None:
        sys.stderr.write(f"{PEER} is not on PATH: only our own figures are printed.\n")
    json.dump([asdict(tally) for tally in asyncio.run(compare())], sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
