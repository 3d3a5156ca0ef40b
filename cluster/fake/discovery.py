"""How the fake server tells which kinds it serves, in the newest form and in the older ones."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Literal

from cluster.kinds import Kind

Discovery = Literal["v2", "v2beta1", "legacy"]
VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


def groups_document(kinds: Iterable[Kind], form: Discovery) -> tuple[str, dict[str, Any]]:
    """Return content type and body of ``/apis``."""
    grouped = _by_group(kinds)
    if form == "legacy":
        return "application/json", {
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": [_legacy_group(group, members) for group, members in grouped],
        }
    return f"application/json;g=apidiscovery.k8s.io;v={form};as=APIGroupDiscoveryList", {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": f"apidiscovery.k8s.io/{form}",
        "metadata": {},
        "items": [
            {
                "metadata": {"name": group},
                "versions": [
                    {
                        "version": members[0].version,
                        "freshness": "Current",
                        "resources": [_resource(k) for k in members],
                    }
                ],
            }
            for group, members in grouped
        ],
    }


def resources_document(group: str, version: str, kinds: Iterable[Kind]) -> dict[str, Any] | None:
    """Return the body of ``/apis/GROUP/VERSION``, or None where it is not served."""
    members = [kind for kind in kinds if kind.group == group and kind.version == version]
    if not members:
        return None
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{version}",
        "resources": [
            {
                "name": kind.plural,
                "singularName": kind.kind.lower(),
                "namespaced": kind.namespaced,
                "kind": kind.kind,
                "verbs": VERBS,
                "shortNames": list(kind.short),
            }
            for kind in members
        ],
    }


def _by_group(kinds: Iterable[Kind]) -> list[tuple[str, list[Kind]]]:
    named = sorted((kind for kind in kinds if kind.group), key=lambda kind: (kind.group, kind.version, kind.plural))
    return [(group, list(members)) for group, members in groupby(named, key=lambda kind: kind.group)]


def _legacy_group(group: str, members: list[Kind]) -> dict[str, Any]:
    version = {"groupVersion": f"{group}/{members[0].version}", "version": members[0].version}
    return {"name": group, "versions": [version], "preferredVersion": version}


def _resource(kind: Kind) -> dict[str, Any]:
    return {
        "resource": kind.plural,
        "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.kind.lower(),
        "verbs": VERBS,
        "shortNames": list(kind.short),
        "subresources": [{"subresource": "status", "verbs": ["get", "patch", "update"]}],
    }
