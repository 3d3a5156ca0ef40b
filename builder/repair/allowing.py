"""What a patch may say, whoever made it: names, paths and values that can do no more than the patch is for."""

import re
from posixpath import normpath

from builder.plan import Component
from builder.repair.patches import (
    AddDistribution,
    AddPackages,
    AddWritable,
    ChangePort,
    ChangeProbe,
    ChangeRuntime,
    CopyToo,
    MakeExecutable,
    Patch,
    RaiseMemory,
    SetVariable,
    UnixLines,
)
from builder.repair.remedies import SYSTEM
from builder.repair.subject import Subject
from builder.versions import RELEASES
from core.redaction import secret_name

MAX_PACKAGES = 12
"""Of one patch: who needs more needs another base."""

MAX_MEBIBYTES = 16_384
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]{1,62}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{1,62}")
_VALUE = re.compile(r"[\w./:=+,@% -]{0,200}")
_PATH = re.compile(r"(?:/[\w.@+-]+)+/?")
_INSIDE = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)*/?")

_STEERING = re.compile(
    r"^(?:PATH|HOME|SHELL|ENV|BASH_ENV|IFS|LD_.*|DYLD_.*|PYTHON(?:STARTUP|PATH|HOME)|PERL5?(?:LIB|OPT)|RUBY(?:LIB|OPT)|GIT_.*|SSH_.*|"
    r"JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|.*PROXY|.*REGISTRY.*|.*INDEX.*|.*MIRROR.*|.*CERT.*|.*SSL.*|.*TLS.*|.*INSECURE.*|.*TRUSTED.*|NOSUMDB|"
    r"GO(?:FLAGS|NOSUMDB|NOSUMCHECK|SUMDB|INSECURE|PRIVATE)|RUSTC.*|CC|CXX|LD|AR|.*WRAPPER.*|NODE_EXTRA.*|PIP_.*|UV_.*|NPM_CONFIG_SCRIPT_SHELL)$"
)
"""Variables that make a tool run other code or trust other hosts."""

_OURS = frozenset({
    ("HOME", "/tmp"), ("PIP_BREAK_SYSTEM_PACKAGES", "1"),  # noqa: S108 - a folder of the image
})  # fmt: skip
"""What rules set all the same, by exact value."""

_OPTIONS = re.compile(
    r"(?:^|\s)(?:-r|-e|-p|--require|--import|--loader|--experimental-loader|--eval|-javaagent\S*|-agent\S*|-XX:On\S*)\b"
)


def objection(patch: Patch, subject: Subject) -> str:
    """Return why a patch may not be made, empty where it may."""
    match patch:
        case AddPackages():
            names = (*patch.build, *patch.run)
            wrong = not names or len(names) > MAX_PACKAGES or not all(_PACKAGE.fullmatch(name) for name in names)
            return "packages must be a few names of the distribution" if wrong else _line(patch.before, subject)
        case SetVariable():
            return _variable(patch)
        case ChangeRuntime():
            return _release(patch, subject.component)
        case ChangePort():
            return "" if 1024 <= patch.port <= 65_535 else "a program that is not root listens on 1024 to 65535"
        case ChangeProbe():
            return "" if re.fullmatch(r"(?:/[\w./~-]*)?", patch.path) else "a probe asks a plain path"
        case AddWritable():
            return _folder(patch.path)
        case RaiseMemory():
            return "" if 256 <= patch.mebibytes <= MAX_MEBIBYTES else f"a heap has 256 to {MAX_MEBIBYTES} MiB"
        case AddDistribution():
            return "" if re.fullmatch(r"\d*(?:\.\d+)*", patch.below) else "a bound is a version"
        case CopyToo():
            return _inside(patch.source, subject) or _line(patch.before, subject)
        case MakeExecutable() | UnixLines():
            return _inside(patch.path, subject) or _line(patch.before, subject)
    return ""


def _line(line: str, subject: Subject) -> str:
    """Object to a line that no step has: what goes before it would stand at the wrong place."""
    lines = {getattr(step, "line", "").strip() for stage in subject.recipe.stages for step in stage.steps}
    return "" if not line or line.strip() in lines else "no step has that line"


def _variable(patch: SetVariable) -> str:
    if not _VARIABLE.fullmatch(patch.name) or not _VALUE.fullmatch(patch.value):
        return "a variable has a name in capitals and a plain value"
    if (patch.name, patch.value) in _OURS:
        return ""
    if _STEERING.search(patch.name) or "://" in patch.value or _OPTIONS.search(patch.value):
        return "the variable would run other code or trust other hosts"
    if secret_name(patch.name) and patch.value != "only-while-building" and not patch.name.endswith("_DUMMY"):
        return "a secret is given by a person"
    return ""


def _release(patch: ChangeRuntime, component: Component) -> str:
    now = component.runtime.value
    known = RELEASES[now.name].known if now is not None and now.name in RELEASES else ()
    return "" if patch.version in known else "there is no base image of that release"


def _folder(path: str) -> str:
    plain = normpath(path)
    if not _PATH.fullmatch(path) or ".." in path.split("/"):
        return "a folder is an absolute path"
    if plain == "/tmp":  # noqa: S108 - a folder of the image
        return ""
    below = plain.startswith(
        ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/bin/", "/sbin/", "/lib/")
    )
    return "folders of the system stay as they are" if plain in SYSTEM or below else ""


def _inside(path: str, subject: Subject) -> str:
    plain = path.rstrip("/")
    if not _INSIDE.fullmatch(path) or ".." in plain.split("/"):
        return "a file is named by its path in the context"
    there = plain in subject.files or any(one.startswith(f"{plain}/") for one in subject.files)
    return "" if there else "the context has no such file"
