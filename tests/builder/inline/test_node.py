"""Wrappers of JavaScript and TypeScript functions, really run."""

import os
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.builder.inline.forms import Asked, Form
from tests.builder.inline.serving import Service, needed, served

FORMS = (
    Form(
        id="an object with fetch",
        files={
            "worker.js": """export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    context.waitUntil(Promise.resolve());
    if (url.pathname === "/fail") throw new Error("secret words");
    if (url.pathname === "/moved") return Response.redirect("http://example.com/", 302);
    if (url.pathname === "/nothing") return new Response(null, { status: 204 });
    const headers = new Headers({ "X-Given": request.headers.get("x-given") ?? "" });
    headers.append("Set-Cookie", "a=1");
    headers.append("Set-Cookie", "b=2");
    return new Response(`${request.method} ${url.search} ${await request.text()}`, { status: 201, headers });
  },
};
"""
        },
        asked=(
            Asked(path="/x?q=1", method="POST", body=b"b", headers={"X-Given": "g"}, status=201, text="POST ?q=1 b"),
            Asked(path="/x", status=201, text="GET  "),
            Asked(path="/moved", status=302, text=""),
            Asked(path="/nothing", status=204, text=""),
            Asked(path="/fail", status=500),
            Asked(path="/healthz", json={"status": "ok"}),
        ),
    ),
    Form(
        id="a default function of request and response",
        files={
            "hello.js": """export default function handler(req, res) {
  if (req.method === "POST") return res.status(201).json({ got: req.body, cookie: req.cookies.a });
  if (req.query.to) return res.redirect(req.query.to);
  res.send(`<p>${req.query.name ?? "you"}`);
}
"""
        },
        asked=(
            Asked(path="/?name=a", text="<p>a", kind="text/html; charset=utf-8"),
            Asked(path="/?to=/b", status=302, text=""),
            Asked(
                method="POST",
                body={"x": 1},
                headers={"Cookie": "a=b=c"},
                status=201,
                json={"got": {"x": 1}, "cookie": "b=c"},
            ),
            Asked(
                method="POST",
                body=b"x=1&y=2",
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                status=201,
                json={"got": {"x": "1", "y": "2"}},
            ),
            Asked(
                method="POST",
                body=b"{",
                headers={"Content-Type": "application/json"},
                status=400,
                json={"error": "the body is not JSON"},
            ),
        ),
    ),
    Form(
        id="module.exports that reads the body itself, and returns",
        files={
            "index.js": """module.exports = async (req, res) => {
  const parts = [];
  for await (const part of req) parts.push(part);
  if (req.url === "/returned") return { returned: Buffer.concat(parts).length };
  res.setHeader("Content-Type", "text/plain");
  setTimeout(() => res.end(Buffer.concat(parts)), 5);
};
"""
        },
        asked=(
            Asked(method="POST", body=b"abc", text="abc", kind="text/plain"),
            Asked(path="/returned", method="POST", body=b"abc", json={"returned": 3}),
        ),
    ),
    Form(
        id="lambda",
        files={
            "index.js": """exports.handler = async (event, context) => {
  if (event.rawPath === "/fail") throw new Error("secret words");
  if (event.rawPath === "/plain") return [1, context.getRemainingTimeInMillis() > 0];
  const query = event.queryStringParameters ?? {};
  return { statusCode: 201, headers: { "X-A": 1 }, cookies: ["a=1"], body: (event.body ?? "") + (query.q ?? "") };
};
"""
        },
        asked=(
            Asked(path="/%C3%A9?q=1&q=2", method="POST", body=b"x", status=201, text="x1,2", kind="application/json"),
            Asked(path="/plain", json=[1, True]),
            Asked(path="/%zz", status=201, text=""),
            Asked(path="/?__proto__=1&q=2", status=201, text="2"),
            Asked(path="/fail", status=500),
        ),
    ),
    Form(
        id="lambda with a callback and events of its own",
        files={
            "index.js": "exports.handler = (event, context, callback) => {\n"
            "  setImmediate(() => event.a ? callback(null, { twice: 2 * event.a })"
            " : callback(new Error('none')));\n};\n"
        },
        asked=(
            Asked(method="POST", body={"a": 2}, json={"twice": 4}),
            Asked(path="/?a=3", json={"twice": 6}),
            Asked(method="POST", body={}, status=500),
            Asked(method="POST", body=b"{", status=400, json={"error": "the body is not JSON"}),
        ),
    ),
    Form(
        id="methods by their names",
        files={
            "route.js": "export async function GET(request) {\n"
            "  return Response.json({ at: new URL(request.url).pathname });\n}\n"
            "export const POST = async ({ request, params }) => new Response(await request.text());\n"
        },
        asked=(
            Asked(path="/a", json={"at": "/a"}),
            Asked(path="/a", method="HEAD", text=""),
            Asked(method="POST", body=b"b", text="b"),
            Asked(method="DELETE", status=405, json={"error": "this method is not answered"}),
        ),
    ),
    Form(
        id="Pages functions",
        files={
            "hello.js": "export const onRequest = ({ request, env }) => new Response(request.method);\n"
            "export const onRequestPost = async (context) => new Response(await context.request.text());\n"
        },
        asked=(Asked(text="GET"), Asked(method="POST", body=b"p", text="p")),
    ),
    Form(
        id="a listener for fetch",
        files={
            "worker.js": "addEventListener('fetch', (event) => {\n  event.respondWith(answer(event.request));\n});\n"
            "async function answer(request) {\n  return new Response(new URL(request.url).pathname);\n}\n"
        },
        asked=(Asked(path="/w", text="/w"),),
    ),
    Form(
        id="Azure",
        files={
            "index.js": "module.exports = async function (context, req) {\n"
            "  context.log('asked');\n"
            "  context.res = { status: 202, body: { name: req.query.name, got: req.body } };\n};\n"
        },
        asked=(Asked(path="/?name=a", method="POST", body={"x": 1}, status=202, json={"name": "a", "got": {"x": 1}}),),
    ),
    Form(
        id="OpenWhisk",
        files={
            "hello.js": "function main(args) {\n  return { body: `hi ${args.name} ${args.__ow_method}` };\n}\n"
            "exports.main = main;\n"
        },
        asked=(
            Asked(path="/?name=a", text="hi a get", kind="text/html; charset=utf-8"),
            Asked(method="POST", body={"name": "b"}, text="hi b post"),
            Asked(method="POST", body=[1], status=400, json={"error": "the body is no JSON object"}),
        ),
    ),
    Form(
        id="a name that is a keyword",
        files={"a.js": "exports.delete = (req, res) => res.send('gone');\n"},
        asked=(Asked(text="gone"),),
    ),
)
TYPED = (
    Form(
        id="lambda in TypeScript",
        files={
            "handler.ts": "import type { Context } from 'aws-lambda';\n"
            "export const handler = async (event: { a: number }, _context: Context): Promise<object> =>\n"
            "  ({ twice: 2 * event.a });\n"
        },
        asked=(Asked(method="POST", body={"a": 2}, json={"twice": 4}),),
    ),
    Form(
        id="a plain function",
        files={
            "add.ts": "export function add(a: number, loud?: boolean, tags: string[] = []) {\n"
            "  return { a: a + 1, loud: loud ?? null, tags };\n}\n"
        },
        asked=(
            Asked(method="POST", body={"a": 1, "tags": ["x"]}, json={"a": 2, "loud": None, "tags": ["x"]}),
            Asked(path="/?a=1.5&loud=true", json={"a": 2.5, "loud": True, "tags": []}),
            Asked(method="POST", body={"a": "1"}, status=400, json={"error": "a is no number"}),
            Asked(method="POST", body={}, status=400, json={"error": "a is missing"}),
            Asked(
                method="POST", body={"a": 1, "constructor": 1}, status=400,
                json={"error": "there is no argument constructor"},
            ),
        ),
    ),
)  # fmt: skip


def check(service: Service, one: Asked) -> None:
    answer = service.ask(one.method, one.path, one.body, one.headers)
    assert answer.status == one.status, answer
    if one.kind is not None:
        assert answer.headers["Content-Type"] == one.kind
    if one.status == 500:
        assert answer.json["error"] == "the function failed"
        assert set(answer.json) == {"error", "request"}
    elif one.text is not None:
        assert answer.body.decode() == one.text
    else:
        assert answer.json == one.json


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_function_is_called_as_its_platform_calls_it(form: Form, tmp_path: Path) -> None:
    with served(form.files, tmp_path) as service:
        for one in form.asked:
            check(service, one)
        assert service.end() == 0
        assert not any("Warning" in line for line in service.log)


@pytest.mark.parametrize("form", TYPED, ids=lambda form: form.id)
def test_typescript_is_run_as_it_stands(form: Form, tmp_path: Path) -> None:
    said = subprocess.run([needed("node"), "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(int(part) for part in said.strip("v\n").split(".")[:2]) < (22, 18):
        pytest.skip(f"Node {said.strip()} does not run TypeScript")
    with served(form.files, tmp_path) as service:
        for one in form.asked:
            check(service, one)
        assert service.end() == 0


HELLO = {"index.js": "exports.handler = async (event) => ({ statusCode: 200, body: 'hello' });\n"}


def test_what_a_function_raises_is_logged_and_not_told(tmp_path: Path) -> None:
    files = {"index.js": "exports.handler = async (event) => {\n  throw new Error('the password');\n};\n"}
    with served(files, tmp_path) as service:
        answer = service.ask()
        assert b"password" not in answer.body
        service.end()
        assert any("the password" in line for line in service.log)
        assert any(answer.json["request"] in line for line in service.log)


def raw(service: Service, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(data)
        return connection.recv(65_536)


BAD = {
    "a body that is too large": (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", b"413"),
    "two lengths": (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"),
    "a chunk without a size": (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", b"400"),
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\r\n\r\n", b"400"),
    "an odd host": (b"GET / HTTP/1.1\r\nHost: a b[\r\n\r\n", b"400"),
    "a method that is not answered": (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", b"405"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_request_is_refused_and_the_next_one_answered(name: str, tmp_path: Path) -> None:
    sent, status = BAD[name]
    with served(HELLO, tmp_path) as service:
        assert status in raw(service, sent).split(b"\r\n")[0]
        assert service.ask().body == b"hello"


def test_chunks_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    with served(HELLO, tmp_path, lambda text: text.replace("6 * 1024 * 1024", "4")) as service:
        sent = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"
        assert b"413" in raw(service, sent).split(b"\r\n")[0]
        assert service.ask().body == b"hello"


def test_requests_are_answered_at_the_same_time(tmp_path: Path) -> None:
    files = {
        "index.js": "const waiting = [];\nexports.handler = async (event) => {\n"
        "  await new Promise((resolve) => {\n    waiting.push(resolve);\n"
        "    if (waiting.length === 8) waiting.forEach((one) => one());\n  });\n"
        "  return { statusCode: 200, body: event.rawPath };\n};\n"
    }
    with served(files, tmp_path) as service, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: service.ask(path=f"/{at}").body, range(8)))
    assert found == [f"/{at}".encode() for at in range(8)]


WAITS = (
    "import { open } from 'node:fs/promises';\nexport const handler = async (event) => {\n"
    "  await (await open('began', 'w')).close();\n  await (await open('gate')).close();\n"
    "  return { statusCode: 200, body: 'done' };\n};\n"
)
"""A call that begins and ends when the test says so, by named pipes in its folder."""


def test_the_end_waits_for_a_call_that_runs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "began")
    os.mkfifo(tmp_path / "gate")
    with served({"index.mjs": WAITS}, tmp_path) as service, ThreadPoolExecutor(1) as pool:
        running = pool.submit(service.ask)
        (tmp_path / "began").open().close()
        service.process.terminate()
        (tmp_path / "gate").open("w").close()
        assert running.result(timeout=20).body == b"done"
        assert service.finish() == 0


def test_more_calls_than_it_takes_are_told_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "began")
    os.mkfifo(tmp_path / "gate")
    with (
        served({"index.mjs": WAITS}, tmp_path, lambda text: text.replace("MAX_CALLS = 64", "MAX_CALLS = 1")) as service,
        ThreadPoolExecutor(1) as pool,
    ):
        running = pool.submit(service.ask)
        (tmp_path / "began").open().close()
        assert service.ask().status == 503
        (tmp_path / "gate").open("w").close()
        assert running.result(timeout=20).status == 200


def test_a_call_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    files = {"index.js": "exports.handler = (event) => new Promise(() => {});\n"}

    def quick(text: str) -> str:
        return text.replace("CALL_SECONDS = 60", "CALL_SECONDS = 0.2").replace(
            "GRACE_SECONDS = 8", "GRACE_SECONDS = 0.2"
        )

    with served(files, tmp_path, quick) as service:
        assert service.ask().status == 504
        assert service.ask(path="/healthz").status == 200
        assert service.end() == 0


@pytest.mark.parametrize("name", ['it\'s "odd".js', "-m.js", "http.js", "größe 1.mjs"])
def test_a_file_may_be_called_as_it_likes(name: str, tmp_path: Path) -> None:
    text = "export default (request, context) => new Response('hello');\n"
    with served({name: text}, tmp_path) as service:
        assert service.ask().body == b"hello"
