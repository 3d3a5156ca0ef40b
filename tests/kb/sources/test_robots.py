"""What a robots.txt allows."""

import time
from dataclasses import dataclass

import pytest

from kb.sources.robots import parse_robots


@dataclass(frozen=True, kw_only=True)
class Rule:
    id: str
    text: str
    path: str
    allowed: bool


RULES = (
    Rule(id="nothing-said", text="", path="/a", allowed=True),
    Rule(id="empty-disallow", text="User-agent: *\nDisallow:", path="/a", allowed=True),
    Rule(id="all-closed", text="User-agent: *\nDisallow: /", path="/a", allowed=False),
    Rule(id="robots-itself", text="User-agent: *\nDisallow: /", path="/robots.txt", allowed=True),
    Rule(id="longest-wins", text="User-agent: *\nDisallow: /\nAllow: /docs/", path="/docs/x", allowed=True),
    Rule(id="tie-allows", text="User-agent: *\nDisallow: /a\nAllow: /a", path="/a", allowed=True),
    Rule(id="star", text="User-agent: *\nDisallow: /*/private", path="/x/y/private/z", allowed=False),
    Rule(id="end", text="User-agent: *\nDisallow: /*.pdf$", path="/a.pdf", allowed=False),
    Rule(id="not-the-end", text="User-agent: *\nDisallow: /*.pdf$", path="/a.pdf?x", allowed=True),
    Rule(id="whole", text="User-agent: *\nDisallow: /a$", path="/ab", allowed=True),
    Rule(id="query", text="User-agent: *\nDisallow: /*?", path="/a?b=c", allowed=False),
    Rule(
        id="own-group", text="User-agent: *\nDisallow: /\n\nUser-agent: Sextant-KB\nAllow: /", path="/a", allowed=True
    ),
    Rule(id="own-group-closed", text="User-agent: *\n\nUser-agent: sextant-kb\nDisallow: /", path="/a", allowed=False),
    Rule(id="shared-group", text="User-agent: x\nUser-agent: sextant-kb\nDisallow: /a", path="/a", allowed=False),
    Rule(id="other-group", text="User-agent: other\nDisallow: /", path="/a", allowed=True),
    Rule(id="comments", text="User-agent: * # all\nDisallow: /a # no", path="/a", allowed=False),
    Rule(id="encoded", text="User-agent: *\nDisallow: /%e4%b8%ad", path="/%E4%B8%AD", allowed=False),
    Rule(id="no-group", text="Disallow: /", path="/a", allowed=True),
    Rule(id="a-page", text="<!doctype html><html>Disallow: /</html>", path="/a", allowed=True),
    Rule(id="bom", text="\ufeffUser-agent: *\nDisallow: /", path="/a", allowed=False),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rules_are_read_as_the_standard_says(rule: Rule) -> None:
    assert parse_robots(rule.text, "sextant-kb").allows(rule.path) is rule.allowed


def test_delay_and_sitemaps_are_told() -> None:
    text = "Sitemap: https://a.test/1.xml\nUser-agent: *\nCrawl-delay: 2.5\nCrawl-delay: x\nSitemap: /2.xml"
    robots = parse_robots(text, "sextant-kb")
    assert robots.delay_seconds == 2.5
    assert robots.sitemaps == ("https://a.test/1.xml", "/2.xml")


def test_no_rules_are_slow() -> None:
    text = "User-agent: *\n" + "\n".join(f"Disallow: /{'*a' * 10}{number}$" for number in range(20_000))
    robots = parse_robots(text, "sextant-kb")
    started = time.perf_counter()
    assert robots.allows("/" + "a" * 2_000)
    assert time.perf_counter() - started < 1.0
