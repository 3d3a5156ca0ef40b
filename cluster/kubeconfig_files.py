"""Find, parse and merge kubeconfig files, as kubectl does, without judging what is in them."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cluster.fields import mapping, objects, text
from cluster.identity import NOT_CONFIGURED_NEXT
from cluster.names import closest
from core.errors import ClusterNotConfigured, SettingInvalid

MAX_KUBECONFIG_BYTES = 2 * 1024 * 1024
"""A kubeconfig with hundreds of contexts stays below this; what is larger is no kubeconfig."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One named entry, and the folder that its relative paths start from."""

    value: Mapping[str, Any]
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What kubeconfig files hold, by name."""

    current: str
    contexts: Mapping[str, Entry]
    clusters: Mapping[str, Entry]
    users: Mapping[str, Entry]


def read_config(path: Path | None, env: Mapping[str, str]) -> Config:
    """Read ``path``, else the files of ``KUBECONFIG``, else that of the home, merged."""
    return _merge([parse(_read(file), str(file), file.parent) for file in _files(path, env)])


def _files(path: Path | None, env: Mapping[str, str]) -> list[Path]:
    if path is not None:
        if not path.expanduser().is_file():
            raise SettingInvalid(
                f"The kubeconfig {path} does not exist or is no file.", next_step="Check --kubeconfig."
            )
        return [path.expanduser()]
    listed = [Path(part).expanduser() for part in env.get("KUBECONFIG", "").split(os.pathsep) if part]
    files = [
        file for file in (listed or [Path(env.get("HOME", "~")).expanduser() / ".kube" / "config"]) if file.is_file()
    ]
    if not files:
        looked = ", ".join(str(file) for file in listed) or "~/.kube/config"
        raise ClusterNotConfigured(f"There is no kubeconfig at {looked}.", next_step=NOT_CONFIGURED_NEXT)
    return files


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_KUBECONFIG_BYTES:
            raise SettingInvalid(f"{file} is larger than {MAX_KUBECONFIG_BYTES} bytes: it is no kubeconfig.")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise SettingInvalid(f"{file} is no kubeconfig: it is not UTF-8 text.") from exc
    except OSError as exc:
        raise SettingInvalid(f"The kubeconfig {file} cannot be read: {exc.strerror}.") from exc


def parse(content: str, where: str, folder: Path) -> Config:
    """Read one kubeconfig; ``where`` names it in errors, relative paths in it start at ``folder``."""
    try:
        # The loader in C is faster and dies with a segmentation fault on deep nesting; this one raises.
        raw = yaml.safe_load(content)
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        raise SettingInvalid(f"{where} is no valid YAML: {first_line(exc)}") from exc
    if not isinstance(raw, Mapping):
        raise SettingInvalid(f"{where} is no kubeconfig: it holds no mapping of clusters, users and contexts.")

    def named(plural: str, inner: str) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for item in objects(raw, plural):
            found.setdefault(text(item, "name"), Entry(value=mapping(item, inner), folder=folder))
        return found

    return Config(
        current=text(raw, "current-context"),
        contexts=named("contexts", "context"),
        clusters=named("clusters", "cluster"),
        users=named("users", "user"),
    )


def _merge(configs: Sequence[Config]) -> Config:
    """Merge as kubectl does: of entries with one name, and of the current context, the first file's counts."""
    contexts: dict[str, Entry] = {}
    clusters: dict[str, Entry] = {}
    users: dict[str, Entry] = {}
    for config in configs:
        contexts = {**config.contexts, **contexts}
        clusters = {**config.clusters, **clusters}
        users = {**config.users, **users}
    current = next((config.current for config in configs if config.current), "")
    return Config(current=current, contexts=contexts, clusters=clusters, users=users)


def context_of(config: Config, wanted: str | None) -> tuple[str, Mapping[str, Any]]:
    """Return the name and content of the context to use."""
    name = wanted or config.current
    if not name and len(config.contexts) == 1:
        name = next(iter(config.contexts))
    known = ", ".join(sorted(config.contexts)[:10]) or "none"
    if not name:
        raise ClusterNotConfigured(
            f"The kubeconfig sets no current context; it has: {known}.",
            next_step="Pass --context NAME or run `kubectl config use-context NAME`.",
        )
    if name not in config.contexts:
        near = closest(name, config.contexts)
        offer = f"Did you mean {' or '.join(near)}?" if near else f"Known contexts: {known}."
        raise SettingInvalid(f"The kubeconfig has no context {name!r}.", next_step=offer)
    return name, config.contexts[name].value


def entry_of(entries: Mapping[str, Entry], name: str, what: str, context: str) -> Entry:
    """Return the cluster or user that a context names, or say that it is not there."""
    if name not in entries:
        raise SettingInvalid(f"Context {context!r} of the kubeconfig names the {what} {name!r}, which is not in it.")
    return entries[name]


def first_line(exc: Exception) -> str:
    """Return the first line of an error: YAML's go on with a drawing."""
    return str(exc).partition("\n")[0]
