"""Folders and files that a Rust program opens while it runs: they go into the image, or into a volume."""

import re
from collections.abc import Iterator
from posixpath import dirname, normpath

from builder.detect.languages.rust.facts import Facts
from builder.detect.languages.rust.programs import Program
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION
from builder.look import Place
from builder.plan import Volume
from core.phrase import Phrase

_SQLITE = re.compile(r"^sqlite:(?://)?(?P<path>[^?:]+?\.\w+)(?:\?.*)?$")
_GLOB = re.compile(r"[*{\[?].*$")
_SOURCE = frozenset({"src", "tests", "benches", "target", ".", ""})

CONVENTIONS = {
    "rocket": ("Rocket.toml", "templates", "static"),
    "loco": ("config", "assets"),
    "actix-web": (),
    "leptos": (),
}
"""What a framework reads without being told."""


def add_files(place: Place, draft: Draft, program: Program) -> None:
    """Add a trait for each file or folder of the component that the code names, and volumes for databases in files."""
    seen: set[str] = set()
    for name in CONVENTIONS.get(program.framework.name if program.framework else "", ()):
        if name not in seen and _exists(place, name):
            seen.add(name)
            why = Phrase(en=f"{name} is read by its framework.", zh=f"框架会读取 {name}。")
            draft.traits.add(f"rust.file:{name}", CONVENTION, "rust.files.framework", why, place.cite_file(name))
    for facts in program.found:
        for text, line in facts.words:
            name = normpath(_GLOB.sub("", text).rstrip("/") or ".")
            if name in seen or name.split("/")[0] in _SOURCE | {".."}:
                continue
            if _exists(place, name) and not name.endswith((".rs", ".toml.example")) and name != "Cargo.toml":
                seen.add(name)
                why = Phrase(en=f"The code opens {name}.", zh=f"代码会打开 {name}。")
                evidence = place.look.cite(facts.path, line)
                draft.traits.add(f"rust.file:{name}", CODE, "rust.files.code", why, evidence)
        for path, line in _kept(facts):
            why = Phrase(en=f"It keeps its data in {path}.", zh=f"数据保存在 {path}。")
            cited = place.look.cite(facts.path, line)
            draft.volumes.add(Volume(path=path, purpose="data"), CODE, "rust.volume.data", why, cited)
        for path, line in _databases(facts.words):
            why = Phrase(en=f"It keeps a database in {path}.", zh=f"数据库文件位于 {path}。")
            draft.volumes.add(
                Volume(path=path, purpose="sqlite"),
                CODE,
                "rust.volume.sqlite",
                why,
                place.look.cite(facts.path, line),
            )


_KEPT = re.compile(r"(^|_)(DATA|STORAGE|UPLOADS?|STATE|DB|DATABASE)_?(DIR|DIRECTORY|FOLDER|ROOT)$", re.IGNORECASE)


def _kept(facts: Facts) -> Iterator[tuple[str, int]]:
    """Tell the folders that variables and options for data name by default."""
    named = [(one.name, one.default or "", one.line) for one in facts.reads]
    named += [(one.field, one.default, one.line) for one in facts.options]
    for name, default, line in named:
        if _KEPT.search(name) and default and _PATH.fullmatch(default) and default.strip("./"):
            yield default if default.startswith("/") else normpath(f"/app/{default}"), line


_PATH = re.compile(r"[\w./\-]+")


def _databases(words: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    for text, line in words:
        if found := _SQLITE.match(text):
            folder = dirname(normpath(found["path"]))
            if folder and folder != "/":
                yield folder if folder.startswith("/") else f"/app/{folder}", line


def _exists(place: Place, name: str) -> bool:
    path = place.file(name)
    return path in place.tree or place.tree.has_folder(path)
