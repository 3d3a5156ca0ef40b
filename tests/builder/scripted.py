"""A machine by script, and orders for it: each build and each trial gives what was written down for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from builder.build.errors import BuildFailed
from builder.build.executor import BuildRequest, Image, Line
from builder.build.fake import FakeExecutor
from builder.check.report import Checked, Report
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.errors import BuilderError
from builder.files import prepared
from builder.machines import Machine
from builder.mending import Means
from builder.order import Order
from builder.repair.asking import Asked
from builder.screening import Screen
from builder.source.directory import open_directory
from core.phrase import Phrase

GO = {
    "go.mod": "module example.com/shop\n\ngo 1.19\n",
    "main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n',
}
OPEN = {
    "requirements.txt": "flask\n",
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    ".python-version": "3.11\n",
    "runtime.txt": "python-3.12.1\n",
}
"""A program whose files contradict each other about its Python."""
WORKS = Report(
    checks=(Checked(check="starts", outcome="passed", text=Phrase(en="It starts.", zh="已启动。")),),
    log=("listening",),
    seconds=0.1,
)
UNKNOWN = BuildFailed("the frobnicator jammed", log=(Line(text="frobnicator: jammed"),))


def failure(*lines: str, step: str = "") -> BuildFailed:
    """Return a build that failed with these lines."""
    return BuildFailed("The build failed.", step=step, log=tuple(Line(text=line, step=step) for line in lines))


def listens_elsewhere(port: int) -> Report:
    """Return a trial of a program that listens on another port than planned."""
    text = Phrase(en=f"It listens on {port}, not on 8080.", zh=f"它监听的是 {port}，不是 8080。")
    checks = (*WORKS.checks, Checked(check="listens", outcome="failed", text=text, proof=(f"0.0.0.0:{port}",)))
    return Report(checks=checks, log=(), seconds=0.1)


@dataclass(kw_only=True)
class InTurn(FakeExecutor):
    """Each build raises the next of ``ends``; None, and after the last of them: it gives an image."""

    ends: list[BuilderError | None] = field(default_factory=list)

    async def build(self, request: BuildRequest, tell: Callable[[Line], None]) -> Image:
        """Follow the script."""
        self.error = self.ends.pop(0) if self.ends else None
        return await super().build(request, tell)


@dataclass(kw_only=True)
class Trials:
    """Each trial gives the next report, or raises the next error; after the last one it works."""

    ends: list[Report | BuilderError] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    async def __call__(self, order: Order, _image: Image, _work: Path) -> Report:
        """Follow the script."""
        self.orders.append(order)
        end = self.ends.pop(0) if self.ends else WORKS
        if isinstance(end, BuilderError):
            raise end
        return end


@dataclass(kw_only=True)
class Set:
    """All that a test needs for one build."""

    order: Order
    means: Means
    executor: InTurn
    trials: Trials
    pauses: list[float]


def set_of(
    folder: Path,
    *,
    files: Mapping[str, str] | None = None,
    builds: list[BuilderError | None] | None = None,
    trials: list[Report | BuilderError] | None = None,
    model: Asked | None = None,
    screen: Screen | None = None,
    seconds: float = 1_500.0,
) -> Set:
    """Write a source and return a machine by script for it."""
    source = folder / "source"
    for path, text in (files or GO).items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text, encoding="utf-8")
    tree = open_directory(source)
    (one,) = prepared(plan(tree), tree, PROVIDERS)
    executor, tried, pauses = InTurn(ends=list(builds or [])), Trials(ends=list(trials or [])), list[float]()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    machine = Machine(executor=executor, try_out=tried)
    provider = next(known for known in PROVIDERS if known.name == one.component.provider)
    means = Means(machine=machine, provider=provider, tree=tree, model=model, pause=pause)
    order = Order(source=source, prepared=one, name="localhost/shop:1", screen=screen or Screen(), seconds=seconds)
    return Set(order=order, means=means, executor=executor, trials=tried, pauses=pauses)
