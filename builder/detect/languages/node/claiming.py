"""Whether a folder with a package.json is Deno's or Node's."""

import re

from builder.detect.languages.node.facts import Facts
from builder.look import Place
from builder.parsing.code import string_of, written

_CALLS = re.compile(r"(^|\s|&&\s*)deno\s")


def settings_of(place: Place) -> str:
    """Return the file of Deno's settings, empty for none."""
    return place.has("deno.json", "deno.jsonc")


def is_deno(place: Place) -> bool:
    """Say whether Deno runs it: it has Deno's settings, and no package.json, or one whose scripts call Deno."""
    settings = settings_of(place)
    if not settings:
        return False
    package = place.json("package.json")
    if not package:
        return not place.has("package.json")
    scripts = package.get("scripts")
    lines = [line for line in scripts.values() if isinstance(line, str)] if isinstance(scripts, dict) else []
    if any(_CALLS.search(line) for line in lines):
        return True
    held = place.json(settings)
    others = place.has("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
    tasks = held.get("tasks")
    return bool(isinstance(tasks, dict) and tasks and not lines) or (
        bool(place.has("deno.lock")) and not others and not lines
    )


def speaks_deno(facts: Facts) -> bool:
    """Say whether sources are for Deno: they call its functions, or import by its kinds of addresses."""
    for nodes in facts.modules.values():
        imported = (string_of(node) or "" for node in nodes.get("import", ()))
        if any(one.startswith(("https://", "jsr:", "npm:")) for one in imported):
            return True
        called = (node.child_by_field_name("function") for node in nodes.get("call", ()))
        if any(
            one is not None and one.type == "member_expression" and written(one).startswith("Deno.") for one in called
        ):
            return True
    return False
