"""Task runners and editors: the commands of their targets that start something (``make run``, ``just serve``)."""

import re
from collections.abc import Iterator
from posixpath import join, normpath
from typing import Any

from builder.look import Look

Line = tuple[str, int, str, str]
"""File, number of the line, the line, and the folder that it is run in."""

STARTS = re.compile(
    r"^(run|start|serve|server|up|web|app|api|backend|prod|production|dev|develop|runserver|launch|local|service|"
    r"webserver|http)([-_:.](local|dev|prod|production|server|app|web|api|backend|http|service|debug|reload|uvicorn|"
    r"gunicorn|flask|fastapi|django|all))*$"
)
"""Names of targets that start the program."""

_RULE = re.compile(r"^(?P<names>[\w./ -]+?)\s*:(?![=:])")
_RECIPE = re.compile(r"^@?(?P<names>[\w-]+)(\s[^:]*)?:(?!=)")
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?(?P<name>\w+)\s*[:?]{0,2}=\s*(?P<value>.*?)\s*$")
_USED = re.compile(r"\$[({](\w+)[)}]|\{\{\s*(\w+)\s*\}\}")


def run_by_runners(look: Look, folder: str) -> Iterator[Line]:
    """Tell the commands of targets that start something, of the task runners and editors of a folder."""
    for name in look.tree.names(folder):
        path = join(folder, name)
        if name in {"Makefile", "makefile", "GNUmakefile"}:
            yield from _indented(look, path, folder, _RULE)
        elif name.lower() in {"justfile", ".justfile"}:
            yield from _indented(look, path, folder, _RECIPE)
        elif name.lower() in {"taskfile.yml", "taskfile.yaml"}:
            yield from _taskfile(look, path, folder)
    yield from _launched(look, join(folder, ".vscode/launch.json"), folder)


def _indented(look: Look, path: str, folder: str, head: re.Pattern[str]) -> Iterator[Line]:
    """Tell the indented lines behind the heads of targets, with the variables of the file put in."""
    values: dict[str, str] = {}
    starts, held, begun = False, "", 0
    for number, line in enumerate((look.tree.text(path) or "").splitlines(), start=1):
        if line[:1] in {"\t", " "} and line.strip():
            held += line.strip().removesuffix("\\")
            begun = begun or number
            if not line.rstrip().endswith("\\"):
                if starts:
                    yield path, begun, _filled(held.lstrip("@-+ "), values), folder
                held, begun = "", 0
        elif found := head.match(line):
            starts = any(STARTS.match(name) for name in found["names"].split())
        elif given := _ASSIGNED.match(line):
            values[given["name"]] = _filled(given["value"].strip("\"'"), values)


def _filled(line: str, values: dict[str, str]) -> str:
    return _USED.sub(lambda found: values.get(found[1] or found[2], found[0]), line)


def _taskfile(look: Look, path: str, folder: str) -> Iterator[Line]:
    held = look.yaml(path)
    tasks = held.get("tasks") if isinstance(held, dict) else None
    for name, task in tasks.items() if isinstance(tasks, dict) else ():
        if not STARTS.match(str(name)):
            continue
        given: Any = task.get("cmds", task.get("cmd")) if isinstance(task, dict) else task
        inner = task.get("dir") if isinstance(task, dict) else None
        at = normpath(join(folder, inner)) if isinstance(inner, str) and "{{" not in inner else folder
        for one in given if isinstance(given, list) else [given]:
            line = one.get("cmd") if isinstance(one, dict) else one
            if isinstance(line, str):
                yield path, _number(look, path, line.splitlines()[0] if line else ""), line, "" if at == "." else at


def _launched(look: Look, path: str, folder: str) -> Iterator[Line]:
    """Tell what Visual Studio Code launches: a module or a program with its arguments."""
    each = look.json(path).get("configurations") if path in look.tree else None
    for one in each if isinstance(each, list) else ():
        if not isinstance(one, dict) or one.get("request") != "launch":
            continue
        given = one.get("args")
        words = [str(word) for word in given] if isinstance(given, list) else []
        module, program = one.get("module"), one.get("program")
        if isinstance(module, str):
            what = f"python -m {module}"
        elif isinstance(program, str) and "${file}" not in program:
            what = f"{'node' if one.get('type') in {'node', 'pwa-node'} else 'python'} {_inside(program)}"
        else:
            continue
        at = _inside(one["cwd"]) if isinstance(one.get("cwd"), str) else ""
        line = " ".join([what, *words])
        yield path, _number(look, path, module or str(program)), line, normpath(join(folder, at)).removeprefix(".")


def _inside(path: str) -> str:
    return re.sub(r"^\$\{workspace(Folder|Root)(:[^}]*)?\}/?", "", path)


def _number(look: Look, path: str, what: str) -> int:
    lines = (look.tree.text(path) or "").splitlines()
    return next((at for at, line in enumerate(lines, start=1) if what and what in line), 1)
