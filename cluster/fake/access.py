"""Who may call the fake server and what they may read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cluster.fields import mapping, strings, text

ANONYMOUS_GROUPS = ("system:unauthenticated",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One user. ``refused`` holds the resources (plural names) that it may not read, ``*`` for all.

    ``namespaces`` limits it to some namespaces; None is the whole cluster. ``impersonate`` lets it act as others.
    ``watch`` lets it watch what it may list.
    """

    user: str
    groups: tuple[str, ...] = ("system:authenticated",)
    uid: str = ""
    refused: frozenset[str] = frozenset()
    namespaces: frozenset[str] | None = None
    impersonate: bool = False
    watch: bool = True

    def may(self, resource: str, namespace: str) -> bool:
        """Say whether the account may read a resource in a namespace (empty: across all, or cluster-wide)."""
        if resource in self.refused or "*" in self.refused:
            return False
        return self.namespaces is None or namespace in self.namespaces


def refusal(account: Account, verb: str, resource: str, group: str, namespace: str, name: str = "") -> str:
    """Word a refusal as a real API server does."""
    what = f'{resource} "{name}" is' if name else f"{resource} is"
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    return f'{what} forbidden: User "{account.user}" cannot {verb} resource "{resource}" in API group "{group}" {where}'


def token_review(body: Mapping[str, Any], accounts: Mapping[str, Account]) -> dict[str, Any]:
    """Answer a TokenReview."""
    account = accounts.get(text(body, "spec", "token"))
    status: dict[str, Any] = {"authenticated": False, "error": "[invalid bearer token, token lookup failed]"}
    if account:
        user = {"username": account.user, "uid": account.uid, "groups": list(account.groups)}
        status = {"authenticated": True, "user": user, "audiences": ["https://kubernetes.default.svc"]}
    return {"kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1", "metadata": {}, "status": status}


def access_review(
    body: Mapping[str, Any], caller: Account, accounts: Iterable[Account], *, about_self: bool
) -> dict[str, Any]:
    """Answer a SubjectAccessReview or a SelfSubjectAccessReview for reads of resources."""
    spec = mapping(body, "spec")
    account: Account | None = caller
    if not about_self:
        groups = set(strings(spec, "groups"))
        account = next(
            (
                a
                for a in accounts
                if a.user == text(spec, "user") or (groups & set(a.groups) - {"system:authenticated"})
            ),
            None,
        )
    asked = mapping(spec, "resourceAttributes")
    reads = text(asked, "verb") in {"get", "list", "watch", "*"}
    resource = text(asked, "resource")
    allowed = bool(account and reads and account.may(resource, text(asked, "namespace")))
    kind = "SelfSubjectAccessReview" if about_self else "SubjectAccessReview"
    return {
        "kind": kind,
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": {},
        "spec": dict(spec),
        "status": {"allowed": allowed, **({} if allowed else {"reason": "no rule of the fake server allows it"})},
    }
