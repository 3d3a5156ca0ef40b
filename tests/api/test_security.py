from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from api.security import COOKIE
from tests.api.harness import BASE, BEARER, DEMO, TOKEN, make_context, running

COOKIE_OF = {"Cookie": f"{COOKIE}={TOKEN}"}


@dataclass(frozen=True, kw_only=True)
class Knock:
    id: str
    status: int
    code: str = ""
    method: str = "GET"
    path: str = "/v1/runs"
    headers: dict[str, str] = field(default_factory=dict)


KNOCKS = (
    Knock(id="health needs no token", path="/healthz", status=200),
    Knock(id="readiness needs one", path="/readyz", status=401, code="unauthenticated"),
    Knock(id="metrics need one", path="/metrics", status=401, code="unauthenticated"),
    Knock(id="the description needs one", path="/openapi.json", status=401, code="unauthenticated"),
    Knock(id="unknown paths need one", path="/v1/nothing", status=401, code="unauthenticated"),
    Knock(id="no token", status=401, code="unauthenticated"),
    Knock(id="wrong token", headers={"Authorization": "Bearer nope"}, status=401, code="unauthenticated"),
    Knock(id="basic", headers={"Authorization": "Basic dTpw"}, status=401, code="unauthenticated"),
    Knock(id="not ascii", headers={"Authorization": "Bearer \xe4"}, status=401, code="unauthenticated"),
    Knock(id="right token", headers=BEARER, status=200),
    Knock(id="cookie", headers=COOKIE_OF, status=200),
    Knock(id="wrong cookie", headers={"Cookie": f"{COOKIE}=nope"}, status=401, code="unauthenticated"),
    Knock(
        id="wrong bearer beside a right cookie",
        headers={**COOKIE_OF, "Authorization": "Bearer nope"},
        status=401,
        code="unauthenticated",
    ),
    Knock(id="foreign host", headers={**BEARER, "Host": "evil.example:8484"}, status=421, code="wrong_host"),
    Knock(
        id="foreign host and health", path="/healthz", headers={"Host": "evil.example"}, status=421, code="wrong_host"
    ),
    Knock(
        id="host that begins like ours",
        headers={**BEARER, "Host": "localhost.evil.example"},
        status=421,
        code="wrong_host",
    ),
    Knock(id="localhost", headers={**BEARER, "Host": "LOCALHOST:8484"}, status=200),
    Knock(id="ipv6 loopback", headers={**BEARER, "Host": "[::1]:8484"}, status=200),
    Knock(id="host with a path", headers={"Host": "127.0.0.1:8484/healthz?"}, status=421, code="wrong_host"),
    Knock(
        id="host with a user", headers={**BEARER, "Host": "evil.example@localhost:8484"}, status=421, code="wrong_host"
    ),
    Knock(id="own origin", headers={**BEARER, "Origin": BASE}, status=200),
    Knock(id="foreign origin", headers={**BEARER, "Origin": "https://evil.example"}, status=403, code="wrong_origin"),
    Knock(
        id="origin of another port",
        headers={**COOKIE_OF, "Origin": "http://127.0.0.1:3000"},
        status=403,
        code="wrong_origin",
    ),
    Knock(id="opaque origin", headers={**BEARER, "Origin": "null"}, status=403, code="wrong_origin"),
    Knock(
        id="post with the cookie alone",
        method="POST",
        path="/v1/runs/x/cancel",
        headers=COOKIE_OF,
        status=403,
        code="wrong_origin",
    ),
    Knock(
        id="post with the cookie from another site",
        method="POST",
        path="/v1/runs/x/cancel",
        headers={**COOKIE_OF, "Sec-Fetch-Site": "same-site"},
        status=403,
        code="wrong_origin",
    ),
    Knock(
        id="post with the cookie from our page",
        method="POST",
        path="/v1/runs/x/cancel",
        headers={**COOKIE_OF, "Origin": BASE},
        status=404,
        code="run_not_found",
    ),
    Knock(
        id="post that the browser calls our own",
        method="POST",
        path="/v1/runs/x/cancel",
        headers={**COOKIE_OF, "Sec-Fetch-Site": "same-origin"},
        status=404,
        code="run_not_found",
    ),
    Knock(
        id="post with the bearer token",
        method="POST",
        path="/v1/runs/x/cancel",
        headers=BEARER,
        status=404,
        code="run_not_found",
    ),
    Knock(id="unknown path", path="/v1/nothing", headers=BEARER, status=404, code="not_found"),
    Knock(id="unknown method", method="DELETE", headers=BEARER, status=405, code="method_not_allowed"),
)


@pytest.mark.parametrize("knock", KNOCKS, ids=lambda knock: knock.id)
async def test_the_gate_lets_in_who_may_come_in(knock: Knock, tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service, service.anonymous() as client:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in knock.headers.items()]
        said = await client.request(knock.method, knock.path, headers=raw)
    assert said.status_code == knock.status, said.text
    if knock.code:
        assert said.json()["code"] == knock.code
        assert said.headers["Content-Type"] == "application/problem+json"
    if knock.status == 401:
        assert said.headers["WWW-Authenticate"] == 'Bearer realm="sextant"'


async def test_the_printed_address_sets_a_cookie_and_hides_the_token(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service, service.anonymous() as client:
        welcome = await client.get("/", params={"token": TOKEN, "lang": "zh"})
        cookie = welcome.headers["Set-Cookie"]
        page = await client.get(welcome.headers["Location"])
        wrong = await client.get("/", params={"token": "nope"}, headers={"Cookie": ""})
    assert (welcome.status_code, welcome.headers["Location"]) == (303, "/?lang=zh")
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert page.status_code == 200
    assert wrong.status_code == 401
    assert "Set-Cookie" not in wrong.headers


async def test_every_response_carries_the_security_headers(tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service, service.anonymous() as client:
        said = [await service.client.get(path) for path in ("/v1/runs", "/v1/nothing", "/", "/healthz", "/docs")]
        said.append(await client.get("/v1/runs"))
    for answer in said:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers


@dataclass(frozen=True, kw_only=True)
class Id:
    id: str
    sent: str
    kept: bool


IDS = (
    Id(id="sane", sent="build-7.step_2", kept=True),
    Id(id="with a line break's escape", sent="a%0ab", kept=False),
    Id(id="too long", sent="x" * 65, kept=False),
    Id(id="with spaces", sent="a b", kept=False),
    Id(id="empty", sent="", kept=False),
)


@pytest.mark.parametrize("case", IDS, ids=lambda case: case.id)
async def test_a_request_id_is_kept_when_it_is_harmless(case: Id, tmp_path: Path) -> None:
    async with running(make_context(tmp_path)) as service:
        said = await service.client.get("/v1/nothing", headers={"X-Request-Id": case.sent})
    assert (said.headers["X-Request-Id"] == case.sent) is case.kept
    assert said.json()["request_id"] == said.headers["X-Request-Id"]


async def test_the_log_names_requests_and_never_a_token(tmp_path: Path) -> None:
    with capture_logs() as logs:
        async with running(make_context(tmp_path)) as service, service.anonymous() as client:
            await service.client.post("/v1/diagnoses", json=DEMO)
            await client.get("/", params={"token": TOKEN})
            await client.get("/v1/runs", headers={"Authorization": "Bearer hunter2hunter2"})
    assert {(entry["path"], entry["status"]) for entry in logs if entry["event"] == "request"} >= {
        ("/v1/diagnoses", 200),
        ("/", 303),
        ("/v1/runs", 401),
    }
    assert TOKEN not in str(logs)
    assert "hunter2" not in str(logs)


async def test_a_server_without_a_token_lets_nobody_in(tmp_path: Path) -> None:
    context = replace(make_context(tmp_path), access_token="")
    async with running(context) as service:
        said = [
            await service.client.get("/v1/runs"),
            await service.client.get("/v1/runs", headers={"Authorization": "Bearer "}),
        ]
    assert {answer.status_code for answer in said} == {401}
