"""Tell command lines by their prompts: bash, zsh, fish, PowerShell, cmd, and themes with arrows and glyphs.

A prompt is believed only at the start of a line and in front of a program that speaks to a cluster. Other programs
are told by prompts that were seen in front of such a program before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PROMPT = "$ kubectl "
"""How a command begins in a plain text."""
VERBS = frozenset(
    {
        *("get", "describe", "logs", "log", "events", "event", "top", "rollout", "auth", "version", "apply", "create"),
        *("delete", "edit", "explain", "exec", "scale", "set", "patch", "label", "annotate", "cluster-info", "config"),
        *("api-resources", "api-versions", "wait", "run", "expose", "port-forward", "drain", "cordon", "uncordon"),
        *(
            "debug",
            "diff",
            "replace",
            "attach",
            "cp",
            "taint",
            "autoscale",
            "tree",
            "lineage",
            "neat",
            "adm",
            "project",
        ),
        *(
            "project",
            "status",
            "new-app",
            "whoami",
            "login",
            "certificate",
            "kustomize",
            "proxy",
            "plugin",
            "completion",
        ),
    }
)
_BEFORE = r"(?:(?:sudo(?: -[A-Za-z]+)*|time|watch(?: -n ?[\d.]{1,6}| -d)*|[A-Z_]{2,30}=\S{1,200}) +){0,3}"
_PROGRAM = (
    r"(?:kubectl(?:\.exe)?|kubecolor|oc|k|microk8s[. ]kubectl|k3s kubectl|rke2 kubectl|minikube kubectl --|stern|kail)"
)
_CALL = re.compile(rf"{_BEFORE}({_PROGRAM})((?: +\S.*)?)$")
_HINT = re.compile(r"(?:kubectl|kubecolor|stern|kail)(?:\.exe)? |(?<![^\s$#%>❯➜»λ])(?:oc|k) (?=[a-z-])")
_ENVIRONMENT = r"(?:\([^()\n]{1,80}\) ?){0,3}"
_SIGNS = "$#%>❯➜»λ›▶"
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("sign", re.compile(rf"[{_SIGNS}] ?")),
    ("windows", re.compile(rf"{_ENVIRONMENT}(?:PS )?[A-Za-z]:[\\/][^<>|\"\n]{{0,200}}> ?")),
    ("powershell", re.compile(rf"{_ENVIRONMENT}PS ?[^>\n]{{0,200}}> ?")),
    (
        "user",
        re.compile(
            rf"{_ENVIRONMENT}[\w.+-]{{1,64}}@[\w.-]{{1,100}}"
            rf"(?::[^\n$]{{0,120}}?| {{1,3}}[~/(\[.][^\n$]{{0,120}}?| {{1,3}}[\w.-]{{1,60}})? ?[{_SIGNS}] ?"
        ),
    ),
    (
        "bracket",
        re.compile(
            rf"{_ENVIRONMENT}(?:\[[^\]\n]{{1,120}}\] ?){{1,3}}"
            rf"(?:[\w.+-]{{1,64}}@[\w.-]{{1,100}}(?::\S{{0,80}})?|[~/]\S{{0,60}})? ?[{_SIGNS}] ?"
        ),
    ),
    ("shell", re.compile(rf"{_ENVIRONMENT}(?:ba|z|a|da|k|fi)?sh(?:-\d[\d.]{{0,5}})?[{_SIGNS}] ?")),
    ("arrow", re.compile(r"[➜❯→] {1,3}\S{1,100}(?: git:\([^)\n]{1,80}\))?(?: [✗✔x])? {1,2}")),
    ("corner", re.compile(rf"[╰└╚│├][─═╴╼>-]{{0,4}}(?:[^\n]{{0,80}}?[{_SIGNS}])? ?")),
    ("place", re.compile(rf"{_ENVIRONMENT}(?:[~/.][\w./~-]{{0,100}}|[\w.~-]{{1,60}}/[\w./~-]{{0,60}}) ?[{_SIGNS}] ?")),
    ("place", re.compile(rf"{_ENVIRONMENT}[\w./~-]{{1,100}}(?: (?:on )?\S{{0,3}} ?[\w./()-]{{1,60}})? ?[❯➜»λ›▶] ?")),
    ("glyph", re.compile(r"[^\n]{0,160}[\ue000-\uf8ff][^\n\ue000-\uf8ff]{0,20}? +")),
)
_WHO = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,100}")
_STRICT = re.compile(
    rf"{_ENVIRONMENT}\[?([\w.+-]{{1,64}}@[\w.-]{{1,100}})(?:[ :][^\s{_SIGNS}]{{0,120}})?\]? ?[{_SIGNS}](?: |$)"
)
_SENTENCE = re.compile(r"[.:;?!,。：；？！，]$|[\u3000-\u9fff\uff00-\uffef]")
_RIGHT = re.compile(r" {4,}[^\w\s]{0,3} ?\[?\d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?\]?\s*$")
MAX_PROMPT = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line that was typed: its prompt and that prompt's shape, and the command as kubectl would have it."""

    prompt: str
    shape: str
    command: str


def typed(line: str) -> Typed | None:
    """Read one line as a command to a cluster behind a prompt; None for all else."""
    if not line or line[0].isspace():
        return None
    hint = _HINT.search(line, 0, MAX_PROMPT + 40)
    if hint is None:
        return None
    for shape, pattern in _SHAPES:
        match = pattern.match(line[:MAX_PROMPT])
        while match is not None:
            if (command := _command(line[match.end() :], shape)) is not None:
                return Typed(prompt=line[: match.end()], shape=shape, command=command)
            match = _longer(pattern, line, match.end())
    return None


def _longer(pattern: re.Pattern[str], line: str, after: int) -> re.Match[str] | None:
    """Try the same shape once more with the prompt ending right before the program."""
    hint = _HINT.search(line, after, MAX_PROMPT + 40)
    return pattern.fullmatch(line, 0, hint.start()) if hint and hint.start() > after else None


def untyped(line: str) -> str:
    """Return the command of a line that is a command without any prompt, empty where it is none or a sentence."""
    if not line.startswith(("kubectl ", "oc ", "k ", "kubectl.exe ", "stern ")) or len(line) > 2000:
        return ""
    return "" if _SENTENCE.search(line.rstrip()) else _command(line, "") or ""


def _command(rest: str, shape: str) -> str | None:
    match = _CALL.match(rest)
    if match is None:
        return None
    program, words = match[1], _RIGHT.sub("", match[2]).strip()
    if program in {"stern", "kail"}:
        return f"logs --prefix --stern {words}" if words and shape else None
    if program == "kubectl" and shape == "sign":
        return words
    verb = next((word for word in words.split() if word in VERBS), "")
    known = bool(verb) and (words.startswith(("-", verb)))
    return words if known or (program.startswith("kubectl") and shape and words[:1] == "-") else None


def lines_hinting(content: str) -> Iterator[str]:
    """Yield the lines of a text that may hold a command."""
    end = -1
    for match in _HINT.finditer(content):
        if match.start() < end:
            continue
        start = content.rfind("\n", max(match.start() - MAX_PROMPT - 1, 0), match.start()) + 1
        end = content.find("\n", match.end())
        end = len(content) if end < 0 else end
        if start or match.start() <= MAX_PROMPT:
            yield content[start : min(end, start + 10_000)]


class Prompts:
    """The prompts seen in a text."""

    def __init__(self) -> None:
        self._literal: set[str] = set()
        self._who: set[str] = set()
        self._windows = False

    def saw(self, line: Typed) -> None:
        """Remember a prompt."""
        prompt = line.prompt.rstrip()
        if line.shape != "sign" and len(prompt) > 1:
            self._literal.add(prompt)
        if match := _WHO.search(prompt):
            self._who.add(match[0])
        self._windows = self._windows or line.shape in {"windows", "powershell"}

    def other(self, line: str) -> str | None:
        """Return the command of another program that a line holds behind a known prompt; None where it holds none."""
        match = _STRICT.match(line[:MAX_PROMPT])
        if match is not None and match[1] in self._who:
            return line[match.end() :].strip()
        if self._windows and (found := re.match(r"(?:PS )?[A-Za-z]:\\[^<>|\"\n]{0,200}>(?: |$)", line)):
            return line[found.end() :].strip()
        for prompt in self._literal:
            if line.startswith(prompt) and (len(line) == len(prompt) or line[len(prompt)] == " "):
                return line[len(prompt) :].strip()
        return None
