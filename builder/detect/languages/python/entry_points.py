"""Console scripts: the function behind a command, its subcommands and options."""

import ast
from posixpath import join

from builder.detect.languages.python.found import Facts
from builder.detect.languages.python.modules import Module, reached
from builder.detect.languages.python.published import SERVER_NAME
from builder.detect.languages.python.scopes import argument
from builder.detect.languages.python.serving import Serve

_SERVE_COMMANDS = (
    "serve",
    "server",
    "runserver",
    "run-server",
    "web",
    "start",
    "run",
    "ui",
    "dashboard",
    "webserver",
    "gui",
    "up",
    "api",
)


def is_default(facts: Facts, one: Serve) -> bool:
    """Say whether the subcommand that serves is the one that runs when none is given."""
    module = facts.program.module(one.file)
    for function in module.functions.values() if module else ():
        for decorator in function.decorator_list:
            said = argument(decorator, "default") if isinstance(decorator, ast.Call) else None
            if isinstance(said, ast.Constant) and said.value in {one.call.within, one.call.within.replace("_", "-")}:
                return True
    return False


def ordered(facts: Facts) -> list[tuple[str, str]]:
    """Return the commands, the one with the project's name first."""
    own = facts.manifest.name.lower()
    return sorted(
        facts.manifest.scripts.items(), key=lambda one: (one[0].lower() != own, not SERVER_NAME.search(one[0]), one[0])
    )[:6]


def entry(facts: Facts, target: str) -> tuple[str, str]:
    """Return the file and the function behind a command, empty where they are not here."""
    if target.startswith("file:"):
        name = target[5:]
        return (name, "") if facts.program.module(name) else ("", "")
    module, _, function = target.partition("[")[0].strip().partition(":")
    root = _package_folder(facts)
    file, left = facts.program.local(module.strip(), join(root, "_.py"))
    if not file or left:
        return "", ""
    found = facts.program.module(file)
    function = function.strip().partition(".")[0]
    if found and function in found.names:  # re-exported by the package
        inner, _ = facts.program.local(found.names[function], file)
        return (inner or file), found.names[function].rpartition(".")[2]
    return file, function


def _package_folder(facts: Facts) -> str:
    held = facts.manifest.setup.get("package_dir")
    folder = held.get("") if isinstance(held, dict) else ""
    return folder.strip("./") if isinstance(folder, str) else ""


def subcommand(facts: Facts, one: Serve) -> str:
    """Return the name of the subcommand in whose function the server starts, empty where the program itself does."""
    module = facts.program.module(one.file)
    named = commands(facts, one.file)
    if module and one.call.within in named:
        return named[one.call.within]
    words = [
        str(first.value)
        for file in reached(facts.program, one.file, 3)
        if (inner := facts.program.module(file))
        for call in inner.calls
        if call.name.endswith("add_parser") and call.node.args and isinstance(first := call.node.args[0], ast.Constant)
    ]
    return next((one for one in _SERVE_COMMANDS if one in words), "")


def commands(facts: Facts, file: str) -> dict[str, str]:
    """Return the subcommands that a file defines with click or typer, by function; a lone command is none."""
    module = facts.program.module(file)
    found: dict[str, str] = {}
    for name, function in module.functions.items() if module else ():
        for decorator in function.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            dotted = module.dotted(call.func if call else decorator) if module else ""
            if dotted.endswith(".command") and dotted not in {"click.command", "typer.command", "rich_click.command"}:
                said = call.args[0].value if call and call.args and isinstance(call.args[0], ast.Constant) else None
                found[name] = str(said) if isinstance(said, str) else name.replace("_", "-")
    typer = module is not None and bool(module.uses("typer", "cyclopts"))
    return {} if typer and len(found) == 1 else found


def options(facts: Facts, one: Serve, file: str, port: int | None) -> tuple[str, ...]:
    """Return options that make a command listen on every address, where it has them."""
    known = set()
    for name in dict.fromkeys((one.file, file)):
        module = facts.program.module(name)
        known |= _flags(module) if module else set()
    host = next(
        (
            flag
            for flag in ("--host", "--bind", "--address", "--hostname", "--listen", "--ip", "--interface")
            if flag in known
        ),
        "",
    )
    given = (host, "0.0.0.0") if host else ()  # noqa: S104 - inside of a container that is what is meant
    return (*given, "--port", str(port)) if port and "--port" in known and given else given


def _flags(module: Module) -> set[str]:
    found = {
        word.value
        for call in module.calls
        if call.name.rpartition(".")[2] in {"add_argument", "option", "Option", "add_option"}
        for word in call.node.args
        if isinstance(word, ast.Constant) and isinstance(word.value, str) and word.value.startswith("--")
    }
    for function in module.functions.values():
        decorated = any(
            "command" in module.dotted(one.func if isinstance(one, ast.Call) else one)
            for one in function.decorator_list
        )
        if decorated and module.uses("typer", "cyclopts", "fire"):
            found |= {f"--{one.arg.replace('_', '-')}" for one in (*function.args.args, *function.args.kwonlyargs)}
    return found
