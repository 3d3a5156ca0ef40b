"""Nuxt 2, 3 and 4: the Nitro server, the older server, or generated files."""

from builder.detect.languages.node.scripting import build_script
from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import script_port, server, static, told_start
from builder.detect.languages.node.settings import setting


def examine(seen: Seen) -> bool:
    """Add what Nuxt makes of the package, if it is built with it."""
    name = seen.package.has("nuxt", "nuxt3", "nuxt-edge", "nuxt-nightly")
    config = seen.config("nuxt.config")
    if not name or (not config and not seen.runs("nuxt") and not seen.runs("nuxi")):
        return False
    if seen.package.has("@nuxt/module-builder") or "nuxt" in seen.package.peers:
        return False
    evidence = seen.dependency(name)
    older = name in {"nuxt", "nuxt-edge"} and (seen.package.major(name) or 3) < 3
    generated = _generated(seen)
    single = setting(seen.place, config, "ssr") == "false" or setting(seen.place, config, "mode") == "spa"
    if older:
        target = setting(seen.place, config, "target")
        if target == "static" or (generated and target != "server"):
            return static(seen, "nuxt", "dist", evidence, build=("nuxt", "generate"), first=("generate",), spa=single)
        server(seen, "nuxt", ("nuxt", "start"), 3000, evidence, build=("nuxt", "build"), output=".nuxt")
        told_start(seen)
        script_port(seen, "nuxt")
        return True
    preset = setting(seen.place, config, "preset")
    if generated or preset in {"static", "github-pages", "github_pages"}:
        return static(
            seen,
            "nuxt",
            ".output/public",
            evidence,
            build=("nuxt", "generate"),
            first=("generate",) if generated else (),
            spa=single,
        )
    server(
        seen,
        "nuxt",
        ("node", ".output/server/index.mjs"),
        3000,
        evidence,
        build=("nuxt", "build"),
        output=".output",
        confidence=0.9,
    )
    told_start(seen, "node", "bun")
    return True


def _generated(seen: Seen) -> bool:
    """Say whether the script that builds generates files; a ``generate`` beside a ``build`` is only a possibility."""
    script = build_script(seen)
    return any("generate" in one.words[1:3] and one.tool in {"nuxt", "nuxi", "nuxt-ts"} for one in seen.script(script))
