"""Templates inside Markdown: what a site generator would put in their place, as far as the page itself tells.

A call that wraps text leaves the text; a call that carries a text (title, caption, label) leaves that; a call that
inserts something from elsewhere leaves nothing and is counted, so that the document can say so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kb.documents.limits import Budget

MAX_CALL = 2_000  # characters between the brackets, and of a line that are looked at before a call
CHECK_EVERY = 1_000  # calls
_TEXTS = ("text", "title", "caption", "alt", "label", "heading", "summary", "name")
_CODE = frozenset({"highlight", "code", "mermaid", "prism"})
_HIDDEN = frozenset({"comment"})
_PARAMETER = re.compile(
    r"""([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s"`]+))|"((?:[^"\\]|\\.)*)"|`([^`]*)`|(\S+)"""
)
_READABLE = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")
_LIQUID_LINE = re.compile(r"^[ \t]*\{%-?\s[^\n]{0,500}?%\}[ \t]*$", re.MULTILINE)


@dataclass(slots=True)
class Resolved:
    """Text without template calls; ``unresolved`` counts the calls whose content comes from elsewhere."""

    text: str
    unresolved: int = 0


@dataclass(slots=True, kw_only=True)
class _Call:
    name: str
    closing: bool
    escaped: bool
    named: dict[str, str] = field(default_factory=dict)
    positional: list[str] = field(default_factory=list)


def resolve(text: str, budget: Budget) -> Resolved:
    """Replace the template calls of Hugo (``{{< >}}``, ``{{% %}}``) and lines of Liquid tags in a whole page."""
    if "{%" in text:
        text = _LIQUID_LINE.sub("", text)
    if "{{<" not in text and "{{%" not in text:
        return Resolved(text)
    out: list[str] = []
    done = Resolved("")
    at = 0
    hidden_until = -1
    ends: dict[str, int] = {}
    for count, (start, stop, inner) in enumerate(_calls(text)):
        if count % CHECK_EVERY == 0:
            budget.check_time()
        if start < max(at, hidden_until):
            continue
        out.append(text[at:start])
        call = _parse(inner)
        at = stop
        if call.name in _HIDDEN and not call.closing and not call.escaped:
            at = hidden_until = _end_of(call.name, text, stop)
        else:
            out.append(_replacement(call, text, start, stop, done, ends))
    out.append(text[at:])
    done.text = "".join(out)
    return done


def _calls(text: str) -> Iterator[tuple[int, int, str]]:
    at = text.find("{{")
    while at >= 0:
        mark = text[at + 2 : at + 3]
        if mark in ("<", "%"):
            stop = text.find(">}}" if mark == "<" else "%}}", at + 3, at + MAX_CALL)
            if stop >= 0:
                yield at, stop + 3, text[at + 3 : stop]
                at = stop + 1
        at = text.find("{{", at + 2)


def _parse(inner: str) -> _Call:
    inner = inner.strip()
    if inner.startswith("/*"):
        return _Call(name="", closing=False, escaped=True, positional=[inner[2:].removesuffix("*/")])
    closing = inner.startswith("/")
    name, _, rest = inner.lstrip("/ \n").rstrip("/ ").partition(" ")
    call = _Call(name=name.strip().lower(), closing=closing, escaped=False)
    for found in _PARAMETER.finditer(rest):
        key, quoted, raw, bare, alone, raw_alone, word = found.groups()
        if key:
            call.named[key] = next(value for value in (quoted, raw, bare, "") if value is not None).replace('\\"', '"')
        else:
            call.positional.append(next(value for value in (alone, raw_alone, word) if value is not None))
    return call


def _replacement(call: _Call, text: str, start: int, stop: int, done: Resolved, ends: dict[str, int]) -> str:
    if call.escaped:
        return "{{<" + call.positional[0] + ">}}"
    if call.name in _CODE:
        # Markers in lines of their own, so that what stands between them is read as code.
        language = call.positional[0] if call.positional and not call.closing else ""
        return f"\n```{language}\n" if call.closing or _last_end(call.name, text, ends) > stop else ""
    if call.closing or text.startswith("](", max(start - 2, 0)):
        return ""
    line_start = text.rfind("\n", max(start - MAX_CALL, 0), start) + 1 or max(start - MAX_CALL, 0)
    before, after = text[line_start:start], text[stop : stop + 200].partition("\n")[0]
    spoken = _spoken(call)
    if before.lstrip().startswith("#"):
        return spoken or " ".join(call.positional)
    if before.strip(" \t>-*") or after.strip():
        return spoken or _word(call)
    if not spoken and (call.named or call.positional) and f"/{call.name} " not in text[stop : stop + 20_000]:
        done.unresolved += 1
    return f"{before}\n{before}{spoken}\n" if spoken else ""


def _spoken(call: _Call) -> str:
    for key in _TEXTS:
        value = call.named.get(key, "").strip()
        if value and (key != "name" or _READABLE.fullmatch(value)):
            return value
    return ""


def _word(call: _Call) -> str:
    """Return what an inline call most likely shows: the word that it names."""
    for key, value in call.named.items():
        if key.endswith("id") and _READABLE.fullmatch(value):
            return value.replace("-", " ")
    words = [value for value in call.positional if _READABLE.fullmatch(value)]
    return " ".join(words)


def _last_end(name: str, text: str, known: dict[str, int]) -> int:
    """Return where the last closing call of ``name`` ends; found once for each name."""
    if name not in known:
        known[name] = max((found.end() for found in _closing(name).finditer(text)), default=-1)
    return known[name]


def _closing(name: str) -> re.Pattern[str]:
    return re.compile(r"\{\{[<%]\s{0,9}/\s{0,9}" + re.escape(name) + r"\s{0,9}[>%]\}\}")


def _end_of(name: str, text: str, after: int) -> int:
    found = _closing(name).search(text, after)
    return found.end() if found else len(text)
