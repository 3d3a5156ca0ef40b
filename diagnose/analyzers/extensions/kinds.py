"""Kinds, or versions of kinds, that somebody needs and the cluster does not serve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cluster.fields import Obj, objects, text, truth
from cluster.kinds import BUILTIN
from cluster.names import closest
from core.evidence import BUILTIN_GROUPS, Evidence
from core.phrase import Phrase
from diagnose.analyzers.extensions.apis import broken_apis
from diagnose.analyzers.extensions.refused import Refused, refused
from diagnose.analyzers.extensions.removed import Removed, removed_version
from diagnose.findings import Finding, NextCheck, Observation, Remedy, RuledOut, Who, matched, proved
from diagnose.remedies import command, in_application
from diagnose.scene import Scene

_DEFINITION = "CustomResourceDefinition"


@dataclass(frozen=True)
class Definitions:
    """The definitions of custom kinds, as far as they were read."""

    scene: Scene

    @property
    def all_read(self) -> bool:
        """Whether every definition was listed."""
        return self.scene.snapshot.coverage.complete(_DEFINITION)

    def of(self, wanted: Refused) -> Obj | None:
        """Return the definition of a kind in its group."""
        for obj in self.scene.snapshot.all(_DEFINITION):
            if text(obj, "spec", "names", "kind") == wanted.kind and (
                not wanted.group or text(obj, "spec", "group") == wanted.group
            ):
                return obj
        return None

    def near(self, wanted: Refused) -> tuple[str, ...]:
        """Return kinds of the same name in other groups, then kinds of a like name."""
        same: list[str] = []
        others: list[str] = []
        for obj in self.scene.snapshot.all(_DEFINITION):
            kind, group = text(obj, "spec", "names", "kind"), text(obj, "spec", "group")
            if kind and group:
                (same if kind == wanted.kind else others).append(f"{kind}.{group}")
        bare = {entry.partition(".")[0]: entry for entry in others}
        return (*same, *(bare[entry] for entry in closest(wanted.kind, bare)))[:3]


def served_versions(definition: Obj) -> tuple[str, ...]:
    """Return the versions of a custom kind that the API server serves."""
    return tuple(text(entry, "name") for entry in objects(definition, "spec", "versions") if truth(entry, "served"))


def judge_kinds(scene: Scene) -> Iterator[Observation]:
    """Report each kind that somebody asked for in vain, once for each who asked."""
    told: set[tuple[str, str, str, str]] = set()
    broken: frozenset[str] | None = None
    for wanted in refused(scene):
        key = (str(wanted.about), wanted.kind, wanted.group, wanted.version)
        if key in told:
            continue
        told.add(key)
        if broken is None:
            broken = broken_apis(scene)
        if wanted.group in broken:
            continue
        old = removed_version(wanted.kind, wanted.group, wanted.version)
        if old is not None:
            yield _removed(scene, wanted, old)
        elif not _builtin(wanted):
            yield _judge(scene, wanted)


def _builtin(wanted: Refused) -> bool:
    """Say whether Kubernetes itself serves the kind: then it was discovery that failed, not the kind."""
    if wanted.group:
        return wanted.group in BUILTIN_GROUPS
    return any(kind.kind == wanted.kind for kind in BUILTIN)


def _judge(scene: Scene, wanted: Refused) -> Finding | RuledOut:
    definitions = Definitions(scene)
    definition = definitions.of(wanted)
    served = served_versions(definition) if definition is not None else ()
    there = definition is not None and (not wanted.version or wanted.version in served)
    if there or (definition is None and _held(scene, wanted)):
        return RuledOut(
            code="CustomResourceKindMissing",
            object=wanted.about,
            reason=Phrase(
                en=f"the kind {wanted.kind} is there now: it was added after this was said",
                zh=f"类型 {wanted.kind} 现已存在：它是在该消息之后添加的",
            ),
            evidence=(wanted.evidence,),
        )
    return _missing(scene, wanted, definitions, definition, served)


def _held(scene: Scene, wanted: Refused) -> bool:
    """Say whether objects of the kind were read in that version, so that it is served all the same."""
    held = scene.snapshot.all(f"{wanted.kind}.{wanted.group}") if wanted.group else ()
    asked = f"{wanted.group}/{wanted.version}"
    return any(not wanted.version or text(obj, "apiVersion") == asked for obj in held)


def _missing(
    scene: Scene, wanted: Refused, definitions: Definitions, definition: Obj | None, served: Sequence[str]
) -> Finding:
    asked = "/".join(filter(None, (wanted.group, wanted.version)))
    near = tuple(f"{wanted.group}/{version}" for version in served) if served else definitions.near(wanted)
    evidence: list[Evidence] = [wanted.evidence]
    if definition is not None:
        evidence.append(scene.field(definition, "spec", "versions", 0, "name"))
        why = f"serves it only as {', '.join(served) or 'nothing'}, not as {wanted.version}"
        why_zh = f"只提供其 {'、'.join(served) or '（无）'} 版本，而不是 {wanted.version}"
    else:
        of = f" of {wanted.group}" if wanted.group else ""
        why = f"does not know the kind {wanted.kind}{of}"
        why_zh = f"不认识{f' {wanted.group} 的' if wanted.group else ''}类型 {wanted.kind}"
        if near:
            why += f"; there is {near[0]}"
            why_zh += f"；存在的是 {near[0]}"
    sure = definition is not None or definitions.all_read
    who = f"{wanted.about.kind} {wanted.about.name}"
    return Finding(
        code="CustomResourceKindMissing",
        confidence=proved(
            "the API server said so" + (" and the list of kinds agrees" if sure else ""),
            "API 服务器如此说明" + ("，类型列表与之相符" if sure else ""),
            twice=sure,
        )
        if wanted.source != "log" or sure
        else matched("the log says so; the list of kinds was not read", "日志如此说明；未读取类型列表"),
        object=wanted.about,
        part=".".join(filter(None, (wanted.kind, wanted.group))),
        affected=wanted.affected,
        summary=Phrase(
            en=f"{who} needs the kind {wanted.kind}{f' ({asked})' if asked else ''}, but the cluster {why}",
            zh=f"{who} 需要类型 {wanted.kind}{f'（{asked}）' if asked else ''}，但集群{why_zh}",
        ),
        expected=f"{wanted.kind} in {asked or 'the cluster'}",
        actual=", ".join(near) if served else "no such kind",
        near=near[:3],
        evidence=tuple(evidence),
        remedies=_remedies(wanted, served, near),
        next_checks=(
            NextCheck(
                command="kubectl api-resources" + (f" --api-group={wanted.group}" if wanted.group else ""),
                why=Phrase(en="it lists the kinds that the cluster serves", zh="列出集群提供的类型"),
            ),
        ),
        since=wanted.since,
    )


def _remedies(wanted: Refused, served: Sequence[str], near: Sequence[str]) -> tuple[Remedy, ...]:
    if served and wanted.source == "log":
        return (
            in_application(
                Phrase(
                    en=f"Bring the program and the definition (CRD) to one release: install the definition that serves "
                    f"{wanted.version}, or run a release of the program that uses {served[0]}",
                    zh=f"让程序与定义（CRD）的版本一致：安装提供 {wanted.version} 的定义，"
                    f"或使用支持 {served[0]} 的程序版本",
                )
            ),
        )
    if served:
        return (
            in_application(
                Phrase(
                    en=f"Write apiVersion {wanted.group}/{served[0]} where {wanted.version} is written",
                    zh=f"将 {wanted.version} 改写为 apiVersion {wanted.group}/{served[0]}",
                )
            ),
        )
    install = command(
        "kubectl apply --server-side -f <crds.yaml>",
        summary=Phrase(
            en=f"Install what brings the kind {wanted.kind} along: the definitions (CRDs) of the same release as "
            "whoever needs it",
            zh=f"安装提供类型 {wanted.kind} 的组件：与使用者版本一致的定义（CRD）",
        ),
        verify=f"kubectl api-resources --api-group={wanted.group}" if wanted.group else "kubectl api-resources",
        expect=Phrase(en=f"{wanted.kind} is listed", zh=f"列出了 {wanted.kind}"),
        who=Who.CLUSTER_ADMIN,
    )
    if not near:
        return (install,)
    return (
        install,
        in_application(Phrase(en=f"Or write {near[0]}, if that was meant", zh=f"或者改写为 {near[0]}（如果本意如此）")),
    )


def _removed(scene: Scene, wanted: Refused, old: Removed) -> Finding:
    asked = f"{wanted.group}/{wanted.version}".strip("/")
    server = scene.snapshot.server_version
    now = f"; this cluster runs {server}" if server else ""
    now_zh = f"；该集群版本为 {server}" if server else ""
    who = f"{wanted.about.kind} {wanted.about.name}"
    use = f"it must be written as {old.use}" if old.use else "leave it out"
    use_zh = f"应改写为 {old.use}" if old.use else "请将其去掉"
    return Finding(
        code="APIVersionRemoved",
        confidence=proved(
            "the API server refuses the version, which Kubernetes removed",
            "API 服务器拒绝了该版本，Kubernetes 已将其移除",
            twice=bool(server),
        )
        if wanted.source != "log"
        else matched("the log names the version, which Kubernetes removed", "日志指明了已被移除的版本", value=0.8),
        object=wanted.about,
        part=f"{wanted.kind}.{asked}",
        affected=wanted.affected,
        summary=Phrase(
            en=f"{who} asks for {wanted.kind} in {asked}, which Kubernetes removed in {old.gone}{now}; {use}",
            zh=f"{who} 使用 {asked} 的 {wanted.kind}，而 Kubernetes 已在 {old.gone} 中移除该版本{now_zh}；{use_zh}",
        ),
        expected=f"apiVersion: {old.use}" if old.use else "not used",
        actual=f"apiVersion: {asked}",
        near=(old.use,) if old.use else (),
        evidence=(wanted.evidence,),
        remedies=(
            in_application(
                Phrase(
                    en="Run a release of the program that asks for the version which the cluster serves",
                    zh="改用请求现行 API 版本的程序版本",
                )
                if wanted.source == "log"
                else Phrase(
                    en=f"In the manifest or chart, {_what(old).en}. {old.changed.en}",
                    zh=f"在清单或 chart 中{_what(old).zh}。{old.changed.zh}",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl explain {wanted.kind.lower()} --api-version={old.use}"
                if old.use
                else "kubectl api-resources",
                why=Phrase(en="it lists the fields of the version that is served", zh="列出现行版本的字段"),
            ),
        ),
        since=wanted.since,
    )


def _what(old: Removed) -> Phrase:
    if not old.use:
        return Phrase(en="leave it out", zh="去掉它")
    return Phrase(en=f"write apiVersion {old.use}", zh=f"改写为 apiVersion {old.use}")
