"""Data applications with a server of their own: Streamlit, Gradio, Panel, Chainlit, Shiny, marimo, Voila."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, join

from builder.detect.languages.python.found import Facts, Found, Port
from builder.detect.languages.python.hints import said_for
from builder.detect.languages.python.listening import host_of, ports
from builder.detect.languages.python.modules import Module
from builder.detect.languages.python.own_servers import script_command
from builder.detect.languages.python.servers import PORTS, line
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Command, Kind
from core.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool that is given a file: its package, how it is started, and calls that only its main file makes."""

    name: str
    start: str
    first: tuple[str, ...] = ()
    adds: str = ""
    health: str = ""


_TOOLS = (
    Tool(
        name="streamlit",
        first=("set_page_config", "navigation", "title", "sidebar", "header"),
        start="streamlit run {file} --server.address 0.0.0.0 --server.port ${{PORT:-{port}}} --server.headless true",
        health="/_stcore/health",
    ),
    Tool(
        name="chainlit",
        first=("on_chat_start", "on_message"),
        start="chainlit run {file} --headless --host 0.0.0.0 --port ${{PORT:-{port}}}",
    ),
    Tool(
        name="panel",
        first=("servable",),
        start="panel serve {file} --address 0.0.0.0 --port ${{PORT:-{port}}} --allow-websocket-origin='*'",
    ),
    Tool(name="shiny", first=("App",), start="shiny run {file} --host 0.0.0.0 --port ${{PORT:-{port}}}"),
    Tool(name="solara", first=("component",), start="solara run {file} --host 0.0.0.0 --port ${{PORT:-{port}}}"),
    Tool(name="marimo", first=("App",), start="marimo run {file} --headless --host 0.0.0.0 --port ${{PORT:-{port}}}"),
    Tool(
        name="mesop",
        first=("page",),
        start="gunicorn --bind 0.0.0.0:${{PORT:-{port}}} {module}:me",
        adds="gunicorn",
    ),
    Tool(
        name="bokeh",
        first=("curdoc",),
        start="bokeh serve {file} --address 0.0.0.0 --port ${{PORT:-{port}}} --allow-websocket-origin='*'",
    ),
)

_STEMS = {
    "streamlit_app": 14,
    "app": 12,
    "main": 11,
    "home": 11,
    "index": 9,
    "dashboard": 9,
    "ui": 8,
    "webapp": 8,
    "run": 6,
    "frontend": 8,
    "demo": 5,
    "chat": 6,
}


def find(facts: Facts) -> Iterator[Found]:
    """Tell the data applications."""
    for tool in _TOOLS:
        if found := _given_a_file(facts, tool):
            yield found
    yield from _gradio(facts)
    yield from _reflex(facts)
    yield from _notebooks(facts)


def _rank(file: str) -> int:
    stem = re.sub(r"[^a-z_]", "", basename(file).removesuffix(".py").lower()).strip("_")
    return _STEMS.get(stem, 8 if stem.endswith(("_app", "app", "dashboard")) else 0) - 2 * file.count("/")


def _given_a_file(facts: Facts, tool: Tool) -> Found | None:
    packages = (tool.name,)
    files: list[tuple[int, str, Module]] = []
    for module in facts.program.mentions(*packages):
        if (
            not module.uses(*packages)
            or "pages" in dirname(module.file).split("/")
            or basename(module.file) == "__init__.py"
        ):
            continue
        calls = {one.name for one in module.calls} | _decorators(module)
        made = [
            one
            for one in tool.first
            if any(
                name == f"{packages[0]}.{one}" or (name.endswith(f".{one}") and name.startswith(packages[0]))
                for name in calls
            )
        ]
        if tool.name == "panel":
            made = ["servable"] if any(one.endswith(".servable") for one in calls) else []
        acts = (
            module.works
            or module.main
            or any(one.name.startswith(f"{packages[0]}.") and not one.within for one in module.calls)
        )
        if made and (acts or tool.name != "streamlit"):
            files.append(
                (
                    _rank(module.file)
                    + 6 * (made[0] == tool.first[0])
                    + 3 * module.works
                    + 2 * module.main
                    + 8 * int(said_for(facts.hints, module.file)),
                    module.file,
                    module,
                )
            )
    if not files:
        return None
    files.sort(key=lambda held: (-held[0], held[1].count("/"), held[1]))
    _, file, module = files[0]
    told = (*_configured(facts, tool.name, file), *ports(facts, tool.name, file))
    port = max(told, key=lambda one: one.confidence).port if told else PORTS[tool.name]
    name = file.removesuffix(".py").replace("/", ".")
    wanted = tool.adds or tool.name
    asked = facts.manifest.asks(wanted)
    return Found(
        kind=Kind.WEB,
        framework=tool.name,
        rank=95 + _rank(file),
        confidence=CODE,
        rule=f"python.start.{tool.name}",
        why=Phrase(en=f"{file} is an application for {tool.name}.", zh=f"{file} 是 {tool.name} 应用。"),
        evidence=facts.place.cite(file, re.compile(rf"^\s*(import|from)\s+{packages[0]}")),
        start=line(tool.start.format(file=_quoted(file), port=port, module=name)),
        rivals=tuple(
            line(tool.start.format(file=_quoted(other), port=port, module=name))
            for rank, other, _ in files[1:2]
            if rank > files[0][0] - 4
        ),
        file=file,
        ports=told,
        adds=() if asked else (wanted,),
        health=tool.health,
        apart=f"{tool.name}",
    )


def _decorators(module: Module) -> set[str]:
    return {module.dotted(one) for function in module.functions.values() for one in function.decorator_list}


def _quoted(file: str) -> str:
    return file if re.fullmatch(r"[\w./-]+", file) else f"'{file}'"


def _configured(facts: Facts, tool: str, file: str) -> Iterator[Port]:
    """Tell the port of Streamlit's own configuration file."""
    name = next(
        (
            one
            for one in (join(dirname(file), ".streamlit/config.toml"), ".streamlit/config.toml")
            if facts.place.has(one)
        ),
        "",
    )
    held = facts.place.toml(name).get("server") if name and tool == "streamlit" else None
    number = held.get("port") if isinstance(held, dict) else None
    if isinstance(number, int):
        why = Phrase(en=f"{name} names port {number}.", zh=f"{name} 指定了端口 {number}。")
        yield Port(
            port=number,
            confidence=DECLARED,
            rule="python.port.streamlit",
            why=why,
            evidence=facts.place.cite(name, "port"),
        )


def _gradio(facts: Facts) -> Iterator[Found]:
    """Tell a Gradio program: it is run as it is, and told by variables to listen on every address."""
    launches = [one for one in facts.serves if one.tool == "gradio"]
    files = sorted({one.file for one in launches}, key=lambda one: (-_rank(one) - 8 * said_for(facts.hints, one), one))
    for file in files[:1]:
        start, folder = script_command(facts, file)
        one = next(held for held in launches if held.file == file)
        told = tuple(ports(facts, "gradio", file))
        port = max(told, key=lambda each: each.confidence).port
        yield Found(
            kind=Kind.WEB,
            framework="gradio",
            rank=96 + _rank(file),
            confidence=CODE,
            rule="python.start.gradio",
            why=Phrase(en=f"{file} launches a Gradio interface.", zh=f"{file} 启动 Gradio 界面。"),
            evidence=facts.place.cite(file, one.line),
            start=start,
            file=file,
            directory=folder,
            ports=told,
            host=host_of(facts, file),
            environment=(("GRADIO_SERVER_NAME", "0.0.0.0"), ("GRADIO_SERVER_PORT", str(port))),  # noqa: S104 - in a container
            apart="gradio",
        )


def _reflex(facts: Facts) -> Iterator[Found]:
    if not facts.place.has("rxconfig.py"):
        return
    why = Phrase(en="rxconfig.py configures a Reflex application.", zh="rxconfig.py 配置了 Reflex 应用。")
    port = Port(
        port=3000,
        confidence=CONVENTION,
        rule="python.port.framework",
        why=Phrase(en="Reflex listens there.", zh="Reflex 监听该端口。"),
    )
    yield Found(
        kind=Kind.WEB,
        framework="reflex",
        rank=130,
        confidence=DECLARED,
        rule="python.start.reflex",
        why=why,
        evidence=facts.place.cite_file("rxconfig.py"),
        file="rxconfig.py",
        ports=(port,),
        start=Command(argv=("reflex", "run", "--env", "prod", "--single-port", "--frontend-port", "3000")),
    )


def _notebooks(facts: Facts) -> Iterator[Found]:
    """Tell notebooks that a server is asked for: Voila shows them, Jupyter opens them."""
    books = [one for one in facts.place.sources(".ipynb", most=50) if "checkpoint" not in one]
    tool = facts.manifest.has("voila")
    if not books or not tool:
        return
    book = min(books, key=lambda one: (-_rank(one.replace(".ipynb", ".py")), one.count("/"), one))
    target = f" {_quoted(book)}" if len(books) == 1 or _rank(book.replace(".ipynb", ".py")) > 5 else ""
    port = PORTS["voila"]
    why = Phrase(en="Voila shows its notebooks.", zh="Voila 展示其中的笔记本。")
    told = Port(
        port=port,
        confidence=CONVENTION,
        rule="python.port.framework",
        why=Phrase(en="Voila listens there.", zh="Voila 监听该端口。"),
    )
    yield Found(
        kind=Kind.WEB,
        framework="voila",
        rank=70,
        confidence=CONVENTION,
        rule="python.start.voila",
        why=why,
        evidence=facts.manifest.dependencies["voila"].cite(facts.place),
        file=book,
        ports=(told,),
        start=line(f"voila{target} --no-browser --Voila.ip=0.0.0.0 --port=${{PORT:-{port}}}"),
    )
