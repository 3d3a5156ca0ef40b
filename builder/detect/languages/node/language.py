"""Whether a package is written in TypeScript or JavaScript."""

from collections import Counter
from posixpath import basename, splitext

from builder.detect.languages.node.queries import SUFFIXES
from builder.detect.languages.node.seen import Seen
from builder.grounds import DECLARED
from core.phrase import Phrase

_TYPED = frozenset({".ts", ".tsx", ".mts", ".cts"})
_COMPONENTS = (".vue", ".svelte", ".astro")
_SERVED = frozenset({"public", "static", "dist", "build", "vendor", "out", "coverage", "www", "assets"})
"""Folders that hold the scripts of others and what builds make."""

_TOOLS = (".", "gulpfile", "Gruntfile", "next-env", "vite-env", "karma", "protractor")
"""Beginnings of names of what tools read."""


def add_language(seen: Seen) -> None:
    """Add the language by bytes of sources; where there are none, by the compiler's settings."""
    settings = seen.place.has("tsconfig.json", "tsconfig.app.json", "tsconfig.base.json")
    typed = bool(settings) or bool(seen.package.has("typescript")) or _configured(seen)
    own, all_sizes = Counter[str](), Counter[str]()
    largest: dict[str, tuple[int, str]] = {}
    for name in seen.place.sources(*SUFFIXES, *_COMPONENTS):
        if name.endswith((".d.ts", ".min.js")) or ".config." in name or basename(name).startswith(_TOOLS):
            continue
        suffix = splitext(name)[1]
        in_typescript = suffix in _TYPED or (suffix in _COMPONENTS and typed)
        language = "typescript" if in_typescript else "javascript"
        size = seen.place.tree.sizes.get(seen.path(name), 0) + 1
        all_sizes[language] += size
        if not _SERVED & set(name.split("/")[:-1]):
            own[language] += size
            largest[language] = max(largest.get(language, (0, "")), (size, name))
    counted = own or all_sizes
    language = counted.most_common(1)[0][0] if counted else "typescript" if typed else "javascript"
    file = largest.get(language, (0, settings or "package.json"))[1]
    called = {"typescript": "TypeScript", "javascript": "JavaScript"}[language]
    why = Phrase(en=f"Its sources are {called}.", zh=f"其源代码是 {called}。")
    seen.draft.language.add(language, DECLARED, "node.language.sources", why, seen.place.cite_file(file))


def _configured(seen: Seen) -> bool:
    """Say whether a tool's configuration is TypeScript: what stands beside it is likely so too."""
    return any(".config." in one for one in seen.place.names(".ts", ".mts"))
