"""What runs inside of something else: extensions of editors and browsers, functions of clouds, infrastructure code."""

from collections.abc import Callable, Iterator

from builder.detect.languages.node.seen import Seen
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Kind
from core.evidence import Evidence
from core.phrase import Phrase

Found = tuple[str, str, float, Evidence | None]


def examine(seen: Seen) -> bool:
    """Add that something else runs it, if so."""
    for rule in (_editor, _browser, _host, _functions, _infrastructure):
        for english, chinese, confidence, evidence in rule(seen):
            seen.kind(Kind.OTHER, confidence, "extension", Phrase(en=f"{english}.", zh=f"{chinese}。"), evidence)
            return True
    return False


def _editor(seen: Seen) -> Iterator[Found]:
    engines = seen.package.table("engines")
    for host, called in (("vscode", "VS Code"), ("atom", "Atom"), ("brackets", "Brackets"), ("theia", "Theia")):
        if host in engines and (
            "contributes" in seen.package.data
            or "activationEvents" in seen.package.data
            or host != "vscode"
            or seen.package.word("publisher")
        ):
            yield (
                f"It is an extension of {called}",
                f"这是 {called} 的扩展",
                DECLARED,
                seen.place.cite("package.json", f'"{host}"'),
            )


def _browser(seen: Seen) -> Iterator[Found]:
    for name in (
        "manifest.json",
        "src/manifest.json",
        "public/manifest.json",
        "app/manifest.json",
        "extension/manifest.json",
        "static/manifest.json",
        "chrome/manifest.json",
        "manifest.v3.json",
    ):
        if seen.place.json(name).get("manifest_version") in (2, 3):
            yield (
                "It is an extension of browsers",
                "这是浏览器扩展",
                DECLARED,
                seen.place.cite(name, "manifest_version"),
            )
            return
        if "minAppVersion" in seen.place.json(name):
            yield "It is a plugin of Obsidian", "这是 Obsidian 插件", DECLARED, seen.place.cite(name, "minAppVersion")
            return
    tool = seen.package.has(
        "wxt",
        "plasmo",
        "@crxjs/vite-plugin",
        "web-ext",
        "extension",
        "@samrum/vite-plugin-web-extension",
        "vite-plugin-web-extension",
    )
    if tool and (
        seen.package.has("@types/chrome", "@types/webextension-polyfill", "webextension-polyfill")
        or tool in {"wxt", "plasmo", "@crxjs/vite-plugin"}
    ):
        yield f"{tool} builds an extension of browsers", f"{tool} 用于构建浏览器扩展", CODE, seen.dependency(tool)


def _is_action(seen: Seen) -> bool:
    held = seen.place.yaml(seen.place.has("action.yml", "action.yaml") or "action.yml")
    runs = held.get("runs") if isinstance(held, dict) else None
    return isinstance(runs, dict) and str(runs.get("using", "")).startswith("node")


_HOSTS: tuple[tuple[str, Callable[[Seen], bool]], ...] = (
    ("Homebridge", lambda seen: "homebridge" in {*seen.package.table("engines"), *seen.package.peers}
     or "homebridge-plugin" in seen.package.keywords),
    ("Raycast", lambda seen: bool(seen.package.needs("@raycast/api"))),
    ("Figma", lambda seen: bool(seen.package.has("@figma/plugin-typings"))),
    ("Node-RED", lambda seen: "node-red" in seen.package.data and bool(seen.package.table("node-red"))),
    ("n8n", lambda seen: "n8n" in seen.package.data and bool(seen.package.table("n8n"))),
    ("Grafana", lambda seen: bool(seen.package.has("@grafana/toolkit",
        "@grafana/create-plugin")) or bool(seen.place.has("src/plugin.json"))),
    ("GitHub Actions", _is_action),
    ("Forge", lambda seen: bool(seen.package.needs("@forge/api", "@forge/ui", "@forge/bridge"))),
    ("Google Apps Script", lambda seen: bool(seen.place.has(".clasp.json", "appsscript.json"))),
    ("ioBroker", lambda seen: bool(seen.place.has("io-package.json"))),
    ("Hyper", lambda seen: "hyper-plugin" in seen.package.keywords),
    ("Stream Deck", lambda seen: bool(seen.package.needs("@elgato/streamdeck"))),
    ("Office", lambda seen: bool(seen.package.has("office-addin-manifest"))),
    ("Zendesk", lambda seen: bool(seen.package.has("@zendesk/zcli"))),
)  # fmt: skip


def _host(seen: Seen) -> Iterator[Found]:
    for host, holds in _HOSTS:
        if holds(seen):
            yield f"It runs inside of {host}", f"它在 {host} 中运行", DECLARED, seen.place.cite_file("package.json")


def _functions(seen: Seen) -> Iterator[Found]:
    place = seen.place
    if seen.package.needs("firebase-functions"):
        yield "It holds functions of Firebase", "其中是 Firebase 函数", DECLARED, seen.dependency("firebase-functions")
    elif place.has("host.json") and seen.package.has("@azure/functions", "azure-functions-core-tools"):
        yield "It holds functions of Azure", "其中是 Azure 函数", DECLARED, place.cite_file("host.json")
    elif any(role for _, role in seen.running("functions-framework")):
        return
    elif file := place.has("wrangler.toml", "wrangler.json", "wrangler.jsonc"):
        held = place.toml(file) if file.endswith(".toml") else place.json(file)
        # Pages of a site that can also be built elsewhere have no script of their own
        if (
            held.get("main")
            and not seen.package.has("next", "nuxt", "astro", "@sveltejs/kit")
            and not seen.runs("node")
        ):
            yield "It is a worker of Cloudflare", "这是 Cloudflare Worker", CODE, place.cite_file(file)
    elif (
        file := place.has(
            "serverless.yml",
            "serverless.yaml",
            "serverless.ts",
            "template.yaml",
            "template.yml",
            "samconfig.toml",
            "sst.config.ts",
        )
    ) and not _starts(seen):
        yield "It holds functions of a cloud", "其中是云函数", CONVENTION, place.cite_file(file)


def _infrastructure(seen: Seen) -> Iterator[Found]:
    place = seen.place
    if file := place.has("cdk.json", "Pulumi.yaml", "Pulumi.yml", "cdktf.json"):
        yield "It describes infrastructure", "它描述的是基础设施", CODE, place.cite_file(file)
    elif file := place.has(
        "hardhat.config.js", "hardhat.config.ts", "truffle-config.js", "truffle.js", "hardhat.config.cjs"
    ):
        if _starts(seen) or seen.package.has("react", "vue", "next"):
            return
        yield "It holds smart contracts", "其中是智能合约", CONVENTION, place.cite_file(file)


def _starts(seen: Seen) -> bool:
    return any(
        step.tool in {"node", "ts-node", "tsx", "next", "react-scripts", "vite", "bun"} for step in seen.script("start")
    )
