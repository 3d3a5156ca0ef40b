"""Say what cannot be put online and why, and what a person must decide first."""

from collections.abc import Iterator, Sequence

from builder.grounds import Field
from builder.plan import Component, Kind, Question, Refusal
from core.phrase import Phrase

_REASONS: dict[Kind, tuple[Phrase, Phrase]] = {
    Kind.LIBRARY: (
        Phrase(
            en="It is a library: other programs import it, it does not run by itself.",
            zh="这是一个库：供其他程序引用，自身不会运行。",
        ),
        Phrase(
            en="Build the program that uses it, or add an entry point and a start command.",
            zh="请构建使用它的程序，或添加入口和启动命令。",
        ),
    ),
    Kind.CLI: (
        Phrase(en="It is a command-line tool: it answers and ends.", zh="这是命令行工具：执行完就结束。"),
        Phrase(
            en="Run it as a job with a fixed command: `--kind job --start 'COMMAND'`.",
            zh="可以用固定命令作为任务运行：`--kind job --start '命令'`。",
        ),
    ),
    Kind.DESKTOP: (
        Phrase(en="It is a desktop application: it needs a screen.", zh="这是桌面应用：需要屏幕。"),
        Phrase(
            en="If it has a web build, point at that folder or give its start command.",
            zh="如果有网页版构建，请指定该目录或其启动命令。",
        ),
    ),
    Kind.MOBILE: (
        Phrase(en="It is a mobile application: it is installed on telephones.", zh="这是移动应用：安装在手机上。"),
        Phrase(
            en="Put its backend online instead, or its web build if there is one.",
            zh="请改为部署它的后端，或它的网页版构建。",
        ),
    ),
    Kind.OTHER: (
        Phrase(en="Nothing in it runs as a service.", zh="其中没有可以作为服务运行的内容。"),
        Phrase(
            en="Say how it starts (`--start 'COMMAND'`), or point at the folder of the program.",
            zh="请说明如何启动（`--start '命令'`），或指定程序所在目录。",
        ),
    ),
}

_NOTHING = Refusal(
    component="",
    reason=Phrase(en="The tree holds no source code that Sextant knows.", zh="源码树中没有可识别的源代码。"),
    next_step=Phrase(
        en="Check that the right folder was given; a Dockerfile or a Procfile says how anything else is run.",
        zh="请检查目录是否正确；其他情况可以用 Dockerfile 或 Procfile 说明如何运行。",
    ),
)


def refusals_of(components: Sequence[Component]) -> tuple[Refusal, ...]:
    """Return why nothing can be put online; empty as soon as one component can."""
    if not components:
        return (_NOTHING,)
    kinds = [one.kind.value for one in components]
    if any(kind is None or kind.deployable for kind in kinds):
        return ()
    return tuple(
        Refusal(component=one.name, reason=_REASONS[kind][0], next_step=_REASONS[kind][1])
        for one, kind in zip(components, kinds, strict=True)
        if kind in _REASONS
    )


def questions_of(components: Sequence[Component]) -> tuple[Question, ...]:
    """Return what a person must decide before the components can be built."""
    return tuple(question for one in components for question in _asked(one))


def _asked(one: Component) -> Iterator[Question]:
    kind = one.kind.value
    if kind is None:
        yield _question(one, "kind", one.kind, Phrase(en="What is this?", zh="这是什么类型的程序？"))
    if kind is not None and not kind.deployable:
        return
    if kind != Kind.STATIC and one.start.value is None:
        text = Phrase(en="How is it started?", zh="如何启动它？")
        yield _question(one, "start", one.start, text)
    if kind == Kind.WEB and one.port.value is None:
        yield _question(one, "port", one.port, Phrase(en="Which port does it listen on?", zh="它监听哪个端口？"))
    if one.runtime.undecided:
        text = Phrase(en="Which version does it run on?", zh="它使用哪个版本运行？")
        yield _question(one, "runtime", one.runtime, text)


def _question(one: Component, name: str, field: Field, text: Phrase) -> Question:  # type: ignore[type-arg]
    choices = tuple(dict.fromkeys(shown(rival.value) for rival in field.rivals))
    return Question(component=one.name, field=name, choices=choices, text=text)


def shown(value: object) -> str:
    """Return a value as a choice is written."""
    text = getattr(value, "text", None) or getattr(value, "version", None)
    return str(text or value)
