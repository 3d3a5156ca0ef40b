"""What almost grants a request: a role that lacks a word, a binding that names somebody else or stands elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from cluster.fields import Obj, mapping, name, namespace, numbered, objects, strings, text
from cluster.names import near_miss
from diagnose.rbac import Grant, Lack, Request, Rights, rule_lacks

MissKind = Literal["rule", "role", "subject", "scope", "elsewhere", "unbound", "nothing"]
_LACKS: tuple[Lack, ...] = ("verb", "group", "name", "resource")
_SHARED = frozenset({"admin", "edit", "view", "cluster-admin"})
_NEAR = 7
"""How far a name may be from the one that was meant, by the score of near-misses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """The nearest thing to a grant.

    ``rule``: rule ``index`` of ``role``, bound by ``binding``, ``lacks`` something. ``role``: the role of ``binding``
    does not exist. ``subject``: subject ``index`` of ``binding`` is another one,
    ``gone`` when that does not exist. ``scope``: a RoleBinding where the
    whole cluster is asked for. ``elsewhere``: a binding in another namespace. ``unbound``: nobody binds ``role``.
    """

    kind: MissKind
    binding: Obj | None = None
    role: Obj | None = None
    index: int = -1
    gone: bool = False
    lacks: frozenset[Lack] = frozenset()


def nearest(rights: Rights, request: Request) -> Miss:
    """Return the nearest thing to a grant of a request that is denied."""
    grants = list(rights.grants(request))
    rules = _by_rule(request, grants)
    close = [miss for miss in rules if len(miss.lacks) == 1 and miss.role and not kept_by_others(miss.role)]
    candidates = chain(_by_role(rights, grants), close, _by_subject(rights, request), _by_place(rights, request), rules)
    best = next(candidates, None)
    if best is not None:
        return best
    for kind in ("Role", "ClusterRole"):
        for role in rights.snapshot.all(kind, request.namespace) if request.namespace or kind != "Role" else ():
            if _meant_for(role, request) and _grants(role, request):
                return Miss(kind="unbound", role=role)
    return Miss(kind="nothing")


def _by_role(rights: Rights, grants: list[Grant]) -> Iterator[Miss]:
    for grant in grants:
        if grant.role is None and rights.dangling_role(grant.binding):
            yield Miss(kind="role", binding=grant.binding)


def _by_rule(request: Request, grants: list[Grant]) -> list[Miss]:
    found: list[tuple[tuple[int, int, int], Miss]] = []
    for order, grant in enumerate(grants):
        for index, rule in grant.rules:
            lacks = rule_lacks(rule, request)
            if "resource" in lacks and (len(lacks) > 1 or not _same_stem(rule, request)):
                continue
            if len(lacks) <= 2:
                key = (len(lacks), sum(_LACKS.index(lack) for lack in lacks), order)
                miss = Miss(kind="rule", binding=grant.binding, role=grant.role, index=index, lacks=lacks)
                found.append((key, miss))
    return [miss for _, miss in sorted(found, key=lambda pair: pair[0])]


def _same_stem(rule: Obj, request: Request) -> bool:
    """Say whether a rule names the resource without the subresource, or in the singular."""
    words = {entry.partition("/")[0] for entry in strings(rule, "resources")}
    return not words.isdisjoint({request.resource, request.resource.removesuffix("s"), f"{request.resource}s"})


def _by_subject(rights: Rights, request: Request) -> Iterator[Miss]:
    space, account = request.account
    found: list[tuple[int, Miss]] = []
    for binding in rights.bindings(request.namespace):
        role = rights.role(binding)
        if role is None or not _grants(role, request) or not account:
            continue
        for index, entry in numbered(binding, "subjects"):
            wanted, home = text(entry, "name"), text(entry, "namespace") or namespace(binding)
            kind = text(entry, "kind")
            if kind == "User" and wanted in {account, f"{space}:{account}"}:
                found.append((0, Miss(kind="subject", binding=binding, role=role, index=index, gone=True)))
            elif kind == "ServiceAccount":
                score = 0 if wanted == account else near_miss(account, wanted)
                gone = rights.snapshot.absent("ServiceAccount", home, wanted)
                if wanted == account or (score <= _NEAR and home == space and gone):
                    miss = Miss(kind="subject", binding=binding, role=role, index=index, gone=gone)
                    found.append((score, miss))
    yield from (miss for _, miss in sorted(found, key=lambda pair: pair[0]))


def _by_place(rights: Rights, request: Request) -> Iterator[Miss]:
    for binding in rights.snapshot.all("RoleBinding"):
        if namespace(binding) == request.namespace:
            continue
        role = rights.role(binding)
        if role is None or not _grants(role, request):
            continue
        for grant in _of(rights, binding, request):
            yield Miss(kind="scope" if not request.namespace else "elsewhere", binding=grant.binding, role=role)


def _of(rights: Rights, binding: Obj, request: Request) -> Iterator[Grant]:
    return (grant for grant in rights.grants(request, namespace(binding)) if grant.binding is binding)


def _grants(role: Obj, request: Request) -> bool:
    return any(not rule_lacks(rule, request) for rule in objects(role, "rules"))


def _meant_for(role: Obj, request: Request) -> bool:
    """Say whether a role was made for whoever asks: others would grant more than is known to be wanted."""
    _, account = request.account
    own = name(role)
    return bool(account) and not own.startswith("system:") and (account in own or near_miss(account, own) <= _NEAR)


def kept_by_others(role: Obj) -> bool:
    """Say whether a role belongs to Kubernetes itself or is put together from others: a patch would not last."""
    own = name(role)
    return own.startswith("system:") or own in _SHARED or bool(mapping(role, "aggregationRule"))
