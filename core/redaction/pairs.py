"""Secrets that only the name beside them gives away: ``password=x``, ``"token": "x"``, ``--api-key x``."""

import re

from core.redaction.names import Strength, strength

MASK = "***"

WORDS = ("pass", "pwd", "secret", "token", "key", "auth", "cred", "cookie", "jwt")
"""Every name that ``strength`` accepts holds one of these (lower case)."""

_KEY = re.compile(
    r"""(?<![\w.\-/])
    (?P<open>\\{0,7}["'])? (?P<key>[\w.\-/]{1,200}+) (?P<close>\\{0,7}["'])?
    (?P<sep>[ \t]{0,4}(?:=>|:=|=|:)[ \t]{0,64}|[ \t]{1,4})""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"""(?P<open>["'])(?:(?!(?P=open))[^\\]|\\.){0,65536}+(?P<close>(?P=open)|)""")
_ESCAPED = re.compile(
    r"""(?P<open>\\{1,7}["'])[^"'\\]{0,65536}+(?:\\{1,7}[^"'\\][^"'\\]{0,65536}+){0,64}(?P<close>\\{1,7}["']|)"""
)
_TO_BLANK = re.compile(r"[^\s]{1,65536}+")
_TO_DELIMITER = re.compile(r"""(?:[^\s"',;&]|[,;&](?!\s|$|[\w.\-]{1,40}[ ]?[=:]|[\w ]{1,40}=)){1,65536}+""")
_TO_END = re.compile(r"[^\r\n]{1,65536}+")

_REMARK = re.compile(r"<[^<>\r\n]{0,200}>")
_NUMBER = re.compile(r"\d{4,64}(?![\w.])")

NEAR = 400
"""How far round a key is looked at, in characters. It keeps hostile lines linear."""

_PLAIN = re.compile(
    r"""true|false|yes|no|on|off|null|nil|none|undefined|empty|\*+|x{3,}|\[?(?:redacted|filtered|masked|hidden)\]?
    |<[^<>]{0,200}>|\$\([\w.\-]{1,200}\)|\$\{[^{}]{1,200}\}|\$[A-Z_]{1,200}|\{\{.{0,200}|%\(?\w*\)?[sdvq]|(?:/[a-z0-9_.\-]+){2,}/?""",
    re.VERBOSE | re.IGNORECASE,
)
"""Values that are no secret: switches, nothing, masks, references to variables, file paths."""

_PROSE = frozenset(
    {
        *("a", "absent", "accepted", "after", "already", "an", "and", "are", "as", "at", "authentication", "bad"),
        *("basic", "be", "bearer", "because", "been", "before", "but", "by", "can", "cannot", "contains", "could"),
        *("denied", "digest", "disabled", "does", "during", "empty", "enabled", "eof", "error", "expected", "expired"),
        *("expires", "failed", "failure", "field", "file", "flag", "flags", "for", "format", "found", "from", "got"),
        *("has", "have", "if", "in", "incorrect", "invalid", "is", "issued", "it", "key", "length", "line", "lookup"),
        *("malformed", "may", "mismatch", "missing", "must", "name", "never", "no", "not", "null", "of", "ok", "on"),
        *("option", "or", "password", "permission", "provided", "received", "refused", "rejected", "request"),
        *("required", "resource", "revoked", "secret", "service", "set", "should", "signature", "the", "this"),
        *("timeout", "to", "token", "too", "unable", "unauthorized", "unexpected", "unknown", "unset", "unsupported"),
        *("used", "user", "using", "valid", "value", "verification", "was", "were", "when", "which", "will", "with"),
        *("wrong", "you", "your", "couldn't", "doesn't", "can't", "isn't", "won't", "context", "connection", "crypto"),
        *("illegal", "internal", "parse", "parsing", "read", "open", "dial", "http", "https", "rpc", "exit", "code"),
    }
)
"""Words that follow ``token:`` or ``--password`` in sentences. They are not masked there."""

_EXACT = frozenset({"password", "passwd", "pwd", "secret", "token", "apikey", "api_key", "api-key", "access_token"})


def looks_secret(value: str) -> bool:
    """Say whether a value looks generated or chosen as a secret instead of written as a word."""
    digits = any(c.isdigit() for c in value)
    letters = any(c.isalpha() for c in value)
    if len(value) < 6 or not letters or re.fullmatch(r"[vV]?[\d.]+(?:-[\w.]+)?", value):
        return False
    mixed = value.lower() != value and value[1:].lower() != value[1:]
    return digits or (mixed and len(value) >= 12) or any(c in value for c in "!$%^*+=#~")


def mask_pairs(line: str) -> str:
    """Mask the values in ``line`` whose keys name a secret."""
    out: list[str] = []
    done = at = 0
    while match := _KEY.search(line, at):
        at = match.end()
        sure = strength(match["key"])
        if sure == "no" or match["key"].lower() == "set-cookie":  # a kind of its own masks cookies, name by name
            at = match.end("close") if match["close"] else match.end("key")
            continue
        span = _value(line, match, sure)
        if span is None:
            at = match.end("key")
            continue
        start, end, after = span
        out += [line[done:start], MASK]
        done, at = end, after
    out.append(line[done:])
    return "".join(out)


def _value(line: str, match: re.Match[str], sure: Strength) -> tuple[int, int, int] | None:
    """Return where the secret value begins, ends and where to go on, or None when there is none to mask."""
    at, sep = match.end(), match["sep"].strip()
    flag = match["key"].startswith("-") and not sep
    if not sep and not flag:
        return None
    if bool(match["open"]) != bool(match["close"]) and not (match["close"] is None and "=" in sep):
        return None
    quoted = _QUOTED.match(line, at) or _ESCAPED.match(line, at)
    if quoted:
        start, end = quoted.end("open"), quoted.start("close")
        keep = harmless(line[start:end], sure)
        return None if keep else (start, end, quoted.end())
    if match["open"] and match["close"] and sep == ":":
        number = _NUMBER.match(line, at)
        return (at, number.end(), number.end()) if number and sure == "strong" else None
    end = _unquoted(line, match, sure, sep)
    return None if end <= at else (at, end, end)


def _unquoted(line: str, match: re.Match[str], sure: Strength, sep: str) -> int:
    """Return where an unquoted value that must be masked ends, or 0."""
    at, begin = match.end(), match.start("key")
    first = begin <= NEAR and line[:begin].strip(" \t-") in {"", "export", "env", "ENV", "set"}
    if sep == ":" and line[at : at + 1] in {"{", "[", "|", ">", "&", "!", ""}:
        return 0
    tight = sep == ":" and not match["sep"].endswith((" ", "\t"))
    if tight and (match["key"].lower() not in _EXACT or line[match.start() - 1 : match.start()] in {":", "@"}):
        return 0
    shell = sep == "=" and first and match["key"].isupper()
    token = (_TO_BLANK if shell else _TO_DELIMITER).match(line, at, at + NEAR if tight else len(line))
    if token is None or _REMARK.match(line, at):
        return 0
    closed = token[0].rstrip(")]}")
    if harmless(token[0], sure) or harmless(closed, sure):
        return 0
    if sep in {"=", ":=", "=>"}:
        return token.end() if any(c in closed for c in "([{") else at + len(closed)
    word = token[0][:NEAR].rstrip(".,;:!?)").lower()
    if word in _PROSE or (not sep and word.startswith("-")):
        return 0
    if tight:
        return token.end() if looks_secret(token[0]) else 0
    return token.end() if not sep else _spaced(line, token, whole=first and sure == "strong")


def _spaced(line: str, token: re.Match[str], *, whole: bool) -> int:
    """Return where the value after ``key: `` ends: a YAML scalar (``whole``) ends with its line."""
    rest = line[token.end() : token.end() + NEAR].strip()
    if whole and "=" not in rest and ": " not in rest:
        end = _TO_END.match(line, token.end())
        return token.end() + len(end[0].rstrip()) if end else token.end()
    last = rest == "" or rest[0] in ",;})]&\"'"
    return token.end() if last or looks_secret(token[0]) else 0


def harmless(value: str, sure: Strength) -> bool:
    """Say whether a value beside a secret's name needs no mask."""
    if not value.strip() or _PLAIN.fullmatch(value.strip()):
        return True
    return sure == "weak" and not looks_secret(value)
