"""What a robots.txt allows, by RFC 9309: the longest rule that fits wins, with ``*`` and ``$``, and allow in a tie.

Python's own parser takes the first rule that fits and knows no wildcards, which closes sites that are open.
"""

import re
from dataclasses import dataclass

MAX_BYTES = 512_000
"""RFC 9309 asks for at least 500 KiB."""
MAX_RULES = 10_000
MAX_RULE = 2_000
MAX_STARS = 10
"""A rule with more wildcards is no rule that somebody wrote for a reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The rules of one site for one agent. ``delay_seconds`` is its Crawl-delay; ``sitemaps`` are what it names."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay_seconds: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allows(self, path: str) -> bool:
        """Return whether a path with its query may be read."""
        allowed, longest = True, -1
        for rule, allow in self.rules:
            longer = len(rule) > longest or (len(rule) == longest and allow)
            if longer and _fits(rule, path):
                allowed, longest = allow, len(rule)
        return allowed or path == "/robots.txt"


def parse_robots(text: str, agent: str) -> Robots:
    """Return the rules for ``agent``: those of the groups that name it, else those for ``*``."""
    groups: dict[str, list[tuple[str, bool]]] = {}
    delays: dict[str, float] = {}
    sitemaps: list[str] = []
    current: list[str] = []
    heading = False
    count = 0
    for line in text[:MAX_BYTES].lstrip("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            current = [*current, value.lower()] if heading else [value.lower()]
            for one in current:
                groups.setdefault(one, [])
            heading = True
            continue
        heading = heading and name not in ("allow", "disallow", "crawl-delay")
        if name in ("allow", "disallow") and value and len(value) <= MAX_RULE and value.count("*") <= MAX_STARS:
            count += 1
            for one in current if count <= MAX_RULES else ():
                groups[one].append((_normal(value), name == "allow"))
        elif name == "crawl-delay" and (seconds := _seconds(value)) is not None:
            delays.update(dict.fromkeys(current, seconds))
        elif name == "sitemap" and len(sitemaps) < 100:
            sitemaps.append(value)
    mine = agent.lower() if agent.lower() in groups else "*"
    return Robots(
        rules=tuple(groups.get(mine, ())),
        delay_seconds=delays.get(mine, delays.get("*", 0.0)),
        sitemaps=tuple(dict.fromkeys(sitemaps)),
    )


def _fits(rule: str, path: str) -> bool:
    """Return whether a rule fits. Each piece between wildcards is looked for once, so that no rule is slow."""
    end = rule.endswith("$")
    pieces = rule.removesuffix("$").split("*")
    if not path.startswith(pieces[0]):
        return False
    place = len(pieces[0])
    if len(pieces) == 1:
        return not end or place == len(path)
    for piece in pieces[1:-1]:
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    if end:
        return len(path) - len(pieces[-1]) >= place and path.endswith(pieces[-1])
    return path.find(pieces[-1], place) >= 0


def _normal(rule: str) -> str:
    """Return a rule with percent-encodings in capitals, as addresses have them here."""
    return re.sub(
        r"%[0-9a-fA-F]{2}", lambda match: match[0].upper(), rule if rule.startswith(("/", "*")) else f"/{rule}"
    )


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e6 else None
