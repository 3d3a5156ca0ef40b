"""Read the outputs of ``kubectl logs``: what kubectl itself says apart from what the container wrote."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from cluster.recording.transcript.frame import Command

_DEFAULTED = re.compile(r'Defaulted container "([\w.-]{1,253})" out of: (.{1,2000})')
_DEFAULTING = re.compile(r"Defaulting container name to ([\w.-]{1,253})\.?")
_USING = re.compile(r"Found \d{1,6} pods, using pods?/([\w.-]{1,253})")
_REFUSED = re.compile(
    r"(?:Error from server(?: \(\w{1,40}\))?: |error: |unable to retrieve container logs for |failed to try resolving |"
    r"Unable to connect to the server|The connection to the server )"
)
_PREFIXED = re.compile(r"\[pod/([\w.-]{1,253})/([\w.-]{1,253})\] ?")
_STERN = re.compile(r"(?:[a-z0-9][a-z0-9-]{0,62} )?([a-z0-9][a-z0-9.-]{0,252}) ([a-z0-9][a-z0-9-]{0,62}) (?:[│|] )?")
_STERN_SAYS = re.compile(r"[+-] (?:[a-z0-9-]{1,63} )?[a-z0-9.-]{1,253} › [a-z0-9-]{1,63}")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) ")
_COUNT = re.compile(r" {0,12}\d{1,9} ")
_OF_CONTAINER = re.compile(r'container "?([\w.-]{1,253})"? in pod')


@dataclass(slots=True, kw_only=True)
class LogOutput:
    """One container's log, as far as the command and its output say whose it is."""

    namespace: str
    kind: str = "Pod"
    name: str = ""
    selector: str = ""
    container: str = ""
    previous: bool = False
    lines: list[str] = field(default_factory=list)
    cut: bool = False
    failed: str = ""
    containers: tuple[str, ...] = ()
    inits: tuple[str, ...] = ()
    mixed: bool = False
    """The lines of all containers stand in it, and do not say which wrote them."""
    order: int = 0


def log_outputs(command: Command, namespace: str) -> list[LogOutput]:
    """Read one ``kubectl logs``. Several pods or containers come apart only where lines carry a prefix."""
    kind, name = _whose(command)
    flags = command.flags
    cut = any(flag in flags for flag in ("tail", "since", "since-time", "limit-bytes"))
    log = LogOutput(
        namespace=namespace,
        mixed="all-containers" in flags and flags["all-containers"] != "false" and "container" not in flags,
        kind=kind,
        name=name,
        selector=flags.get("selector", ""),
        container=flags.get("container", "") or (command.words[2] if len(command.words) > 2 and kind == "Pod" else ""),
        previous=flags.get("previous", "false") != "false",
        cut=cut or (bool(command.pipes) and command.filtered) or command.counted,
        order=command.number,
    )
    lines = _without_prose(_own_words(command.output, log))
    if command.counted:
        lines = [_COUNT.sub("", line, count=1) for line in lines]
    if command.grouped:
        lines = [line for line in lines if line != "--"]
    apart: dict[tuple[str, str], list[str]] = defaultdict(list)
    if command.line.startswith(STERN) and "prefix" in flags:
        lines = _as_prefixed(lines)
    stamped = flags.get("timestamps", "false") != "false"
    for line in lines:
        prefix = _PREFIXED.match(line)
        key = (prefix[1], prefix[2]) if prefix else ("", "")
        line = line[prefix.end() :] if prefix else line
        apart[key].append(_STAMP.sub("", line, count=1) if stamped else line)
    if set(apart) <= {("", "")}:
        log.lines = apart[("", "")]
        return [log]
    return [
        LogOutput(
            namespace=namespace,
            name=pod,
            container=box,
            previous=log.previous,
            lines=found,
            cut=log.cut,
            order=log.order,
        )
        for (pod, box), found in apart.items()
        if pod
    ]


_PERSON = re.compile(
    r"\b(?:I|I'm|I've|I'd|my|My|we|We|we're|our|Our|anybody|anyone|Anyone|thanks|Thanks|Thank you)\b(?![.:=/_-]\S)"
)
"""Words by which somebody speaks of himself or asks; programs hardly ever do."""
_SENTENCE = re.compile(r"[A-Z\"'][\w\"'(,;`-]{0,40}(?: [^\s{}\[\]=|]{1,60}){3,120}")
_MAX_PROSE = 40


def _without_prose(lines: list[str]) -> list[str]:
    """Take away what somebody wrote below a log: a paragraph behind a blank line, in the words of a person."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    for at in filled[-_MAX_PROSE:]:
        if not at or lines[at - 1].strip() or not _SENTENCE.fullmatch(lines[at].rstrip()[:5000]):
            continue
        end = next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))
        if any(_PERSON.search(line[:5000]) for line in lines[at:end]):
            return lines[: at - 1]
    return lines


def _as_prefixed(lines: list[str]) -> list[str]:
    """Write the lines of stern with kubectl's prefix; the pods of its announcements are the ones that are believed."""
    lines = [line for line in lines if not _STERN_SAYS.match(line)]
    out: list[str] = []
    for line in lines:
        match = _STERN.match(line[:700])
        if match and not line.startswith("["):
            out.append(f"[pod/{match[1]}/{match[2]}] {line[match.end() :]}")
        else:
            out.append(line)
    return out


STERN = "$ kubectl logs --prefix --stern"
"""How a command of stern is written in a plain text."""


def _whose(command: Command) -> tuple[str, str]:
    if len(command.words) < 2 or command.line.startswith(STERN):
        return "Pod", ""
    if "/" not in command.words[1]:
        return "Pod", command.words[1]
    target = command.targets[0]
    return (target.kind.kind if target.kind else target.word), target.name


def _own_words(output: Iterable[str], log: LogOutput) -> list[str]:
    """Take out what kubectl says; it stands before the log, and a refusal is the only line."""
    lines = list(output)
    while lines:
        line = lines[0]
        if match := _DEFAULTED.match(line):
            log.container = log.container or match[1]
            words = [word.strip() for word in match[2].split(",")]
            log.containers = tuple(word for word in words if word and " " not in word)
            log.inits = tuple(word.partition(" ")[0] for word in words if word.endswith("(init)"))
        elif match := _DEFAULTING.match(line):
            log.container = log.container or match[1]
        elif match := _USING.match(line):
            log.kind, log.name = "Pod", match[1]
        elif _REFUSED.match(line) and sum(1 for other in lines if other.strip()) <= 2:
            log.failed = line[:1000]
            if match := _OF_CONTAINER.search(line):
                log.container = log.container or match[1]
            return []
        else:
            break
        lines = lines[1:]
    return lines
