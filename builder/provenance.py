"""How an image came about, as an in-toto statement with SLSA provenance: what was built, of what, by whom, when.

Sources: https://github.com/in-toto/attestation/tree/main/spec/v1 (statement, resource descriptor, digest set) and
https://slsa.dev/spec/v1.0/provenance (predicate). A statement is a claim and no proof: nothing is signed here.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from builder.registry.errors import NoDigest
from builder.registry.references import reference
from builder.sbom.purl import purl
from builder.source.directory import LEFT_OUT
from core.redaction import redact

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://sextant.dev/builder/dockerfile/v1"
"""A Dockerfile, built from the folder of the source by an executor without access to credentials."""

BUILDER = "https://sextant.dev/builder"
MEDIA_TYPE = "application/vnd.in-toto+json"

_SCP = re.compile(r"(?P<user>[\w.-]+)@(?P<host>[\w.-]+):(?P<path>[^:]+)")
_SCHEMES = frozenset({"http", "https", "ssh", "git"})
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the source came from. ``uri`` empty: it was uploaded, pasted, or lay on this machine.

    ``commit`` is Git's, ``folder`` what ``folder_hash`` says of its files, ``path`` the folder in it that was built.
    """

    uri: str = ""
    commit: str = ""
    folder: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """An image that the build took something of; ``digest`` empty: nobody knows which it was."""

    image: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What is said of a build. ``arguments`` are names and ``secrets`` ids: their values have no place here.

    ``digest`` is that of the manifest, known once the image was pushed or archived; ``dockerfile`` is the text that was
    built. ``builder`` is the address of the platform where it is not ours, ``run`` the id of the run.
    """

    name: str
    id: str
    began: datetime
    ended: datetime
    dockerfile: str
    digest: str = ""
    source: Source = field(default_factory=Source)
    bases: tuple[Material, ...] = ()
    arguments: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    target: str = ""
    executor: str = "buildah"
    builder: str = BUILDER
    version: str = ""
    run: str = ""


def statement(build: Build) -> bytes:
    """Return the statement as JSON. The same build gives the same bytes.

    ::

        {"_type": "https://in-toto.io/Statement/v1",
         "subject": [{"name": the image, "digest": {"sha256": …}, "annotations": {"digestOf": …}}],
         "predicateType": "https://slsa.dev/provenance/v1",
         "predicate": {
           "buildDefinition": {
             "buildType": BUILD_TYPE,
             "externalParameters": {"source", "path", "dockerfile": {"sha256"}, "target", "arguments", "secrets"},
             "internalParameters": {"executor"},
             "resolvedDependencies": [{"name": "source", "uri", "digest"}, {"name": "base", "uri", "digest"} …]},
           "runDetails": {
             "builder": {"id", "version"},
             "metadata": {"invocationId", "startedOn", "finishedOn"}}}}

    Without a manifest's digest the subject is the image's configuration, which names its layers by digest as well;
    ``digestOf`` says which of both it is. A source without Git's commit has ``dirHash``.
    """
    document = {
        "_type": STATEMENT,
        "subject": [
            {
                "name": build.name,
                "digest": _digest(build.digest or build.id),
                "annotations": {"digestOf": "manifest" if build.digest else "configuration"},
            }
        ],
        "predicateType": PREDICATE,
        "predicate": {"buildDefinition": _definition(build), "runDetails": _run(build)},
    }
    return json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def folder_hash(folder: Path) -> str:
    """Return the ``dirHash`` of the files that a build gets of a folder: the SHA-256 of their sums and names, in order.

    Links are no files; folders of tools are left out, as they are when the build's folder is put together. Blocks.
    """
    lines = sorted((name, _sum(path)) for name, path in _files(folder))
    text = b"".join(f"{digest}  ".encode() + name + b"\n" for name, digest in lines)
    return hashlib.sha256(text).hexdigest()


def _definition(build: Build) -> dict[str, Any]:
    given = {
        "source": _address(build.source.uri),
        "path": build.source.path,
        "dockerfile": {"sha256": hashlib.sha256(build.dockerfile.encode("utf-8", "surrogateescape")).hexdigest()},
        "target": build.target,
        "arguments": sorted(set(build.arguments)),
        "secrets": sorted(set(build.secrets)),
    }
    return {
        "buildType": BUILD_TYPE,
        "externalParameters": {name: value for name, value in given.items() if value},
        "internalParameters": {"executor": build.executor},
        "resolvedDependencies": [*_source(build.source), *(_base(one) for one in build.bases)],
    }


def _run(build: Build) -> dict[str, Any]:
    builder = {"id": build.builder} | ({"version": {"sextant": build.version}} if build.version else {})
    metadata = {"startedOn": _moment(build.began), "finishedOn": _moment(build.ended)}
    return {"builder": builder, "metadata": ({"invocationId": build.run} if build.run else {}) | metadata}


def _source(source: Source) -> Iterator[dict[str, Any]]:
    digest = {name: value for name, value in (("gitCommit", source.commit), ("dirHash", source.folder)) if value}
    address = _address(source.uri)
    if address and source.commit:
        address = f"git+{address}"
    if digest or address:
        yield {"name": "source"} | ({"uri": address} if address else {}) | ({"digest": digest} if digest else {})


def _base(material: Material) -> dict[str, Any]:
    described: dict[str, Any] = {"name": "base", "uri": material.image}
    try:
        named = reference(material.image)
    except NoDigest:
        return described
    digest = material.digest or named.digest
    qualifiers = {"repository_url": named.name, "tag": named.tag}
    described["uri"] = purl("oci", named.path.rpartition("/")[2], digest, qualifiers=qualifiers)
    return described | ({"digest": _digest(digest)} if digest else {})


def _digest(text: str) -> dict[str, str]:
    algorithm, _, value = text.partition(":")
    return {algorithm: value}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _address(uri: str) -> str:
    """Return an address without what may be a credential: a password, a query. Empty for a path of this machine."""
    if found := _SCP.fullmatch(uri):
        uri = f"ssh://{found['user']}@{found['host']}/{found['path'].lstrip('/')}"
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in _SCHEMES or not host:
        return ""
    user = f"{parts.username}@" if parts.scheme == "ssh" and parts.username else ""
    shown = f"[{host}]" if ":" in host else host
    return redact(urlunsplit((parts.scheme, f"{user}{shown}{f':{port}' if port else ''}", parts.path, "", "")))


def _files(folder: Path) -> Iterator[tuple[bytes, str]]:
    top = os.fsencode(folder)
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        for name in names:
            path = os.path.join(place, name)
            if name not in LEFT_OUT and os.path.isfile(path) and not os.path.islink(path):
                yield os.path.relpath(os.fsencode(path), top), path


def _sum(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
