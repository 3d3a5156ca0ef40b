"""What kind of answer a question wants, and the parts of a question that asks several things."""

import re
from typing import Literal

from kb.lexical import terms_of

Wanted = Literal["goal", "steps", "definition", "value", "reason", "any"]
"""``goal``: the steps to something that somebody wants to have; ``steps``: those against a trouble, or either."""

_STEPS = re.compile(
    r"\b(?:how (?:do|to|can|should|would)|steps?|set up|configure|install|upgrade|create|enable|disable|fix|debug|"
    r"troubleshoot|what (?:do|should|can) i do|what now)\b|怎么(?!样|回事)|如何|怎样|步骤|怎么办|怎么处理|排查|处理",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"^\W*what(?:'s| is| are| does)\b|\bmean(?:s|ing)?\b|difference between|是什么|什么是|什么意思|区别|含义",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\bhow (?:many|much|long|often|big|large|old)\b|\bdefaults?\b|\bwhich port|\bwhat port|\blimit of\b|"
    r"多少|多久|多长|多大|几个|几次|默认|哪个端口|上限",
    re.IGNORECASE,
)
_REASON = re.compile(r"\bwhy\b|\bcause[sd]?\b|\breason\b|为什么|为何|原因|怎么回事", re.IGNORECASE)
_TROUBLE = re.compile(
    r"\b(?:fail(?:s|ed|ing|ure)?|errors?|cannot|can't|unable|stuck|refused|denied|time[sd]? ?out|timeout|crash\w*|"
    r"hangs?|broken|gets? [45]\d\d|(?:is|are|does|do|has|have) (?:not|no))\b|n't\b|"
    r"失败|报错|出错|无法|不能|不了|不到|不通|超时|拒绝|卡住|卡在|崩溃|起不来|挂了",
    re.IGNORECASE,
)
"""Words of somebody who reports trouble without asking: what to do about it is wanted."""
_GOAL = re.compile(
    r"\bhow (?:do|to|can|should|would)\b|\bsteps (?:to|for)\b|怎么(?!样|回事|办|处理|解决|排查|会|还|又)|如何|怎样",
    re.IGNORECASE,
)
AGAINST = re.compile(
    r"\b(?:fix|debug|troubleshoot|solve|resolve|repair|recover|mitigate)\w*|解决|处理|排查|修复|诊断|缓解|恢复",
    re.IGNORECASE,
)
_ASKS = (
    r"(?:how|what|why|when|where|which|who|can|could|does|do|is|are|should|"
    r"怎么|怎样|如何|什么|为什么|哪|是否|能否|能不能|会不会)"
)
_PARTS = re.compile(
    rf"[?？；;\n]+\s*|[,，]?\s*(?:\b(?:and|or|but)\b|以及|并且|还有|另外|同时|[,，])\s*(?={_ASKS})", re.IGNORECASE
)
FEWEST_TERMS = 2
"""Content terms of a part that can be judged by itself."""


def wanted(question: str) -> Wanted:
    """Return what kind of answer a question wants."""
    if _VALUE.search(question):
        return "value"
    if _REASON.search(question):
        return "reason"
    if _STEPS.search(question):
        against = _TROUBLE.search(question) or AGAINST.search(question)
        return "goal" if _GOAL.search(question) and not against else "steps"
    if _DEFINITION.search(question):
        return "definition"
    return "steps" if _TROUBLE.search(question) else "any"


def parts_of(question: str) -> tuple[str, ...]:
    """Return the parts of a question that can be judged by themselves; one part where it asks one thing."""
    parts = [part.strip(" ,，。.!！") for part in _PARTS.split(question)]
    whole = [part for part in parts if len({term.text for term in terms_of(part)}) >= FEWEST_TERMS]
    return tuple(whole) if len(whole) > 1 else (question,)
