"""Pasted functions that become images which are run: wrapper, manifest, buildah, runc, all real."""

from pathlib import Path

import pytest

from tests.builder.test_real_builds import NODE_BASES, PYTHON_BASES, App, built
from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(900)]

FLASK = """from flask import abort, jsonify


def greet(request):
    if request.method != "GET":
        abort(405)
    return jsonify(greeting=f"Hello {request.args.get('name', 'you')}")
"""
TYPED = """import { camelCase } from "lodash-es";

export function named(words: string, loud?: boolean): string {
  return loud ? camelCase(words).toUpperCase() : camelCase(words);
}
"""
HANDLER = """package function

import (
	"fmt"
	"net/http"
)

func Handler(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "Hello %s", r.URL.Query().Get("name"))
}
"""
GO_BASES = ("library/golang:1.19-alpine", "library/alpine:3.22")
NODE_24 = ("library/node:24-bookworm-slim",)

APPS = (
    App(id="python", files={"main.py": FLASK, ".python-version": "3.11\n"}, bases=PYTHON_BASES),
    App(id="javascript", files={"index.js": "exports.handler = async (event) => event.rawPath;\n", ".nvmrc": "22\n"},
        bases=NODE_BASES),
    App(id="typescript", files={"named.ts": TYPED, ".nvmrc": "24\n"}, bases=NODE_24),
    App(id="go", files={"handler.go": HANDLER, ".go-version": "1.19\n"}, bases=GO_BASES),
)  # fmt: skip


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.id)
async def test_a_pasted_function_becomes_a_container_that_was_tried(
    app: App, images: RealImages, tmp_path: Path
) -> None:
    done = await built(app, images, tmp_path)
    report = done.outcome.report
    assert report is not None
    assert report.works, [(one.text.en, one.proof) for one in report.checks]
    names = ["starts", "listens", "answers", "health", "user", "stops", "read_only", "log"]
    assert [one.check for one in report.checks] == names
    assert not done.attempts
