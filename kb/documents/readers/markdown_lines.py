"""Lines of Markdown before they are blocks: comments removed, admonitions and tabs unfolded, fences recognised."""

import re
from collections.abc import Iterator

FENCE = re.compile(r"^(?:[ \t]*>)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_ADMONITION = re.compile(
    r"""^([ \t]*)(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+(?:([\w -]{1,60}?)[ \t]*)?(?:"([^"\n]*)")?[ \t]*$"""
)
_CONTAINER = re.compile(r"^[ \t]*:::+[ \t]*(?:\{?[\w.-]*\}?)?[ \t]*(.*)$")
_SNIPPET = re.compile(r"^[ \t]*(?:--8<--|;--8<--|\[TOC\]|\[\[_?TOC_?\]\])", re.IGNORECASE)


def fence_closes(line: str, fence: str) -> bool:
    """Return whether ``line`` ends a code block that ``fence`` began."""
    bare = line.lstrip(" \t>").rstrip()
    return len(bare) >= len(fence) and bare == fence[0] * len(bare)


def lines_without_comments(text: str) -> Iterator[str]:
    """Yield the lines of ``text`` without HTML comments; those inside code blocks stay. Tabs become four spaces."""
    if "\t" in text:
        text = text.expandtabs(4)
    fence = ""
    commented = False
    closable = text.rfind("-->")
    at = 0
    for line in text.split("\n"):
        begin, at = at, at + len(line) + 1
        if fence:
            if fence_closes(line, fence):
                fence = ""
            yield line
            continue
        if commented:
            _, mark, rest = line.partition("-->")
            if not mark:
                continue
            commented = False
            if not rest.strip():
                continue
            line = rest
        # A comment that is never closed is no comment: nothing may vanish because of a stray mark.
        while "<!--" in line and begin < closable:
            before, _, after = line.partition("<!--")
            if before.count("`") % 2:
                break
            _, mark, rest = after.partition("-->")
            line = before + rest if mark else before
            if not mark:
                commented = True
                break
            if not line.strip():
                break
        else:
            yield line
            found = FENCE.match(line) if "```" in line or "~~~" in line else None
            fence = found[1] if found else ""
            continue
        if line.strip():
            yield line


def unfolded(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines with the content of admonitions and tabs moved to the left, their titles as paragraphs."""
    depth: list[int] = []  # the indent of each open admonition
    fence = ""
    for line in lines:
        blank = not line.strip()
        indent = len(line) - len(line.lstrip(" "))
        while depth and not blank and not fence and indent < depth[-1] + 4:
            depth.pop()
        moved = line[min(4 * len(depth), indent) :] if depth else line
        if fence:
            fence = "" if fence_closes(line, fence) else fence
            yield moved
            continue
        start = line.lstrip(" ")[:3]
        if start in ("!!!", "???", "===") and (found := _ADMONITION.match(line)) and (found[2] or found[3] is not None):
            depth.append(len(found[1]))
            title = found[3] if found[3] is not None else found[2].strip().title()
            yield ""
            yield moved[: len(moved) - len(moved.lstrip(" "))] + title
            yield ""
            continue
        if start == ":::" and (container := _CONTAINER.match(line)):
            yield ""
            yield container[1].strip("[]{} ")
            continue
        if start in ("--8", ";--", "[TO", "[to", "[[T", "[[_") and _SNIPPET.match(line):
            continue
        found_fence = FENCE.match(line) if start in ("```", "~~~") else None
        fence = found_fence[1] if found_fence else ""
        yield moved
