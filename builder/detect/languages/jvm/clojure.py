"""Clojure projects: Leiningen's ``project.clj`` and ``deps.edn`` of the Clojure tools."""

import re
from collections.abc import Iterator, Mapping
from posixpath import basename, join
from typing import Any

from builder.detect.languages.jvm.edn import Form, Name, forms, options
from builder.detect.languages.jvm.model import Dependency, Level, Plugin, Project
from builder.look import Look
from core.evidence import Evidence


def leiningen(look: Look, folder: str) -> Project | None:
    """Return what the project.clj of a folder says."""
    path = join(folder, "project.clj")
    form = next((one for one in forms(look.tree.text(path) or "") if _is(one, "defproject")), None)
    if form is None:
        return None
    name = _word(form.items[1]) if len(form.items) > 1 else ""
    version = form.items[2] if len(form.items) > 2 and isinstance(form.items[2], str) else None
    given = options(form.items)
    plugins = [
        Plugin(id=_word(one[0]).rpartition("/")[2], version=str(one[1]), cited=_cited(look, path, _word(one[0])))
        for one in _vectors(given.get(":plugins"))
    ]
    settings = {
        key: _word(given[f":{key}"])
        for key in ("uberjar-name", "jar-name", "target-path", "main")
        if f":{key}" in given
    }
    profile = _map(_map(given.get(":profiles")).get(":uberjar"))
    settings |= {
        key: _word(profile[f":{key}"]) for key in ("uberjar-name", "target-path", "main") if f":{key}" in profile
    }
    ring = _map(given.get(":ring"))
    settings |= {f"ring.{key.strip(':')}": _word(value) for key, value in ring.items()}
    main = settings.get("main", "")
    short = name.rpartition("/")[2]
    return Project(
        tool="lein",
        path=folder,
        manifest=path,
        group=name.partition("/")[0],
        name=short,
        version=version,
        artifact=f"{short}-{version}" if version else None,
        dependencies=tuple(_lein_dependencies(look, path, given)),
        plugins=tuple(plugins),
        levels=tuple(_javac(look, path, given)),
        main_class=main,
        main_evidence=_cited(look, path, main),
        properties=settings,
        evidence=look.cite_file(path),
    )


def tools(look: Look, folder: str) -> Project | None:
    """Return what the deps.edn of a folder says, and the build.clj beside it."""
    path = join(folder, "deps.edn")
    data = next((one for one in forms(look.tree.text(path) or "") if isinstance(one, dict)), None)
    if data is None:
        return None
    aliases = _map(data.get(":aliases"))
    found = []
    for key, value in _map(data.get(":deps")).items():
        found.append(_dependency(look, path, str(key), _map(value).get(":mvn/version")))
    settings: dict[str, str] = {}
    main = ""
    for alias, content in aliases.items():
        words = [_word(one) for one in _map(content).get(":main-opts") or ()]
        if "-m" in words[:-1] and str(alias) not in {":test", ":dev", ":nrepl", ":repl", ":outdated", ":lint", ":fmt"}:
            settings.setdefault("alias", str(alias))
            main = main or words[words.index("-m") + 1]
        run = _word(_map(content).get(":exec-fn"))
        if run and str(alias) in {":run", ":run-x", ":server", ":start", ":serve"}:
            settings.setdefault("exec", f"{alias} {run}")
    build = join(folder, "build.clj")
    values = _defined(look.tree.text(build) or "")
    if build in look.tree:
        settings["build"] = "uber" if "fn:uber" in values else "ci" if "fn:ci" in values else ""
        settings["build-alias"] = next((str(one) for one in aliases if str(one) in {":build", ":uberjar"}), "")
        main = main or values.get("main", "")
        settings |= {f"build.{key}": value for key, value in values.items()}
    name = (values.get("lib", "") or basename(folder)).rpartition("/")[2]
    return Project(
        tool="clojure",
        path=folder,
        manifest=path,
        name=name,
        version=values.get("version"),
        dependencies=tuple(found),
        main_class=main,
        main_evidence=_cited(look, path, main) or _cited(look, build, main),
        properties=settings,
        evidence=look.cite_file(path),
    )


def namespace_of(text: str) -> tuple[str, frozenset[str], bool]:
    """Return the namespace of a source file, what it requires, and whether it has a ``-main``."""
    name, required, main = "", set(), False
    for form in forms(text):
        if _is(form, "ns"):
            name = name or next((one.text for one in form.items[1:] if isinstance(one, Name)), "")
            required |= set(_required(form))
        elif form is not None and isinstance(form, Form) and form.head in {"defn", "def", "defn-"}:
            main = main or (len(form.items) > 1 and form.items[1] == "-main")
    return name, frozenset(required), main


def _required(form: Form) -> Iterator[str]:
    for clause in form.items[1:]:
        if isinstance(clause, Form) and clause.head in {":require", ":use", ":import"}:
            for one in clause.items[1:]:
                inner = one.items if isinstance(one, Form) else one if isinstance(one, tuple) else (one,)
                if inner and isinstance(inner[0], Name):
                    yield inner[0].text


def _lein_dependencies(look: Look, path: str, given: Mapping[str, Any]) -> Iterator[Dependency]:
    for one in _vectors(given.get(":dependencies")):
        rest = options(one)
        scope = _word(rest.get(":scope"))
        yield _dependency(look, path, _word(one[0]), one[1] if len(one) > 1 else "", test=scope == "test")


def _dependency(look: Look, path: str, name: str, version: object, *, test: bool = False) -> Dependency:
    group, _, short = name.partition("/")
    return Dependency(
        group=group,
        name=short or group,
        version=version if isinstance(version, str) else "",
        scope="test" if test else "compile",
        cited=_cited(look, path, name),
    )


def _javac(look: Look, path: str, given: Mapping[str, Any]) -> Iterator[Level]:
    words = [_word(one) for one in given.get(":javac-options") or () if one is not None]
    for at, word in enumerate(words[:-1]):
        if word in {"-target", "-source", "--release"}:
            yield Level(text=words[at + 1], exact=False, rule="lein.java.javac", cited=_cited(look, path, word))


def _defined(text: str) -> dict[str, str]:
    """Return the plain values that build.clj defines, and the names of its functions."""
    found: dict[str, str] = {}
    for form in forms(text):
        if not isinstance(form, Form) or len(form.items) < 2:
            continue
        name = _word(form.items[1])
        if form.head == "defn":
            found[f"fn:{name}"] = ""
            for inner in _walk(form):
                if isinstance(inner, dict) and ":main" in inner and isinstance(inner[":main"], Name):
                    found.setdefault("main", inner[":main"].text)
        elif form.head == "def" and len(form.items) > 2:
            value = form.items[2]
            if isinstance(value, str | Name):
                found[name] = _word(value)
            elif isinstance(value, Form) and value.head in {"format", "str"}:
                found[name] = _put_together(value, found)
    return {key: value for key, value in found.items() if value or key.startswith("fn:")}


def _put_together(form: Form, known: Mapping[str, str]) -> str:
    words = []
    for one in form.items[1:]:
        if isinstance(one, str):
            words.append(one)
        elif isinstance(one, Name) and one.text in known:
            words.append(known[one.text])
        elif isinstance(one, Form) and one.head == "name" and len(one.items) > 1:
            words.append(known.get(_word(one.items[1]), "").rpartition("/")[2])
        else:
            return ""
    if form.head == "str":
        return "".join(words)
    return re.sub(r"%s", lambda _: words.pop(1) if len(words) > 1 else "", words[0]) if words else ""


def _walk(value: Any) -> Iterator[Any]:
    todo = [value]
    for one in todo:
        yield one
        if isinstance(one, Form):
            todo.extend(one.items)
        elif isinstance(one, dict):
            todo.extend(one.values())
        elif isinstance(one, tuple):
            todo.extend(one)


def _vectors(value: Any) -> list[tuple[Any, ...]]:
    return [one for one in value if isinstance(one, tuple) and len(one) > 1] if isinstance(value, tuple) else []


def _map(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str:
    return (
        value.text
        if isinstance(value, Name)
        else value
        if isinstance(value, str)
        else ""
        if value is None
        else str(value)
    )


def _is(value: Any, head: str) -> bool:
    return isinstance(value, Form) and value.head == head


def _cited(look: Look, path: str, what: str) -> Evidence | None:
    return look.cite(path, what) if what else None
