"""What a start script does: what it runs first, and the command that it becomes in the end."""

import re
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import task_of
from builder.look import Place
from builder.parsing.code import line_of, written
from builder.plan import Command

MAX_STATEMENTS: Final = 400
"""Statements of one script that are looked at."""

_PASSES = re.compile(r"^(exec\s+)?(\S*(tini|dumb-init|gosu\s+\S+|su-exec\s+\S+)\s+(--\s+)?)?\"?\$(@|\*|\{@\})\"?$")
_CHORES = frozenset(
    {
        "set", "echo", "printf", "cd", "mkdir", "chown", "chmod", "sleep", "export", "source", ".", "cp", "mv",
        "rm", "ln", "touch", "exit", "trap", "wait", "ulimit", "umask", "cat", "true", ":", "test", "[", "[[",
        "shift", "return", "command", "which", "type", "id", "env", "date", "readonly", "declare", "local", "unset",
        "eval", "pip", "pip3", "npm", "yarn", "apt-get", "apk", "curl", "wget", "git", "nc", "pg_isready", "sed",
        "envsubst", "ls", "pwd", "kill", "pushd", "popd", "find", "grep", "awk",
    }
)  # fmt: skip
"""Commands that prepare: what they run is not the program, unless they are the last and run it (``npm start``)."""


_HOLDING = frozenset(
    {
        "list", "if_statement", "else_clause", "elif_clause", "compound_statement", "redirected_statement", "do_group",
        "negated_command", "case_statement", "case_item", "subshell",
    }
)  # fmt: skip
"""Nodes whose commands are the script's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """``main`` is the command that stays, None where there is none or several; ``passes``: it runs what it is given."""

    main: Command | None
    before: tuple[Command, ...]
    passes: bool
    line: int = 0


def main_of(place: Place, name: str) -> Script | None:
    """Return what a script becomes; None where it cannot be read."""
    root = place.syntax(name, "bash")
    if root is None:
        return None
    before: list[Command] = []
    last: tuple[Command, int] | None = None
    passes = branching = False
    for node in _statements(root):
        text = written(node).strip()
        if _PASSES.match(text):
            passes = True
            continue
        if node.type != "command":
            continue
        words = text.split() or [""]
        program = words[1] if words[0] == "exec" and len(words) > 1 else words[0]
        if task_of(words) and words[0] != "exec":
            if (task := taken(_plain(text)).main) is not None:
                before.append(task)
            continue
        started = (
            program in {"npm", "yarn", "pnpm", "bun"}
            and bool({"start", "run", "serve"} & set(words))
            and "install" not in words
        )
        if (program in _CHORES or "=" in program) and not started:
            continue
        if last is not None and _nested(node):
            branching = True
        made = taken(_plain(text)).main
        if made is not None:
            last = (made, line_of(node))
    if branching or last is None:
        return Script(main=None, before=tuple(before), passes=passes)
    return Script(main=last[0], before=tuple(before), passes=passes, line=last[1])


def _plain(text: str) -> str:
    """Return a command on one line: continued lines are joined."""
    return re.sub(r"\\\r?\n\s*", " ", text).removesuffix("&").strip()


def _statements(root: Node) -> list[Node]:
    """Return the commands of a script in order, those of lists, conditions and loops too; not those of functions."""
    found: list[Node] = []
    todo = [*reversed(root.named_children)]
    while todo and len(found) < MAX_STATEMENTS:
        node = todo.pop()
        if node.type in {"function_definition", "comment", "while_statement", "heredoc_body"}:
            continue
        if node.type in _HOLDING:
            todo.extend(reversed(node.named_children))
        else:
            found.append(node)
    return found


def _nested(node: Node) -> bool:
    above = node.parent
    while above is not None:
        if above.type in {"if_statement", "case_item", "else_clause", "elif_clause"}:
            return True
        above = above.parent
    return False
