"""What no sentence of a model may hold, whatever it cites: links, commands, markup, orders, another language.

Patterns are linear: no nested repeats, and every text is short when it comes here.
"""

import re
import unicodedata
from collections.abc import Iterable

from core.phrase import Language
from diagnose.explain.answer import Reason
from diagnose.findings import Verdict

MAX_CHARS = 500
MIN_CHARS = 4

_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}:\s?//|\bwww\.|\b(?:mailto|javascript|data|tel|file):\S|\bhxxps?\b|"
    r"[\w.+-]+@[\w-]+\.[a-z]{2,}|\]\s?\(|\[[^\[\]]{0,200}\]\s?:",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<\s?/?[a-z!][^>]{0,200}>?|^\s{0,3}(?:#{1,6}\s|>\s|```|~~~)|!\[|\*\*|__\w|\||\{\{", re.IGNORECASE)
_MARKERS = ("<unset>", "<absent>")
_COMMAND = re.compile(
    r"\b(?:kubectl|kustomize|istioctl|crictl|nerdctl|oc|eksctl|gcloud|kubeadm|curl|wget|sudo|powershell|chmod|chown|"
    r"systemctl|scp|netcat|xargs|apt-get|rm|dd|mkfs|iptables|eval|sextant)\s+[-\w./<'\"$]|"
    r"\b(?:bash|zsh|sh|python3?|perl|node|psql|mysql|redis-cli|ssh|base64|nc)\s+[-./]|"
    r"\b(?:docker|podman|helm|flux|argocd|terraform|pip|npm|npx|apt|yum|apk|git)\s+(?:run|exec|rm|rmi|pull|push|login|"
    r"build|kill|stop|system|compose|install|uninstall|upgrade|rollback|delete|apply|destroy|add|clone|app|suspend)\b|"
    r"\$\(|\$\{|&&|\s\|\s|;\s?(?:rm|curl|wget|sh|bash)\b|>\s?/(?:dev|etc|tmp)|--[a-z]+-?[a-z]*=|\s--(?:force|all)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:ignor|disregard|forget|overrid)\w*\s+(?:\w+\s+){0,3}(?:previous|prior|above|earlier|preceding|system|all)\b|"
    r"system\s+prompt|(?:new|previous|prior|following|these|my|your)\s+instructions?\b|you\s+are\s+now\b|"
    r"\bas\s+an\s+ai\b|\b(?:respond|reply|answer)\s+(?:only\s+)?(?:with|that)\b|"
    r"do\s+not\s+(?:mention|report|tell|reveal)|<\|\w|\[/?inst\]|"
    r"(?:忽略|无视|忘记|不理会)[^。]{0,10}(?:指令|指示|规则|提示|要求|以上|之前)|系统提示|你现在是|"
    r"不要(?:提及|报告|告诉|透露)|(?:请|只)(?:回答|输出|回复)",
    re.IGNORECASE,
)
_REASSURING = re.compile(
    r"\b(?:is|are|looks?|seems?|appears?|works?|runs?|running|remains?)\s+(?:\w+ly\s+)?(?:\w+\s+)?"
    r"(?:healthy|fine|ok|okay|all\s+right|normally|as\s+expected|perfectly)\b|"
    r"\bno\s+(?:real\s+|actual\s+)?(?:problems?|faults?|issues?|errors?|actions?|outage)\b(?!\s+(?:code|message|text))|"
    r"\bnothing\s+(?:is\s+|to\s+)?(?:wrong|broken|failing|do|fix|worry)\b|\bfalse\s+(?:alarm|positive)\b|"
    r"\b(?:safely|can|may|should|must)\s+(?:be\s+)?ignored?\b|\bsafe\s+to\b|\bneeds?\s+no\s+(?:fix|action|change)\b|"
    r"\bharmless\b|\bby\s+mistake\b|\bwithout\s+(?:any\s+)?(?:problems?|errors?|issues?|trouble)\b|\bno\s+longer\b|"
    r"\b(?:is|was|been|are)\s+(?:now\s+|already\s+)?(?:resolved|fixed|solved|cured)\b|"
    r"(?<!not\s)\bhealthy\b|(?<!不)健康(?!检查|探)|\b(?:has|have)\s+(?:fully\s+|already\s+)?recovered\b|"
    r"(?:一切|完全|全部|都|运行|工作|状态)(?:都|均)?(?:很|是)?(?:正常|健康|良好)|没有(?:任何)?(?:问题|故障|错误|异常)|"
    r"无需(?:处理|修复|担心)|误报|可以忽略|不用(?:管|处理)|已(?:经)?(?:恢复|修复|解决)",
    re.IGNORECASE,
)
_NOTHING_IN_PARTICULAR = re.compile(r"[\W\d_]+")


def unclean(text: str, language: Language, verdict: Verdict, commands: Iterable[str]) -> Reason | None:
    """Return why a text cannot be shown, or None. ``commands`` are whole commands that may stand in it."""
    if not MIN_CHARS <= len(text) <= MAX_CHARS:
        return Reason.LENGTH
    if any(unicodedata.category(char)[0] == "C" or char in "\u2028\u2029" for char in text):
        return Reason.CONTROL
    plain = unicodedata.normalize("NFKC", text)
    if _LINK.search(plain):
        return Reason.LINK
    bare = plain
    for command in sorted(commands, key=len, reverse=True):
        bare = bare.replace(command, " ")
    if _COMMAND.search(bare):
        return Reason.COMMAND
    for marker in _MARKERS:
        bare = bare.replace(marker, " ")
    if _MARKUP.search(bare):
        return Reason.MARKUP
    if orders(plain):
        return Reason.INSTRUCTION
    if verdict in {Verdict.FAILING, Verdict.DEGRADED} and _REASSURING.search(plain):
        return Reason.CONTRADICTION
    return None if _in_language(text, language) else Reason.LANGUAGE


def orders(text: str) -> bool:
    """Say whether a text speaks to a model, as injected ones do."""
    return bool(_ORDER.search(text))


def is_han(char: str) -> bool:
    """Say whether a character is a Chinese one."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


def _in_language(text: str, language: Language) -> bool:
    """Judge by letters outside quotes: what is quoted keeps the language it was written in."""
    spoken = _NOTHING_IN_PARTICULAR.sub("", re.sub(r"\"[^\"]*\"|“[^”]*”|`[^`]*`|「[^」]*」", "", text))
    han = sum(map(is_han, spoken))
    latin = sum(char < "\u0250" for char in spoken)
    if han + latin < len(spoken):
        return False
    if language == "zh":
        return han >= 2 and han * 8 >= latin
    return han == 0 and latin > 0
