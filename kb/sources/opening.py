"""From the kind and the options of a source to the adapter that reads it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from cluster.identity import NOT_CONFIGURED_NEXT
from core.errors import ClusterNotConfigured
from kb.records.model import SourceKind, SourceRecord
from kb.sources.addresses import Resolve, resolve
from kb.sources.crds import CrdsOptions, CrdsSource, OpenClient
from kb.sources.directory import DirectoryOptions, DirectorySource
from kb.sources.errors import SourceInvalid, SourceRefused
from kb.sources.fetching import HttpLimits, HttpReader
from kb.sources.git import GitOptions, GitSource
from kb.sources.git_mirror import Mirror
from kb.sources.git_places import place
from kb.sources.git_runs import GitLimits
from kb.sources.openapi import OpenapiAddress, OpenapiOptions, is_address, openapi_file
from kb.sources.options import NoOptions, Options, parse
from kb.sources.pinning import Inner, PinnedTransport
from kb.sources.pushed import PushedSource
from kb.sources.seed import SeedSource
from kb.sources.source import Source
from kb.sources.web import WebSource
from kb.sources.web_options import WebOptions

OPTIONS: Mapping[SourceKind, type[Options]] = {
    "directory": DirectoryOptions,
    "upload": NoOptions,
    "git": GitOptions,
    "web": WebOptions,
    "openapi": OpenapiOptions,
    "crds": CrdsOptions,
    "events": NoOptions,
    "diagnoses": NoOptions,
    "seed": NoOptions,
}
MIB = 1024 * 1024
_LOCAL_NEXT = "Upload the files, or let the administrator allow local paths for sources."


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLimits:
    """``max_document_bytes`` holds for one document of any source, ``max_documents`` for a directory or repository."""

    max_document_bytes: int = 32 * MIB
    max_documents: int = 200_000
    http: HttpLimits = field(default_factory=HttpLimits)
    git: GitLimits = field(default_factory=GitLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What adapters need of the installation.

    ``open_client`` gives a client of the connected cluster, None where there is none. ``allow_private_addresses`` lets
    web, Git and OpenAPI sources read addresses that are not public; ``allow_local_paths`` lets directories, files and
    repositories of this machine be read. ``cache_folder`` keeps copies of repositories and may be deleted at any time.
    ``resolve`` and ``transport`` are how names and connections are made; tests pass their own.
    """

    cache_folder: Path
    open_client: OpenClient | None = None
    allow_private_addresses: bool = False
    allow_local_paths: bool = False
    limits: SourceLimits = field(default_factory=SourceLimits)
    resolve: Resolve = resolve
    transport: Inner | None = None


def check(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a source in their normal form, defaults left out. Raises SourceInvalid."""
    return parse(_model(kind), kind, options).model_dump(mode="json", exclude_defaults=True)


def open_source(record: SourceRecord, surroundings: Surroundings) -> Source:
    """Return the adapter of a source. Raises SourceInvalid, and SourceRefused for what this installation forbids.

    Nothing is connected to or read before the first listing. Whoever opens it closes it.
    """
    return _OPENERS[record.kind](record, surroundings)


def _model(kind: str) -> type[Options]:
    for known, model in OPTIONS.items():
        if known == kind:
            return model
    kinds = ", ".join(get_args(SourceKind))
    raise SourceInvalid(f"There is no kind of source {kind[:100]!r}.", next_step=f"Kinds: {kinds}.")


def _directory(record: SourceRecord, around: Surroundings) -> Source:
    options = parse(DirectoryOptions, record.kind, record.options)
    _check_local(options.path, around)
    limits = around.limits
    return DirectorySource(options, max_bytes=limits.max_document_bytes, max_documents=limits.max_documents)


def _git(record: SourceRecord, around: Surroundings) -> Source:
    options = parse(GitOptions, record.kind, record.options)
    found, limits = place(options.url), around.limits
    if found.protocol == "file":
        _check_local(found.path, around)
    if found.protocol == "http" and not around.allow_private_addresses:
        raise SourceRefused(
            f"{found.url} is not encrypted, and anybody on the way could change it.", next_step="Use https."
        )
    mirror = Mirror(
        found,
        options.ref,
        around.cache_folder / _mirror_name(record.id, found.url),
        limits=limits.git,
        allow_private=around.allow_private_addresses,
        resolve=around.resolve,
    )
    return GitSource(options, mirror, max_bytes=limits.max_document_bytes, max_documents=limits.max_documents)


def _web(record: SourceRecord, around: Surroundings) -> Source:
    options = parse(WebOptions, record.kind, record.options)
    return WebSource(options, _reader(around))


def _openapi(record: SourceRecord, around: Surroundings) -> Source:
    options = parse(OpenapiOptions, record.kind, record.options)
    if is_address(options.location):
        return OpenapiAddress(options, _reader(around))
    _check_local(options.location, around)
    return openapi_file(options, max_bytes=around.limits.max_document_bytes)


def _crds(record: SourceRecord, around: Surroundings) -> Source:
    options = parse(CrdsOptions, record.kind, record.options)
    if around.open_client is None:
        raise ClusterNotConfigured("There is no cluster whose kinds could be read.", next_step=NOT_CONFIGURED_NEXT)
    return CrdsSource(options, around.open_client)


def _reader(around: Surroundings) -> HttpReader:
    transport = PinnedTransport(
        allow_private=around.allow_private_addresses, resolve=around.resolve, inner=around.transport
    )
    return HttpReader(transport, limits=around.limits.http)


def _pushed(record: SourceRecord, around: Surroundings) -> Source:
    del around  # nothing outside is looked at
    parse(NoOptions, record.kind, record.options)
    return PushedSource(record.kind)


def _seed(record: SourceRecord, around: Surroundings) -> Source:
    parse(NoOptions, record.kind, record.options)
    return SeedSource(max_bytes=around.limits.max_document_bytes)


def _check_local(path: str, around: Surroundings) -> None:
    if not around.allow_local_paths:
        raise SourceRefused(f"{path} is a path of the machine that Sextant runs on.", next_step=_LOCAL_NEXT)


def _mirror_name(source: str, url: str) -> str:
    """Return a folder's name: another one when the address of a source changes."""
    return hashlib.sha256(f"{source}\0{url}".encode()).hexdigest()[:32] + ".git"


_OPENERS: Mapping[SourceKind, Callable[[SourceRecord, Surroundings], Source]] = {
    "directory": _directory,
    "upload": _pushed,
    "git": _git,
    "web": _web,
    "openapi": _openapi,
    "crds": _crds,
    "events": _pushed,
    "diagnoses": _pushed,
    "seed": _seed,
}
