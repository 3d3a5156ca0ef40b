"""Probes that ask a path which the program does not have or does not let them read."""

import re

from cluster.names import closest
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.probes.reading import ProbeFailure
from diagnose.analyzers.probes.shape import Told, check_name, consequence, earlier_probe, probe_patch, tcp_instead
from diagnose.findings import NextCheck, Remedy, proved
from diagnose.logs.reading import read_log
from diagnose.probing import probes_of
from diagnose.remedies import in_application
from diagnose.served import passing_probes

_STATUS = re.compile(r"statuscode: (\d{3})")
_REFUSING = frozenset({"401", "403", "404", "405", "410"})
_REDIRECTING = frozenset({"301", "302", "303", "307", "308"})
_ACCESS = re.compile(
    r"\"?(?:GET|HEAD) (/[\w./~%+-]{0,120})(?:\?\S{0,200})?(?: HTTP/[\d.]{1,3})?\"?[^\n]{0,40}?[\s=:\"](2\d\d)\b"
)
_MEANING = {
    "401": ("asks for a login", "要求登录"),
    "403": ("is forbidden", "被禁止访问"),
    "404": ("does not exist", "不存在"),
    "405": ("does not allow GET", "不允许 GET"),
    "410": ("no longer exists", "已不存在"),
}


def asks_wrong_path(failure: ProbeFailure) -> Told | None:
    """Report an HTTP probe whose path the program does not have or does not let it read."""
    probe = failure.probe
    match = _STATUS.search(failure.output)
    if probe.handler != "httpGet" or match is None or match[1] not in _REFUSING | _REDIRECTING:
        return None
    status, path = match[1], probe.url_path
    candidates = _good_paths(failure)
    near = tuple(dict.fromkeys([*closest(path, list(candidates)), *candidates]))[:3]
    meaning, meaning_zh = _MEANING.get(status, ("redirects elsewhere", "被重定向到别处"))
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    hint = f" ({near[0]} answers)" if near else ""
    hint_zh = f"（{near[0]} 有正常响应）" if near else ""
    return Told(
        code="ProbeWrongPath",
        confidence=proved(
            f"the port answers the probe itself with status {status}",
            f"端口可达，并对探针返回状态 {status}",
            twice=True,
        ),
        summary=Phrase(
            en=f"{who} asks for {path} on port {probe.asked} and gets status {status}: that path {meaning}{hint}{end}",
            zh=f"{who_zh}请求端口 {probe.asked} 上的 {path}，得到状态 {status}：该路径{meaning_zh}{hint_zh}{end_zh}",
        ),
        expected=f"{probe.key}.httpGet.path: {near[0]}" if near else "status 200-399",
        actual=f"{probe.key}.httpGet.path: {path} → {status}",
        near=near,
        evidence=failure.proofs(failure.field("httpGet", "path"), *([candidates[near[0]]] if near else [])),
        remedies=_path_remedies(failure, near),
        next_checks=()
        if near
        else (
            NextCheck(
                command=f"kubectl -n {failure.holder.namespace} exec {failure.holder.slug} -c {failure.container.name} "
                f"-- wget -qO- http://127.0.0.1:{probe.port or 80}/",
                why=Phrase(en="shows which paths the program answers", zh="查看程序对哪些路径有响应"),
            ),
        ),
    )


def _path_remedies(failure: ProbeFailure, near: tuple[str, ...]) -> tuple[Remedy, ...]:
    probe = failure.probe
    found: list[Remedy] = []
    if near:
        found.append(
            probe_patch(
                failure,
                {
                    other.key: {"httpGet": {"path": near[0]}}
                    for other in probes_of(failure.container)
                    if other.handler == "httpGet" and (other.url_path, other.asked) == (probe.url_path, probe.asked)
                },
                summary=Phrase(en=f"Let the check ask for {near[0]}", zh=f"让检查请求 {near[0]}"),
            )
        )
    else:
        found.append(
            probe_patch(
                failure,
                {probe.key: tcp_instead(probe.port, "httpGet")},
                summary=Phrase(
                    en=f"Check only that port {probe.asked} accepts connections, until a health path is known",
                    zh=f"在确定健康检查路径之前，先只检查端口 {probe.asked} 能否连接",
                ),
            )
        )
    found.append(
        in_application(
            Phrase(
                en=f"Let the program answer {probe.url_path} with status 200 and without a login",
                zh=f"让程序对 {probe.url_path} 返回状态 200，且不要求登录",
            )
        )
    )
    return tuple(found)


def _good_paths(failure: ProbeFailure) -> dict[str, Evidence]:
    """Return paths that are known to answer, best first, each with the proof."""
    scene, pod, name = failure.scene, failure.container.pod, failure.container.name
    asked = failure.probe.url_path
    found: dict[str, Evidence] = {}
    for other, number in passing_probes(failure.container):
        if other.handler == "httpGet" and number == failure.probe.port:
            found.setdefault(other.url_path, scene.field(pod, *other.path, "httpGet", "path"))
    before = earlier_probe(failure)
    if before and before.handler == "httpGet":
        found.setdefault(before.url_path, scene.field(before.container.pod, *before.path, "httpGet", "path"))
    reading = read_log(scene, pod, name, previous=False)
    for item in reversed(reading.items[-300:] if reading else ()):
        if (match := _ACCESS.search(item.text[:600])) and len(found) < 6:
            found.setdefault(match[1], scene.line(pod, name, item.number))
    found.pop(asked, None)
    return found
