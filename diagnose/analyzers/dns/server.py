"""The cluster's DNS with a Corefile that breaks or hides names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.dns.down import pods_check
from diagnose.analyzers.dns.view import Names
from diagnose.complaints import WINDOW_SECONDS
from diagnose.containers import Container, containers
from diagnose.findings import Confidence, Finding, Remedy, inferred, matched, proved
from diagnose.logs.reading import LogItem, LogReading, read_log
from diagnose.remedies import command, in_application

MIN_TIMEOUTS = 3

_SYNTAX = re.compile(r"Corefile:(\d{1,5}) - Error during parsing: (.{1,200})")
_LOOP = re.compile(r"plugin/loop: Loop .{0,120} detected")
_TIMEOUT = re.compile(
    r"plugin/errors: 2 (\S{1,200}?)\.? [A-Z]{1,10}: .{0,120}->(\S{2,60}):53: .{0,60}(?:timeout|refused)"
)


def config_syntax(names: Names) -> Iterator[Finding]:
    """Report a Corefile that the DNS server cannot parse."""
    for container, reading, item in _lines(names, failed=True):
        if match := _SYNTAX.search(item.text):
            config = names.config
            number = int(match[1])
            lines = text(config, "data", "Corefile").split("\n")
            quote = lines[number - 1].strip() if 0 < number <= len(lines) else ""
            proof = [names.scene.field(config, "data", "Corefile", quote=quote)] if config and quote else []
            yield _config_finding(
                names,
                "syntax",
                Phrase(
                    en=f"The DNS server ends at its start: line {number} of its Corefile is wrong ({match[2]})",
                    zh=f"DNS 服务器一启动就退出：Corefile 第 {number} 行有误（{match[2]}）",
                ),
                actual=quote or match[2],
                evidence=(_quoted(names, container, reading, item), *proof),
                sure=proved("the server names the line", "服务器指明了该行", twice=bool(proof)),
            )
            return


def config_upstream(names: Names) -> Iterator[Finding]:
    """Report an upstream resolver that does not answer, or one that leads back to the server itself."""
    for container, reading, item in _lines(names, failed=True):
        if _LOOP.search(item.text):
            yield _config_finding(
                names,
                "upstream",
                Phrase(
                    en="The DNS server ends because its upstream resolver leads back to itself",
                    zh="DNS 服务器退出，因为它的上游解析器又指回了它自己",
                ),
                actual="forwarding loop",
                evidence=(_quoted(names, container, reading, item),),
                sure=proved("the server says so", "服务器如此报告"),
            )
            return
    found: dict[str, list[tuple[Container, LogReading, LogItem, str]]] = {}
    for container, reading, item in _lines(names, failed=False):
        match = _TIMEOUT.search(item.text)
        if match and "HINFO" not in item.text and (item.time is None or names.scene.age(item.time) <= WINDOW_SECONDS):
            found.setdefault(match[2], []).append((container, reading, item, match[1]))
    for upstream, said in found.items():
        wanted = {entry[3] for entry in said}
        if len(said) < MIN_TIMEOUTS or len(wanted) < 2:
            continue
        container, reading, item, _ = said[-1]
        yield _config_finding(
            names,
            "upstream",
            Phrase(
                en=f"The cluster's DNS gets no answer from its upstream resolver {upstream} ({len(said)} times for "
                f"{len(wanted)} names)",
                zh=f"集群 DNS 得不到上游解析器 {upstream} 的应答（{len(wanted)} 个名称共 {len(said)} 次）",
            ),
            actual=f"{upstream} does not answer",
            evidence=(_quoted(names, container, reading, item),),
            sure=matched("the server's log names the upstream", "服务器日志指明了上游"),
        )


def _lines(names: Names, *, failed: bool) -> Iterator[tuple[Container, LogReading, LogItem]]:
    """Yield the lines of the DNS server's logs: of pods that are down (``failed``), or of those that run."""
    for pod in names.pods:
        for container in containers(pod):
            if container.ready is failed:
                continue
            for previous in (True, False) if failed else (False,):
                reading = read_log(names.scene, pod, container.name, previous=previous)
                for item in reading.items if reading else ():
                    if reading is not None:
                        yield container, reading, item


def _quoted(names: Names, container: Container, reading: LogReading, item: LogItem) -> Evidence:
    return names.scene.line(container.pod, container.name, item.number, previous=reading.previous)


def _config_finding(
    names: Names,
    variant: str,
    summary: Phrase,
    *,
    actual: str,
    evidence: tuple[Evidence, ...],
    sure: Confidence,
) -> Finding:
    scene, config = names.scene, names.config
    holder = ref_of(config) if config is not None else scene.holder_ref(names.pods[0])
    return Finding(
        code="ClusterDNSConfigInvalid",
        variant=variant,
        confidence=sure,
        object=holder,
        part="Corefile",
        affected=(*scene.reach_pods(names.pods), *names.hit()),
        summary=summary,
        expected="a Corefile that resolves the names of the cluster and of its upstream",
        actual=actual,
        evidence=evidence,
        remedies=(_edit(names, holder.slug),),
        next_checks=(pods_check(names),),
    )


def _edit(names: Names, slug: str) -> Remedy:
    if not slug.startswith("configmap/"):
        return in_application(Phrase(en="Correct the Corefile of the DNS server", zh="修正 DNS 服务器的 Corefile"))
    return command(
        f"kubectl -n {names.space} edit {slug}",
        summary=Phrase(
            en="Correct the Corefile in this ConfigMap, then restart the DNS pods",
            zh="修正此 ConfigMap 中的 Corefile，然后重启 DNS 的 Pod",
        ),
        verify=f"kubectl -n {names.space} logs -l k8s-app=kube-dns --tail=20",
        expect=Phrase(en="no error is logged", zh="日志中没有错误"),
    )


# -- names that the Corefile hides

_ZONES = re.compile(r"^\s{0,8}([A-Za-z0-9.:_\-/ ]{1,400}?)\s{0,8}\{\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """One server block of a Corefile: its zones and the lines in it, each with what is nested below it."""

    zones: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]


def _blocks(corefile: str) -> Iterator[_Block]:
    zones: tuple[str, ...] = ()
    lines: list[tuple[str, str]] = []
    depth = 0
    for raw in corefile.split("\n")[:2000]:
        line = raw.partition("#")[0].strip()[:400]
        if not line:
            continue
        if depth == 0 and (match := _ZONES.match(line)):
            zones, lines = tuple(_zone(word) for word in match[1].replace(",", " ").split()), []
        elif depth == 1 and line != "}":
            lines.append((line, ""))
        elif depth > 1 and lines:
            lines[-1] = (lines[-1][0], f"{lines[-1][1]}\n{line}")
        depth += line.count("{") - line.count("}")
        if depth <= 0:
            depth = 0
            yield _Block(zones=zones, lines=tuple(lines))


def _zone(word: str) -> str:
    bare = word.rpartition("//")[2]
    head, colon, port = bare.rpartition(":")
    return (head if colon and port.isdigit() else bare).strip(".").lower()


def _covers(zone: str, host: str) -> bool:
    return zone == "" or host == zone or host.endswith(f".{zone}")


def config_overrides(names: Names) -> Iterator[Finding]:
    """Report a Corefile that keeps a Service's name, which a program fails to resolve, from the cluster's zone."""
    config = names.config
    if config is None:
        return
    for complaint in names.failing:
        place = names.place(complaint)
        if place.kind != "service" or not complaint.host:
            continue
        host = f"{place.service}.{place.space}.svc.cluster.local"
        line = _hiding(text(config, "data", "Corefile"), host)
        if line is None:
            continue
        proof = names.scene.field(config, "data", "Corefile", quote=line)
        yield _config_finding(
            names,
            "override",
            Phrase(
                en=f'The cluster\'s DNS does not find Service {place.service} although it exists: "{line}" in the '
                "Corefile takes its name",
                zh=f"Service {place.service} 存在，集群 DNS 却找不到它：Corefile 中的 “{line}” 截走了它的名称",
            ),
            actual=line,
            evidence=(complaint.line, proof),
            sure=inferred(
                "read from the Corefile; the server was not asked", "依据 Corefile 判断，未询问服务器", value=0.6
            ),
        )
        return


def _hiding(corefile: str, host: str) -> str | None:
    """Return the line that keeps a name of the cluster from the ``kubernetes`` plugin, or None."""
    covering = [
        (max((zone for zone in block.zones if _covers(zone, host)), key=len), block)
        for block in _blocks(corefile)
        if any(_covers(zone, host) for zone in block.zones)
    ]
    if not covering:
        return None
    zone, block = max(covering, key=lambda entry: len(entry[0]))
    for line, below in block.lines:
        words = line.rstrip("{ ").split()
        if words[0] == "template" and "fallthrough" not in below and _among(words[3:], host):
            return line
        if words[0] == "hosts" and line.endswith("{") and "fallthrough" not in below and _among(words[1:], host):
            return line
        if words[0] == "rewrite" and "name" in words and any(word.strip(".") == host for word in words):
            return line
    if any(line.split()[0] == "kubernetes" and _among(line.rstrip("{ ").split()[1:], host) for line, _ in block.lines):
        return None
    served = [line for line, _ in block.lines if line.split()[0] in {"forward", "file", "kubernetes"}]
    return served[0] if served and zone is not None else None


def _among(zones: list[str], host: str) -> bool:
    named = [_zone(word) for word in zones if not word.startswith("/") and not word.isdigit()]
    return not named or any(_covers(zone, host) for zone in named)
