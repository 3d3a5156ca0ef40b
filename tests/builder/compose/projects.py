"""Projects for tests: a compose file with the files beside it."""

import textwrap
from collections.abc import Mapping
from typing import Any

from builder.compose import Project, load
from builder.compose.manifests import Described, described
from builder.manifests import Options
from builder.tree import Tree

WHOLE = """\
name: shop
services:
  web:
    image: registry.test/shop:1.4
    ports: ["8080:8000", "127.0.0.1:9090:9090"]
    environment:
      LOG_LEVEL: info
      DATABASE_URL: postgres://shop:hunter2x@db:5432/shop
      REDIS_HOST: cache
    depends_on:
      db: {condition: service_healthy}
      cache: {condition: service_started}
    read_only: true
    networks: [front, back]
    healthcheck:
      test: curl -fsS http://localhost:8000/health || exit 1
      interval: 10s
    deploy:
      replicas: 2
      resources:
        limits: {cpus: "0.5", memory: 256M}
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: hunter2x
      POSTGRES_USER: shop
    volumes: ["data:/var/lib/postgresql/data"]
    networks: [back]
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U shop"]
  cache:
    image: redis:7-alpine
    networks: [back]
volumes: {data: {}}
networks:
  front: {}
  back: {internal: true}
"""


def tree(text: str, files: Mapping[str, str] | None = None) -> Tree:
    """Return a tree with this compose file and others."""
    others = {name: textwrap.dedent(one) for name, one in (files or {}).items()}
    return Tree.of({"compose.yaml": textwrap.dedent(text), **others})


def project(text: str, files: Mapping[str, str] | None = None, profiles: tuple[str, ...] = ()) -> Project:
    """Return the project of a compose file."""
    return load(tree(text, files), profiles=profiles)


def service(body: str, more: str = "") -> str:
    """Return a compose file with one service called web, from the lines below it."""
    inner = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    return f"name: shop\nservices:\n  web:\n{inner}\n{textwrap.dedent(more)}"


def made(text: str, options: Options | None = None, files: Mapping[str, str] | None = None) -> Described:
    """Return the objects of a compose file."""
    return described(project(text, files), options or Options())


def of_kind(found: Described, kind: str, name: str = "") -> list[dict[str, Any]]:
    """Return the bodies of one kind, those of one name if it is given."""
    return [dict(one.body) for one in found.objects if one.kind == kind and name in {"", one.name}]


def pod(found: Described, name: str = "web") -> dict[str, Any]:
    """Return the pod's specification of a service."""
    for one in found.objects:
        if one.kind in {"Deployment", "StatefulSet", "Job", "DaemonSet"} and one.name.startswith(name):
            inner: dict[str, Any] = one.body["spec"]["template"]["spec"]
            return inner
    raise AssertionError(f"no pods of {name}: {[(one.kind, one.name) for one in found.objects]}")


def container(found: Described, name: str = "web") -> dict[str, Any]:
    """Return the container of a service."""
    inner: dict[str, Any] = pod(found, name)["containers"][0]
    return inner
