"""Image references and the images that a Dockerfile names."""

from dataclasses import dataclass

import pytest

from builder.registry.errors import NoDigest
from builder.registry.references import Reference, bases, reference

SHA = "sha256:" + "a" * 64
SHA512 = "sha512:" + "b" * 128


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    text: str
    registry: str = "docker.io"
    path: str
    tag: str = ""
    digest: str = ""


CASES = (
    Case(id="short", text="python", path="library/python", tag="latest"),
    Case(id="short-tag", text="python:3.12-slim", path="library/python", tag="3.12-slim"),
    Case(id="user", text="bitnami/redis:7", path="bitnami/redis", tag="7"),
    Case(id="full", text="docker.io/library/python:3.12", path="library/python", tag="3.12"),
    Case(id="old-hub", text="index.docker.io/python:3", path="library/python", tag="3"),
    Case(id="host", text="ghcr.io/team/shop:v1", registry="ghcr.io", path="team/shop", tag="v1"),
    Case(id="port", text="registry:5000/shop", registry="registry:5000", path="shop", tag="latest"),
    Case(id="localhost", text="localhost/shop:1", registry="localhost", path="shop", tag="1"),
    Case(id="address", text="127.0.0.1:5000/a/b/c:1", registry="127.0.0.1:5000", path="a/b/c", tag="1"),
    Case(id="ipv6", text="[::1]:5000/shop:1", registry="[::1]:5000", path="shop", tag="1"),
    Case(id="capitals-are-a-host", text="Registry/shop:1", registry="Registry", path="shop", tag="1"),
    Case(id="digest", text=f"python@{SHA}", path="library/python", digest=SHA),
    Case(id="both", text=f"quay.io/x/y:1@{SHA}", registry="quay.io", path="x/y", tag="1", digest=SHA),
    Case(id="sha512", text=f"python@{SHA512}", path="library/python", digest=SHA512),
    Case(id="separators", text="a-b__c/d.e_f--g", path="a-b__c/d.e_f--g", tag="latest"),
    Case(id="port-without-path-is-a-tag", text="localhost:5000", path="library/localhost", tag="5000"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_reference_is_taken_apart(case: Case) -> None:
    found = reference(case.text)
    assert found == Reference(registry=case.registry, path=case.path, tag=case.tag, digest=case.digest)
    assert reference(str(found)) == found


BROKEN = (
    "", ":", "/", "@", "a:", "a@", "A", "a/", "/a", "a//b", "a:b:c", "a b", "a\n", "a:t\n", "http://a/b", "a_-b", "-a",
    "a:.b", "a:" + "t" * 129, "a/" * 150 + "b", f"a@{SHA}0", "a@sha256:ABC", "a@md5:" + "0" * 32, "x.y:99999999/a",
    "user:pass@host.example/a", "host.example/a?b=c", "host.example/../a", "..", "\u0430/b", "a" * 100_000,
)  # fmt: skip


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: ascii(text[:30]))
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(NoDigest, match="is no image reference") as caught:
        reference(text)
    assert len(caught.value.why.en) < 200
    assert caught.value.why.en.isascii()


def test_a_variable_is_said() -> None:
    with pytest.raises(NoDigest, match="holds a variable"):
        reference("python:${VERSION}")


def test_a_dockerfile_names_its_images_once_each_and_no_stages() -> None:
    text = """
ARG BASE=docker.io/library/python
FROM ${BASE}:3.12 AS build
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/
FROM scratch AS empty
FROM build AS test
COPY --from=0 /x /x
FROM docker.io/library/python:3.12
COPY --from=build /app /app
COPY --from=Empty /app /app
"""
    assert bases(text) == ("docker.io/library/python:3.12", "ghcr.io/astral-sh/uv:0.9")
    assert bases("") == ()
