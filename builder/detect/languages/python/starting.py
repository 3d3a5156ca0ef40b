"""What happens when a file is run: whether it serves from a thread only, what it does before it serves."""

import ast
import re
from collections.abc import Sequence

from builder.detect.languages.python.modules import Call, Module, Program
from builder.detect.languages.python.serving import Serve

_THREADS = frozenset({"Thread", "Process", "start_new_thread", "submit", "run_in_executor", "to_thread"})
_WORK = re.compile(
    r"^_?(init|initiali[sz]e|create|setup|set_up|start|connect|migrate|seed|load|schedule|bootstrap|warm|ensure|prepare|"
    r"populate|download|train|build|register|launch|spawn)(_|$)"
)
_NO_WORK = re.compile(
    r"log|arg|pars|config|setting|env|app|server|api|banner|print|browser|uvicorn|version|path|port|host"
)


def served_by_threads(program: Program, serves: Sequence[Serve]) -> frozenset[str]:
    """Return the files that serve from threads only: the program that starts these does something else (a bot)."""
    if not serves:
        return frozenset()
    run = {
        _function(program, module, target)
        for module in program.mentions("Thread", "Process(", "run_in_executor", "to_thread")
        for call in module.calls
        if call.name.rpartition(".")[2] in _THREADS
        for target in (*call.node.args, *(one.value for one in call.node.keywords if one.arg == "target"))
        if isinstance(target, ast.Name | ast.Attribute)
    }
    files = {one.file for one in serves if run}
    return frozenset(
        file for file in files if all((file, one.call.within) in run for one in serves if one.file == file)
    )


def _function(program: Program, module: Module, node: ast.Name | ast.Attribute) -> tuple[str, str]:
    """Return the file and the name of a function that is handed on."""
    if isinstance(node, ast.Name) and node.id in module.functions:
        return module.file, node.id
    dotted = module.dotted(node)
    return program.local(dotted, module.file)[0] or module.file, dotted.rpartition(".")[2]


def does_more(program: Program, module: Module, one: Serve) -> bool:
    """Say whether a file that is run prepares something before it serves: a server that imports it would not do that.

    What only reads settings, prepares logging or makes the application is no such thing.
    """
    way = _way(module, one)
    if not one.call.main and one.call.within not in way:
        return False
    for call in module.calls:
        last = call.name.rpartition(".")[2]
        passed = call.main or (bool(call.within) and call.within in way)
        if not passed or last in way or not _WORK.search(last) or _NO_WORK.search(last):
            continue
        if call.name in module.functions or program.local(call.name, module.file)[0]:
            return True
    return False


def _way(module: Module, one: Serve) -> frozenset[str]:
    """Return the functions that lead from the main program to the serving call, none where it does not get there."""
    callers: dict[str, set[str]] = {}
    for call in module.calls:
        for name in {call.name, *_awaited(call)}:
            callers.setdefault(name, set()).add("" if call.main else call.within or "-")
    way = {one.call.within} if one.call.within else set()
    todo = [*way]
    for name in todo:
        above = {each for each in callers.get(name, ()) if each and each != "-" and each not in way}
        way |= above
        todo.extend(above)
    started = one.call.main or any("" in callers.get(name, ()) for name in way)
    return frozenset(way) if started else frozenset()


def _awaited(call: Call) -> set[str]:
    """Return the functions that ``asyncio.run(main())`` is given."""
    return {one.func.id for one in call.node.args if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}
