"""What a service mesh lets through: Istio's authorization policies and its demand for mutual TLS, read from objects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, dig, labels, mapping, name, namespace, numbered, objects, strings, text
from diagnose.containers import containers
from diagnose.graph import selects
from diagnose.policies.answers import Answer, any_of, both
from diagnose.scene import Scene

AUTHORIZATION = "AuthorizationPolicy.security.istio.io"
PEER = "PeerAuthentication.security.istio.io"
RULE = "DestinationRule.networking.istio.io"
SERVER = "Server.policy.linkerd.io"
PROXIES = frozenset({"istio-proxy", "linkerd-proxy"})
_ROOT = "istio-system"
_SOURCE = {"principals": "principal", "namespaces": "namespace", "serviceAccounts": "account"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, as the mesh knows it: nobody where it has no proxy."""

    principal: str = ""
    namespace: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A policy that denies a caller: its rule that forbids it, or -1 where no rule of any ALLOW policy fits."""

    policy: Obj
    rule: int = -1


@dataclass(frozen=True)
class Mesh:
    """The mesh policies of one snapshot."""

    scene: Scene

    @cached_property
    def present(self) -> bool:
        """Whether there is any such policy."""
        return any(self.scene.snapshot.objects.get(kind) for kind in (AUTHORIZATION, PEER, RULE, SERVER))

    @cached_property
    def _authorizations(self) -> Mapping[str, tuple[Obj, ...]]:
        return self._by_space(AUTHORIZATION)

    @cached_property
    def _peers(self) -> Mapping[str, tuple[Obj, ...]]:
        return self._by_space(PEER)

    def _by_space(self, kind: str) -> dict[str, tuple[Obj, ...]]:
        found: dict[str, list[Obj]] = {}
        for entry in self.scene.snapshot.all(kind):
            found.setdefault(namespace(entry), []).append(entry)
        return {key: tuple(value) for key, value in found.items()}

    def authorizations(self, pod: Obj) -> list[Obj]:
        """Return the authorization policies that select a pod."""
        carried = labels(pod, "metadata", "labels")
        spaces = dict.fromkeys((namespace(pod), _ROOT))
        return [e for space in spaces for e in self._authorizations.get(space, ()) if _selects(e, carried)]

    def denial(self, caller: Caller, pod: Obj) -> Denial | None:
        """Return what denies a caller, None where it is allowed or cannot be told."""
        chosen = self.authorizations(pod)
        for policy in chosen:
            if text(policy, "spec", "action") == "DENY":
                for index, rule in numbered(policy, "spec", "rules"):
                    if rule_answer(rule, caller) == "yes":
                        return Denial(policy=policy, rule=index)
        allowing = [entry for entry in chosen if (text(entry, "spec", "action") or "ALLOW") == "ALLOW"]
        answer = any_of(rule_answer(rule, caller) for entry in allowing for rule in objects(entry, "spec", "rules"))
        return Denial(policy=allowing[0]) if allowing and answer == "no" else None

    def strict(self, pod: Obj, port: int) -> Obj | None:
        """Return the PeerAuthentication that demands mutual TLS of whoever calls a pod, or None."""
        carried = labels(pod, "metadata", "labels")
        own = [entry for entry in self._peers.get(namespace(pod), ()) if _selects(entry, carried)]
        own.sort(key=lambda entry: not mapping(entry, "spec", "selector"))
        for entry in (*own, *(e for e in self._peers.get(_ROOT, ()) if not mapping(e, "spec", "selector"))):
            mode = text(entry, "spec", "portLevelMtls", str(port), "mode") or text(entry, "spec", "mtls", "mode")
            if mode not in {"", "UNSET"}:
                return entry if mode == "STRICT" else None
        return None

    def plain_rule(self, service: Obj) -> Obj | None:
        """Return a DestinationRule that turns TLS off for calls of a Service, or None."""
        own = f"{name(service)}.{namespace(service)}"
        for entry in self.scene.snapshot.all(RULE):
            host = text(entry, "spec", "host")
            short = host == name(service) and namespace(entry) == namespace(service)
            if (short or host in {own, f"{own}.svc", f"{own}.svc.cluster.local"}) and (
                text(entry, "spec", "trafficPolicy", "tls", "mode") == "DISABLE"
            ):
                return entry
        return None

    def servers(self, pod: Obj) -> Iterator[Obj]:
        """Yield the Linkerd Servers that select a pod."""
        carried = labels(pod, "metadata", "labels")
        for entry in self.scene.snapshot.all(SERVER, namespace(pod)):
            if selects(labels(entry, "spec", "podSelector", "matchLabels"), carried):
                yield entry

    def caller(self, pod: Obj) -> Caller:
        """Say how the mesh knows a pod."""
        if not self.joined(pod):
            return Caller()
        space, account = namespace(pod), text(pod, "spec", "serviceAccountName") or "default"
        return Caller(principal=f"cluster.local/ns/{space}/sa/{account}", namespace=space, account=f"{space}/{account}")

    def joined(self, pod: Obj) -> bool:
        """Say whether a pod belongs to the mesh: by a proxy of its own, or by the one on its node."""
        if any(container.name in PROXIES for container in containers(pod)):
            return True
        key = "istio.io/dataplane-mode"
        around = self.scene.snapshot.get("Namespace", "", namespace(pod))
        own = labels(pod, "metadata", "labels").get(key) or labels(around, "metadata", "labels").get(key)
        return own == "ambient"


def _selects(policy: Obj, carried: Mapping[str, str]) -> bool:
    wanted = labels(policy, "spec", "selector", "matchLabels")
    if dig(policy, "spec", "targetRefs") or dig(policy, "spec", "targetRef"):
        return False  # these are for gateways and waypoints
    return not wanted or selects(wanted, carried)


def rule_answer(rule: Obj, caller: Caller) -> Answer:
    """Say whether a rule speaks of a caller. What it asks of the request itself is not known."""
    answer: Answer = "unknown" if dig(rule, "to") or dig(rule, "when") else "yes"
    sources = objects(rule, "from")
    return both(answer, any_of(_source(mapping(entry, "source"), caller) for entry in sources)) if sources else answer


def _source(source: Obj, caller: Caller) -> Answer:
    answer: Answer = "yes"
    for key in source:
        plain = key.removeprefix("not")
        known = _SOURCE.get(plain[:1].lower() + plain[1:])
        if known is None:
            answer = both(answer, "unknown")
            continue
        value = getattr(caller, known)
        fits = any(_like(pattern, value) for pattern in strings(source, key))
        answer = both(answer, "yes" if fits is not key.startswith("not") else "no")
    return answer


def _like(pattern: str, value: str) -> bool:
    if pattern == "*":
        return bool(value)
    if pattern.startswith("*"):
        return value.endswith(pattern[1:])
    if pattern.endswith("*"):
        return value.startswith(pattern[:-1])
    return pattern == value
