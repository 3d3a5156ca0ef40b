"""Count files by language where nothing says what a tree makes: so that at least its language is told."""

from collections import Counter
from posixpath import splitext

from builder.draft import Draft
from builder.grounds import CONVENTION, DEFAULT
from builder.look import ASIDE
from builder.plan import Kind
from builder.tree import Tree
from core.evidence import Evidence, FileSource
from core.phrase import Phrase

LANGUAGES: dict[str, str] = {
    ".astro": "javascript", ".bash": "shell", ".c": "c", ".cc": "cpp", ".cjs": "javascript", ".clj": "clojure",
    ".cljs": "clojure", ".cpp": "cpp", ".cr": "crystal", ".cs": "csharp", ".css": "html", ".cxx": "cpp", ".d": "d",
    ".dart": "dart", ".erl": "erlang", ".ex": "elixir", ".exs": "elixir", ".f90": "fortran", ".fs": "fsharp",
    ".gleam": "gleam", ".go": "go", ".groovy": "groovy", ".h": "c", ".hpp": "cpp", ".hs": "haskell", ".html": "html",
    ".ipynb": "python", ".java": "java", ".jl": "julia", ".js": "javascript", ".jsx": "javascript", ".kt": "kotlin",
    ".lua": "lua", ".m": "objective-c", ".mjs": "javascript", ".ml": "ocaml", ".nim": "nim", ".php": "php",
    ".pl": "perl", ".pm": "perl", ".ps1": "powershell", ".py": "python", ".r": "r", ".rb": "ruby", ".rs": "rust",
    ".scala": "scala", ".sh": "shell", ".svelte": "javascript", ".swift": "swift", ".tf": "terraform",
    ".ts": "typescript", ".tsx": "typescript", ".vb": "visual-basic", ".vue": "javascript", ".zig": "zig",
}  # fmt: skip


def languages_of(tree: Tree) -> Draft | None:
    """Return a draft that names the commonest language by bytes, None for a tree without source code."""
    sizes: Counter[str] = Counter()
    largest: dict[str, str] = {}
    for path, size in tree.sizes.items():
        language = LANGUAGES.get(splitext(path)[1].lower())
        if language is None or any(part.lower() in ASIDE for part in path.split("/")[:-1]):
            continue
        sizes[language] += size
        if size >= tree.sizes.get(largest.get(language, ""), -1):
            largest[language] = path
    if not sizes:
        return None
    language, held = sizes.most_common(1)[0]
    draft = Draft(name="app", path="", provider="")
    path = largest[language]
    evidence = Evidence(source=FileSource(path=path, line=0), quote=path)
    share = round(100 * held / max(sizes.total(), 1))
    draft.language.add(
        language,
        CONVENTION,
        "census.bytes",
        Phrase(en=f"{share} % of the source code is {language}.", zh=f"源代码的 {share} % 是 {language}。"),
        evidence,
    )
    draft.kind.add(
        Kind.OTHER,
        DEFAULT,
        "census.no-entry",
        Phrase(
            en="No manifest and no entry point that Sextant knows was found.", zh="没有找到已知的清单文件或程序入口。"
        ),
        evidence,
    )
    return draft
