"""SvelteKit: what its adapter makes."""

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import server, static, told_start
from builder.detect.languages.node.settings import imports, setting
from builder.grounds import CODE
from core.phrase import Phrase

_PREVIEW = ("vite", "preview", "--host", "0.0.0.0", "--port", "3000")  # noqa: S104 - what is told to the program


def examine(seen: Seen) -> bool:
    """Add what SvelteKit makes of the package, if it is built with it."""
    if not seen.package.has("@sveltejs/kit"):
        return False
    evidence = seen.dependency("@sveltejs/kit")
    config = seen.config("svelte.config") or seen.config("vite.config")
    used = imports(seen.place, config) | imports(seen.place, seen.config("vite.config"))
    adapter = next((one for one in sorted(used) if "adapter" in one), "")
    if not adapter:
        adapter = next(
            (one for one in seen.package.all if "adapter" in one and "svelte" in one), "@sveltejs/adapter-auto"
        )
    told = seen.place.cite(config, adapter) if config else None
    if "adapter-static" in adapter:
        output = setting(seen.place, config, "pages") or "build"
        single = bool(setting(seen.place, config, "fallback"))
        return static(seen, "sveltekit", output, evidence, build=("vite", "build"), spa=single, told=told)
    if adapter.endswith(("adapter-node", "svelte-adapter-bun", "adapter-deno")):
        output = setting(seen.place, config, "out") or "build"
        runner = "bun" if "bun" in adapter else "node"
        server(
            seen,
            "sveltekit",
            (runner, output),
            3000,
            told or evidence,
            build=("vite", "build"),
            output=output,
            confidence=CODE,
        )
        told_start(seen, "node", "bun")
        return True
    if adapter.endswith("adapter-auto"):
        why = Phrase(
            en="adapter-auto picks the adapter by the platform: it is told to make a Node server.",
            zh="adapter-auto 按平台选择适配器：已指定生成 Node 服务器。",
        )
        seen.draft.traits.add("sveltekit.auto", CODE, "node.sveltekit.auto", why, told)
        server(seen, "sveltekit", ("node", "build"), 3000, told or evidence, build=("vite", "build"), output="build")
        told_start(seen, "node", "bun")
        return True
    server(seen, "sveltekit", _PREVIEW, 3000, told or evidence, build=("vite", "build"), output=".svelte-kit")
    return True
