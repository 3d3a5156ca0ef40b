"""What the client does with an API server that answers, refuses, stumbles or is not there."""

import asyncio
import base64
import gc
import json
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from cluster.client import ClusterClient, connect
from cluster.exchange import ClientLimits, spoken_request
from cluster.failures import of_exception
from cluster.fake import Account, FakeCluster, Fault
from cluster.identity import Credentials, Endpoint, Identity
from cluster.transport import Bucket, Transport
from core.errors import (
    ClusterBusy,
    ClusterRejected,
    ClusterUnreachable,
    DeadlineExceeded,
    Forbidden,
    SettingInvalid,
    SextantError,
    Unauthenticated,
)
from tests.cluster.asking import Pauses, asking, at, obj

NOW = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
PODS = "/api/v1/namespaces/shop/pods"


def pods(count: int) -> list[dict[str, object]]:
    return [obj("Pod", f"web-{i:03}", spec={"containers": [{"name": "web"}]}) for i in range(count)]


async def log(client: ClusterClient) -> bytes:
    async with client.log_stream("shop", "web-000", "web") as chunks:
        return b"".join([chunk async for chunk in chunks])


async def names(client: ClusterClient, limit: int) -> list[str]:
    found: list[str] = []
    async for page in client.pages(PODS, limit):
        if page.first:
            found.clear()
        found += [item["metadata"]["name"] for item in page.body["items"]]
    return found


async def test_a_list_comes_in_pages() -> None:
    async with asking(FakeCluster(pods(7))) as client:
        assert await names(client, 3) == [f"web-{i:03}" for i in range(7)]
        assert client.requests == {("list", "pods"): 3}


async def test_a_list_that_the_server_forgot_midway_begins_once_more() -> None:
    fake = FakeCluster(pods(7))
    fake.fail(Fault(kind="expired", resource="pods"))
    async with asking(fake) as client:
        assert await names(client, 3) == [f"web-{i:03}" for i in range(7)]
        assert client.requests == {("list", "pods"): 5}


async def test_a_list_that_is_forgotten_twice_is_given_up() -> None:
    fake = FakeCluster(pods(7))
    fake.fail(Fault(kind="expired", resource="pods", times=2))
    async with asking(fake) as client:
        with pytest.raises(ClusterRejected, match="too old") as caught:
            await names(client, 3)
    assert caught.value.http_status == 410


@dataclass(frozen=True, kw_only=True)
class Heals:
    id: str
    fault: Fault
    pauses: int = 1


HEALS = (
    Heals(id="told to wait", fault=Fault(kind="status", status=429, retry_after=2)),
    Heals(id="starting up", fault=Fault(kind="status", status=503, times=3), pauses=3),
    Heals(id="a gateway before it", fault=Fault(kind="status", status=502)),
    # The HTTP client sends an idempotent request a second time by itself.
    Heals(id="the connection breaks off", fault=Fault(kind="reset", times=2)),
    Heals(id="the answer breaks off", fault=Fault(kind="truncated")),
    Heals(id="the connection is closed after an answer", fault=Fault(kind="goaway", times=3), pauses=0),
)


@pytest.mark.parametrize("case", HEALS, ids=lambda case: case.id)
async def test_what_heals_is_tried_again(case: Heals) -> None:
    fake, pauses = FakeCluster(pods(3)), Pauses()
    fake.fail(replace(case.fault))
    async with asking(fake, pauses=pauses) as client:
        assert len(await names(client, 2)) == 3
    assert len(pauses) == case.pauses
    assert all(pause >= (case.fault.retry_after or 0) for pause in pauses)


async def test_a_server_that_stays_busy_is_given_up_after_a_bounded_number_of_attempts() -> None:
    fake = FakeCluster()
    fake.fail(Fault(kind="status", status=429, times=99))
    async with asking(fake, limits=ClientLimits(attempts=3)) as client:
        with pytest.raises(ClusterBusy, match="429"):
            await client.get(PODS)
    assert fake.requests[("list", "pods")] == 3


async def test_a_wait_longer_than_the_deadline_or_the_limit_is_not_begun() -> None:
    fake, pauses = FakeCluster(), Pauses()
    fake.fail(Fault(kind="status", status=429, retry_after=5, times=9))
    async with asking(fake, pauses=pauses, limits=ClientLimits(max_wait_seconds=4)) as client:
        with pytest.raises(ClusterBusy):
            await client.get(PODS)
        with pytest.raises(ClusterBusy):
            await client.within(asyncio.get_running_loop().time() + 3).get(PODS)
    assert not pauses


async def test_a_question_is_not_asked_after_the_deadline() -> None:
    async with asking(FakeCluster()) as client:
        with pytest.raises(DeadlineExceeded):
            await client.within(asyncio.get_running_loop().time() - 1).get(PODS)
        assert not client.requests


async def test_an_answer_that_does_not_come_ends_at_the_deadline() -> None:
    fake = FakeCluster()
    fake.fail(Fault(kind="slow", times=9))
    async with asking(fake) as client:
        with pytest.raises(DeadlineExceeded):
            await client.within(asyncio.get_running_loop().time() + 0.2).get(PODS)


async def test_an_answer_that_does_not_come_is_a_timeout() -> None:
    fake = FakeCluster()
    fake.fail(Fault(kind="slow", times=9))
    async with asking(fake, limits=ClientLimits(request_seconds=0.1, attempts=2)) as client:
        with pytest.raises(ClusterUnreachable, match=r"did not answer within 0\.1 s"):
            await client.get(PODS)


def jwt(expires: int) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2ln"


async def test_an_expired_token_is_called_expired() -> None:
    fake = FakeCluster(accounts={"good": Account(user="ann")}, now=NOW)
    async with asking(fake, token=jwt(int(NOW.timestamp()) - 3600)) as client:
        with pytest.raises(Unauthenticated, match="expired at 2024-05-01 11:00:00 UTC"):
            await client.get(PODS)
    async with asking(fake, token="rubbish") as client:
        with pytest.raises(Unauthenticated, match="does not accept the token"):
            await client.get(PODS)
    async with asking(fake, token="") as client:
        with pytest.raises(Forbidden, match="system:anonymous"):
            await client.get(PODS)


async def test_fresh_credentials_are_read_once_when_the_old_ones_are_refused() -> None:
    fake = FakeCluster(pods(1), accounts={"new": Account(user="ann")})
    async with fake.serve() as endpoint:
        old = Identity(endpoint=endpoint, credentials=Credentials(token="old"), renew=lambda: Credentials(token="new"))
        async with connect(old) as client:
            assert (await client.get(PODS))["items"]
            assert (await client.get(PODS))["items"]
        assert fake.requests[("list", "pods")] == 3
        same = replace(old, renew=lambda: Credentials(token="old"))
        async with connect(same) as client:
            with pytest.raises(Unauthenticated):
                await client.get(PODS)


async def test_several_groups_are_impersonated() -> None:
    fake = FakeCluster()
    async with fake.serve() as endpoint:
        identity = Identity(endpoint=endpoint, credentials=Credentials(token="t")).acting_as("eve", ("ops", "dev"))
        async with Transport(endpoint) as transport:
            client = ClusterClient(transport, identity)
            headers = client._exchange.headers("application/json")
            assert headers.getall("Impersonate-Group") == ["ops", "dev"]
            await client.get(PODS)
    assert fake.seen[0].headers["Impersonate-User"] == "eve"


async def test_callers_share_connections_and_nothing_else() -> None:
    accounts = {"a": Account(user="ann"), "b": Account(user="bob", refused=frozenset({"pods"}))}
    async with FakeCluster(pods(1), accounts=accounts).serve() as endpoint, Transport(endpoint) as transport:
        ann, bob = (
            ClusterClient(transport, Identity(endpoint=endpoint, credentials=Credentials(token=token)))
            for token in "ab"
        )
        assert (await ann.get(PODS))["items"]
        with pytest.raises(Forbidden, match='User "bob" cannot list resource "pods"'):
            await bob.get(PODS)
        assert (ann.requests.total(), bob.requests.total()) == (1, 1)


async def test_the_servers_clock_is_told() -> None:
    async with asking(FakeCluster(now=NOW)) as client:
        assert client.server_date is None
        await client.get("/version")
        assert client.server_date == NOW


@dataclass(frozen=True, kw_only=True)
class Strange:
    id: str
    fault: Fault
    message: str


STRANGE = (
    Strange(id="a log-in page", fault=Fault(kind="page"), message="no JSON"),
    Strange(id="a redirect", fault=Fault(kind="redirect"), message="sends us to /login"),
    Strange(
        id="an error of its own",
        fault=Fault(kind="status", status=500, message="etcd broke"),
        message="500 .*etcd broke",
    ),
)


@pytest.mark.parametrize("case", STRANGE, ids=lambda case: case.id)
async def test_an_answer_that_is_none_is_rejected_at_once(case: Strange) -> None:
    fake = FakeCluster()
    fake.fail(replace(case.fault))
    async with asking(fake) as client:
        with pytest.raises(ClusterRejected, match=case.message):
            await client.get(PODS)
    assert fake.requests.total() == 1


async def test_an_answer_that_is_too_large_is_not_read_to_its_end() -> None:
    async with asking(FakeCluster(pods(50)), limits=ClientLimits(max_body_bytes=500)) as client:
        with pytest.raises(ClusterRejected, match="larger than 500 bytes") as caught:
            await client.get(PODS)
    assert caught.value.reason == "AnswerTooLarge"


async def test_a_port_where_nothing_listens_is_refused(unused_tcp_port: int) -> None:
    server = f"https://127.0.0.1:{unused_tcp_port}"
    async with at(Endpoint(server=server)) as client:
        with pytest.raises(ClusterUnreachable, match="nothing listens there") as caught:
            await client.get("/version")
    assert server in caught.value.message
    assert caught.value.next_step
    assert client.requests.total() == 1


async def test_a_server_without_tls_is_said_to_have_none() -> None:
    async with FakeCluster().serve() as endpoint:
        secure = Endpoint(server=endpoint.server.replace("http://", "https://"))
        async with at(secure) as client:
            with pytest.raises(ClusterUnreachable, match="does not answer in TLS"):
                await client.get("/version")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, crt = folder / "key.pem", folder / "crt.pem"
    subject = ["-subj", "/CN=api.test", "-addext", "subjectAltName=DNS:api.test"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    subprocess.run(
        [program, "req", "-x509", *curve, "-nodes", "-days", "2", "-keyout", key, "-out", crt, *subject],
        check=True,
        capture_output=True,
    )
    return crt, key


@pytest.fixture
async def secure_server(certificate: tuple[Path, Path]) -> AsyncIterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_pinned_ca_and_server_name_are_checked(secure_server: str, certificate: tuple[Path, Path]) -> None:
    ca_pem = certificate[0].read_text()
    async with at(Endpoint(server=secure_server, ca_pem=ca_pem, tls_server_name="api.test")) as client:
        assert await client.get("/version") == {}
    async with at(Endpoint(server=secure_server, insecure=True)) as client:
        assert await client.get("/version") == {}
    async with at(Endpoint(server=secure_server, ca_pem=ca_pem)) as client:
        with pytest.raises(ClusterUnreachable, match=r"not trusted: .*127\.0\.0\.1"):
            await client.get("/version")
    async with at(Endpoint(server=secure_server, tls_server_name="api.test")) as client:
        with pytest.raises(ClusterUnreachable, match="not trusted: self"):
            await client.get("/version")


async def test_a_ca_or_certificate_that_is_none_is_a_setting_to_correct() -> None:
    with pytest.raises(SettingInvalid, match="cannot be used"):
        Transport(Endpoint(server="https://api.test", ca_pem="rubbish"))
    with pytest.raises(SettingInvalid, match="cannot be used"):
        Transport(Endpoint(server="https://api.test"), credentials=Credentials(certificate_pem="no", key_pem="no"))


def test_a_name_that_does_not_resolve_is_said_so() -> None:
    key = aiohttp.client_reqrep.ConnectionKey("api.test", 443, True, True, None, None, None)
    exc = aiohttp.ClientConnectorDNSError(key, OSError(-2, "Name or service not known"))
    failure = of_exception(exc, "https://api.test:6443", 30)
    assert not failure.again
    assert "api.test of the API server cannot be resolved" in failure.error.message


async def test_a_log_is_streamed_and_can_be_left_early() -> None:
    logs = {("shop", "web-000", "web", False): b"line\n" * 100_000}
    fake = FakeCluster(pods(1), logs)
    async with asking(fake) as client:
        async with client.log_stream("shop", "web-000", "web", tail_lines=90_000) as chunks:
            async for chunk in chunks:
                assert chunk.startswith(b"line")
                break
        with pytest.raises(ClusterRejected, match="not valid for pod"):
            async with client.log_stream("shop", "web-000", "other"):
                pass
        assert client.requests == {("log", "pods"): 2}


async def test_a_log_that_the_server_is_too_busy_for_is_asked_for_again() -> None:
    fake = FakeCluster(pods(1), {("shop", "web-000", "web", False): "hello\n"})
    fake.fail(Fault(kind="status", status=429, verb="log"), Fault(kind="reset", verb="log"))
    async with asking(fake) as client:
        assert await log(client) == b"hello\n"


async def test_a_log_that_breaks_off_is_an_error_in_plain_words() -> None:
    fake = FakeCluster(pods(1), {("shop", "web-000", "web", False): "hello\n" * 1000})
    fake.fail(Fault(kind="truncated", verb="log"))
    async with asking(fake) as client:
        with pytest.raises(ClusterUnreachable, match="broke off"):
            await log(client)


async def test_nothing_is_left_running_after_errors_and_cancellation() -> None:
    fake = FakeCluster(pods(3))
    fake.fail(Fault(kind="slow", times=5))
    async with asking(fake) as client:
        tasks = [asyncio.create_task(client.get(PODS)) for _ in range(5)]
        done, _ = await asyncio.wait(tasks, timeout=0.1)
        assert not done
        for task in tasks:
            task.cancel()
        assert all(isinstance(r, asyncio.CancelledError) for r in await asyncio.gather(*tasks, return_exceptions=True))
        assert len(await names(client, 2)) == 3
    gc.collect()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_the_bucket_lets_a_burst_through_and_then_holds_the_rate() -> None:
    now = [0.0]
    bucket = Bucket(per_second=10, burst=3, clock=lambda: now[0])
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, pytest.approx(0.1), pytest.approx(0.2)]
    now[0] = 10.0
    assert bucket.take() == 0


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/version", ("get", "version")),
        ("/apis", ("get", "discovery")),
        ("/apis/apps/v1", ("get", "discovery")),
        ("/api/v1/pods", ("list", "pods")),
        ("/api/v1/namespaces", ("list", "namespaces")),
        ("/api/v1/namespaces/shop", ("get", "namespaces")),
        ("/api/v1/namespaces/shop/pods", ("list", "pods")),
        ("/api/v1/namespaces/shop/pods/web", ("get", "pods")),
        ("/api/v1/namespaces/shop/pods/web/log", ("log", "pods")),
        ("/apis/apps/v1/namespaces/shop/deployments/web", ("get", "deployments")),
    ],
)
def test_a_request_is_counted_under_its_verb_and_resource(path: str, expected: tuple[str, str]) -> None:
    assert spoken_request("GET", path) == expected


def test_every_failure_of_the_client_is_an_error_of_the_tree() -> None:
    for exc in (
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientPayloadError(),
        TimeoutError(),
        aiohttp.InvalidURL("x"),
        OSError(),
    ):
        error = of_exception(exc, "https://api.test", 1).error
        assert isinstance(error, SextantError)
        assert "api.test" in error.message
