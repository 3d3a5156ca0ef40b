"""Credentials of registries, from a docker ``config.json`` or an ``auth.json`` of podman and buildah.

Only what the file itself holds (``auths``) is used. Programs that keep credentials (``credHelpers``, ``credsStore``)
are not run: they are named when a registry wants what they keep.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builder.registry.errors import CredentialsUnreadable
from builder.registry.references import DOCKER_HUB

MAX_BYTES = 1024 * 1024
"""Of the file. One with hundreds of registries has some dozens of kilobytes."""

_HUB = frozenset({DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A user of a registry. The password shows nowhere."""

    user: str
    password: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The header that says who asks."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who asks, by registry or folder of it. ``kept`` says what keeps credentials that cannot be used here."""

    logins: Mapping[str, Login] = field(default_factory=dict, repr=False)
    kept: Mapping[str, str] = field(default_factory=dict)
    store: str = ""

    @classmethod
    def of_file(cls, path: Path) -> "Credentials":
        """Read the file. Raises ``CredentialsUnreadable``, whose message never holds what is in it."""
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            read = json.loads(data) if len(data) <= MAX_BYTES else None
        except OSError as exc:
            raise CredentialsUnreadable(
                f"The credentials in {path} cannot be read: {exc.strerror}.", next_step="Check the path and its rights."
            ) from exc
        except (ValueError, RecursionError) as exc:
            raise _no_file_of_credentials(path) from exc
        if not isinstance(read, dict):
            raise _no_file_of_credentials(path)
        return cls.of(read)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Credentials":
        """Read what such a file holds; what is not understood is left out."""
        logins: dict[str, Login] = {}
        kept: dict[str, str] = {}
        for name, entry in _mapping(config.get("auths")).items():
            if not isinstance(entry, Mapping):
                continue
            if entry.get("identitytoken"):
                kept[_key(name)] = "an identity token"
            elif (login := _login(entry)) is not None:
                logins[_key(name)] = login
        for name, helper in _mapping(config.get("credHelpers")).items():
            if isinstance(helper, str) and _key(name) not in logins:
                kept[_key(name)] = f"docker-credential-{helper[:60]}"
        store = config.get("credsStore")
        return cls(logins=logins, kept=kept, store=f"docker-credential-{store[:60]}" if isinstance(store, str) else "")

    def login(self, host: str, path: str) -> Login | None:
        """Return who asks for a repository: what is said for its folder before what is said for its registry."""
        return next((self.logins[one] for one in _names(host, path) if one in self.logins), None)

    def elsewhere(self, host: str, path: str) -> str:
        """Return what keeps the credentials for a repository that cannot be used here, empty where nothing does."""
        return next((self.kept[one] for one in _names(host, path) if one in self.kept), self.store)


def _no_file_of_credentials(path: Path) -> CredentialsUnreadable:
    return CredentialsUnreadable(
        f"{path} is no file of credentials: it holds no JSON object.",
        next_step='It looks like {"auths": {"registry.example.com": {"auth": "…"}}}, as `docker login` writes it.',
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _names(host: str, path: str) -> list[str]:
    """Return the names under which credentials may stand, the most exact first."""
    parts = [_key(host), *path.split("/")]
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]


def _key(name: str) -> str:
    """Return a registry's name as all its spellings have it: ``https://index.docker.io/v1/`` is Docker Hub."""
    scheme, found, rest = name.partition("://")
    named = rest.partition("/")[0] if found else scheme.strip("/")
    host, slash, path = named.partition("/")
    if path in {"v1", "v2"}:
        slash, path = "", ""
    return f"{DOCKER_HUB if host in _HUB else host}{slash}{path}"


def _login(entry: Mapping[str, Any]) -> Login | None:
    user, password, auth = entry.get("username"), entry.get("password"), entry.get("auth")
    if isinstance(user, str) and isinstance(password, str) and user:
        return Login(user=user, password=password)
    if not isinstance(auth, str):
        return None
    try:
        read = base64.b64decode(auth + "=" * (-len(auth) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    user, colon, password = read.partition(":")
    return Login(user=user, password=password.strip("\0")) if colon and user else None
