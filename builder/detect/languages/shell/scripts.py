"""What shell scripts say: the programs they call, where those listen, endless loops, variables, scripts beside them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from tree_sitter import Node

from builder.detect.languages.shell.listening import DEFAULT, listening
from builder.look import Place
from builder.parsing.code import line_of, walk, written

MAX_SCRIPTS = 40
"""Scripts of one program that are followed."""
_SHEBANG = re.compile(r"^#!\s*\S*/(?:env\s+(?:-S\s+)?)?(bash|sh|dash|ash|zsh|ksh)\b")
_NAME = re.compile(r"[A-Z][A-Z0-9_]+")
_ALWAYS = frozenset({"true", ":", "1", "[ 1 ]", "[[ 1 ]]", "(( 1 ))", "((1))", "[ true ]", "[[ true ]]"})
_OWN = frozenset(
    {
        "BASH_SOURCE", "BASHPID", "BASH_VERSION", "COLUMNS", "EUID", "FUNCNAME", "HOSTNAME", "IFS", "LINENO", "OLDPWD",
        "OPTARG", "OPTIND", "OSTYPE", "PIPESTATUS", "PPID", "RANDOM", "SECONDS", "UID", "REPLY", "BASH_REMATCH",
        "EDITOR",
        "BASH_LINENO", "BASH_VERSINFO", "MACHTYPE", "HOSTTYPE", "SHLVL", "LINES", "EPOCHSECONDS", "COMP_WORDS",
        "COMP_CWORD", "COMPREPLY", "TMPDIR", "LC_ALL", "DISPLAY", "XDG_CONFIG_HOME", "SUDO_USER", "LOGNAME", "COPROC",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """A program that listens, with its port where that can be told."""

    program: str
    port: int | None
    file: str
    line: int
    function: str = ""
    """The function that it stands in, empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A variable that nothing in the script sets."""

    name: str
    file: str
    line: int
    default: str | None
    required: bool


@dataclass(slots=True, kw_only=True)
class Script:
    """What a script, and those that it calls, do."""

    listens: list[Listen] = field(default_factory=list)
    programs: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Programs called, with the file and line of the first call."""
    reads: dict[str, Read] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    endless: tuple[str, int] | None = None
    arguments: bool = False
    """It needs to be told what to do: options, subcommands, usage."""
    strict: bool = False
    """A variable that is not set ends it (``set -u``)."""
    choices: set[str] = field(default_factory=set)
    """Words that its first argument may be: patterns of ``case "$1"``; functions, where it calls ``"$@"``."""
    functions: set[str] = field(default_factory=set)
    dispatches: bool = False
    statements: int = 0
    """Commands outside of functions: a file without any is a library."""


def is_script(place: Place, name: str) -> bool:
    """Say whether a file is a shell script: by its suffix, else by its first line."""
    if name.endswith((".sh", ".bash")):
        return True
    if "." in name.rpartition("/")[2] or place.tree.sizes.get(place.file(name), 0) > 256 * 1024:
        return False
    return _SHEBANG.match(place.text(name)[:80]) is not None


def shell_of(place: Place, name: str) -> str:
    """Return the shell that a script asks for."""
    found = _SHEBANG.match(place.text(name)[:80])
    return "sh" if found and found[1] in {"sh", "dash", "ash"} else "bash"


def read(place: Place, name: str) -> Script:
    """Read a script and the scripts of the tree that it calls."""
    found = Script()
    todo, asked = [name], {name}
    for one in todo:
        root = place.syntax(one, "bash")
        if root is None:
            continue
        for node in walk(root):
            _node(found, one, node)
        for inner in _called_scripts(place, one, root):
            if inner not in asked and len(asked) < MAX_SCRIPTS:
                asked.add(inner)
                todo.append(inner)
    for variable in found.assigned & found.reads.keys():
        if found.reads[variable].default is None and not found.reads[variable].required:
            del found.reads[variable]
    return found


def _node(found: Script, file: str, node: Node) -> None:
    match node.type:
        case "command":
            _command(found, file, node)
        case "variable_assignment":
            name = written(node.child_by_field_name("name"))
            text = written(node.child_by_field_name("value")).strip("\"'")
            given = DEFAULT.match(text)
            found.values.setdefault(name, given["value"].strip("\"'") if given and given["sign"] != ":?" else text)
            if not given or given["name"] != name:
                found.assigned.add(name)
        case "for_statement":
            found.assigned.add(written(node.child_by_field_name("variable")))
        case "simple_expansion" | "expansion":
            _variable(found, file, node)
        case "while_statement":
            condition = written(node.child_by_field_name("condition")).rstrip(";").strip()
            if condition in _ALWAYS and found.endless is None:
                found.endless = (file, line_of(node))
        case "case_statement":
            asked = written(node.child_by_field_name("value")).strip('"')
            if asked in {"$1", "${1}", "${1:-}", "$cmd", "$command", "${1-}", "$COMMAND", "$subcommand"}:
                found.arguments = True
                for item in (one for one in node.named_children if one.type == "case_item"):
                    words = [written(one) for one in item.children_by_field_name("value")]
                    found.choices.update(word.strip("\"'") for word in words)
        case "function_definition":
            found.functions.add(written(node.child_by_field_name("name")))


def _command(found: Script, file: str, node: Node) -> None:
    words = [written(one) for one in node.named_children if one.type not in {"variable_assignment", "file_redirect"}]
    while words and words[0].strip("\"'") in {
        "exec",
        "sudo",
        "nohup",
        "env",
        "time",
        "busybox",
        "tini",
        "--",
        "command",
    }:
        words.pop(0)
    if not words:
        return
    program = words[0].strip("\"'").rpartition("/")[2]
    inside = _function_of(node)
    if not inside:
        found.statements += 1
        found.dispatches = found.dispatches or words[0].strip("\"'") in {"$@", "$1", "${1}", "$*", "${@}"}
    found.programs.setdefault(program, (file, line_of(node)))
    if program == "set" and any(re.fullmatch(r"-[a-zA-Z]*u[a-zA-Z]*|nounset", one) for one in words[1:]):
        found.strict = True
    if program in {"getopts", "getopt", "usage", "show_help", "print_usage", "shift", "show_usage", "print_help"}:
        found.arguments = True
    elif program in {"read", "declare", "local", "export", "readonly", "mapfile", "readarray", "typeset"}:
        found.assigned.update(word.split("=")[0] for word in words[1:] if re.fullmatch(r"\w+(=.*)?", word, re.DOTALL))
    listens, port = listening(found.values, program, words[1:])
    if listens:
        found.listens.append(Listen(program=program, port=port, file=file, line=line_of(node), function=inside))


def _variable(found: Script, file: str, node: Node) -> None:
    name = written(next((one for one in node.named_children if one.type == "variable_name"), None))
    if name in {"1", "2", "@", "*"} and not _function_of(node):
        return
    if not _NAME.fullmatch(name) or name in _OWN:
        return
    given = DEFAULT.match(written(node))
    default = given["value"].strip("\"'") if given and "?" not in given["sign"] else None
    needed = given is not None and "?" in given["sign"]
    known = found.reads.get(name)
    if known is None or (known.default is None and default is not None):
        found.reads[name] = Read(
            name=name, file=file, line=line_of(node), default=default, required=needed or bool(known and known.required)
        )


def _called_scripts(place: Place, file: str, root: Node) -> Iterator[str]:
    for node in walk(root):
        if node.type != "command":
            continue
        for word in [written(one).strip("\"'") for one in node.named_children][:3]:
            plain = re.sub(r"^(\$\{?\w+\}?|\$\([^)]*\))/", "", word)
            for path in (normpath(join(dirname(file), plain)), normpath(plain)):
                if plain and not path.startswith("..") and path != file and place.has(path) and is_script(place, path):
                    yield path
                    break


def _function_of(node: Node) -> str:
    above = node.parent
    while above is not None:
        if above.type == "function_definition":
            return written(above.child_by_field_name("name"))
        above = above.parent
    return ""
