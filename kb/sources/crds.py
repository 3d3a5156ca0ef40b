"""What the connected cluster says about its kinds: custom resources, and what ``kubectl explain`` tells."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cluster.client import ClusterClient
from cluster.fields import mapping, objects, text
from kb.sources.errors import SourceGone
from kb.sources.explain import Kind, document, homes, kinds, newest
from kb.sources.options import Options
from kb.sources.source import Fetched, Item, Trouble

PREFIX = "kubernetes:"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PAGE = 50
"""Definitions a page: one may have a megabyte."""

OpenClient = Callable[[], AbstractAsyncContextManager[ClusterClient]]
"""Gives a client of the cluster for the time of one listing."""


class CrdsOptions(Options):
    """``builtin`` takes in the kinds of Kubernetes itself, ``custom`` the custom resources."""

    builtin: bool = True
    custom: bool = True


class CrdsSource:
    """Tells one document for each kind, with its content. Errors of the cluster are raised as they are."""

    def __init__(self, options: CrdsOptions, open_client: OpenClient) -> None:
        self._options, self._open = options, open_client

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell every kind that the cluster serves, stamped by what is said about it."""
        async with self._open() as client:
            version = str((await client.get("/version")).get("gitVersion", ""))
            custom: set[str] = set()
            groups: set[str] = set()
            async for name, definition in _definitions(client):
                groups.add(definition["spec"]["group"])
                if self._options.custom and name not in custom:
                    custom.add(name)
                    yield _item(f"{PREFIX}crd/{name}", definition, version, known)
            found = await _described(client, groups) if self._options.builtin else ()
        for told in await asyncio.to_thread(_told, found, version, known):
            yield told

    async def fetch(self, uri: str) -> Fetched:
        """Return one kind, as the cluster describes it now."""
        async for item in self.items({}):
            if isinstance(item, Item) and item.uri == uri and item.content is not None:
                return item.content
        raise SourceGone(f"The cluster has no kind {uri.removeprefix(PREFIX)} any more.")

    async def close(self) -> None:
        """Hold nothing: each listing has a client of its own."""


async def _definitions(client: ClusterClient) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Yield the custom resources with their names, without what changes from day to day."""
    async for page in client.pages(CRDS, PAGE):
        for one in objects(page.body, "items"):
            name, spec = text(one, "metadata", "name"), mapping(one, "spec")
            if name and text(spec, "group") and text(spec, "names", "kind"):
                versions = [version for version in objects(spec, "versions") if version.get("served")]
                kept = {key: spec[key] for key in ("group", "names", "scope") if key in spec}
                yield (
                    name,
                    {
                        "kind": "CustomResourceDefinition",
                        "metadata": {"name": name},
                        "spec": {**kept, "versions": versions},
                    },
                )


async def _described(client: ClusterClient, without: set[str]) -> tuple[Kind, ...]:
    """Return the kinds of all groups but those of custom resources, which their definitions tell better."""
    paths = mapping(await client.get("/openapi/v3"), "paths")
    found: list[Kind] = []
    for path in sorted(paths):
        prefix, _, rest = path.partition("/")
        group = rest.partition("/")[0] if prefix == "apis" else ""
        address = urlsplit(text(paths, path, "serverRelativeURL"))
        if path.count("/") == (2 if prefix == "apis" else 1) and group not in without and address.path.startswith("/"):
            digest = dict(parse_qsl(address.query)).get("hash", "")
            asked: dict[str, Any] = {"hash": digest} if digest else {}
            found.extend(kinds(await client.get(address.path, **asked)))
    if not found:
        raise SourceGone(
            "The cluster describes none of its kinds under /openapi/v3.", next_step="Kubernetes 1.24 or newer does."
        )
    return newest(found)


def _told(found: tuple[Kind, ...], version: str, known: Mapping[str, str]) -> list[Item]:
    """Return the items of described kinds. Blocks for about a second."""
    told_at = homes(found)
    return [
        _item(f"{PREFIX}{kind.api}/{kind.kind}", document(kind, told_at, version), version, known) for kind in found
    ]


def _item(uri: str, told: dict[str, Any], version: str, known: Mapping[str, str]) -> Item:
    data = json.dumps(told, sort_keys=False, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    stamp = hashlib.sha256(version.encode() + b"\0" + data).hexdigest()[:32]
    if known.get(uri) == stamp:
        return Item(uri=uri, stamp=stamp)
    name = uri.rpartition("/")[2] + ".json"
    content = Fetched(data=data, name=name, media_type="application/json", version=version)
    return Item(uri=uri, stamp=stamp, content=content)
