"""Remix, React Router as a framework, and the other full-stack frameworks that build a server with Vite or Nitro."""

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.serving import server, static, told_start
from builder.detect.languages.node.settings import imports, setting


def examine(seen: Seen) -> bool:
    """Add what one of these frameworks makes of the package, if it is built with it."""
    return _remix(seen) or _react_router(seen) or _start(seen) or _qwik(seen) or _others(seen)


def _remix(seen: Seen) -> bool:
    name = seen.package.has("@remix-run/dev", "@remix-run/serve")
    if not name:
        return False
    evidence = seen.dependency(name)
    config = seen.config("vite.config")
    vite = bool(config) and seen.package.has("vite") != ""
    if setting(seen.place, config, "ssr") == "false":
        return static(seen, "remix", "build/client", evidence, build=("remix", "vite:build"), spa=True)
    served = "./build/server/index.js" if vite else "./build/index.js"
    build = ("remix", "vite:build") if vite else ("remix", "build")
    server(seen, "remix", ("remix-serve", served), 3000, evidence, build=build, output="build")
    told_start(seen)
    return True


def _react_router(seen: Seen) -> bool:
    if not seen.package.has("@react-router/dev"):
        return False
    evidence = seen.dependency("@react-router/dev")
    config = seen.config("react-router.config")
    if setting(seen.place, config, "ssr") == "false":
        folder = setting(seen.place, config, "buildDirectory") or "build"
        return static(seen, "react-router", f"{folder}/client", evidence, build=("react-router", "build"), spa=True)
    words = ("react-router-serve", "./build/server/index.js")
    server(seen, "react-router", words, 3000, evidence, build=("react-router", "build"), output="build")
    told_start(seen)
    return True


_STARTS = {
    "@tanstack/react-start": "tanstack-start", "@tanstack/solid-start": "tanstack-start",
    "@tanstack/start": "tanstack-start", "@solidjs/start": "solid-start", "solid-start": "solid-start",
    "@analogjs/platform": "analog",
}  # fmt: skip


def _start(seen: Seen) -> bool:
    name = seen.package.has(*_STARTS)
    if not name or name in seen.package.peers:
        return False
    evidence, framework = seen.dependency(name), _STARTS[name]
    config = seen.config("vite.config", "app.config")
    used = imports(seen.place, config)
    nitro = (
        framework != "tanstack-start"
        or any("nitro" in one for one in used)
        or seen.package.has("vinxi", "nitro", "nitropack") != ""
    )
    words: tuple[str, ...]
    if framework == "analog":
        words = ("node", "dist/analog/server/index.mjs")
    elif nitro:
        words = ("node", ".output/server/index.mjs")
    else:
        words = ("srvx", "--prod", "-s", "../client", "dist/server/server.js")
    tool = "vinxi" if seen.package.has("vinxi") else "vite"
    server(seen, framework, words, 3000, evidence, build=(tool, "build"), output=".output" if nitro else "dist")
    told_start(seen)
    return True


def _qwik(seen: Seen) -> bool:
    name = seen.package.has("@builder.io/qwik-city", "@qwik.dev/router")
    if not name:
        return False
    evidence = seen.dependency(name)
    if told_start(seen, "node", "bun") is not None:
        words = ("node", "server/entry.express")
        return server(seen, "qwik", words, 3000, evidence, build=("qwik", "build"), output="dist")
    if seen.config("adapters/static/vite.config", "adapters/static-site/vite.config"):
        return static(seen, "qwik", "dist", evidence, build=("qwik", "build"))
    # without an adapter only its preview serves what is rendered
    preview = ("vite", "preview", "--host", "0.0.0.0", "--port", "3000")  # noqa: S104 - what is told to the program
    # its tool calls the manager that called it, so it is called by one
    tool = (seen.manager, "run", "qwik") if "qwik" in seen.package.scripts else ("npx", "qwik")
    build = (*tool, "build", "preview")
    return server(seen, "qwik", preview, 3000, evidence, build=build, output="dist", scripted=False)


def _others(seen: Seen) -> bool:
    """Add frameworks with a server of their own and nothing to choose."""
    for name, framework, words, build, output in _PLAIN:
        if seen.package.has(name) and name not in seen.package.peers:
            server(seen, framework, words, 3000, seen.dependency(name), build=build, output=output)
            told_start(seen)
            return True
    return False


_PLAIN: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...], str], ...] = (
    ("waku", "waku", ("waku", "start"), ("waku", "build"), "dist"),
    ("sapper", "sapper", ("node", "__sapper__/build"), ("sapper", "build"), "__sapper__/build"),
    ("nitropack", "nitro", ("node", ".output/server/index.mjs"), ("nitro", "build"), ".output"),
    ("nitro", "nitro", ("node", ".output/server/index.mjs"), ("nitro", "build"), ".output"),
    ("@redwoodjs/core", "redwood", ("rw", "serve"), ("rw", "build"), "web/dist"),
    ("razzle", "razzle", ("node", "build/server.js"), ("razzle", "build"), "build"),
)
