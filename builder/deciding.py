"""What a person decides about components, put over what was found; and how each open question is decided."""

import re
import shlex
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

from builder.detect.choosing import primary_of
from builder.detect.refusing import questions_of, refusals_of
from builder.grounds import Candidate, Field, Ground
from builder.plan import BuildPlan, Command, Commands, Component, Kind, Probe, Question, Runtime
from core.errors import UsageError
from core.phrase import Phrase

T = TypeVar("T", bound=Hashable)

_SAID = Ground(rule="person.said", why=Phrase(en="you said so", zh="由您指定"))
_FOR_A_SHELL = frozenset("|&;<>()$`*?[]#~{}\n")
"""Characters that mean something to a shell: a command with one of them is a line, else it is words."""
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,39}")
_PATH = re.compile(r"/[\w./~%+,:=@-]{0,199}")
_FOLDER = re.compile(r"[\w.@+-][\w.@+/-]{0,199}")
MAX_COMMAND: Final = 4_000
"""Characters of a command: more is a script, which belongs into a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided about one component. None: what was found counts. An empty ``build`` or ``install``: none."""

    kind: Kind | None = None
    start: str | None = None
    port: int | None = None
    install: str | None = None
    build: str | None = None
    output: str | None = None
    runtime: str | None = None
    """The version: ``3.12``."""
    health: str | None = None
    """The path that is asked; empty: a connection to the port is enough."""


DECIDED: Final = tuple(one.name for one in fields(Decision))
"""The fields that can be decided, as questions and options call them."""
FLAGS: Final = ("kind", "start", "port", "build", "runtime")
"""Those that have a flag of their own on the command line, for the primary component."""


def decided(plan: BuildPlan, decisions: Mapping[str, Decision]) -> BuildPlan:
    """Return the plan with what a person decided, by component; the name ``""`` means the primary one.

    Raises ``UsageError`` for a component that there is not, or a value that cannot be read.
    """
    if not decisions:
        return plan
    known = {one.name for one in plan.components}
    by_name: dict[str, Decision] = {}
    for name, decision in decisions.items():
        meant = name or plan.primary or (plan.components[0].name if len(plan.components) == 1 else "")
        if meant not in known:
            said = f"There is no component {name!r} to decide about." if name else "It is not clear which one is meant."
            step = f"Choose one of: {', '.join(sorted(known))}." if known else "The source holds none."
            raise UsageError(said, next_step=step)
        by_name[meant] = merged(by_name[meant], decision) if meant in by_name else decision
    return changed(plan, tuple(_changed(one, by_name.get(one.name)) for one in plan.components))


def changed(plan: BuildPlan, components: tuple[Component, ...]) -> BuildPlan:
    """Return the plan with these components, and what follows from them."""
    return replace(
        plan,
        components=components,
        primary=primary_of(components),
        questions=questions_of(components),
        refusals=refusals_of(components),
    )


def merged(one: Decision, other: Decision) -> Decision:
    """Return both. Raises ``UsageError`` where they contradict each other."""
    both: dict[str, Any] = {}
    for name in DECIDED:
        values = {value for value in (getattr(one, name), getattr(other, name)) if value is not None}
        if len(values) > 1:
            raise UsageError(
                f"Two values are given for {name}: {', '.join(map(str, sorted(values, key=str)))}.",
                next_step="Give one of them.",
            )
        both[name] = next(iter(values), None)
    return Decision(**both)


def read(field: str, text: str) -> Decision:
    """Return the decision about one field, as it is typed. Raises ``UsageError`` with what is accepted."""
    if field not in DECIDED:
        raise UsageError(f"{field!r} cannot be decided.", next_step=f"Known are: {', '.join(DECIDED)}.")
    if field == "kind":
        kinds = [kind.value for kind in Kind]
        if text not in kinds:
            raise UsageError(f"{text!r} is no kind of component.", next_step=f"Use one of: {', '.join(kinds)}.")
        return Decision(kind=Kind(text))
    if field == "port":
        if not re.fullmatch(r"[0-9]{1,5}", text):
            raise UsageError(f"{text!r} is no port.", next_step="Use a number from 1 to 65535.")
        return Decision(port=int(text))
    given: dict[str, Any] = {field: text}
    return Decision(**given)


def _changed(component: Component, decision: Decision | None) -> Component:
    if decision is None:
        return component
    found: dict[str, Any] = {}
    for name in DECIDED:
        value = getattr(decision, name)
        if value is not None:
            found[name] = _TAKEN[name](component, value)
    return replace(component, **found)


def _kind(component: Component, value: Kind) -> Field[Kind]:
    return _said(component.kind, value)


def _start(component: Component, value: str) -> Field[Command]:
    return _said(component.start, command_of(value))


def _port(component: Component, value: int) -> Field[int]:
    if not 1 <= value <= 65_535:
        raise UsageError(f"{value} is no port.", next_step="Use a number from 1 to 65535.")
    return _said(component.port, value)


def _install(component: Component, value: str) -> Field[Commands]:
    return _said(component.install, Commands(each=(command_of(value, "install"),))) if value.strip() else _NONE


def _build(component: Component, value: str) -> Field[Commands]:
    return _said(component.build, Commands(each=(command_of(value, "build"),))) if value.strip() else _NONE


def _output(component: Component, value: str) -> Field[str]:
    plain = value.removeprefix("./").rstrip("/") or "."
    if not (plain == "." or _FOLDER.fullmatch(plain)) or ".." in plain.split("/"):
        raise UsageError(f"{value!r} is no folder of the source.", next_step="Write it like dist or build/web.")
    return _said(component.output, plain)


def _runtime(component: Component, value: str) -> Field[Runtime]:
    if not _VERSION.fullmatch(value):
        raise UsageError(f"{value!r} is no version.", next_step="Write it like 3.12 or 22.")
    held = component.runtime
    known = held.value or next((one.value for one in held.rivals), None)
    if known is None:
        raise UsageError(
            f"{component.name} has no runtime whose version could be chosen.", next_step="Leave --runtime out."
        )
    return _said(held, replace(known, version=value))


def _health(component: Component, value: str) -> Field[Probe]:
    if value and not _PATH.fullmatch(value):
        raise UsageError(f"{value!r} is no path that can be asked.", next_step="Write it like /healthz.")
    return _said(component.health, Probe(path=value))


_NONE: Final[Field[Any]] = Field(value=None, confidence=1.0, grounds=(_SAID,))
_TAKEN: Final[Mapping[str, Callable[[Component, Any], Field[Any]]]] = {
    "kind": _kind, "start": _start, "port": _port, "install": _install, "build": _build, "output": _output,
    "runtime": _runtime, "health": _health,
}  # fmt: skip


def _said(field: Field[T], value: T) -> Field[T]:
    """Return a field with what a person said; what was found before stays to be seen as a rival."""
    before = field.rivals
    if field.value is not None and field.value != value and field.grounds:
        before = (Candidate(value=field.value, confidence=field.confidence, ground=field.grounds[0]), *before)
    rivals = tuple(one for one in before if one.value != value)
    return Field(value=value, confidence=1.0, grounds=(_SAID,), rivals=rivals)


def command_of(text: str, what: str = "start") -> Command:
    """Return a command as a person types it. Raises ``UsageError`` where it cannot be read."""
    if len(text) > MAX_COMMAND or any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise UsageError(f"The {what} command is no single line.", next_step="Put it into a script, and start that.")
    if _FOR_A_SHELL.intersection(text):
        return Command(line=text)
    try:
        words = tuple(shlex.split(text))
    except ValueError as exc:
        raise UsageError(f"The {what} command cannot be read: {exc}.", next_step="Close the quotation.") from exc
    if not words:
        raise UsageError(f"The {what} command is empty.", next_step="Write it as you would type it.")
    return Command(line=text) if "=" in words[0] else Command(argv=words)


def flag_of(question: Question, plan: BuildPlan) -> str:
    """Return what decides a question on the command line, with its likeliest answer."""
    value = shlex.quote(question.choices[0]) if question.choices else question.field.upper()
    if question.field in FLAGS and (question.component == plan.primary or len(plan.components) == 1):
        return f"--{question.field} {value}"
    return f"--answer {question.component}.{question.field}={value}"


def answered(words: Sequence[str]) -> dict[str, Decision]:
    """Return the decisions of ``[COMPONENT.]FIELD=VALUE``. Raises ``UsageError``."""
    found: dict[str, Decision] = {}
    for word in words:
        left, equals, value = word.partition("=")
        component, _, field = left.rpartition(".")
        if not equals or not field:
            raise UsageError(
                f"--answer {word[:100]!r} is not [COMPONENT.]FIELD=VALUE.",
                next_step="Write for example --answer web.port=3000.",
            )
        found[component] = merged(found.get(component, Decision()), read(field, value))
    return found
