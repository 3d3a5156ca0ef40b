"""Astro: files, or a server where an adapter for Node is set."""

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import server, static, told_start
from builder.detect.languages.node.settings import imports, setting


def examine(seen: Seen) -> bool:
    """Add what Astro makes of the package, if it is built with it."""
    config = seen.config("astro.config")
    if not seen.package.has("astro") or "astro" in seen.package.peers or not (config or seen.runs("astro")):
        return False
    evidence = seen.dependency("astro")
    folder = setting(seen.place, config, "outDir").removeprefix("./").strip("/") or "dist"
    adapters = imports(seen.place, config)
    wanted = setting(seen.place, config, "output")
    node = "@astrojs/node" in adapters
    if node and wanted != "static":
        if setting(seen.place, config, "mode") == "middleware":
            server(
                seen,
                "astro",
                ("node", "run-server.mjs"),
                4321,
                evidence,
                build=("astro", "build"),
                output=folder,
                confidence=0.5,
            )
        else:
            words = ("node", f"./{folder}/server/entry.mjs")
            server(seen, "astro", words, 4321, evidence, build=("astro", "build"), output=folder)
        told_start(seen, "node", "bun", "tsx")
        return True
    if wanted in {"server", "hybrid"}:
        words = ("node", f"./{folder}/server/entry.mjs")
        return server(seen, "astro", words, 4321, evidence, build=("astro", "build"), output=folder, confidence=0.5)
    told = seen.place.cite(config, folder) if folder != "dist" else None
    return static(seen, "astro", folder, evidence, build=("astro", "build"), told=told)
