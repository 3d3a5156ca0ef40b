"""Wrappers of Python functions, really run."""

import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.builder.inline.forms import Asked, Form
from tests.builder.inline.serving import Service, served

FORMS = (
    Form(
        id="lambda behind a gateway",
        files={
            "app.py": """import base64

def lambda_handler(event, context):
    assert context.get_remaining_time_in_millis() > 0 and context.aws_request_id
    path = event["rawPath"]
    if path == "/fail":
        raise RuntimeError("secret words")
    if path == "/exit":
        raise SystemExit(3)
    if path == "/header":
        return {"statusCode": 200, "headers": {"X-A": "a\\r\\nX-B: b"}, "body": ""}
    if path == "/bytes":
        return {"statusCode": 200, "body": base64.b64encode(b"\\x00\\xff").decode(), "isBase64Encoded": True,
                "headers": {"Content-Type": "application/x"}, "cookies": ["a=1"]}
    if path == "/plain":
        return ["no", "status"]
    query = event["queryStringParameters"] or {}
    return {"statusCode": 201, "headers": {"X-Method": event["requestContext"]["http"]["method"]},
            "body": (event["body"] or "") + query.get("q", "")}
"""
        },
        asked=(
            Asked(path="/a?q=1&q=2", method="POST", body=b"x", status=201, text="x1,2", kind="application/json"),
            Asked(path="/plain", json=["no", "status"]),
            Asked(path="/bytes", text="\x00\ufffd", kind="application/x"),
            Asked(path="/fail", status=500),
            Asked(path="/exit", status=500),
            Asked(path="/header", status=500),
            Asked(path="/healthz", json={"status": "ok"}),
        ),
    ),
    Form(
        id="lambda with events of its own, async",
        files={"app.py": "async def handler(event, context):\n    return {'sum': int(event['a']) + int(event['b'])}\n"},
        asked=(
            Asked(method="POST", body={"a": 1, "b": 2}, json={"sum": 3}),
            Asked(path="/?a=4&b=5", json={"sum": 9}),
            Asked(method="POST", body=b"{", status=400, json={"error": "the body is not JSON"}),
            Asked(method="POST", body=b"[" * 100_000, status=400, json={"error": "the body is not JSON"}),
        ),
    ),
    Form(
        id="a request as Flask has it",
        files={
            "main.py": """def hello(request):
    if request.path == "/missing":
        return "nothing here", 404, {"X-Why": "none", "Content-Type": "text/plain"}
    if request.path == "/none":
        return None
    if request.method == "POST":
        given = request.get_json(silent=True) or request.form
        return {"name": given["name"], "cookie": request.cookies.get("a"), "kind": request.headers["content-type"]}
    return "<p>" + request.args.get("name", "you")
"""
        },
        asked=(
            Asked(path="/?name=%C3%A9", text="<p>é", kind="text/html; charset=utf-8"),
            Asked(path="/missing", status=404, text="nothing here", kind="text/plain"),
            Asked(path="/none", status=204, text=""),
            Asked(
                method="POST",
                body={"name": "a"},
                headers={"Cookie": "a=b"},
                json={"name": "a", "cookie": "b", "kind": "application/json"},
            ),
            Asked(
                method="POST",
                body=b"name=c+d",
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                json={"name": "c d", "cookie": None, "kind": "application/x-www-form-urlencoded"},
            ),
        ),
    ),
    Form(
        id="WSGI",
        files={
            "site.py": """def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-A", "1")])
    yield environ["PATH_INFO"].encode("latin-1")
    yield b" " + environ["wsgi.input"].read() + environ.get("HTTP_X_GIVEN", "").encode()
"""
        },
        asked=(
            Asked(path="/%C3%A9", text="/é ", kind="text/plain"),
            Asked(path="/p", method="PUT", body=b"b", headers={"X-Given": "g"}, text="/p bg"),
        ),
    ),
    Form(
        id="ASGI with a lifespan",
        files={
            "site.py": """STATE = []

class Site:
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                STATE.append(message["type"])
                await send({"type": message["type"] + ".complete"})
        message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": (STATE[0] + scope["path"]).encode(), "more_body": True})
        await send({"type": "http.response.body", "body": message["body"]})

app = Site()
"""
        },
        asked=(Asked(path="/a", method="POST", body=b"!", text="lifespan.startup/a!"),),
    ),
    Form(
        id="ASGI without one",
        files={
            "site.py": """async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 404})
    await send({"type": "http.response.body"})
"""
        },
        asked=(Asked(status=404, text=""),),
    ),
    Form(
        id="OpenFaaS with text",
        files={"handler.py": "def handle(req):\n    return 'got ' + req\n"},
        asked=(Asked(method="POST", body=b"it", text="got it", kind="text/plain; charset=utf-8"),),
    ),
    Form(
        id="OpenFaaS with an event",
        files={
            "handler.py": "def handle(event, context):\n"
            "    return {'statusCode': 202, 'body': event.body + event.query['q'].encode(), 'headers': {'X-A': 'b'}}\n"
        },
        asked=(Asked(path="/?q=1", method="POST", body=b"x", status=202, text="x1"),),
    ),
    Form(
        id="OpenWhisk",
        files={
            "hello.py": "def main(args):\n    return {'body': 'hi ' + args.get('name', '') + args['__ow_method']}\n"
        },
        asked=(
            Asked(path="/?name=a", text="hi aget", kind="text/html; charset=utf-8"),
            Asked(method="POST", body={"name": "b"}, text="hi bpost"),
            Asked(method="POST", body=[1], status=400, json={"error": "the body is no JSON object"}),
        ),
    ),
    Form(
        id="a plain function",
        files={
            "json.py": "import json\n\n"
            "def add(a: int, b: float = 0.5, *, loud: bool = False, tags: list[str] | None = None):\n"
            "    return json.loads(json.dumps({'sum': a + b, 'loud': loud, 'tags': tags}))\n"
        },
        asked=(
            Asked(method="POST", body={"a": 1}, json={"sum": 1.5, "loud": False, "tags": None}),
            Asked(path="/?a=2&b=1&loud=yes", json={"sum": 3.0, "loud": True, "tags": None}),
            Asked(method="POST", body={"a": 1, "tags": ["x"]}, json={"sum": 1.5, "loud": False, "tags": ["x"]}),
            Asked(method="POST", body={"a": "1"}, status=400, json={"error": "a is no int"}),
            Asked(method="POST", body={"a": True}, status=400, json={"error": "a is no int"}),
            Asked(method="POST", body={}, status=400, json={"error": "a is missing"}),
            Asked(method="POST", body={"a": 1, "c": 1}, status=400, json={"error": "there is no argument c"}),
            Asked(path="/?a=x", status=400, json={"error": "a is no int"}),
            Asked(method="POST", body=[1], status=400, json={"error": "the body is no JSON object"}),
        ),
    ),
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_function_is_called_as_its_platform_calls_it(form: Form, tmp_path: Path) -> None:
    with served(form.files, tmp_path) as service:
        for one in form.asked:
            check(service, one)
        assert service.end() == 0


def check(service: Service, one: Asked) -> None:
    answer = service.ask(one.method, one.path, one.body, one.headers)
    assert answer.status == one.status, answer
    if one.kind is not None:
        assert answer.headers["Content-Type"] == one.kind
    if one.status == 500:
        assert answer.json["error"] == "the function failed"
        assert set(answer.json) == {"error", "request"}
    elif one.text is not None:
        assert answer.body.decode("utf-8", "replace") == one.text
    else:
        assert answer.json == one.json


HELLO = {"app.py": "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n"}


def test_what_a_function_raises_is_logged_and_not_told(tmp_path: Path) -> None:
    files = {"app.py": "def handler(event, context):\n    raise ValueError('the password')\n"}
    with served(files, tmp_path) as service:
        answer = service.ask()
        assert b"password" not in answer.body
        service.end()
        assert any("the password" in line for line in service.log)
        assert any(answer.json["request"] in line for line in service.log)


def raw(service: Service, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(data)
        found = b""
        while part := connection.recv(65_536):
            found += part
        return found


BAD = {
    "a body that is too large": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n",
    "a length that is no number": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1e3\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk without a size": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a chunk of a negative size": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "chunks without end": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02\x00\r\n\r\n",
}
STATUS = {"a body that is too large": b"413", "chunks without end": b"413", "no HTTP at all": b""}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_request_is_refused_and_the_next_one_answered(name: str, tmp_path: Path) -> None:
    with served(HELLO, tmp_path) as service:
        found = raw(service, BAD[name])
        assert STATUS.get(name, b"400") in found.split(b"\r\n")[0]
        assert b"Traceback" not in found
        assert service.ask().body == b"hello"


def test_a_body_may_come_in_chunks(tmp_path: Path) -> None:
    files = {"app.py": "def handler(event, context):\n    return {'statusCode': 200, 'body': event['body']}\n"}
    with served(files, tmp_path) as service:
        sent = (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
        )
        assert raw(service, sent).endswith(b"\r\n\r\nabcde")


def test_requests_are_answered_at_the_same_time(tmp_path: Path) -> None:
    files = {
        "app.py": "import threading\n\nTOGETHER = threading.Barrier(8)\n\n\n"
        "def handler(event, context):\n    TOGETHER.wait(20)\n"
        "    return {'statusCode': 200, 'body': event['rawPath']}\n"
    }
    with served(files, tmp_path) as service, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: service.ask(path=f"/{at}").body, range(8)))
    assert found == [f"/{at}".encode() for at in range(8)]


def test_async_calls_share_one_loop(tmp_path: Path) -> None:
    files = {
        "app.py": "import asyncio\n\nSEEN = []\n\n\nasync def handler(event, context):\n"
        "    SEEN.append(asyncio.get_running_loop())\n    while len(SEEN) < 4:\n        await asyncio.sleep(0.01)\n"
        "    return len(set(SEEN))\n"
    }
    with served(files, tmp_path) as service, ThreadPoolExecutor(4) as pool:
        assert [one.json for one in pool.map(lambda _: service.ask(), range(4))] == [1, 1, 1, 1]


WAITS = (
    "def handler(event, context):\n"
    "    open('began', 'w').close()\n"
    "    open('gate').close()\n"
    "    return {'statusCode': 200, 'body': 'done'}\n"
)
"""A call that begins and ends when the test says so, by named pipes in its folder."""


def test_the_end_waits_for_a_call_that_runs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "began")
    os.mkfifo(tmp_path / "gate")
    with served({"app.py": WAITS}, tmp_path) as service, ThreadPoolExecutor(1) as pool:
        running = pool.submit(service.ask)
        (tmp_path / "began").open().close()
        service.process.terminate()
        (tmp_path / "gate").open("w").close()
        assert running.result(timeout=20).body == b"done"
        assert service.finish() == 0


def test_a_call_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    files = {"app.py": "import threading\n\n\ndef handler(event, context):\n    threading.Event().wait(30)\n"}

    def quick(text: str) -> str:
        return text.replace("CALL_SECONDS = 60", "CALL_SECONDS = 0.2").replace("SECONDS = 8", "SECONDS = 0.2")

    with served(files, tmp_path, quick) as service:
        assert service.ask().status == 504
        assert service.ask(path="/healthz").status == 200
        assert service.end() == 0


def test_more_calls_than_it_takes_are_told_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "began")
    os.mkfifo(tmp_path / "gate")
    with (
        served({"app.py": WAITS}, tmp_path, lambda text: text.replace("MAX_CALLS = 64", "MAX_CALLS = 1")) as service,
        ThreadPoolExecutor(1) as pool,
    ):
        running = pool.submit(service.ask)
        (tmp_path / "began").open().close()
        assert service.ask().status == 503
        (tmp_path / "gate").open("w").close()
        assert running.result(timeout=20).status == 200


def test_a_client_that_goes_away_is_one_line_in_the_log(tmp_path: Path) -> None:
    with served(HELLO, tmp_path) as service:
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
        assert service.ask().status == 200
        service.end()
        assert not any("Traceback" in line for line in service.log)


@pytest.mark.parametrize("name", ['it\'s "odd".py', "-m.py", "http.py", "größe 1.py", "import.py"])
def test_a_file_may_be_called_as_it_likes(name: str, tmp_path: Path) -> None:
    with served({name: HELLO["app.py"]}, tmp_path) as service:
        assert service.ask().body == b"hello"


def test_a_head_request_gets_no_body_and_connections_are_kept(tmp_path: Path) -> None:
    with served(HELLO, tmp_path) as service:
        sent = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        first, second = raw(service, sent).split(b"\r\n\r\n", 1)
        assert b"Content-Length: 5" in first
        assert second.endswith(json.dumps({"status": "ok"}).encode())
