"""Find the kinds that a server has beyond the built-in ones, and the kind that somebody means by a word.

One request tells all (aggregated discovery); older servers are asked in the older form, then group by group.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cluster.client import ClusterClient
from cluster.exchange import JSON
from cluster.fields import mapping, objects, strings, text
from cluster.kinds import BUILTIN, BY_KEY, Kind, spoken
from cluster.names import closest
from core.errors import ClusterRejected, Forbidden, TargetInvalid
from core.evidence import BUILTIN_GROUPS, ObjectRef

AGGREGATED = ",".join(
    [
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
        JSON,
    ]
)
"""One request for three forms; the server answers in the newest one that it knows."""

SERVED_BY_KUBERNETES = BUILTIN_GROUPS | {
    "apidiscovery.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "metrics.k8s.io",
    "resource.k8s.io",
    "storagemigration.k8s.io",
}
"""Groups that are no custom resources: those of Kubernetes itself and of its metrics server."""


async def discover(client: ClusterClient) -> tuple[Kind, ...]:
    """Return every custom kind that can be listed, each in its preferred version, ordered by group and kind.

    A server that does not let the caller discover has none as far as we can see.
    """
    try:
        answer = await client.get("/apis", accept=AGGREGATED)
    except Forbidden:
        return ()
    if text(answer, "kind") == "APIGroupDiscoveryList":
        found = [kind for group in objects(answer, "items") for kind in _aggregated(group)]
    else:
        found = [kind for group in objects(answer, "groups") for kind in await _legacy(client, group)]
    return tuple(sorted(found, key=lambda kind: (kind.group, kind.kind)))


def resolve(word: str, kinds: Iterable[Kind] = ()) -> Kind:
    """Return the kind that people mean by ``word``: ``deploy``, ``rollouts``, ``rollout.argoproj.io``.

    Built-in kinds win over custom ones of the same name. Raises ``TargetInvalid`` where no kind is meant, or several.
    """
    if builtin := spoken(word):
        return builtin
    custom = tuple(kinds)
    head, _, group = word.lower().partition(".")
    meant = [kind for kind in custom if head in _words(kind) and (not group or _group_meant(group, kind))]
    if len(meant) == 1:
        return meant[0]
    if meant:
        choices = " or ".join(f"{kind.plural}.{kind.group}" for kind in meant)
        raise TargetInvalid(f"{word!r} is served by several groups.", next_step=f"Write {choices}.")
    known = {name for kind in (*BUILTIN, *custom) for name in _words(kind)}
    near = closest(head, known)
    raise TargetInvalid(
        f"The cluster has no kind {word!r}.",
        next_step=f"Did you mean {' or '.join(near)}?" if near else "`kubectl api-resources` lists the kinds.",
    )


async def target_of(words: str, namespace: str, client: ClusterClient) -> ObjectRef | None:
    """Point at what ``KIND/NAME`` names, so that its kind and logs are read; None when nothing is named.

    A kind that is not built in is looked up on the server. Raises ``TargetInvalid``.
    """
    if not words:
        return None
    word, slash, name = words.partition("/")
    if not slash or not word or not name or "/" in name:
        raise TargetInvalid(
            f"{words!r} is not of the form KIND/NAME",
            next_step="Name the workload like kubectl does, for instance deploy/checkout or pod/checkout-0.",
        )
    kind = spoken(word) or resolve(word, await discover(client))
    return ObjectRef(kind=kind.kind, group=kind.group, namespace=namespace if kind.namespaced else "", name=name)


def _words(kind: Kind) -> tuple[str, ...]:
    return (kind.kind.lower(), kind.plural, *kind.short)


def _group_meant(written: str, kind: Kind) -> bool:
    """Accept the group, the beginning of it at a dot, and the version before it (``rollouts.v1alpha1.argoproj.io``)."""
    group = written.removeprefix(f"{kind.version.lower()}.")
    return kind.group == group or kind.group.startswith(f"{group}.")


def _aggregated(group: Mapping[str, Any]) -> list[Kind]:
    """Read one group; its versions are ordered by preference, and a kind counts in the first one that has it."""
    name = text(group, "metadata", "name")
    found: dict[str, Kind] = {}
    for version in objects(group, "versions"):
        for resource in objects(version, "resources"):
            kind = Kind(
                kind=text(mapping(resource, "responseKind"), "kind"),
                group=name,
                version=text(version, "version"),
                plural=text(resource, "resource"),
                namespaced=text(resource, "scope") == "Namespaced",
                short=tuple(strings(resource, "shortNames")),
            )
            if _counts(kind, strings(resource, "verbs")):
                found.setdefault(kind.plural, kind)
    return list(found.values())


async def _legacy(client: ClusterClient, group: Mapping[str, Any]) -> list[Kind]:
    name, version = text(group, "name"), text(group, "preferredVersion", "version")
    if not name or not version or name in SERVED_BY_KUBERNETES:
        return []
    try:
        answer = await client.get(f"/apis/{name}/{version}", attempts=1)
    except (ClusterRejected, Forbidden):
        return []
    kinds = [
        (
            Kind(
                kind=text(resource, "kind"),
                group=name,
                version=version,
                plural=text(resource, "name"),
                namespaced=resource.get("namespaced") is True,
                short=tuple(strings(resource, "shortNames")),
            ),
            strings(resource, "verbs"),
        )
        for resource in objects(answer, "resources")
    ]
    return [kind for kind, verbs in kinds if _counts(kind, verbs)]


def _counts(kind: Kind, verbs: list[str]) -> bool:
    complete = kind.kind and kind.plural and kind.version and "/" not in kind.plural
    return bool(complete) and "list" in verbs and kind.group not in SERVED_BY_KUBERNETES and kind.key not in BY_KEY
