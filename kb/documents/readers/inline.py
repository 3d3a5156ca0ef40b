"""Inline markup of Markdown: what a reader would see of it."""

import html
import re

from kb.documents.limits import Budget

SLICE = 4_000  # characters; keeps the patterns below linear on hostile lines
_SPECIAL = re.compile(r"[\[<`*_\\&{~]")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_IMAGE_OR_LINK = re.compile(
    r"!?\[((?:[^\[\]\\]|\\.|\[[^\[\]]{0,300}\]){0,1000})\]"
    r"(?:\((?:[^()]|\([^()]{0,300}\)){0,1500}\)|\[[^\[\]]{0,200}\])",
    re.DOTALL,
)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,60}\]:?[ \t]?")
_AUTOLINK = re.compile(r"<((?:https?|ftp|mailto):[^<>\s]{1,1000})>")
_TAGS = (
    "a|abbr|address|article|aside|audio|b|blockquote|br|button|caption|center|cite|code|col|colgroup|dd|del|details|dfn|"
    "div|dl|dt|em|figcaption|figure|font|footer|form|h[1-6]|header|hr|i|iframe|img|input|ins|kbd|label|li|main|mark|nav|"
    "ol|p|picture|pre|q|s|samp|section|small|source|span|strike|strong|sub|summary|sup|svg|path|table|tbody|td|tfoot|th|"
    "thead|tr|tt|u|ul|var|video|wbr"
)
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]{{0,1500}})?/?>", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"[ \t]*\{(?:[:#.][^{}\n]{0,200})\}")
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)(.{1,1000}?)(?<=\S)\1", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?=[^\s*_])([^*_\n]{1,300}?)(?<=\S)\1(?![\w*])")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ASIDE = 0xF0000  # a private plane, far larger than a slice has characters
_ASIDES = re.compile(r"[\U000f0000-\U000f1fff]")
_HAN_END = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]$")
_HAN_START = re.compile(r"^[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def spoken(text: str, budget: Budget | None = None) -> str:
    """Return ``text`` without links' targets, emphasis, tags and escapes. Code spans stay as written."""
    if not _SPECIAL.search(text):
        return text
    if len(text) > SLICE:
        parts = []
        for at in range(0, len(text), SLICE):
            if budget is not None:
                budget.check_time()
            parts.append(spoken(text[at : at + SLICE]))
        return "".join(parts)
    if "`" not in text:
        return _without_markup(text)
    # A link or emphasis may wrap a code span: spans stand aside, as private-use characters, until the rest is done.
    spans: list[str] = []

    def aside(code: re.Match[str]) -> str:
        spans.append(code[0])
        return chr(_ASIDE + len(spans) - 1)

    bare = _without_markup(_CODE.sub(aside, text))
    return _ASIDES.sub(lambda found: spans[ord(found[0]) - _ASIDE] if ord(found[0]) - _ASIDE < len(spans) else "", bare)


def joined(lines: list[str]) -> str:
    """Join the lines of a paragraph: a space between words, nothing between Chinese characters, breaks kept."""
    if len(lines) == 1:
        return lines[0].strip()
    parts: list[str] = []
    hard = False
    for line in lines:
        text = line.strip()
        if parts:
            last = parts[-1][-1:]
            parts.append("\n" if hard else "" if _HAN_END.match(last) and _HAN_START.match(text) else " ")
        hard = line.endswith(("  ", "\\"))
        parts.append(text.removesuffix("\\"))
    return "".join(parts)


def _without_markup(text: str) -> str:
    if "[" in text:
        text = _FOOTNOTE.sub("", _IMAGE_OR_LINK.sub(r"\1", text))
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", _AUTOLINK.sub(r"\1", text)))
    if "{" in text:
        text = _ATTRIBUTES.sub("", text)
    if "**" in text or "__" in text or "~~" in text:
        text = _STRONG.sub(r"\2", text)
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub(r"\2", text)
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    return html.unescape(text) if "&" in text else text
