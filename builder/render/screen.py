"""A build plan on one screen: what it is, each value beside the line that says so, what is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from builder.deciding import flag_of
from builder.grounds import UNSURE, Field, Ground
from builder.plan import BuildPlan, Command, Commands, Component, Item, Probe, Runtime, Service, Task, Variable, Volume
from builder.render.data import fields_of
from core.phrase import Language, Phrase

Style = Literal["title", "plain", "dim", "warn", "fail", "command"]

MAX_VALUE, MAX_GROUND = 64, 60
"""Characters of a value and of its ground: one line each on a terminal of 140."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Text with what it is, for colours."""

    text: str
    style: Style = "plain"


Line = tuple[Cell, ...]

_LABELS: dict[str, Phrase] = {
    "kind": Phrase(en="kind", zh="类型"),
    "language": Phrase(en="language", zh="语言"),
    "framework": Phrase(en="framework", zh="框架"),
    "package_manager": Phrase(en="packages", zh="包管理器"),
    "runtime": Phrase(en="runtime", zh="运行时"),
    "install": Phrase(en="install", zh="安装"),
    "build": Phrase(en="build", zh="构建"),
    "start": Phrase(en="start", zh="启动"),
    "working_directory": Phrase(en="directory", zh="工作目录"),
    "port": Phrase(en="port", zh="端口"),
    "bind": Phrase(en="listens on", zh="监听地址"),
    "health": Phrase(en="health", zh="健康检查"),
    "output": Phrase(en="output", zh="产物"),
    "system_packages": Phrase(en="system", zh="系统包"),
    "build_packages": Phrase(en="to build", zh="构建用包"),
    "variables": Phrase(en="variables", zh="环境变量"),
    "services": Phrase(en="needs", zh="依赖服务"),
    "volumes": Phrase(en="keeps", zh="持久目录"),
    "tasks": Phrase(en="tasks", zh="任务"),
}
_LISTS = ("services", "variables", "system_packages", "build_packages", "volumes", "tasks")
_WIDTH = 11


def screen(plan: BuildPlan, language: Language) -> Iterator[Line]:
    """Tell the lines: components (the primary one first), questions, refusals, notes."""
    order = sorted(plan.components, key=lambda one: (one.name != plan.primary, one.path))
    for at, component in enumerate(order):
        if at:
            yield ()
        yield from _component(component, language)
    if order and (plan.questions or plan.refusals or plan.notes):
        yield ()
    for question in plan.questions:
        choice = f" ({' | '.join(question.choices)})" if question.choices else ""
        asked = f"? {question.component}: {question.text.in_language(language)}{choice}"
        yield Cell(text=asked, style="warn"), Cell(text=f"  {flag_of(question, plan)}", style="command")
    for refusal in plan.refusals:
        where = f"{refusal.component}: " if refusal.component else ""
        yield (Cell(text=f"✗ {where}{refusal.reason.in_language(language)}", style="fail"),)
        yield (Cell(text=f"  {refusal.next_step.in_language(language)}"),)
    for note in plan.notes:
        yield (Cell(text=f"· {note.in_language(language)}", style="dim"),)


def _component(one: Component, language: Language) -> Iterator[Line]:
    where = one.path or "."
    yield Cell(text=one.name, style="title"), Cell(text=f"  {where}", style="dim")
    for name, field in fields_of(one).items():
        if field.value is not None or field.rivals:
            yield _row(
                _LABELS[name], _shown_field(field), _because(field, language), language, open_=field.value is None
            )
    for name in _LISTS:
        items: tuple[Item[Any], ...] = getattr(one, name)
        for at, item in enumerate(items):
            label = _LABELS[name] if at == 0 else Phrase(en="", zh="")
            yield _row(label, _shown(item.value), _ground(item.grounds[0], language), language, open_=False)
    for asset in one.assets:
        build = asset.build.value.text if asset.build.value else ""
        yield _row(Phrase(en="assets", zh="前端资源"), build, "", language, open_=False)


def _row(label: Phrase, value: str, ground: str, language: Language, *, open_: bool) -> Line:
    name = label.in_language(language)
    pad = " " * max(_WIDTH - _columns(name), 1)
    shown = _cut(value, MAX_VALUE)
    gap = " " * max(MAX_VALUE - _columns(shown), 2) if ground else ""
    return (
        Cell(text=f"  {name}{pad}", style="dim"),
        Cell(text=shown, style="warn" if open_ else "plain"),
        Cell(text=f"{gap}{_cut(ground, MAX_GROUND)}", style="dim"),
    )


def _shown_field(field: Field[Any]) -> str:
    if field.value is not None:
        return _shown(field.value)
    return "? " + " | ".join(_shown(one.value) for one in field.rivals)


def _because(field: Field[Any], language: Language) -> str:
    grounds = field.grounds or tuple(one.ground for one in field.rivals[:1])
    mark = "" if field.confidence > UNSURE or field.value is None else "? "
    return mark + _ground(grounds[0], language) if grounds else ""


def _ground(ground: Ground, language: Language) -> str:
    return str(ground.evidence[0].source) if ground.evidence else ground.why.in_language(language)


def _shown(value: object) -> str:
    match value:
        case Command() | Commands():
            return value.text
        case Runtime():
            wanted = f"  ({value.constraint})" if value.constraint and value.constraint != value.version else ""
            return f"{value.name} {value.version}{wanted}"
        case Probe():
            return value.path + (f" :{value.port}" if value.port else "")
        case Variable():
            marks = [mark for mark, is_so in (("required", value.required), ("secret", value.secret)) if is_so]
            given = f"={value.default}" if value.default else ""
            return f"{value.name}{given}" + (f"  ({', '.join(marks)})" if marks else "")
        case Service():
            return value.name + (f" {value.version}" if value.version else "")
        case Volume():
            return value.path
        case Task():
            return f"{value.name}: {value.command.text}" + (f"  ({value.schedule})" if value.schedule else "")
        case _:
            return str(value)


def _cut(text: str, most: int) -> str:
    line = " ".join(text.splitlines())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _columns(text: str) -> int:
    """Return how wide a text is on a terminal: Chinese characters take two columns."""
    return sum(2 if "\u2e80" <= char <= "\uffef" else 1 for char in text)
