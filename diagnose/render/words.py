"""The fixed words of the renderings, in both languages, and what makes foreign text safe to print."""

import unicodedata

from core.evidence import UNSET, AbsenceSource, EventSource, Evidence, FieldSource, FileSource, LogSource, render_path
from core.phrase import Language, Phrase
from diagnose.findings import Confidence, DryRun, Finding, Risk, Role, Severity, Trigger, Verdict, Who

VERDICTS: dict[Verdict, Phrase] = {
    Verdict.FAILING: Phrase(en="FAILING", zh="故障"),
    Verdict.DEGRADED: Phrase(en="DEGRADED", zh="受损"),
    Verdict.UNKNOWN: Phrase(en="UNKNOWN", zh="未知"),
    Verdict.RECOVERED: Phrase(en="RECOVERED", zh="已恢复"),
    Verdict.HEALTHY: Phrase(en="HEALTHY", zh="正常"),
}
SEVERITIES: dict[Severity, Phrase] = {
    Severity.CRITICAL: Phrase(en="critical", zh="紧急"),
    Severity.HIGH: Phrase(en="high", zh="高"),
    Severity.MEDIUM: Phrase(en="medium", zh="中"),
    Severity.LOW: Phrase(en="low", zh="低"),
}
RISKS: dict[Risk, Phrase] = {
    Risk.NONE: Phrase(en="none", zh="无"),
    Risk.RESTART: Phrase(en="pods restart", zh="Pod 会重启"),
    Risk.DATA: Phrase(en="data may be lost", zh="可能丢失数据"),
    Risk.ACCESS: Phrase(en="access changes", zh="访问权限会改变"),
}
WHO: dict[Who, Phrase] = {
    Who.OWNER: Phrase(en="the app's owner", zh="应用负责人"),
    Who.NAMESPACE_ADMIN: Phrase(en="a namespace admin", zh="命名空间管理员"),
    Who.CLUSTER_ADMIN: Phrase(en="a cluster admin", zh="集群管理员"),
    Who.OUTSIDE: Phrase(en="somebody outside the cluster", zh="集群外的负责方"),
}
CONFIDENCE: dict[str, Phrase] = {
    "proved": Phrase(en="proved", zh="已证实"),
    "matched": Phrase(en="matched", zh="已匹配"),
    "inferred": Phrase(en="inferred", zh="推断"),
}
TITLES: dict[str, Phrase] = {
    "cause": Phrase(en="Cause", zh="原因"),
    "causes": Phrase(en="Causes", zh="原因"),
    "noted": Phrase(en="Noted", zh="提示"),
    "contributing": Phrase(en="Makes it worse", zh="加重因素"),
    "trigger": Phrase(en="Changed before", zh="此前的变更"),
    "evidence": Phrase(en="Evidence", zh="证据"),
    "fix": Phrase(en="Fix", zh="修复"),
    "or": Phrase(en="Alternative", zh="另一种办法"),
    "dry_run": Phrase(en="Dry run", zh="试运行"),
    "accepted": Phrase(en="the API server would accept it", zh="API 服务器会接受"),
    "unchanged": Phrase(
        en="the API server would accept it, and nothing would differ", zh="API 服务器会接受，但没有任何变化"
    ),
    "refused": Phrase(en="the API server would refuse it", zh="API 服务器会拒绝"),
    "verify": Phrase(en="Verify", zh="验证"),
    "undo": Phrase(en="Undo", zh="撤销"),
    "risk": Phrase(en="risk", zh="风险"),
    "who": Phrase(en="who", zh="执行人"),
    "next": Phrase(en="Next check", zh="下一步检查"),
    "near": Phrase(en="did you mean", zh="是否想写"),
    "expected": Phrase(en="expected", zh="期望"),
    "actual": Phrase(en="actual", zh="实际"),
    "folded": Phrase(en="Explained by this", zh="由此引起"),
    "affected": Phrase(en="affected", zh="影响"),
    "progress": Phrase(en="In progress", zh="进行中"),
    "unexplained": Phrase(en="Unexplained", zh="未能解释"),
    "ruled_out": Phrase(en="Does not count", zh="不计入"),
    "checked": Phrase(en="Also checked, no fault", zh="其他检查均正常"),
    "unseen": Phrase(en="Not seen", zh="未读取"),
    "notes": Phrase(en="Notes", zh="说明"),
    "runbook": Phrase(en="runbook", zh="手册"),
    "workloads": Phrase(en="Workloads", zh="工作负载"),
    "estimate": Phrase(en="estimate", zh="估计值"),
    "again": Phrase(en="look again after", zh="请在此时间后再看"),
    "ready": Phrase(en="ready", zh="就绪"),
    "as_of": Phrase(en="as of", zh="截至"),
    "of": Phrase(en="of", zh="/"),
    "more": Phrase(en="more", zh="更多"),
    "history": Phrase(en="in the past", zh="已过去"),
}


def heading(finding: Finding, language: Language) -> str:
    """Say what part a finding plays: a cause; what is only noted, since it changes no verdict; what makes it worse."""
    if finding.role is Role.ROOT:
        return title("noted" if finding.severity is Severity.LOW else "cause", language)
    return title("contributing", language)


def title(key: str, language: Language) -> str:
    """Return a fixed word."""
    return TITLES[key].in_language(language)


def spoken_trigger(change: Trigger, language: Language) -> str:
    """Write what was changed before a fault, when, by what and with which differences, in one line."""
    english = language == "en"
    at = f"{change.at:%Y-%m-%dT%H:%M:%SZ}"
    by = (f" by {change.by}" if english else f"，由 {change.by}") if change.by else ""
    listed = (", " if english else "、").join(change.changes)
    more = (f" and {change.more} more" if english else f" 等，另有 {change.more} 处") if change.more else ""
    said = change.summary.in_language(language)
    head = f"{said} at {at}{by}" if english else f"{said}（{at}{by}）"
    return one_line(f"{head}{': ' if english else '：'}{listed}{more}" if listed else head, 600)


def spoken_dry_run(result: DryRun, language: Language) -> str:
    """Write what the API server says of a change; the lines that differ are not in it."""
    if not result.accepted:
        return f"{title('refused', language)}: {one_line(result.message, 300)}"
    return title("accepted" if result.diff else "unchanged", language)


def certainty(confidence: Confidence, language: Language) -> str:
    """Write a confidence: ``proved (0.95): both sides were read``."""
    word = CONFIDENCE[confidence.word].in_language(language)
    return f"{word} ({confidence.value:.2f}): {confidence.reason.in_language(language)}"


def printable(text: str) -> str:
    """Escape what a terminal would act on: control characters, escape sequences, direction marks."""
    if text.isprintable():
        return text
    return "".join(char if char in "\n\t" or not _acts(char) else f"\\x{ord(char):02x}" for char in text)


def one_line(text: str, limit: int = 300) -> str:
    """Write text on one line, escaped, cut in the middle when longer than ``limit`` characters."""
    flat = printable(text.replace("\r", "").replace("\n", " ⏎ ").replace("\t", " ")).strip()
    if len(flat) <= limit:
        return flat
    return f"{flat[: limit * 2 // 3]} … {flat[-limit // 3 :]}"


def _acts(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def spoken_evidence(evidence: Evidence, language: Language) -> str:
    """Write one piece of evidence: the object, the field or line, and what stands there."""
    quote = one_line(evidence.quote)
    past = "" if evidence.still_current else f" ({title('history', language)})"
    match evidence.source:
        case FieldSource() as source:
            shown = quote if evidence.quote == UNSET or _bare(evidence.quote) else f'"{quote}"'
            return f"{source.object} · {render_path(source.path)} = {shown}{past}"
        case EventSource() as source:
            return f"{source.object} · event {source.reason}: {quote}{past}"
        case LogSource() as source:
            which = "previous log" if source.previous else "log"
            return f"{source.pod} · {source.container} {which}:{source.line}: {quote}{past}"
        case AbsenceSource() as source:
            return _absence(source, language)
        case FileSource() as source:
            return f"{source}: {quote}"


def _absence(source: AbsenceSource, language: Language) -> str:
    where = source.object.namespace or ("the cluster" if language == "en" else "集群")
    if language == "zh":
        return f"{source.object} · 不存在：{where} 的完整列表中没有它"
    return f"{source.object} · does not exist: the complete list of {where} does not hold it"


def _bare(quote: str) -> bool:
    return quote[:1] in "{[0123456789-" or quote in {"true", "false"}
