"""Wrappers of Go functions, really built and run."""

import os
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.builder.inline.forms import Asked, Form
from tests.builder.inline.serving import Service, needed, served

pytestmark = pytest.mark.timeout(300)

HTTP = """package {package}

import (
	"fmt"
	"io"
	"net/http"
)

func {name}(w http.ResponseWriter, r *http.Request) {{
	if r.URL.Path == "/fail" {{
		panic("secret words")
	}}
	body, err := io.ReadAll(r.Body)
	if err != nil {{
		http.Error(w, "too much", http.StatusRequestEntityTooLarge)
		return
	}}
	fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, body)
}}
"""
ASKED = (
    Asked(path="/a", method="POST", body=b"b", text="POST /a b"),
    Asked(path="/fail", status=500),
    Asked(path="/healthz", json={"status": "ok"}),
    Asked(path="/after", text="GET /after "),
)
FORMS = (
    Form(id="a package of its own", files={"handler.go": HTTP.format(package="function", name="Handler")}, asked=ASKED),
    Form(id="a main package", files={"main.go": HTTP.format(package="main", name="hello")}, asked=ASKED),
    Form(
        id="a module in a folder",
        files={"go.mod": "module example.com/a/b\n\ngo 1.18\n", "api/x.go": HTTP.format(package="api", name="Handler")},
        asked=ASKED,
    ),
    Form(
        id="OpenFaaS",
        files={"handler.go": 'package function\n\nfunc Handle(req []byte) string { return "got " + string(req) }\n'},
        asked=(Asked(method="POST", body=b"it", text="got it", kind="text/plain; charset=utf-8"),),
    ),
    Form(
        id="Lambda with a type of its own",
        files={
            "main.go": """package main

import (
	"context"
	"errors"
)

type order struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

func handler(ctx context.Context, given order) (map[string]interface{}, error) {
	if given.Name == "bad" {
		return nil, errors.New("secret words")
	}
	if given.Name == "panic" {
		panic("secret words")
	}
	if given.Name == "status" {
		return map[string]interface{}{"statusCode": 202, "body": "text", "headers": map[string]string{"X-A": "b"}}, nil
	}
	return map[string]interface{}{"name": given.Name, "count": given.Count + 1}, nil
}
"""
        },
        asked=(
            Asked(method="POST", body={"name": "a", "count": 1}, json={"name": "a", "count": 2}),
            Asked(path="/?name=q", json={"name": "q", "count": 1}),
            Asked(method="POST", body={"name": "status"}, status=202, text="text"),
            Asked(method="POST", body={"name": "bad"}, status=500),
            Asked(method="POST", body={"name": "panic"}, status=500),
            Asked(
                method="POST", body=b"{", status=400, json={"error": "the body is not the JSON that the function takes"}
            ),
        ),
    ),
)


def local_release() -> str:
    said = subprocess.run([needed("go"), "env", "GOVERSION"], capture_output=True, text=True, check=True).stdout
    return said.strip().removeprefix("go")


def check(service: Service, one: Asked) -> None:
    answer = service.ask(one.method, one.path, one.body, one.headers)
    assert answer.status == one.status, answer
    if one.kind is not None:
        assert answer.headers["Content-Type"] == one.kind
    if one.status == 500:
        assert answer.json == {"error": "the function failed"}
    elif one.text is not None:
        assert answer.body.decode() == one.text
    else:
        assert answer.json == one.json


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_function_is_called_as_its_platform_calls_it(form: Form, tmp_path: Path) -> None:
    with served({**form.files, ".go-version": local_release()}, tmp_path) as service:
        for one in form.asked:
            check(service, one)
        assert service.end() == 0


WAITS = """package function

import (
	"net/http"
	"os"
)

func Handler(w http.ResponseWriter, r *http.Request) {
	began, _ := os.OpenFile("began", os.O_WRONLY, 0)
	began.Close()
	gate, _ := os.Open("gate")
	gate.Close()
	w.Write([]byte("done"))
}
"""


def test_limits_and_the_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "began")
    os.mkfifo(tmp_path / "gate")

    def small(text: str) -> str:
        return text.replace("servingMaxCalls   = 64", "servingMaxCalls   = 1")

    with (
        served({"f.go": WAITS, ".go-version": local_release()}, tmp_path, small) as service,
        ThreadPoolExecutor(1) as pool,
    ):
        with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
            assert b"413" in connection.recv(1000)
        running = pool.submit(service.ask)
        (tmp_path / "began").open().close()
        assert service.ask().status == 503
        service.process.terminate()
        (tmp_path / "gate").open("w").close()
        assert running.result(timeout=20).body == b"done"
        assert service.finish() == 0


def test_the_wrapper_is_formatted_as_go_formats(tmp_path: Path) -> None:
    with served({"f.go": HTTP.format(package="f", name="Handler"), ".go-version": local_release()}, tmp_path):
        written = [str(path) for path in tmp_path.rglob("*.go") if path.name != "f.go"]
        done = subprocess.run([needed("gofmt"), "-l", *written], capture_output=True, text=True, check=True)
        assert done.stdout == ""
