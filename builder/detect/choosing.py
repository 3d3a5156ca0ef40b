"""Which drafts are components of their own, which is part of another, what they are called, which one is meant."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from builder.draft import Draft
from builder.grounds import CONVENTION
from builder.plan import Component, Kind

_ORDER = (Kind.WEB, Kind.STATIC, Kind.WORKER, Kind.SCHEDULED, Kind.JOB)
_MEANT = ("app", "web", "server", "api", "backend", "site", "www", "frontend", "main", "client")
"""Names by which people call what users see, the likeliest first."""

MAX_NAME = 40
"""Characters: names of Kubernetes objects are made of it, and have 63."""


def joined(drafts: Sequence[Draft]) -> tuple[Component, ...]:
    """Return the components. What makes files for a server of another language in the same folder becomes its asset."""
    if any(draft.provider != "shell" for draft in drafts):
        drafts = [draft for draft in drafts if draft.provider != "shell"]  # scripts beside a program serve it
    wrapped = {draft.path for draft in drafts if draft.provider == "inline"}
    drafts = [draft for draft in drafts if draft.provider == "inline" or draft.path not in wrapped]
    found: list[Component] = []
    by_path: dict[str, list[Component]] = {}
    parts = {path for draft in drafts for path in draft.parts}
    for draft in drafts:
        if draft.path not in parts:
            by_path.setdefault(draft.path, []).append(draft.decided())
    for here in by_path.values():
        servers = [one for one in here if one.kind.value == Kind.WEB]
        makers = [one for one in here if one.provider in _MAKES_ASSETS and one.kind.value != Kind.WEB]
        server = next((one for one in servers if one.provider not in _MAKES_ASSETS), None)
        if server is None:
            found.extend(_strongest(here))
            continue
        assets = tuple(one for one in makers if one.build.value is not None)
        found.append(replace(server, assets=assets))
        found.extend(one for one in servers if one is not server)
    return tuple(one for one in found if not _beside_what_is_refused(one, found))


def _beside_what_is_refused(one: Component, found: Sequence[Component]) -> bool:
    """Say whether a part is only there for the library or tool at the top: its pages, its helping scripts.

    That is so for files and jobs in another language than the top's, and for folders that are called a web site.
    """
    top = next((other for other in found if not other.path), None)
    if top is None or one is top or one.kind.value not in {Kind.STATIC, Kind.JOB}:
        return False
    if top.kind.value not in {Kind.LIBRARY, Kind.CLI} or top.kind.confidence < CONVENTION:
        return False
    return one.provider != top.provider or bool(_SITES.intersection(one.path.split("/")))


_SITES = frozenset({"website", "site", "www", "homepage", "docs", "documentation", "web"})
_MAKES_ASSETS = frozenset({"node", "deno"})


def _strongest(here: Sequence[Component]) -> list[Component]:
    """Return what can be put online of one folder, unless what cannot is surer of itself (a theme with a build)."""
    deployable = [one for one in here if one.kind.value is not None and one.kind.value.deployable]
    surest = max(here, key=lambda one: (one.kind.confidence, one in deployable))
    if surest not in deployable and all(one.kind.value == Kind.STATIC for one in deployable):
        return [surest]
    best = max(deployable, key=lambda one: (one.kind.confidence, one.start.confidence))
    return [one for one in deployable if one.provider == best.provider]  # several programs of one module


def named(components: Sequence[Component]) -> tuple[Component, ...]:
    """Give each component a name of its own that is a DNS label."""
    labels = [label(one.name) for one in components]
    seen = Counter(labels)
    used: set[str] = set()
    found = []
    for one, short in zip(components, labels, strict=True):
        name = short if seen[short] == 1 else label(f"{one.path.replace('/', '-')}-{short}" if one.path else short)
        number, free = 2, name
        while free in used:
            free, number = f"{name}-{number}", number + 1
        used.add(free)
        found.append(replace(one, name=free))
    return tuple(found)


def label(name: str) -> str:
    """Return a name as a DNS label: lower case, digits and dashes, at most ``MAX_NAME`` characters."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower().rpartition("/")[2] or name.lower()).strip("-")
    if plain and plain[0].isdigit():
        plain = f"app-{plain}"
    return plain[:MAX_NAME].strip("-") or "app"


def primary_of(components: Sequence[Component]) -> str:
    """Return the name of the component that a person means by "the app", empty where none can be put online."""
    deployable = [one for one in components if one.kind.value in _ORDER]
    best = min(deployable, key=_rank, default=None)  # of equals the first, as its language prefers them
    return best.name if best else ""


def _rank(component: Component) -> tuple[int, int, int, str]:
    kind = component.kind.value
    words = {part for part in re.split(r"[^a-z0-9]+", f"{component.path} {component.name}".lower()) if part}
    meant = next((at for at, word in enumerate(_MEANT) if word in words), len(_MEANT))
    depth = component.path.count("/") + bool(component.path)
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), 0 if depth == 0 else 1, meant, component.path)
