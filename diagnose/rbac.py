"""Who may do what: Roles and their bindings, asked for one request, as ``rbac.authorization.k8s.io/v1`` words it.

It may be asked directly, without any log: ``Rights(snapshot).answer(request)``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from cluster.fields import Obj, name, namespace, numbered, objects, strings, text
from cluster.snapshot import Snapshot

ACCOUNT = "system:serviceaccount:"
Answer = Literal["allowed", "denied", "unknown"]
Lack = Literal["verb", "group", "resource", "name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks of the API server. ``namespace`` is empty at cluster scope; ``path`` is set for plain URLs.

    ``resource`` holds no subresource. ``verbs`` are all asked for together.
    """

    user: str
    verbs: tuple[str, ...]
    resource: str = ""
    subresource: str = ""
    group: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""
    groups: tuple[str, ...] = ()

    @property
    def account(self) -> tuple[str, str]:
        """The (namespace, name) of the ServiceAccount that asks; empty strings for other users."""
        if not self.user.startswith(ACCOUNT):
            return "", ""
        space, _, account = self.user.removeprefix(ACCOUNT).partition(":")
        return space, account

    @property
    def full_resource(self) -> str:
        """``deployments/scale``."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    @property
    def spoken(self) -> str:
        """``deployments.apps/scale``, as kubectl takes it; the path of a plain URL."""
        if self.path:
            return self.path
        own = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{own}/{self.subresource}" if self.subresource else own


def rule_lacks(rule: Obj, request: Request) -> frozenset[Lack]:
    """Return what a rule lacks to grant a request; nothing when it does."""
    lacks: set[Lack] = set()
    verbs = strings(rule, "verbs")
    if not all(verb in verbs or "*" in verbs for verb in request.verbs):
        lacks.add("verb")
    if request.path:
        if not any(_url_fits(entry, request.path) for entry in strings(rule, "nonResourceURLs")):
            lacks.add("resource")
        return frozenset(lacks)
    groups, resources = strings(rule, "apiGroups"), strings(rule, "resources")
    if request.group not in groups and "*" not in groups:
        lacks.add("group")
    wanted = {"*", request.full_resource} | ({f"*/{request.subresource}"} if request.subresource else set())
    if wanted.isdisjoint(resources):
        lacks.add("resource")
    names = strings(rule, "resourceNames")
    if names and request.name not in names:
        lacks.add("name")
    return frozenset(lacks)


def _url_fits(pattern: str, path: str) -> bool:
    return pattern in {"*", path} or (pattern.endswith("*") and path.startswith(pattern[:-1]))


def names_subject(subject: Obj, request: Request, home: str) -> bool:
    """Say whether a subject of a binding in namespace ``home`` means whoever asks."""
    kind, wanted = text(subject, "kind"), text(subject, "name")
    space, account = request.account
    if kind == "ServiceAccount":
        return bool(account) and (text(subject, "namespace") or home, wanted) == (space, account)
    if kind == "User":
        return wanted == request.user
    if kind != "Group":
        return False
    groups = {"system:authenticated" if request.user != "system:anonymous" else "system:unauthenticated"}
    if account:
        groups |= {"system:serviceaccounts", f"system:serviceaccounts:{space}"}
    return wanted in groups | set(request.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A binding that counts for somebody, with the role that it refers to: None where there is none or it is unread."""

    binding: Obj
    role: Obj | None

    @property
    def rules(self) -> list[tuple[int, Obj]]:
        """The rules of the role with their indices."""
        return list(numbered(self.role, "rules"))


@dataclass(frozen=True)
class Rights:
    """The Roles and bindings of one snapshot."""

    snapshot: Snapshot

    @cached_property
    def _bindings(self) -> Mapping[str, tuple[Obj, ...]]:
        found: dict[str, list[Obj]] = {}
        for binding in self.snapshot.all("RoleBinding"):
            found.setdefault(namespace(binding), []).append(binding)
        found[""] = list(self.snapshot.all("ClusterRoleBinding"))
        return {key: tuple(value) for key, value in found.items()}

    def bindings(self, space: str) -> tuple[Obj, ...]:
        """Return the bindings that count in a namespace; those of the whole cluster for an empty one."""
        return (*self._bindings.get(space, ()), *(self._bindings[""] if space else ()))

    def role(self, binding: Obj) -> Obj | None:
        """Return the role that a binding refers to."""
        kind, wanted = text(binding, "roleRef", "kind"), text(binding, "roleRef", "name")
        if kind not in {"Role", "ClusterRole"} or not wanted:
            return None
        return self.snapshot.get(kind, namespace(binding) if kind == "Role" else "", wanted)

    def grants(self, request: Request, space: str | None = None) -> Iterator[Grant]:
        """Yield the bindings that name whoever asks, where the request counts or in another namespace."""
        for binding in self.bindings(request.namespace if space is None else space):
            if any(names_subject(entry, request, namespace(binding)) for entry in objects(binding, "subjects")):
                yield Grant(binding=binding, role=self.role(binding))

    def answer(self, request: Request) -> Answer:
        """Say whether a request is allowed; ``unknown`` where not all that may grant it was read."""
        verbs_left = set(request.verbs)
        for grant in self.grants(request):
            for _, rule in grant.rules:
                verbs_left -= {verb for verb in verbs_left if not rule_lacks(rule, replace(request, verbs=(verb,)))}
        if not verbs_left:
            return "allowed"
        return "denied" if self.complete(request.namespace) else "unknown"

    def complete(self, space: str) -> bool:
        """Say whether all Roles and bindings that count in a namespace were read."""
        coverage = self.snapshot.coverage
        wide = all(coverage.complete(kind, "") for kind in ("ClusterRole", "ClusterRoleBinding"))
        return wide and (not space or all(coverage.complete(kind, space) for kind in ("Role", "RoleBinding")))

    def dangling_role(self, binding: Obj) -> bool:
        """Say whether a binding refers to a role that is known not to exist."""
        kind, wanted = text(binding, "roleRef", "kind"), text(binding, "roleRef", "name")
        if kind not in {"Role", "ClusterRole"} or not wanted:
            return False
        return self.snapshot.absent(kind, namespace(binding) if kind == "Role" else "", wanted)

    def dangling_subjects(self, binding: Obj) -> Iterator[tuple[int, str, str]]:
        """Yield (index, namespace, name) of the ServiceAccounts of a binding that are known not to exist."""
        for index, entry in numbered(binding, "subjects"):
            if text(entry, "kind") != "ServiceAccount":
                continue
            space, account = text(entry, "namespace") or namespace(binding), text(entry, "name")
            if account and space and self.snapshot.absent("ServiceAccount", space, account):
                yield index, space, account

    def named(self, kind: str, space: str) -> list[str]:
        """Return the names of the roles of a kind, in a namespace where they have one."""
        return [name(entry) for entry in self.snapshot.all(kind, space if kind == "Role" else "")]
