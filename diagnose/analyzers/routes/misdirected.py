"""Routes that lead to the wrong Service: two rules for one path, a rewrite that drops it, a name that tells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj, name, namespace, numbered, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.routes.view import GATEWAY, Backend, Entry, kept, pointer, space_of
from diagnose.containers import FieldPath, containers
from diagnose.findings import Edge, Finding, Reach, inferred, proved
from diagnose.remedies import in_application, object_patch
from diagnose.scene import Scene

_SHARED = re.compile(r"canary|weight|header|cookie|conditions\.|actions\.|priority|match", re.IGNORECASE)
_REWRITE = "nginx.ingress.kubernetes.io/rewrite-target"
_GROUP_USED = re.compile(r"\$(\d)")
_GROUP_MADE = re.compile(r"(?<!\\)\((?!\?)")
_SUFFIX = re.compile(r"-(?:svc|service|api)$")
_MISSED = re.compile(r"\s40[45]\s")
MAX_LINES = 300
"""Lines of a log that are searched for refused paths."""


def judge_directions(scene: Scene) -> Iterator[Finding]:
    """Report rules that lead elsewhere than meant."""
    entries = [Entry(scene, found) for found in scene.snapshot.all("Ingress") if kept(found)]
    yield from _conflicts(entries)
    for entry in entries:
        yield from _dropped(entry)
    yield from _wrong(scene, entries)


def _conflicts(entries: list[Entry]) -> Iterator[Finding]:
    """Find one host and path that two rules lead to different Services."""
    seen: dict[tuple[str, str, str, str], tuple[Entry, Backend]] = {}
    for entry in sorted(entries, key=lambda found: (str(found.born or ""), found.ref)):
        if any(_SHARED.search(key) for key in entry.annotations):
            continue
        for backend in entry.backends():
            key = (entry.class_name, backend.host, backend.path, backend.path_type)
            first, other = seen.setdefault(key, (entry, backend))
            same = (first.ref.namespace, other.target) == (entry.ref.namespace, backend.target)
            if backend.path and not same:
                yield _conflict(first, other, entry, backend)


def _conflict(first: Entry, other: Backend, entry: Entry, backend: Backend) -> Finding:
    scene = entry.scene
    return Finding(
        code="RouteMisdirected",
        variant="path_conflict",
        confidence=proved("both rules are read from the objects", "两条规则均从对象中读取"),
        object=entry.ref,
        part=backend.where,
        affected=(Reach(ref=first.ref, edge=Edge.ROUTE),) if first.ref != entry.ref else (),
        summary=Phrase(
            en=f"Two rules claim {backend.where}: the older one in {first.ref.name} leads to {other.target}, "
            f"the one in {entry.ref.name} to {backend.target} and is usually ignored",
            zh=f"两条规则都声明了 {backend.where}：{first.ref.name} 中较早的一条指向 {other.target}，"
            f"{entry.ref.name} 中的指向 {backend.target}，通常会被忽略",
        ),
        expected=f"one rule for {backend.where}",
        actual=f"{first.ref.name} → {other.target}, {entry.ref.name} → {backend.target}",
        evidence=(
            scene.field(entry.obj, *backend.at, "name"),
            scene.field(first.obj, *other.at, "name"),
            scene.field(first.obj, "metadata", "creationTimestamp"),
        ),
        remedies=(
            in_application(
                Phrase(
                    en=f"Remove {backend.where} from one of the two, or give them different paths",
                    zh=f"从其中一条规则中去掉 {backend.where}，或使用不同的路径",
                )
            ),
        ),
        next_checks=(entry.look(),),
        since=entry.born,
    )


def _dropped(entry: Entry) -> Iterator[Finding]:
    """Find a rewrite that refers to a part of the path that the path does not have."""
    target = entry.annotations.get(_REWRITE, "")
    used = max((int(found) for found in _GROUP_USED.findall(target)), default=0)
    for backend in entry.backends():
        groups = len(_GROUP_MADE.findall(backend.path))
        if not backend.path or groups >= used:
            continue
        scene = entry.scene
        at = (*backend.at[:-2], "path")
        yield Finding(
            code="RouteMisdirected",
            variant="path_conflict",
            confidence=proved("rewrite and path are both read", "改写规则与路径均已读取", twice=True),
            object=entry.ref,
            part=backend.where,
            summary=Phrase(
                en=f"Calls to {backend.where} lose their path: the rewrite to {target} needs {used} groups in "
                f"brackets, and the path has {groups}",
                zh=f"访问 {backend.where} 的请求会丢失路径：改写为 {target} 需要 {used} 个括号分组，"
                f"而路径中只有 {groups} 个",
            ),
            expected=f"path with {used} groups",
            actual=f"path: {backend.path}",
            evidence=(scene.field(entry.obj, "metadata", "annotations", _REWRITE), scene.field(entry.obj, *at)),
            remedies=(
                object_patch(
                    entry.obj,
                    [{"op": "replace", "path": pointer(at), "value": f"{backend.path.rstrip('/')}(/|$)(.*)"}],
                    patch_type="json",
                    summary=Phrase(en="Give the path the groups that the rewrite uses", zh="为路径加上改写所用的分组"),
                    undo=object_patch(
                        entry.ref,
                        [{"op": "replace", "path": pointer(at), "value": backend.path}],
                        patch_type="json",
                        summary=Phrase(en="", zh=""),
                    ).command,
                    estimate=Phrase(
                        en="the usual pattern for a rewrite to the second group; the pathType must be "
                        "ImplementationSpecific",
                        zh="改写到第二个分组的常用写法；pathType 须为 ImplementationSpecific",
                    ),
                )
                if used == 2 and groups == 0
                else in_application(
                    Phrase(en="Make path and rewrite agree on the number of groups", zh="让路径与改写的分组数一致")
                ),
            ),
            next_checks=(entry.look(),),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A path of any kind of route and the Service that it leads to."""

    source: Obj
    path: str
    service: str
    namespace: str
    at: FieldPath


def _rules(scene: Scene, entries: list[Entry]) -> Iterator[Rule]:
    for entry in entries:
        for backend in entry.backends():
            yield Rule(
                source=entry.obj,
                path=backend.path,
                service=backend.service,
                namespace=entry.ref.namespace,
                at=(*backend.at, "name"),
            )
    for route in scene.snapshot.all(f"HTTPRoute.{GATEWAY}"):
        for index, rule in numbered(route, "spec", "rules"):
            paths = [text(match, "path", "value") for _, match in numbered(rule, "matches")]
            for number, leg in numbered(rule, "backendRefs"):
                at: FieldPath = ("spec", "rules", index, "backendRefs", number, "name")
                for path in paths or ["/"]:
                    yield Rule(
                        source=route,
                        path=path,
                        service=text(leg, "name"),
                        namespace=space_of(leg, route),
                        at=at,
                    )
    for served in scene.snapshot.all("VirtualService.networking.istio.io"):
        for index, rule in numbered(served, "spec", "http"):
            paths = [
                text(match, "uri", "prefix") or text(match, "uri", "exact") for _, match in numbered(rule, "match")
            ]
            for number, leg in numbered(rule, "route"):
                service, _, rest = text(leg, "destination", "host").partition(".")
                space = rest.partition(".")[0] or namespace(served)
                at = ("spec", "http", index, "route", number, "destination", "host")
                for path in paths or ["/"]:
                    yield Rule(source=served, path=path, service=service, namespace=space, at=at)


def _wrong(scene: Scene, entries: list[Entry]) -> Iterator[Finding]:
    """Find a path that bears the name of one Service, leads to another, and is refused there."""
    rules = list(_rules(scene, entries))
    led = {(rule.namespace, rule.service) for rule in rules}
    named: dict[tuple[str, str], list[str]] = {}
    for service in scene.snapshot.all("Service"):
        short = _SUFFIX.sub("", name(service))
        if (namespace(service), name(service)) not in led:
            named.setdefault((namespace(service), short), []).append(name(service))
    for rule in rules:
        tokens = [token.lower() for token in re.split(r"[/()|$.*?\[\]]+", rule.path) if token]
        meant = next((found for token in tokens for found in named.get((rule.namespace, token), ())), "")
        if not meant or any(_SUFFIX.sub("", rule.service) == token for token in tokens):
            continue
        refusal = _refused(scene, rule)
        if refusal is not None:
            yield _wrong_backend(scene, rule, meant, refusal)


def _refused(scene: Scene, rule: Rule) -> Evidence | None:
    """Quote the newest log line of the Service's pods that answers this path with 404 or 405."""
    service = scene.snapshot.get("Service", rule.namespace, rule.service)
    prefix = re.split(r"[(*$]", rule.path, maxsplit=1)[0].rstrip("/")
    if service is None or not prefix:
        return None
    for pod in scene.graph.pods_of_service(service):
        for container in containers(pod):
            excerpt = scene.snapshot.log(pod, container.name)
            lines = excerpt.lines if excerpt else ()
            for number in range(len(lines), max(len(lines) - MAX_LINES, 0), -1):
                line = lines[number - 1][:2000]
                if f"{prefix}/" in line or f"{prefix} " in line or f"{prefix}?" in line:
                    return scene.line(pod, container.name, number) if _MISSED.search(line) else None
    return None


def _wrong_backend(scene: Scene, rule: Rule, meant: str, refusal: Evidence) -> Finding:
    ref = ref_of(rule.source)
    change = [{"op": "replace", "path": pointer(rule.at), "value": meant}]
    former = [{"op": "replace", "path": pointer(rule.at), "value": rule.service}]
    return Finding(
        code="RouteMisdirected",
        variant="wrong_backend",
        confidence=inferred("path, names and the refused calls agree", "路径、名称与被拒绝的请求相符", value=0.6),
        object=ref,
        part=rule.path,
        summary=Phrase(
            en=f"Calls to {rule.path} go to the Service {rule.service}, which does not know them, while nothing leads "
            f"to the Service {meant}",
            zh=f"访问 {rule.path} 的请求被转给 Service {rule.service}，而它不认识这些请求；"
            f"没有路由指向 Service {meant}",
        ),
        expected=f"{rule.path} → {meant}",
        actual=f"{rule.path} → {rule.service}",
        near=(meant,),
        evidence=(scene.field(rule.source, *rule.at), refusal),
        remedies=(
            object_patch(
                rule.source,
                change,
                patch_type="json",
                summary=Phrase(en=f"Lead {rule.path} to {meant}", zh=f"让 {rule.path} 指向 {meant}"),
                undo=object_patch(ref, former, patch_type="json", summary=Phrase(en="", zh="")).command,
            ),
        ),
    )
