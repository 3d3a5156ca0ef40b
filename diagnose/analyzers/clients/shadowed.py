"""Variables that are set more than once, so that another value wins than the one that was meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj, dig, mapping, namespace, numbered, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.addresses import Variable, variables
from diagnose.containers import Container
from diagnose.fault import named as who
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Role, Severity, inferred, matched
from diagnose.logs.ending import Ending, read_ending
from diagnose.logs.reading import LogItem
from diagnose.remedies import in_application, template_patch
from diagnose.scene import Scene
from diagnose.state import termination_current

_LINK = re.compile(r"\b(?:tcp|udp)://\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,80}")
MIN_VALUE = 4
"""A shorter value in a line may be there by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hidden:
    """A variable whose earlier value is hidden by a later one."""

    loser: Variable
    winner: Variable


def shadowed(scene: Scene, container: Container) -> Iterator[Finding]:
    """Yield variables with two values: a cause when the failing program's log names one, else untidy."""
    hidden = list(_hidden(scene, container))
    failing = bool(container.ended) and bool(container.exit_code) and termination_current(scene, container)
    ending = read_ending(scene, container) if failing else None
    item = _deciding(ending) if ending is not None else None
    if ending is not None and item is not None and (found := _injected(scene, container, ending, item)):
        yield found
    for entry in hidden:
        named = item is not None and _names(item, entry)
        yield _finding(scene, container, entry, ending.line(item) if ending and item and named else None)


def _hidden(scene: Scene, container: Container) -> Iterator[_Hidden]:
    if not _repeats(scene, container):
        return
    first: dict[str, Variable] = {}
    found: dict[str, _Hidden] = {}
    for entry in variables(scene, container):
        before = first.get(entry.name)
        if before is not None and before.value != entry.value and entry.name:
            found[entry.name] = _Hidden(loser=before, winner=entry)
        first[entry.name] = entry
    yield from found.values()


def _repeats(scene: Scene, container: Container) -> bool:
    """Say whether a name may be set twice: most containers have none, and to ask by names alone is quick."""
    names = [text(entry, "name") for _, entry in numbered(container.spec, "env")]
    for _, entry in numbered(container.spec, "envFrom"):
        source = scene.snapshot.get("ConfigMap", namespace(container.pod), text(entry, "configMapRef", "name"))
        prefix = text(entry, "prefix")
        names += [f"{prefix}{key}" for key in mapping(source, "data")]
    return len(names) != len(set(names))


def _deciding(ending: Ending) -> LogItem | None:
    return ending.match.item if ending.match else ending.words


def _names(item: LogItem, entry: _Hidden) -> bool:
    said = item.text[:2000]
    values = [value for value in (entry.winner.value, entry.loser.value) if len(value) >= MIN_VALUE]
    return entry.winner.name in _WORD.findall(said) or any(value in said for value in values)


def _finding(scene: Scene, container: Container, entry: _Hidden, line: Evidence | None) -> Finding:
    named, winner, loser = entry.winner.name, entry.winner, entry.loser
    consequence = Phrase(en=", and the program fails over it", zh="，且程序因此失败") if line else Phrase(en="", zh="")
    return Finding(
        code="EnvVarShadowed",
        role=Role.ROOT if line else Role.HYGIENE,
        severity=Severity.MEDIUM if line else Severity.LOW,
        confidence=matched("the log names the variable or its value", "日志提到该变量或其值", value=0.7)
        if line
        else inferred("two values were read; nothing fails over it", "读到两个值；没有因此失败", value=0.6),
        object=scene.holder_ref(container.pod),
        part=f"{container.name} {named}",
        affected=scene.reach_pods([container.pod]),
        summary=Phrase(
            en=f"{who(container).en} gets {named} twice: {_short(winner.value)} from {winner.origin} hides "
            f"{_short(loser.value)} from {loser.origin}{consequence.en}",
            zh=f"{who(container).zh} 的变量 {named} 被设置两次：{winner.origin} 中的 {_short(winner.value)} 盖住了 "
            f"{loser.origin} 中的 {_short(loser.value)}{consequence.zh}",
        ),
        expected=f"{named} set once",
        actual=f"{named}={_short(winner.value)}",
        evidence=(
            *((line,) if line else ()),
            scene.field(winner.holder, *winner.path),
            scene.field(loser.holder, *loser.path),
        ),
        remedies=(
            in_application(
                Phrase(
                    en=f"Remove one of the two settings of {named} from the pod template or the ConfigMap",
                    zh=f"从 Pod 模板或 ConfigMap 中删除 {named} 的两处设置之一",
                )
            ),
        ),
        next_checks=(_environment(scene, container),),
        since=container.ended_at if line else None,
    )


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:59] + "…"


def _environment(scene: Scene, container: Container) -> NextCheck:
    ref = scene.holder_ref(container.pod)
    return NextCheck(
        command=f"kubectl -n {ref.namespace} set env {ref.slug} --list -c {container.name}",
        why=Phrase(en="all variables with their sources", zh="所有变量及其来源"),
    )


# -- variables that Kubernetes sets for Services


def _injected(scene: Scene, container: Container, ending: Ending, item: LogItem) -> Finding | None:
    """Report a program that reads a variable of its own and finds one that Kubernetes made for a Service."""
    link = _LINK.search(item.text[:2000])
    pod = container.pod
    if link is None or dig(pod, "spec", "enableServiceLinks") is False:
        return None
    own = {text(entry, "name") for _, entry in numbered(container.spec, "env")}
    for service in scene.snapshot.all("Service", namespace(pod)):
        variable = f"{ref_of(service).name.upper().replace('-', '_')}_PORT"
        address = f"{text(service, 'spec', 'clusterIP')}:"
        if variable not in own and f"//{address}" in link[0]:
            return _link_finding(scene, container, ending, item, service, variable)
    return None


def _link_finding(
    scene: Scene, container: Container, ending: Ending, item: LogItem, service: Obj, variable: str
) -> Finding:
    ref = ref_of(service)
    summary = Phrase(
        en="Stop Kubernetes from setting variables for Services in these pods",
        zh="让 Kubernetes 不再为这些 Pod 设置 Service 变量",
    )
    fix: Remedy = template_patch(scene, container.pod, {"enableServiceLinks": False}, summary=summary)
    return Finding(
        code="EnvVarShadowed",
        severity=Severity.MEDIUM,
        confidence=matched(
            "the log shows the value made for the Service", "日志显示了为该 Service 生成的值", value=0.8
        ),
        object=scene.holder_ref(container.pod),
        part=f"{container.name} {variable}",
        affected=scene.reach_pods([container.pod]),
        summary=Phrase(
            en=f"{who(container).en} reads {variable} as its own setting, but Kubernetes fills it with the address "
            f"of Service {ref.name}, and the program fails over it",
            zh=f"{who(container).zh} 把 {variable} 当作自己的配置读取，而 Kubernetes 用 "
            f"Service {ref.name} 的地址填充了它，程序因此失败",
        ),
        expected=f"{variable} is a number",
        actual=f"{variable}={_LINK.findall(item.text[:2000])[0]}",
        evidence=(ending.line(item), scene.field(service, "spec", "clusterIP")),
        remedies=(fix,),
        next_checks=(_environment(scene, container),),
        chain=(Reach(ref=ref, edge=Edge.ENV),),
        since=container.ended_at,
    )
