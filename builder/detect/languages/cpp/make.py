"""Makefiles and autotools: variables, the rules that link a program, what ``configure.ac`` and ``Makefile.am`` say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath, splitext

from builder.detect.languages.cpp.build import Build, Need, Target
from builder.look import ASIDE, Place

MAKEFILES = ("GNUmakefile", "Makefile", "makefile")
_ASSIGN = re.compile(r"^\s*(?:export\s+|override\s+)?([\w.\-]+)\s*(\+=|\?=|::?=|=)\s*(.*)$")
_RULE = re.compile(r"^([^\s#=:][^=:]*?)\s*::?(?!=)\s*([^=]*?)(?:;(.*))?$")
_USE = re.compile(r"\$[({]([\w.\-@^<*+?]+)[)}]|\$([@^<*])")
_COMPILER = re.compile(r"(^|[/\s\-@)])(gcc|g\+\+|cc|c\+\+|clang|clang\+\+|ld)(-\d+)?(\s|$)")
_MADE_IN = re.compile(r"\bmake\b[^;&|]*?\s-C\s*([\w./\-]+)")
_CHANGED_TO = re.compile(r"\bcd\s+([\w./\-]+)\s*(?:&&|;)\s*make\b")
_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".C")
_PROGRAM = re.compile(r"(?:^|[_\s])(?:bin|sbin|libexec|pkglibexec)_PROGRAMS$")
_CHECKS = re.compile(
    r"(PKG_CHECK_MODULES|AC_CHECK_LIB|AC_SEARCH_LIBS|AC_INIT|AX_BOOST_BASE|AX_CHECK_OPENSSL)\s*\(([^)]*)\)"
)
_DEFAULTS = {"CC": ("cc",), "CXX": ("g++",), "LD": ("ld",), "AR": ("ar",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: what it makes, from what, and its recipe."""

    target: str
    needs: tuple[str, ...]
    lines: tuple[str, ...]
    line: int


MAX_DEPTH = 3
"""Makefiles that call make in a folder below, one after the other."""


def read(place: Place, file: str, depth: int = 0) -> Build:
    """Read a Makefile, and those of the folders that it calls make in."""
    variables, rules = _parsed(place.text(file))
    build = Build(tool="make", file=file)
    for one in rules:
        if one.target.startswith("."):
            continue
        recipe = [_expanded(line, variables, one) for line in one.lines]
        links = [line for line in recipe if _COMPILER.search(line) and not re.search(r"\s-c(\s|$)", line)]
        out = next((found[1] for line in links if (found := re.search(r"\s-o\s*(\S+)", line))), "")
        if not links or re.search(r"\s-shared(\s|$)", links[0]) or out.endswith((".so", ".o", ".a", ".dylib", ".exe")):
            continue
        name = out or "a.out"
        if "%" in name or "$" in name:
            continue
        build.targets.append(
            Target(
                name=basename(name),
                program=True,
                sources=tuple(_sources(place, one, links[0], variables)),
                output=normpath(name),
                aside=_is_aside(name) or _is_aside(one.target),
                evidence=place.cite(file, one.line),
            )
        )
        build.needs.extend(
            Need(name=flag, form="library", evidence=place.cite(file, f"-l{flag}"))
            for flag in dict.fromkeys(re.findall(r"(?:^|\s)-l([\w+.\-]+)", links[0]))
        )
    build.targets.extend(_by_name(place, file, variables, rules) if not build.targets else ())
    if all(one.aside for one in build.targets):
        _below(place, build, variables, rules, depth)
    if not build.targets and any(re.search(r"\.(a|so)\b", one.target) for one in rules):
        build.targets.append(Target(name=place.name or "library", program=False, sources=()))
    if "obj-m" in variables:
        build.other = "kernel module"
    return build


def _below(place: Place, build: Build, variables: dict[str, tuple[str, ...]], rules: list[Rule], depth: int) -> None:
    """Add what Makefiles of folders below make: ``$(MAKE) -C src``, ``cd src && make``."""
    asked: dict[str, None] = {}
    for rule in rules:
        for line in rule.lines:
            plain = _expanded(line, {**variables, "MAKE": ("make",)}, rule)
            asked.update(dict.fromkeys(_MADE_IN.findall(plain)))
            asked.update(dict.fromkeys(_CHANGED_TO.findall(plain)))
    for folder in [normpath(one) for one in asked] if depth < MAX_DEPTH else ():
        inner = place.look.at(place.file(folder), place.inner)
        file = inner.has(*MAKEFILES)
        if not file or folder.startswith(".") or _is_aside(folder):
            continue
        found = read(inner, file, depth + 1)
        build.needs.extend(found.needs)
        build.other = build.other or found.other
        build.targets.extend(
            Target(
                name=one.name,
                program=one.program,
                sources=tuple(join(folder, name) for name in one.sources),
                output=join(folder, one.output),
                aside=one.aside,
                evidence=one.evidence,
            )
            for one in found.targets
        )


def read_autotools(place: Place) -> Build:
    """Read ``configure.ac`` and the ``Makefile.am`` files below it."""
    script = place.has("configure.ac", "configure.in")
    build = Build(tool="autotools", file=script or "configure")
    text = re.sub(r"(^|\s)(dnl|#).*", "", place.text(script)) if script else ""
    for name, inner in _CHECKS.findall(text):
        words = [one.strip(" []\n\t") for one in inner.split(",")]
        if name == "AC_INIT":
            build.name = words[0]
        elif name == "PKG_CHECK_MODULES" and len(words) > 1:
            for module in re.findall(r"[A-Za-z][\w.+\-]*", re.sub(r"[<>=]+\s*[\d.]+", "", words[1])):
                build.needs.append(Need(name=module, form="pkg-config", evidence=place.cite(script, module)))
        elif name == "AC_CHECK_LIB":
            build.needs.append(Need(name=words[0], form="library", evidence=place.cite(script, name)))
        elif name == "AC_SEARCH_LIBS" and len(words) > 1:
            build.needs.extend(Need(name=one, form="library") for one in words[1].split()[:1])
    for path in place.sources("Makefile.am"):
        _automake(place, path, build)
    if not build.targets:
        for file in ("Makefile.in", "src/Makefile.in"):
            if place.has(file):
                build.targets.extend(read(place, file).targets)
    return build


def _automake(place: Place, path: str, build: Build) -> None:
    variables, _ = _parsed(place.text(path))
    folder = dirname(path)
    for key, values in variables.items():
        program = _PROGRAM.search(key) is not None
        if not program and not key.endswith(("_LTLIBRARIES", "_LIBRARIES")):
            continue
        for name in _words(values, variables):
            stem = re.sub(r"[^\w@]", "_", name)
            given = _words(variables.get(f"{stem}_SOURCES", (f"{name}.c",)), variables)
            linked = _words((*variables.get(f"{stem}_LDADD", ()), *variables.get("LDADD", ())), variables)
            linked += _words(variables.get(f"{stem}_LIBADD", ()), variables)
            build.targets.append(
                Target(
                    name=name,
                    program=program,
                    sources=tuple(one for one in (join(folder, word) for word in given) if place.has(one)),
                    links=tuple(basename(one) for one in linked),
                    output=join(folder, name),
                    aside=_is_aside(folder) or _is_aside(name),
                    evidence=place.cite(path, key),
                )
            )


def _by_name(place: Place, file: str, variables: dict[str, tuple[str, ...]], rules: list[Rule]) -> Iterator[Target]:
    """Tell programs that make's own rules link: ``all: prog`` with ``prog: prog.o``."""
    named = {one.target: one for one in rules}
    asked = named.get("all")
    first = [one.target for one in rules if not one.target.startswith(".")][:1]
    for name in asked.needs if asked else first:
        for word in _words((name,), variables):
            rule = named.get(word)
            stems = [splitext(one)[0] for one in (_words(rule.needs, variables) if rule else ())] or [word]
            files = [f"{stem}{suffix}" for stem in stems for suffix in _SOURCES if place.has(f"{stem}{suffix}")]
            if files and not word.endswith((".o", ".a", ".so")):
                evidence = place.cite(file, rule.line if rule else f"{word}")
                yield Target(
                    name=basename(word), program=True, sources=tuple(files), output=word, evidence=evidence,
                    aside=_is_aside(word),
                )  # fmt: skip


def _parsed(text: str) -> tuple[dict[str, tuple[str, ...]], list[Rule]]:
    variables: dict[str, tuple[str, ...]] = {}
    rules: list[Rule] = []
    for number, line in _logical(text):
        if line.startswith("\t"):
            if rules:
                rules[-1] = _longer(rules[-1], line.strip())
            continue
        plain = re.sub(r"(^|\s)#.*", "", line)
        if found := _ASSIGN.match(plain):
            words = tuple(found[3].split())
            if found[2] == "+=":
                variables[found[1]] = (*variables.get(found[1], ()), *words)
            elif found[2] != "?=" or found[1] not in variables:
                variables.setdefault(found[1], ()) if found[1] in variables and not words else None
                variables[found[1]] = words or variables.get(found[1], ())
        elif found := _RULE.match(plain):
            made = _words((found[1],), variables)
            target = made[0] if made else found[1]
            lines = (found[3].strip(),) if found[3] else ()
            rules.append(Rule(target=target, needs=tuple(found[2].split()), lines=lines, line=number))
    return variables, rules


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Tell the lines with those that a backslash continues, each with the number of its first."""
    held, start = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        start = start or number
        if line.endswith("\\"):
            held += (line.lstrip() if held else line)[:-1] + " "
            continue
        yield start, held + (line.lstrip() if held else line)
        held, start = "", 0
    if held:
        yield start, held


def _longer(rule: Rule, line: str) -> Rule:
    return Rule(target=rule.target, needs=rule.needs, lines=(*rule.lines, line), line=rule.line)


def _expanded(text: str, variables: dict[str, tuple[str, ...]], rule: Rule | None, depth: int = 0) -> str:
    if depth > 6 or "$" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if rule and name in {"@", "<", "^", "*", "+"}:
            return {"@": rule.target, "<": next(iter(rule.needs), "")}.get(name, " ".join(rule.needs))
        return " ".join(variables.get(name, _DEFAULTS.get(name, ())))

    return _expanded(_USE.sub(value, text), variables, rule, depth + 1) if _USE.search(text) else text


def _words(values: tuple[str, ...], variables: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(_expanded(" ".join(values), variables, None).split())


def _sources(place: Place, rule: Rule, line: str, variables: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Tell the sources of a link: those on its line, those of the objects that it needs, those of wildcards."""
    told: set[str] = set()
    words = [*line.split(), *_words(rule.needs, variables)]
    for word in words:
        stem, suffix = splitext(word)
        names = [word] if suffix in _SOURCES else [f"{stem}{one}" for one in _SOURCES] if suffix == ".o" else []
        for name in [*names, *(f"src/{basename(one)}" for one in names)]:
            if name not in told and place.has(name):
                told.add(name)
                yield name
    if not told:
        for name in place.sources(*_SOURCES):
            yield name


def _is_aside(name: str) -> bool:
    return any(part in ASIDE for part in re.split(r"[/_\-.]", name.lower()))
