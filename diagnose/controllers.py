"""Which workload of the snapshot is the controller behind a finalizer, a field or a custom kind.

Kubernetes records no such link. What is found by the name that a program wrote into the managed fields counts as
matched, what is found by the words of a domain only as inferred; two workloads that fit equally well are none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from cluster.fields import Obj, dig, labels, mapping, name, namespace, objects, strings, text
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.findings import NextCheck
from diagnose.graph import template_of
from diagnose.scene import Scene
from diagnose.state import WorkloadReading, read_workload

KINDS = ("Deployment", "StatefulSet", "DaemonSet")
_NAME_LABELS = ("app", "k8s-app", "name", "app.kubernetes.io/name", "control-plane", "component")
_ENDINGS = ("", "-controller", "-operator", "-manager", "-controller-manager", "-controllers")
_GENERIC = frozenset(
    {
        *("manager", "controller", "operator", "controllers", "controller-manager", "main", "app", "server", "agent"),
        *("kube-rbac-proxy", "proxy", "finalizer", "finalizers", "cleanup", "protection", "resources", "delete"),
        *("deletion", "kubernetes", "cluster", "default", "service", "unknown", "helm", "api", "apps", "core", "io"),
        *("com", "org", "net", "dev", "sh", "example", "k8s", "x-k8s", "cloud", "storage", "networking", "sidecar"),
    }
)
"""Words that many programs and domains share: they tell none from another."""

_BY_HAND = re.compile(r"kubectl|^(?:Go-http-client|Mozilla|curl|unknown|before-first-apply|helm$)", re.IGNORECASE)
_SPLIT = re.compile(r"[._]+")

Proof = Literal["managed", "named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """A workload that does the work. ``managed``: the managed fields name its program; ``named``: only words agree."""

    scene: Scene
    workload: Obj
    proof: Proof

    @property
    def ref(self) -> ObjectRef:
        """Point at the workload."""
        return ref_of(self.workload)

    @property
    def reading(self) -> WorkloadReading:
        """How many of its pods are ready."""
        return read_workload(self.scene, self.workload)

    @property
    def down(self) -> bool:
        """Whether none of its pods is ready."""
        return self.reading.ready == 0

    @property
    def label(self) -> str:
        """Kind, namespace and name."""
        return f"{self.ref.kind} {self.ref.namespace}/{self.ref.name}"

    @property
    def state(self) -> Phrase:
        """Say how it is, as a clause: what it seems to be is said to seem so."""
        reading, sure = self.reading, self.proof == "managed"
        who = f"its controller {self.label}" if sure else f"what seems to be its controller, {self.label},"
        who_zh = f"其控制器 {self.label}" if sure else f"看起来是其控制器的 {self.label}"
        if reading.wanted == 0:
            return Phrase(en=f"{who} is scaled to zero", zh=f"{who_zh} 已缩到零")
        if self.down:
            return Phrase(
                en=f"{who} has none of its {reading.wanted} pods ready",
                zh=f"{who_zh} 的 {reading.wanted} 个 Pod 均未就绪",
            )
        return Phrase(en=f"{who} runs", zh=f"{who_zh} 正在运行")

    def evidence(self) -> Evidence:
        """Quote how many of its pods are ready, or that it wants none."""
        if self.reading.wanted == 0 and self.ref.kind != "DaemonSet":
            return self.scene.field(self.workload, "spec", "replicas")
        which = "numberReady" if self.ref.kind == "DaemonSet" else "readyReplicas"
        return self.scene.field(self.workload, "status", which)

    def look(self) -> NextCheck:
        """Name the command that shows what it says."""
        return NextCheck(
            command=f"kubectl -n {self.ref.namespace} logs {self.ref.slug} --tail=200",
            why=Phrase(en="its log says what it fails at", zh="其日志会说明失败的原因"),
        )


@dataclass(frozen=True)
class Controllers:
    """The workloads of a snapshot by the words that name them, indexed when first asked for."""

    scene: Scene

    @cached_property
    def _by_word(self) -> Mapping[str, tuple[Obj, ...]]:
        found: dict[str, dict[str, Obj]] = {}
        for kind in KINDS:
            for obj in self.scene.snapshot.all(kind):
                for word in _words_of(obj):
                    found.setdefault(word, {})[str(ref_of(obj))] = obj
        return {word: tuple(entries.values()) for word, entries in found.items()}

    @property
    def all_read(self) -> bool:
        """Whether every workload of the cluster was listed, so that one that is not found does not exist."""
        return not self.scene.snapshot.namespace and all(self.scene.snapshot.coverage.complete(kind) for kind in KINDS)

    def of_finalizer(self, obj: Obj, finalizer: str) -> Controller | None:
        """Find who put a finalizer on an object, else who bears the words of its domain."""
        for entry in objects(obj, "metadata", "managedFields"):
            owned = mapping(entry, "fieldsV1", "f:metadata", "f:finalizers")
            if f'v:"{finalizer}"' in owned and (found := self._of_program(text(entry, "manager"))):
                return found
        domain, _, rest = finalizer.partition("/")
        return self._named([*_words_in(domain), *_words_in(rest)])

    def of_kind(self, obj: Obj) -> Controller | None:
        """Find who writes the status of a custom resource, else who bears the words of its group and kind."""
        for entry in objects(obj, "metadata", "managedFields"):
            wrote = text(entry, "subresource") == "status" or dig(entry, "fieldsV1", "f:status") is not None
            if wrote and (found := self._of_program(text(entry, "manager"))):
                return found
        group = text(obj, "apiVersion").partition("/")[0]
        return self._named([*_words_in(group), text(obj, "kind").lower()])

    def _of_program(self, manager: str) -> Controller | None:
        word = _plain(manager)
        if word in _GENERIC or _BY_HAND.search(manager):
            return None
        found = self._by_word.get(word, ())
        return Controller(scene=self.scene, workload=found[0], proof="managed") if len(found) == 1 else None

    def _named(self, words: Iterable[str]) -> Controller | None:
        for word in words:
            if len(word) < 4 or word in _GENERIC:
                continue
            found = {str(ref_of(obj)): obj for ending in _ENDINGS for obj in self._by_word.get(word + ending, ())}
            if len(found) > 1:
                found = {key: obj for key, obj in found.items() if name(obj) != word and name(obj).startswith(word)}
            if len(found) == 1:
                return Controller(scene=self.scene, workload=next(iter(found.values())), proof="named")
        return None


def _words_of(obj: Obj) -> Iterator[str]:
    """Yield the words by which people and programs know a workload, generic ones left out."""
    template = template_of(obj)
    spec = template.spec if template else {}
    said = [name(obj), text(spec, "serviceAccountName")]
    tags = labels(obj, "metadata", "labels")
    said += [tags.get(key, "") for key in _NAME_LABELS]
    for container in objects(spec, "containers"):
        said += [text(container, "name"), _last_part(text(container, "image").partition("@")[0])]
        said += [_last_part(part) for part in strings(container, "command")[:1]]
    for entry in said:
        word = _plain(entry)
        if word and word not in _GENERIC:
            yield word
    if namespace(obj).endswith("-system"):
        yield _plain(namespace(obj).removesuffix("-system")) + "-controller-manager"


def _last_part(path: str) -> str:
    return path.rpartition("/")[2].partition(":")[0]


def _plain(word: str) -> str:
    return word.lower().replace("_", "-").strip("-. ")


def _words_in(domain: str) -> list[str]:
    """Return the labels of a domain, the last one (``com``, ``io``) left out, each also without a word for its job."""
    parts = [_plain(part) for part in _SPLIT.split(domain) if part]
    kept = parts[:-1] if len(parts) > 1 else parts
    return [word for part in kept for word in (part, part.removesuffix("-finalizer").removesuffix("-protection"))]
