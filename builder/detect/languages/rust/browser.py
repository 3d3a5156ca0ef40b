"""Rust in the browser: Yew, Leptos, Dioxus, Sycamore, built by Trunk, cargo-leptos or dx into files or a server."""

from dataclasses import dataclass
from posixpath import basename, join

from builder.detect.languages.rust.manifest import Manifest, workspace_table
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED
from builder.look import Place
from builder.plan import Command, Commands, Kind
from core.evidence import Evidence
from core.phrase import Phrase

FRONT_ENDS = (
    "leptos",
    "yew",
    "dioxus",
    "sycamore",
    "seed",
    "perseus",
    "percy-dom",
    "maple-core",
    "mogwai",
    "silkenweb",
)
_PORT = 8080


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEnd:
    """How a package is built for the browser. ``server``: it is rendered on a server too."""

    framework: str
    tool: str
    output: str
    server: bool
    evidence: Evidence | None


def front_end_of(place: Place, manifest: Manifest) -> FrontEnd | None:
    """Return how the package is built for the browser, None where it is not."""
    framework = manifest.depends_on(*FRONT_ENDS)
    leptos = manifest.metadata.get("leptos") or _of_workspace(place, manifest)
    if isinstance(leptos, dict):
        root = leptos.get("site-root")
        return FrontEnd(
            framework=framework or "leptos",
            tool="cargo-leptos",
            output=root if isinstance(root, str) else "target/site",
            server=True,
            evidence=place.cite("Cargo.toml", "metadata.leptos") or place.cite_file("Cargo.toml"),
        )
    if framework == "dioxus":
        return _dioxus(place, manifest)
    page = place.has(_trunk(place, "target") or "index.html")
    if page and (framework or (place.has("Trunk.toml") and manifest.depends_on("wasm-bindgen", "web-sys", "eframe"))):
        return FrontEnd(
            framework=framework,
            tool="trunk",
            output=_trunk(place, "dist") or "dist",
            server=False,
            evidence=place.cite_file(page),
        )
    return None


def add_static(draft: Draft, found: FrontEnd) -> None:
    """Fill in what becomes files."""
    why = Phrase(en=f"{found.tool} builds it into files for browsers.", zh=f"{found.tool} 将其构建为浏览器文件。")
    draft.kind.add(Kind.STATIC, DECLARED, "rust.kind.browser", why, found.evidence)
    line = (
        ("trunk", "build", "--release") if found.tool == "trunk" else ("dx", "bundle", "--platform", "web", "--release")
    )
    draft.build.add(Commands(each=(Command(argv=line),)), DECLARED, f"rust.build.{found.tool}", why, found.evidence)
    draft.output.add(found.output, DECLARED, f"rust.output.{found.tool}", why, found.evidence)
    draft.port.add(
        _PORT, CONVENTION, "static.port", Phrase(en="The web server listens there.", zh="网页服务器监听该端口。")
    )
    draft.traits.add(
        "static.spa",
        CONVENTION,
        "rust.browser.routes",
        Phrase(en="Its addresses are resolved in the browser.", zh="地址由浏览器端路由解析。"),
        found.evidence,
    )
    draft.traits.add(f"rust.tool:{found.tool}", DECLARED, f"rust.build.{found.tool}", why, found.evidence)


def _dioxus(place: Place, manifest: Manifest) -> FrontEnd | None:
    features = manifest.features_of("dioxus") | manifest.default_features
    named = set(manifest.features) | features
    evidence = place.cite_file(place.has("Dioxus.toml")) or place.cite("Cargo.toml", "dioxus")
    output = join("target/dx", manifest.name, "release/web/public")
    server = "fullstack" in features or "server" in named or "liveview" in features
    if server or "web" in named:
        return FrontEnd(framework="dioxus", tool="dx", output=output, server=server, evidence=evidence)
    return None


def _of_workspace(place: Place, manifest: Manifest) -> object:
    """Return the entry of ``[[workspace.metadata.leptos]]`` whose server is this package."""
    metadata = workspace_table(place).get("metadata")
    entries = metadata.get("leptos") if isinstance(metadata, dict) else None
    for one in entries if isinstance(entries, list) else []:
        if isinstance(one, dict) and one.get("bin-package") == manifest.name:
            return one
    return None


def _trunk(place: Place, key: str) -> str:
    build = place.toml("Trunk.toml").get("build")
    value = build.get(key) if isinstance(build, dict) else None
    return value if isinstance(value, str) and basename(value) else ""
