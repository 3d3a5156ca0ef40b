"""Secrets that span lines: bodies of private keys, YAML block values, ``name:`` and ``value:`` on two lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.redaction.lines import FULL, Screen
from core.redaction.names import secret_name, strength
from core.redaction.pairs import MASK, harmless

_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_BASE64 = re.compile(r"[\"']?([A-Za-z0-9+/]{1,1024}={0,2}|\*\*\*)(?:\\n|\\r)*[\"'+,]{0,3}")
_KEY_HEADER = re.compile(r"[A-Za-z][A-Za-z\-]{1,40}: .{0,400}")
_BLOCK = re.compile(r"([ \t]{0,200}(?:- )?)[\"']?([\w.\-/]{1,200}+)[\"']?:[ \t]{1,64}[|>][+\-0-9]{0,2}[ \t]{0,8}\r?")
_NAME = re.compile(r"([ \t]{0,200}(?:- )?)name:[ \t]{1,8}[\"']?([\w.\-]{1,200}+)[\"']?[ \t]{0,8}\r?")
_VALUE = re.compile(r"([ \t]{0,200}value:[ \t]{1,8}[\"']?)([^\"'\r\n]{1,65536}+)([\"']?.{0,8})")


@dataclass(slots=True, kw_only=True)
class LineRedactor:
    """Mask lines that arrive one after the other. It remembers what the next line may continue.

    It cannot see a key whose first line is missing before the key's end arrives: ``redact_lines`` can.
    """

    screen: Screen = FULL
    _key_words: int | None = None
    _block_indent: int | None = None
    _named: bool = False

    def redact(self, line: str) -> str:
        """Return ``line`` with its secrets masked, given the lines before it."""
        if self._block_indent is not None:
            if not line.strip() or _indent(line) > self._block_indent:
                return _mask_body(line)
            self._block_indent = None
        if self._key_words is not None and not _END.search(line) and not _BEGIN.search(line):
            body = mask_key_line(line, words_before=self._key_words)
            if body is not None:
                return body
            self._key_words = None
        masked = self._mask_value(self.screen.mask(line))
        self._remember(line)
        return masked

    def _mask_value(self, line: str) -> str:
        if self._named and (match := _VALUE.fullmatch(line)) and not harmless(match[2], "strong"):
            return f"{match[1]}{MASK}{match[3]}"
        return line

    def _remember(self, line: str) -> None:
        self._named = False
        self._key_words = None
        if "PRIVATE KEY" in line:
            begins = list(_BEGIN.finditer(line))
            if begins and not _END.search(line, begins[-1].end()):
                self._key_words = len(line[: begins[-1].start()].split())
        elif "name:" in line and (match := _NAME.fullmatch(line)):
            self._named = secret_name(match[2])
        elif line.rstrip().endswith(("|", ">", "-", "+")):
            match = _BLOCK.fullmatch(line)
            if match and strength(match[2]) == "strong":
                self._block_indent = len(match[1])


def mask_key_tails(lines: Sequence[str]) -> tuple[str, ...]:
    """Mask the bodies of private keys whose first lines were cut away: what stands above an orphaned END line."""
    out = list(lines)
    inside = False
    for at, line in enumerate(lines):
        if "PRIVATE KEY" not in line:
            continue
        begin, end = _BEGIN.search(line), _END.search(line)
        if end and not begin and not inside:
            _mask_upwards(out, at, words_before=len(line[: end.start()].split()))
        inside = begin is not None and end is None
    return tuple(out)


def _mask_upwards(lines: list[str], end: int, *, words_before: int) -> None:
    for at in range(end - 1, -1, -1):
        body = mask_key_line(lines[at], words_before=words_before)
        if body is None or body == lines[at]:
            return
        lines[at] = body


def mask_key_line(line: str, *, words_before: int) -> str | None:
    """Mask one line of a key's body, or return None when the line is not part of one.

    ``words_before`` counts the words of a prefix, such as the timestamp that a log puts before each line.
    """
    words = line.split()
    if not words or len(words) == words_before:
        return line
    if len(words) == words_before + 1 and _BASE64.fullmatch(words[-1]):
        start = line.rindex(words[-1])
        return f"{line[:start]}{MASK}{line[start + len(words[-1]) :]}"
    rest = " ".join(words[words_before:])
    return line if _KEY_HEADER.fullmatch(rest) and words_before < len(words) <= words_before + 3 else None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _mask_body(line: str) -> str:
    if not line.strip():
        return line
    return line[: _indent(line)] + MASK + ("\r" if line.endswith("\r") else "")
