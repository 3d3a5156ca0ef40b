"""Where a Git repository is, and how a file of it is named for good: its page on a known forge, else an own form."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

Protocol = Literal["https", "http", "ssh", "file"]

_SCP = re.compile(
    r"(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?P<path>[^:\s][^\s]*)"
)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+@-]*")
_PATHS = re.compile(r"[^\s\x00-\x1f\x7f\\:*?\[\]]+")
MAX_REF = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository. ``user`` is that of ssh; ``path`` begins with a slash; for ``file`` there is no host.

    ``relative``: the path is below the user's home there, as ``git@HOST:PATH`` means it.
    """

    protocol: Protocol
    host: str = ""
    port: int | None = None
    user: str = ""
    path: str
    relative: bool = False

    @property
    def url(self) -> str:
        """Return the address that git is given."""
        if self.relative:
            return f"{self.user}@{self.host}:{self.path[1:]}"
        if self.protocol == "file":
            return "file://" + quote(self.path)
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"{self.protocol}://{user}{self.host}{port}{self.path}"


def place(text: str) -> Place:
    """Return the repository that ``text`` names, in any form that git takes. Raises ValueError with the reason."""
    if not text.strip() or text.startswith("-") or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError("it is no address of a repository")
    if "::" in text.partition("/")[0]:
        raise ValueError("remote helpers (NAME::ADDRESS) run programs and are not used; write https or ssh")
    if "://" not in text:
        if text.startswith(("/", "./", "../", "~")):
            raise ValueError("write a folder of this machine as file:///PATH")
        found = _SCP.fullmatch(text)
        if found is None:
            raise ValueError("it is neither https://HOST/PATH nor git@HOST:PATH")
        path, user = found["path"], found["user"] or "git"
        relative = not path.startswith("/")
        return _checked(
            Place(protocol="ssh", host=found["host"], user=user, path="/" + path.lstrip("/"), relative=relative)
        )
    parts = urlsplit(text.removeprefix("git+"))
    protocol = parts.scheme
    if protocol not in ("https", "http", "ssh", "file"):
        raise ValueError(f"the protocol {protocol!r} is not used; write https or ssh")
    if parts.query or parts.fragment:
        raise ValueError("it holds a query or a fragment; ref and path are options of their own")
    if parts.password or (parts.username and protocol != "ssh"):
        raise ValueError("it holds a user name or password, which would be kept and shown; use ssh with a key")
    if protocol == "file":
        if parts.netloc not in ("", "localhost"):
            raise ValueError("a file has no host")
        return _checked(Place(protocol="file", path=unquote(parts.path)))
    return _checked(
        Place(
            protocol="https" if protocol == "https" else "http" if protocol == "http" else "ssh",
            host=parts.netloc.rpartition("@")[2].rpartition(":")[0] if parts.port else parts.netloc.rpartition("@")[2],
            port=parts.port,
            user=parts.username or ("git" if protocol == "ssh" else ""),
            path=parts.path,
        )
    )


def _checked(found: Place) -> Place:
    if found.protocol != "file" and not _HOST.fullmatch(found.host):
        raise ValueError(f"the host {found.host[:100]!r} is not written as a host is")
    if found.user and not _USER.fullmatch(found.user):
        raise ValueError("the user name is not written as one is")
    if not found.path.startswith("/") or found.path.strip("/") in ("", ".", "..") or "/-" in found.path[:2]:
        raise ValueError("it names no repository on its host")
    return found


def checked_ref(ref: str) -> str:
    """Return a branch, tag or commit as it may be given to git. Raises ValueError."""
    bad = ".." in ref or "@{" in ref or "//" in ref or ref.endswith(("/", ".", ".lock"))
    if ref and (bad or len(ref) > MAX_REF or not _REF.fullmatch(ref)):
        raise ValueError(f"{ref[:100]!r} is no name of a branch, a tag or a commit")
    return ref


def checked_subpath(path: str) -> str:
    """Return a folder or file inside the repository, without slashes around it. Raises ValueError."""
    bare = path.removeprefix("./").strip("/")
    if bare and (any(part in ("", ".", "..") for part in bare.split("/")) or not _PATHS.fullmatch(bare)):
        raise ValueError(f"{path[:100]!r} is no plain path inside the repository")
    return bare


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How files are named: ``before`` + quoted path. A path comes back out of a name by ``path``."""

    before: str

    def uri(self, path: str) -> str:
        """Return the address of a file."""
        return self.before + quote(path, safe="/", errors="surrogateescape")

    def path(self, uri: str) -> str | None:
        """Return the path that an address names; None where it is not of this repository."""
        if not uri.startswith(self.before):
            return None
        return unquote(uri[len(self.before) :], errors="surrogateescape")


def naming(found: Place, ref: str) -> Naming:
    """Return the page of a file on forges whose form is known, else ``git+URL#REF:PATH``."""
    repository = found.path.rstrip("/").removesuffix(".git")
    shown = quote(ref or "HEAD", safe="/")
    host = found.host.lower()
    if found.protocol in ("https", "ssh") and repository.count("/") >= 2:
        web = f"https://{host}{f':{found.port}' if found.port and found.protocol == 'https' else ''}{repository}"
        if host == "github.com" or host.startswith("github."):
            return Naming(before=f"{web}/blob/{shown}/")
        if host == "gitlab.com" or host.startswith("gitlab."):
            return Naming(before=f"{web}/-/blob/{shown}/")
        if host == "bitbucket.org":
            return Naming(before=f"{web}/src/{shown}/")
        if host == "codeberg.org" or host.startswith(("gitea.", "forgejo.")):
            return Naming(before=f"{web}/src/{shown}/" if not ref else f"{web}/src/branch/{shown}/")
    return Naming(before=f"git+{found.url}#{shown}:")
