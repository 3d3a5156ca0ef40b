"""The release of Python: pins, constraints of manifests and lock files, and what pinned binary packages allow."""

import re
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from builder.detect.languages.python import conda, pep723
from builder.detect.languages.python.manifest import Manifest, inner
from builder.detect.languages.python.tolerant import python2
from builder.detect.languages.python.wheels import newest_for
from builder.detect.shared.pins import pins
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED, DEFAULT, LOCKED, STATED
from builder.look import Place
from builder.plan import Runtime
from builder.versions import RELEASES, chosen, release_of
from core.evidence import Evidence
from core.phrase import Phrase

PATCHES = 30
"""Patch releases that one minor release may have: ``<3.12.5`` fits 3.12, and ``>=3.12.4`` does too."""


def add_runtime(place: Place, manifest: Manifest, draft: Draft, files: tuple[str, ...]) -> None:
    """Add what speaks for a release of Python."""
    for pin in pins(place, "python"):
        if pin.numbers and "pypy" not in pin.text:
            _add(draft, ".".join(map(str, pin.numbers)), pin.text, STATED, "python.version.pinned", pin.evidence)
            break
    if found := _runtime_txt(place):
        _add(draft, found[0], found[0], STATED - 0.005, "python.version.runtime-txt", found[1])
    newest, because, cited = newest_for(manifest.dependencies)
    for text, confidence, rule, evidence in _stated(place, manifest):
        exact = re.fullmatch(r"(?:===?)?\s*v?(\d+\.\d+)(?:\.\d+|\.\*)*", text.strip())
        release = release_of("python", exact[1]) if exact else fitting(text, newest)
        if release:
            _add(draft, release, text, confidence, rule, evidence)
    if draft.runtime.best is not None:
        return
    for file in files[:_MANY]:
        if number := python2(place, file):
            _add(draft, "2.7", "", CONVENTION, "python.version.python2", place.cite(file, number))
            return
    usual = RELEASES["python"].usual
    if newest and Version(newest) < Version(usual):
        evidence = cited.cite(place) if cited else None
        why = Phrase(
            en=f"{because} has wheels up to Python {newest}.", zh=f"{because} 的 wheel 最高支持 Python {newest}。"
        )
        draft.runtime.add(
            Runtime(name="python", version=newest), CONVENTION - 0.1, "python.version.wheels", why, evidence
        )
        return
    why = Phrase(en=f"Nothing asks for a version: {usual} is taken.", zh=f"没有指定版本：采用 {usual}。")
    draft.runtime.add(Runtime(name="python", version=usual), DEFAULT, "python.version.usual", why)


_MANY = 40


def fitting(constraint: str, newest: str = "") -> str | None:
    """Return the release that a constraint asks for: the usual one if it fits, else the newest that does."""
    alternatives = [one for one in (_specifier(part) for part in re.split(r"\|\|?", constraint)) if one is not None]
    if not alternatives:
        return None

    def fits(release: str) -> bool:
        if newest and Version(release) > Version(newest):
            return False
        return any(_contains(one, release) for one in alternatives)

    found = chosen("python", fits)
    return found or (fitting(constraint) if newest else None)


def _contains(specifier: SpecifierSet, release: str) -> bool:
    return any(
        specifier.contains(f"{release}.{patch}", prereleases=True)
        for patch in (5, 0, PATCHES, 1, 2, 3, 4, 8, 10, 12, 15, 18, 20)
    )


def _specifier(text: str) -> SpecifierSet | None:
    """Read a constraint as pip or Poetry writes it (``^3.10``, ``~3.11``, ``3.*``, ``>=3.8 <4``)."""
    parts: list[str] = []
    for one in re.findall(r"(===|==|!=|~=|>=|<=|>|<|\^|~|=)?\s*v?(\d[\w.]*(?:\.\*)?|\*)", text):
        parts.extend(_part(*one))
    try:
        return SpecifierSet(",".join(parts))
    except InvalidSpecifier:
        return None


def _part(sign: str, version: str) -> list[str]:
    if version == "*":
        return []
    numbers = [int(each) for each in version.split(".") if each.isdigit()]
    if not numbers:
        return []
    if sign == "^":
        top = f"{numbers[0] + 1}" if numbers[0] else f"0.{(numbers[1] if len(numbers) > 1 else 0) + 1}"
        return [f">={version}", f"<{top}"]
    if sign == "~":
        top = f"{numbers[0]}.{numbers[1] + 1}" if len(numbers) > 1 else f"{numbers[0] + 1}"
        return [f">={version}", f"<{top}"]
    if sign in {"", "=", "=="}:
        exact = version if version.endswith("*") else ".".join(map(str, numbers[:2])) + ".*"
        return [f"=={exact}"]
    if sign in {">", "<="} and len(numbers) == 2 and sign == "<=":
        return [f"<{numbers[0]}.{numbers[1] + 1}"]
    if sign == ">" and len(numbers) == 2:
        return [f">={numbers[0]}.{numbers[1] + 1}"]
    if sign == "~=" and len(numbers) < 2:
        return [f">={version}"]
    return [f"{sign}{version.removesuffix('.*') if sign != '!=' else version}"]


def _add(draft: Draft, version: str, constraint: str, confidence: float, rule: str, evidence: Evidence | None) -> None:
    release = release_of("python", version)
    if "." not in release:
        release = fitting(f">={release},<{int(release) + 1}") or release if release.isdigit() else release
    try:
        Version(release)
    except InvalidVersion:
        return
    why = Phrase(en=f"It asks for Python {constraint or release}.", zh=f"要求 Python {constraint or release}。")
    draft.runtime.add(Runtime(name="python", version=release, constraint=constraint), confidence, rule, why, evidence)


def _runtime_txt(place: Place) -> tuple[str, Evidence | None] | None:
    found = re.match(r"\s*(?:python-?)?(\d+(?:\.\d+){0,2})\s*$", place.text("runtime.txt"))
    return (found[1], place.cite("runtime.txt", found[1])) if found else None


def _stated(place: Place, manifest: Manifest) -> Iterator[tuple[str, float, str, Evidence | None]]:
    project = manifest.pyproject
    pairs = (
        (
            inner(project, "tool", "poetry", "dependencies", "python"),
            "pyproject.toml",
            "python",
            "python.version.poetry",
        ),
        (
            inner(project, "project", "requires-python"),
            "pyproject.toml",
            "requires-python",
            "python.version.requires-python",
        ),
        (
            inner(project, "tool", "flit", "metadata", "requires-python"),
            "pyproject.toml",
            "requires-python",
            "python.version.requires-python",
        ),
        (
            inner(place.toml("Pipfile"), "requires", "python_full_version"),
            "Pipfile",
            "python_full_version",
            "python.version.pipfile",
        ),
        (
            inner(place.toml("Pipfile"), "requires", "python_version"),
            "Pipfile",
            "python_version",
            "python.version.pipfile",
        ),
        (
            place.ini("setup.cfg").get("options", {}).get("python_requires"),
            "setup.cfg",
            "python_requires",
            "python.version.setup-cfg",
        ),
        (manifest.setup.get("python_requires"), "setup.py", "python_requires", "python.version.setup-py"),
    )
    for value, file, what, rule in pairs:
        held = inner(value, "version") if isinstance(value, dict) else value
        if isinstance(held, str) and held.strip():
            yield (
                held.strip(),
                DECLARED - (0.01 if file in {"setup.py", "setup.cfg"} else 0),
                rule,
                place.cite(file, re.compile(rf"^\s*\"?{what}\"?\s*=")),
            )
    for name, specifier in conda.listed(place):
        if name == "python" and specifier:
            file = conda.environment(place)
            yield (
                specifier.lstrip("=") if specifier.startswith("=") else specifier,
                DECLARED,
                "python.version.conda",
                place.cite(file, "python"),
            )
    for name in pep723.scripts(place):
        held = pep723.block(place, name).get("requires-python")
        if isinstance(held, str):
            yield held, DECLARED - 0.05, "python.version.inline-metadata", place.cite(name, "requires-python")
    yield from _locked(place)


def _locked(place: Place) -> Iterator[tuple[str, float, str, Evidence | None]]:
    path = place.above("uv.lock") if not place.has("poetry.lock", "pdm.lock") else ""
    if path and isinstance(held := place.look.toml(path).get("requires-python"), str):
        yield held, LOCKED - 0.05, "python.version.uv-lock", place.look.cite(path, "requires-python")
    held = inner(place.json("Pipfile.lock"), "_meta", "requires", "python_version")
    if isinstance(held, str):
        yield held, LOCKED, "python.version.pipfile-lock", place.cite("Pipfile.lock", "python_version")
    if place.has("poetry.lock"):
        held = inner(place.toml("poetry.lock"), "metadata", "python-versions")
        if isinstance(held, str) and held != "*":
            yield held, LOCKED - 0.05, "python.version.poetry-lock", place.cite("poetry.lock", "python-versions =")
