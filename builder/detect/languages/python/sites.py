"""Static sites that are made by Python programs: MkDocs, Sphinx, Pelican, Nikola, Lektor."""

import re
from collections.abc import Iterator
from posixpath import dirname, join

from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.scopes import Scope
from builder.detect.languages.python.values import value_of
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Command, Kind
from core.phrase import Phrase


def find(facts: Facts) -> Iterator[Found]:
    """Tell the site that the folder makes."""
    yield from _mkdocs(facts)
    yield from _pelican(facts)
    yield from _sphinx(facts)
    yield from _others(facts)


def _site(
    facts: Facts, *, name: str, file: str, output: str, build: Command, adds: tuple[str, ...], rank: float
) -> Found:
    return Found(
        kind=Kind.STATIC,
        framework=name,
        rank=rank,
        confidence=DECLARED if rank > _WEAK else CONVENTION,
        rule=f"python.site.{name}",
        why=Phrase(en=f"{file} configures a site made by {name}.", zh=f"{file} 配置了由 {name} 生成的网站。"),
        evidence=facts.place.cite_file(file),
        file=file,
        output=output,
        build=(build,),
        adds=adds,
    )


_WEAK = 30
"""Documentation of a program: it is the program that is meant."""


def _missing(facts: Facts, *names: str) -> tuple[str, ...]:
    return () if facts.manifest.asks(*names) else names[-1:]


def _mkdocs(facts: Facts) -> Iterator[Found]:
    if not (file := facts.place.has("mkdocs.yml", "mkdocs.yaml")):
        return
    held = facts.place.yaml(file)
    held = held if isinstance(held, dict) else {}
    theme = held.get("theme")
    named = theme.get("name") if isinstance(theme, dict) else theme
    output = held.get("site_dir") if isinstance(held.get("site_dir"), str) else "site"
    adds = _missing(facts, "mkdocs", "mkdocs-material") if named == "material" else _missing(facts, "mkdocs")
    if named == "material" and not facts.manifest.asks("mkdocs-material"):
        adds = ("mkdocs-material",)
    command = Command(argv=("mkdocs", "build"))
    yield _site(
        facts, name="mkdocs", file=file, output=str(output), build=command, adds=adds, rank=40 if _alone(facts) else 20
    )


def _pelican(facts: Facts) -> Iterator[Found]:
    if not facts.place.has("pelicanconf.py"):
        return
    settings = facts.place.has("publishconf.py") or "pelicanconf.py"
    module = facts.program.module("pelicanconf.py")
    content, output = "content", "output"
    if module:
        scope = Scope(program=facts.program, module=module)
        for key in ("PATH", "OUTPUT_PATH"):
            found = value_of(scope, module.assigned.get(key))
            if found and isinstance(found.value, str):
                content, output = (found.value, output) if key == "PATH" else (content, found.value.rstrip("/"))
    build = Command(argv=("pelican", content, "-o", output, "-s", settings))
    adds = _missing(facts, "pelican[markdown]") if not facts.manifest.asks("pelican") else ()
    yield _site(facts, name="pelican", file="pelicanconf.py", output=output, build=build, adds=adds, rank=60)


def _sphinx(facts: Facts) -> Iterator[Found]:
    for file in (
        "conf.py",
        "source/conf.py",
        "docs/conf.py",
        "docs/source/conf.py",
        "doc/conf.py",
        "doc/source/conf.py",
    ):
        if facts.place.has(file) and re.search(
            r"(?m)^(extensions|html_theme|master_doc|project)\s*=", facts.place.text(file)
        ):
            folder = dirname(file)
            output = join(
                dirname(folder) if folder.endswith("source") else folder,
                "_build/html" if not folder.endswith("source") else "build/html",
            )
            build = Command(argv=("sphinx-build", "-b", "html", folder or ".", output))
            rank = 60 if folder in {"", "source"} else 40 if _alone(facts) else 18
            yield _site(
                facts, name="sphinx", file=file, output=output, build=build, adds=_missing(facts, "sphinx"), rank=rank
            )
            return


def _others(facts: Facts) -> Iterator[Found]:
    project = next(iter(facts.place.names(".lektorproject")), "")
    if project:
        build = Command(argv=("lektor", "build", "--output-path", "build"))
        yield _site(
            facts, name="lektor", file=project, output="build", build=build, adds=_missing(facts, "lektor"), rank=60
        )
    module = facts.program.module("conf.py") if facts.place.has("conf.py") else None
    if module and {"BLOG_TITLE", "COMPILERS"} <= set(module.assigned):
        build = Command(argv=("nikola", "build"))
        yield _site(
            facts, name="nikola", file="conf.py", output="output", build=build, adds=_missing(facts, "nikola"), rank=61
        )


def _alone(facts: Facts) -> bool:
    """Say whether the folder holds nothing but a site: no package and no program."""
    programs = [one for one in facts.program.files() if not one.startswith(("docs/", "doc/", "overrides/", "hooks/"))]
    return not facts.manifest.packaged and len(programs) <= 1
