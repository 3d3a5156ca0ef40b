"""Python distributions: the metadata that installers leave (``*.dist-info``, ``*.egg-info``)."""

import re
from collections.abc import Iterable
from email.message import Message
from email.parser import BytesHeaderParser
from posixpath import dirname

from builder.sbom.finder import Broken, Finder, mapping, parsed
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.limits import HEAD_BYTES
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean, licenses

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TROVE = "License :: "
LOCAL = "local"
"""A project that was installed from its folder: the index may hold another of its name."""


def _wants(file: File) -> bool:
    return file.path.endswith((".dist-info/METADATA", ".egg-info/PKG-INFO", ".egg-info"))


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    told = BytesHeaderParser().parsebytes(files.read(file.path, HEAD_BYTES))
    name, version = clean(told.get("Name")), clean(told.get("Version"))
    if not _NAME.fullmatch(name) or not version:
        raise Broken("no name or version")
    origin = _origin(file, files)
    yield Component(
        ecosystem="pypi",
        name=name,
        version=version,
        purl=purl("generic", name, version)
        if origin == LOCAL
        else purl("pypi", name, version, qualifiers={"vcs_url": origin}),
        licenses=_licenses(told),
    )


def _origin(file: File, files: ImageFiles) -> str:
    """Return where a distribution came from when not from an index (PEP 610): ``LOCAL``, or a repository's address."""
    beside = f"{dirname(file.path)}/direct_url.json"
    if not file.path.endswith("/METADATA") or not files.holds(beside):
        return ""
    try:
        told = mapping(parsed(files.read(beside, HEAD_BYTES)))
    except Broken:
        return ""
    url, vcs = clean(told.get("url")), mapping(told.get("vcs_info"))
    if url.startswith("file:"):
        return LOCAL
    if not vcs or "@" in url:  # a name before the host may be a credential
        return ""
    commit = clean(vcs.get("commit_id"))
    return f"{clean(vcs.get('vcs')) or 'git'}+{url}{'@' + commit if commit else ''}"


def _licenses(told: Message) -> tuple[str, ...]:
    if expression := clean(told.get("License-Expression")):
        return (expression,)
    if named := licenses([told.get("License")]):
        return named
    troves = [str(one) for one in told.get_all("Classifier", []) if str(one).startswith(_TROVE)]
    return licenses(one.rpartition(" :: ")[2] for one in troves)


FINDER = Finder(name="pypi", wants=_wants, find=_find)
