"""Requirement lines and files as pip reads them: includes, constraints, options, hashes, continued lines, addresses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from builder.look import Place
from core.evidence import Evidence

MAX_INCLUDES = 20
"""Requirement files that one may include: real ones include three."""

_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*(.*)$")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A distribution that the project asks for. ``group`` is empty for what running needs."""

    name: str
    specifier: str = ""
    extras: tuple[str, ...] = ()
    address: str = ""
    """A URL, a path (``./lib``, ``-e ../lib``) or a repository (``git+https://…``) where it comes from one."""
    group: str = ""
    file: str = ""
    line: str = ""
    """What to look for in the file in order to cite it."""

    @property
    def pinned(self) -> str:
        """The exact version, empty where a range is allowed."""
        found = re.fullmatch(r"\s*===?\s*([0-9][^,*]*)", self.specifier)
        return found[1].strip() if found else ""

    def cite(self, place: Place) -> Evidence | None:
        """Return the line that asks for it."""
        return place.cite(self.file, self.line) if self.file else None


def dependency(text: str, *, file: str, group: str = "", line: str = "") -> Dependency | None:
    """Read one requirement, None for what is none. Broken ones keep their name: an older pip read them."""
    text = text.strip()
    try:
        found = Requirement(text)
    except InvalidRequirement:
        return _loose(text, file, group, line or text)
    return Dependency(
        name=canonicalize_name(found.name),
        specifier=str(found.specifier),
        extras=tuple(sorted(found.extras)),
        address=found.url or "",
        group=group,
        file=file,
        line=line or text,
    )


def _loose(text: str, file: str, group: str, line: str) -> Dependency | None:
    if egg := _EGG.search(text):
        return Dependency(name=canonicalize_name(egg[1]), address=text, group=group, file=file, line=line)
    if text.startswith((".", "/", "git+", "http:", "https:", "file:", "hg+", "svn+")):
        return Dependency(name="", address=text, group=group, file=file, line=line)
    plain = _NAME.match(text)
    if not plain or (plain[3] and plain[3][0] not in "=<>!~;@"):
        return None
    specifier = plain[3].partition(";")[0].strip()
    extras = tuple(one.strip() for one in (plain[2] or "").strip("[]").split(",") if one.strip())
    return Dependency(
        name=canonicalize_name(plain[1]), specifier=specifier, extras=extras, group=group, file=file, line=line
    )


def read(place: Place, name: str, *, group: str = "") -> Iterator[Dependency]:
    """Tell the requirements of a file and of those that it includes. ``name`` is relative to the place."""
    todo, seen = [name], {name}
    for file in todo:
        for line in _lines(place.text(file)):
            option, _, rest = line.partition(" ")
            rest = rest.strip() if rest else ""
            if "=" in option and option.startswith("--"):
                option, _, rest = line.partition("=")
            if option in {"-r", "--requirement"} or (line.startswith("-r") and not rest):
                inner = normpath(join(dirname(file), rest or line[2:].strip()))
                if inner not in seen and len(seen) < MAX_INCLUDES:
                    seen.add(inner)
                    todo.append(inner)
            elif option in {"-e", "--editable"}:
                if found := dependency(rest, file=file, group=group, line=rest):
                    yield found
            elif not option.startswith("-") and (found := dependency(_bare(line), file=file, group=group)):
                yield found


def _lines(text: str) -> Iterator[str]:
    held = ""
    for full in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", full).strip()
        if line.endswith("\\"):
            held += line[:-1].strip() + " "
        elif whole := (held + line).strip():
            held = ""
            yield whole
    if held.strip():
        yield held.strip()


def _bare(line: str) -> str:
    """Return a requirement without the options that pip allows behind it (``--hash``)."""
    return re.split(r"\s--[a-z]", line)[0].strip()
