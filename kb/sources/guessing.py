"""From what a person types to a source: an address, a folder, a repository, a word."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from kb.records.model import SourceKind
from kb.sources.errors import SourceInvalid
from kb.sources.git_places import place
from kb.sources.opening import check

WORDS: dict[str, SourceKind] = {
    "crds": "crds",
    "crd": "crds",
    "explain": "crds",
    "events": "events",
    "diagnoses": "diagnoses",
    "seed": "seed",
    "upload": "upload",
}
NEXT_STEP = (
    "Write https://HOST/PATH for a web site, ./FOLDER or a file, https://HOST/REPOSITORY.git#REF:PATH or "
    "git@HOST:PATH for Git, or one of the words crds, events, diagnoses, seed."
)
_FORGES = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
_OPENAPI = re.compile(r"(?:^|[/._-])(?:openapi|swagger)[^/]*\.(?:json|ya?ml)$|/openapi/v[23]$", re.IGNORECASE)
_TREE = re.compile(r"/(?:-/)?(?:tree|blob|src(?:/branch)?|raw)/(?P<ref>[^/]+)(?:/(?P<path>.*))?$")
_NOT_REPOSITORIES = frozenset({"orgs", "users", "topics", "search", "explore", "about", "features", "marketplace"})
_SCP = re.compile(r"[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^/\s]\S*|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:/\S+")
_BARE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guess:
    kind: SourceKind
    options: dict[str, Any]
    name: str


def guess(text: str) -> tuple[SourceKind, dict[str, Any], str]:
    """Return the kind, the checked options and a name for what a person typed.

    Raises SourceInvalid where it is nothing that can be a source. Whether it exists is seen at the first listing.
    """
    typed = text.strip()
    found = _guess(typed) if typed and typed.isprintable() else None
    if found is None:
        hint = f" Did you mean https://{typed}?" if _BARE_HOST.fullmatch(typed) else ""
        raise SourceInvalid(f"{text[:200]!r} is no source.{hint}", next_step=NEXT_STEP)
    return found.kind, check(found.kind, found.options), found.name


def _guess(typed: str) -> _Guess | None:
    if typed.lower() in WORDS:
        kind = WORDS[typed.lower()]
        return _Guess(kind=kind, options={}, name=kind)
    scheme = typed.partition("://")[0].lower() if "://" in typed else ""
    if scheme in ("http", "https"):
        return _address(typed)
    if scheme == "file":
        bare = typed.partition("#")[0]
        return _git(typed) if bare.endswith(".git") else _local(unquote(urlsplit(bare).path))
    if scheme or "::" in typed or _SCP.fullmatch(typed.partition("#")[0]):
        return _git(typed)
    if typed.startswith(("/", "./", "../", "~")) or typed in (".", "..") or Path(typed).exists():
        return _local(typed)
    return None


def _address(typed: str) -> _Guess:
    bare = typed.partition("#")[0]
    parts = urlsplit(bare)
    host = (parts.hostname or "").lower()
    if bare.rstrip("/").endswith(".git"):
        return _git(typed)
    if host in _FORGES:
        owner, _, repository = parts.path.strip("/").partition("/")
        if owner and repository and owner not in _NOT_REPOSITORIES:
            return _forge(typed, host)
    if _OPENAPI.search(parts.path):
        return _Guess(kind="openapi", options={"location": bare}, name=f"{host}{parts.path}")
    return _Guess(kind="web", options={"url": bare}, name=(parts.netloc.rpartition("@")[2] + parts.path).rstrip("/"))


def _forge(typed: str, host: str) -> _Guess:
    """Return the repository that a page of a forge belongs to."""
    bare, _, fragment = typed.partition("#")
    parts = urlsplit(bare)
    path, ref, inside = parts.path.rstrip("/"), "", ""
    if shown := _TREE.search(path):
        path, ref, inside = path[: shown.start()], shown["ref"], shown["path"] or ""
    elif host != "gitlab.com" and path.count("/") > 2:  # issues, wikis, releases
        return _Guess(kind="web", options={"url": bare}, name=host + path)
    else:
        ref, _, inside = fragment.partition(":")
    return _repository(f"https://{parts.netloc}{path}", unquote(ref), unquote(inside))


def _git(typed: str) -> _Guess:
    url, _, fragment = typed.partition("#")
    ref, _, inside = fragment.partition(":")
    return _repository(url, ref, inside)


def _repository(url: str, ref: str, inside: str) -> _Guess:
    options = {"url": url, "ref": ref, "path": inside}
    try:
        name = place(url).path.strip("/").removesuffix(".git")
    except ValueError:
        name = url  # checking the options says what is wrong
    name = "/".join(name.split("/")[-2:])
    return _Guess(
        kind="git",
        options={key: value for key, value in options.items() if value or key == "url"},
        name=f"{name}/{inside.strip('/')}" if inside else name,
    )


def _local(typed: str) -> _Guess:
    if _OPENAPI.search(typed) and not Path(typed).is_dir():
        return _Guess(kind="openapi", options={"location": typed}, name=Path(typed).name)
    path = Path(typed).expanduser()
    return _Guess(kind="directory", options={"path": typed}, name=path.name or path.resolve().name or "/")
