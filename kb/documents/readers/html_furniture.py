"""Which elements of a page are not its text: scripts and forms, navigation, headers and footers."""

import re
from collections.abc import Mapping

DROPPED = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "canvas", "iframe", "object", "embed", "form", "button",
    "select", "option", "input", "textarea", "audio", "video", "map", "dialog", "head",
})  # fmt: skip
_FURNITURE = frozenset({"nav", "aside", "footer", "header"})
_CONTENT = frozenset({"body", "html", "main", "article", "h1", "h2", "h3", "h4", "h5", "h6"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu", "dialog", "alertdialog"})
_CLASSES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|breadcrumbs?|toc|table-of-contents|footer|masthead|cookies?|"
    r"consent|banner|pagination|pager|skip-?(?:link|nav|to-content)|share|social|related|advert(?:isement)?|ads|"
    r"feedback|headerlink|anchor-?link|edit-?(?:page|link)|copy-?(?:button|btn)|sr-only|visually-hidden)(?:$|[\s_-])",
    re.IGNORECASE,
)


def is_dropped(tag: str, attributes: Mapping[str, str], *, strict: bool, in_main: bool) -> bool:
    """Return whether an element is left out. ``strict`` judges by role, class and id, too, and not by name alone."""
    if tag in DROPPED:
        return True
    if tag in _FURNITURE:
        # An article's own header holds its title.
        return not (tag == "header" and in_main)
    if not strict or tag in _CONTENT:
        return False
    if attributes.get("role") in _ROLES or attributes.get("aria-hidden") == "true" or "hidden" in attributes:
        return True
    if "display:none" in attributes.get("style", "")[:500].replace(" ", "").lower():
        return True
    return bool(_CLASSES.search(f"{attributes.get('class', '')} {attributes.get('id', '')}"[:500]))
