"""CMakeLists.txt: targets, sources, packages, over all folders that ``add_subdirectory`` names."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from posixpath import dirname, join, normpath

from tree_sitter import Node

from builder.detect.languages.cpp.build import Build, Need, Target
from builder.look import ASIDE, Place
from builder.parsing.code import line_of, written
from core.evidence import Evidence

MAX_FOLDERS = 80
"""CMakeLists.txt files of one project that are read."""
_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".c++", ".C")
_ASIDE_WORD = re.compile(
    r"(^|[_\-/.])(unit)?(test|testing|bench|benchmark|example|demo|fuzz|fuzzer|sample)s?($|[_\-/.])", re.IGNORECASE
)
_ASIDE_OPTION = re.compile(r"TEST|EXAMPLE|BENCH|FUZZ|SAMPLE|DOCS?(_|$)|DEMO", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_WORDS = frozenset(
    {
        "WIN32", "MACOSX_BUNDLE", "EXCLUDE_FROM_ALL", "STATIC", "SHARED", "MODULE", "OBJECT", "INTERFACE", "IMPORTED",
        "GLOBAL", "ALIAS", "PRIVATE", "PUBLIC", "UNKNOWN", "MANUAL_FINALIZATION", "FILE_SET", "HEADERS", "FILES",
        "TYPE", "BASE_DIRS", "LINK_PUBLIC", "LINK_PRIVATE", "debug", "optimized", "general",
    }
)  # fmt: skip
_ASKS = frozenset(
    {
        "cpmaddpackage", "externalproject_add", "fetchcontent_declare", "find_dependency", "find_library",
        "find_package", "pkg_check_modules", "pkg_search_module",
    }
)  # fmt: skip
_EXECUTABLES = frozenset({"add_executable", "qt_add_executable", "qt5_add_executable", "qt6_add_executable",
                          "cuda_add_executable", "wx_add_executable"})  # fmt: skip
_LIBRARIES = frozenset({"add_library", "qt_add_library", "qt_add_plugin", "pybind11_add_module", "python_add_library",
                        "nanobind_add_module", "qt_add_qml_module"})  # fmt: skip
_FIRMWARE = frozenset({"idf_component_register", "pico_sdk_init", "pico_add_extra_outputs", "zephyr_library"})


class _Reader:
    """Holds variables and what was found, while the files of a project are read one after the other."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.build = Build(tool="cmake", file="CMakeLists.txt")
        self.variables: dict[str, tuple[str, ...]] = {"CMAKE_SOURCE_DIR": ("",), "PROJECT_SOURCE_DIR": ("",)}
        self.links: dict[str, list[str]] = {}
        self.added: dict[str, list[str]] = {}
        self.outputs: dict[str, str] = {}
        self.read: set[str] = set()

    def file(self, folder: str) -> None:
        name = join(folder, "CMakeLists.txt")
        root = self.place.syntax(name, "cmake") if len(self.read) < MAX_FOLDERS and name not in self.read else None
        self.read.add(name)
        if root is None:
            return
        before = dict(self.variables)
        self.variables["CMAKE_CURRENT_SOURCE_DIR"] = (folder,)
        self.variables["CMAKE_CURRENT_LIST_DIR"] = (folder,)
        for node, guarded in _commands(root, ()):
            self.command(folder, node, guarded)
        self.variables = before

    def command(self, folder: str, node: Node, guarded: tuple[str, ...]) -> None:
        name = written(node.children[0]).lower()
        words = [word for one in _arguments(node) for word in self.expanded(one)]
        build = self.build
        if name in _ASKS:
            self.asked(name, words, self.place.cite(join(folder, "CMakeLists.txt"), line_of(node)))
        match name:
            case "project" if words:
                build.name = build.name or words[0]
                self.variables["PROJECT_NAME"] = (words[0],)
                self.variables.setdefault("CMAKE_PROJECT_NAME", (words[0],))
                build.languages.update(one for one in words if one in {"C", "CXX", "CUDA"})
            case "set" | "list" if len(words) > 1:
                self.assign(name, words)
            case "file" | "aux_source_directory" if len(words) > 1:
                self.glob(folder, name, words)
            case "add_subdirectory" if words:
                aside = _is_aside(words[0]) or any(_ASIDE_OPTION.search(one) for one in guarded)
                if not aside:
                    self.file(_inside(folder, words[0]))
            case "target_link_libraries" | "link_libraries" if words:
                target = words[0] if name.startswith("target") else "*"
                self.links.setdefault(target, []).extend(one for one in words if one not in _WORDS)
            case "target_sources" if words:
                self.added.setdefault(words[0], []).extend(self.sources(folder, words[1:]))
            case "set_target_properties" if "RUNTIME_OUTPUT_DIRECTORY" in words[:-1]:
                self.outputs[words[0]] = words[words.index("RUNTIME_OUTPUT_DIRECTORY") + 1]
            case _ if name in _FIRMWARE and not guarded:
                build.other = "firmware"
            case _ if (name in _EXECUTABLES or name in _LIBRARIES) and words:
                if not {"ALIAS", "IMPORTED"} & set(words):
                    aside = any(_ASIDE_OPTION.search(one) for one in guarded) or "EXCLUDE_FROM_ALL" in words
                    self.target(folder, words, program=name in _EXECUTABLES, aside=aside, node=node)

    def asked(self, name: str, words: list[str], cited: Evidence | None) -> None:
        """Take in what the project looks for or downloads."""
        build = self.build
        match name:
            case "find_package" | "find_dependency" if words:
                parts = words[words.index("COMPONENTS") + 1 :] if "COMPONENTS" in words else []
                build.needs.append(Need(name=words[0], form="cmake", evidence=cited))
                build.needs.extend(Need(name=f"{words[0]}/{one}", form="cmake", evidence=cited) for one in parts)
            case "pkg_check_modules" | "pkg_search_module":
                modules = [one for one in words[1:] if not one.isupper()]
                build.needs.extend(
                    Need(name=re.split(r"[<>=]", one)[0], form="pkg-config", evidence=cited) for one in modules
                )
            case "find_library":
                named = words[words.index("NAMES") + 1 :] if "NAMES" in words else words[1:2]
                build.needs.extend(Need(name=one, form="library", evidence=cited) for one in named[:1])
            case "fetchcontent_declare" | "externalproject_add" | "cpmaddpackage" if words:
                build.fetched.append(words[words.index("NAME") + 1] if "NAME" in words[:-1] else words[0])

    def target(self, folder: str, words: Sequence[str], *, program: bool, aside: bool, node: Node) -> None:
        named = [self.variables.get(one) for one in ("CMAKE_RUNTIME_OUTPUT_DIRECTORY", "EXECUTABLE_OUTPUT_PATH")]
        into = next((one[0] for one in named if one), None)
        place = folder if into is None else "" if into == "build" else into.removeprefix("build/")
        self.build.targets.append(
            Target(
                name=words[0],
                program=program,
                sources=tuple(self.sources(folder, words[1:])),
                output=join("build", place, words[0]),
                aside=aside or _is_aside(words[0]) or _is_aside(folder),
                evidence=self.place.cite(join(folder, "CMakeLists.txt"), line_of(node)),
            )
        )

    def sources(self, folder: str, words: Sequence[str]) -> Iterator[str]:
        for one in words:
            if one.endswith(_SOURCES):
                name = one if self.place.has(one) and "/" in one else _inside(folder, one)
                if self.place.has(name):
                    yield name

    def assign(self, name: str, words: list[str]) -> None:
        if name == "set":
            kept = words[1 : words.index("CACHE")] if "CACHE" in words else words[1:]
            self.variables[words[0]] = tuple(one for one in kept if one != "PARENT_SCOPE")
        elif words[0] == "APPEND":
            self.variables[words[1]] = (*self.variables.get(words[1], ()), *words[2:])

    def glob(self, folder: str, name: str, words: list[str]) -> None:
        if name == "aux_source_directory":
            self.variables[words[1]] = tuple(self.matching(join(_inside(folder, words[0]), "*"), deep=False))
        elif words[0] in {"GLOB", "GLOB_RECURSE"}:
            patterns = [one for one in words[2:] if one not in {"CONFIGURE_DEPENDS", "RELATIVE", "LIST_DIRECTORIES"}]
            found = [path for one in patterns for path in self.matching(_inside(folder, one), deep="_" in words[0])]
            self.variables[words[1]] = tuple(dict.fromkeys(found))

    def matching(self, pattern: str, *, deep: bool) -> Iterator[str]:
        for name in self.place.sources(*_SOURCES, aside=True):
            if deep:
                if name.startswith(dirname(pattern)) and fnmatchcase(name, f"*{pattern.rpartition('/')[2]}"):
                    yield name
            elif dirname(name) == dirname(pattern) and fnmatchcase(name, pattern):
                yield name

    def expanded(self, text: str, depth: int = 0) -> tuple[str, ...]:
        whole = _VARIABLE.fullmatch(text)
        if depth > 5 or "${" not in text:
            return tuple(one for one in text.split(";") if one)
        if whole and whole[1] in {"CMAKE_BINARY_DIR", "PROJECT_BINARY_DIR", "CMAKE_CURRENT_BINARY_DIR"}:
            return ("build",)
        if whole:
            return tuple(inner for one in self.variables.get(whole[1], ()) for inner in self.expanded(one, depth + 1))
        made = re.sub(r"\$\{(CMAKE|PROJECT)_(CURRENT_)?BINARY_DIR\}", "build", text)
        made = _VARIABLE.sub(lambda one: ";".join(self.variables.get(one[1], ("",))), made)
        return tuple(one.removeprefix("/") for one in made.split(";") if one)


def read(place: Place) -> Build:
    """Read the project of a folder."""
    reader = _Reader(place)
    reader.file("")
    build = reader.build
    common = reader.links.get("*", [])
    build.targets = [
        Target(
            name=one.name,
            program=one.program,
            sources=(*one.sources, *(name for name in reader.added.get(one.name, ()) if name not in one.sources)),
            links=(*reader.links.get(one.name, ()), *common),
            output=join(reader.outputs[one.name], one.name) if one.name in reader.outputs else one.output,
            aside=one.aside,
            evidence=one.evidence,
        )
        for one in build.targets
    ]
    return build


def _commands(node: Node, guarded: tuple[str, ...]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Tell the commands with the conditions that they stand in. What only other systems run is left out."""
    for one in node.named_children:
        if one.type == "normal_command":
            yield one, guarded
        elif one.type == "if_condition":
            condition = written(one.named_children[0])
            yield from _commands(one, (*guarded, condition))
        elif one.type in {"body", "foreach_loop", "while_loop", "block_def"}:
            yield from _commands(one, guarded)


def _arguments(node: Node) -> list[str]:
    lists = (one for one in node.named_children if one.type == "argument_list")
    inner = (one for held in lists for one in held.named_children if one.type == "argument")
    return [written(one).strip('"') for one in inner]


def _is_aside(name: str) -> bool:
    return _ASIDE_WORD.search(name) is not None or any(part.lower() in ASIDE for part in name.split("/"))


def _inside(folder: str, name: str) -> str:
    path = normpath(join(folder, name))
    return "" if path == "." else path
