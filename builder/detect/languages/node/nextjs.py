"""Next.js and what wraps it: a server of its own, the traced server, or exported files."""

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import script_port, server, static, told_start
from builder.detect.languages.node.settings import pairs, setting
from builder.grounds import CODE, DECLARED
from builder.parsing.code import string_of
from core.phrase import Phrase


def examine(seen: Seen) -> bool:
    """Add what Next.js makes of the package, if it is built with it."""
    if not seen.package.has("next", "blitz") or (
        seen.package.peers.get("next") and "next" not in seen.package.dependencies
    ):
        return False
    evidence = seen.dependency("next", "blitz")
    config = seen.config("next.config")
    output = _output(seen, config)
    folder = setting(seen.place, config, "distDir") or ".next"
    told = seen.place.cite(config, output) if output else None
    if output == "export" or seen.runs("next", "export"):
        target = folder if output == "export" and folder != ".next" else "out"
        return static(seen, "next", target, evidence, build=("next", "build"), first=_export(seen), told=told)
    server(seen, "next", ("next", "start"), 3000, evidence, build=("next", "build"), output=folder)
    if output == "standalone":
        why = Phrase(en="The build traces a server of its own.", zh="构建会生成独立服务器。")
        seen.draft.traits.add("next.standalone", CODE, "node.next.standalone", why, told)
        custom = told_start(seen, "node", "tsx", "ts-node", "bun") if not seen.runs("next", "start") else None
        if custom is None or "standalone" in " ".join(custom.words):
            seen.start(("node", "server.js"), DECLARED + 0.01, "standalone", why, told)
            script_port(seen, "next", "node")
            return True
        return True
    told_start(seen)
    script_port(seen, "next")
    return True


def _output(seen: Seen, config: str) -> str:
    """Return the kind of output that is asked for; one that depends on the environment counts as asked for."""
    for node in pairs(seen.place, config, "output"):
        stack = [node]
        while stack:
            one = stack.pop()
            text = string_of(one)
            if text in {"standalone", "export"}:
                return text
            stack.extend(one.named_children)
    return ""


def _export(seen: Seen) -> tuple[str, ...]:
    named = [name for name, step in seen.running("next", "export")]
    return tuple(name for name in named if name != "build" and "next build" in seen.package.scripts.get(name, ""))
