"""Add what a file says to the draft that it is about.

A truth that another has already contradicted with the same weight becomes a rival of less weight: the order in which
the truths are asked is the order in which they are believed, and nobody is asked about what Docker's file settles.
"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from builder.detect.shared.addresses import port_of
from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import develops, idles, task_of
from builder.detect.shared.variables import OWN, is_secret
from builder.detect.truths.fitting import fitted
from builder.draft import Draft
from builder.grounds import CONVENTION, DEFAULT, STATED, TIE, Weighing
from builder.look import Look
from builder.plan import Command, Commands, Kind, Probe, Runtime, Service, Task, Variable, Volume
from core.evidence import Evidence
from core.phrase import Phrase

DEVELOPMENT: Final = (CONVENTION + DEFAULT) / 2
"""Written for developing: better than a language's common default, weaker than what a framework documents."""

WORKFLOW: Final = CONVENTION + 0.02
"""A workflow that tests and builds: it names versions that work, not the one that runs."""

HOST: Final = 0.9
"""Written for one machine (a systemd unit): the command is meant, its paths are that machine's."""

YIELDS: Final = 0.05
"""By how much a truth stands back behind an earlier one that says otherwise: more than a tie."""

_FAMILIES = ({"mysql", "mariadb"}, {"elasticsearch", "opensearch"}, {"object-storage"})

PRIVILEGED: Final = 1024
"""Ports below belong to root: a server that our image brings listens elsewhere, whatever theirs does."""

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One file that speaks about one draft. ``copied`` says where the image has files of the tree."""

    look: Look
    draft: Draft
    truth: str
    path: str
    sure: float = STATED
    workdir: str = ""
    copied: Mapping[str, str] = field(default_factory=dict)

    def cite(self, line: int | str | None) -> Evidence | None:
        """Return evidence for a line of the file, the file itself where there is none. No secret is quoted."""
        found = self.look.cite(self.path, line) if line else None
        shown = _shown(found.quote) if found is not None else ""
        return replace(found, quote=shown) if found is not None and shown else self.look.cite_file(self.path)

    def start(self, given: str | tuple[str, ...], at: int | str | None) -> None:
        """Add a start command, what must run before it, and the port that it gives."""
        whole = taken(given)
        if idles(whole.main) or whole.main is None:
            return
        sure = min(self.sure, DEVELOPMENT) if develops(whole.main) else self.sure
        port = port_of(whole.main)
        for one in whole.before:
            self.task_of_line(one, at)
        found = fitted(self.look, self.draft, whole.main, workdir=self.workdir, copied=self.copied)
        if found is not None and port is None and found.command != self.draft.start.best:
            port = port_of(found.command)
        if port and sure >= self.sure:
            self.port(port, at)
        if found is None:
            return
        for one in found.before:
            self.task_of_line(one, at)
        if found.develops:
            sure = min(sure, DEVELOPMENT)
        why = Phrase(en=f"{self.path} starts it so.", zh=f"{self.path} 用这条命令启动它。")
        state(self.draft.start, found.command, sure, f"{self.truth}.start", why, self.cite(at))

    def task_of_line(self, command: Command, at: int | str | None) -> None:
        """Add a command that is run before the main one as a task, by what it does."""
        purpose = task_of(command.text.split())
        if purpose:
            self.task(purpose, purpose, command, at)

    def task(self, name: str, purpose: str, given: Command | str, at: int | str | None, schedule: str = "") -> None:
        """Add a task, unless one for the same purpose that runs the same program is there."""
        command = taken(given).main if isinstance(given, str) else given
        if command is None or idles(command):
            return
        found = fitted(self.look, self.draft, command, workdir=self.workdir, copied=self.copied, beside=True)
        if found is None:
            return
        held = {word for word in found.command.text.split() if not word.startswith("-")}
        for one in self.draft.tasks:
            same = held & {word for word in one.command.text.split() if not word.startswith("-")}
            if one.purpose == purpose and len(same) * 2 > len(held) and one.schedule in {"", schedule}:
                return
        why = Phrase(en=f"{self.path} runs {name} so.", zh=f"{self.path} 用这条命令运行 {name}。")
        task = Task(name=name, purpose=purpose, command=found.command, schedule=schedule)
        self.draft.tasks.add(task, self.sure, f"{self.truth}.task", why, self.cite(at))

    def port(self, port: object, at: int | str | None, *, less: float = 0.0) -> None:
        """Add a port. Files that are served have none of their own."""
        number = int(port) if isinstance(port, int | str) and str(port).isdigit() else 0
        if not 0 < number < 65536 or isinstance(port, bool):
            return
        if self.draft.kind.best == Kind.STATIC or (number < PRIVILEGED and _is_ours(self.draft)):
            return
        why = Phrase(en=f"{self.path} names port {number}.", zh=f"{self.path} 写了端口 {number}。")
        state(self.draft.port, number, self.sure - less, f"{self.truth}.port", why, self.cite(at))

    def kind(self, kind: Kind, at: int | str | None, *, less: float = 0.0) -> None:
        """Add what it is, except that what nobody knows how to start is no server."""
        if self.draft.kind.best == Kind.STATIC and kind == Kind.WEB:
            return
        if kind != Kind.STATIC and not self.draft.start.candidates:
            return
        why = Phrase(en=f"{self.path} runs it as {kind}.", zh=f"{self.path} 以 {kind} 方式运行它。")
        state(self.draft.kind, kind, self.sure - less, f"{self.truth}.kind", why, self.cite(at))

    def runtime(self, name: str, version: str, at: int | str | None, *, less: float = 0.0) -> None:
        """Add the version of the runtime that the draft has anyway; another runtime is none of its."""
        known = [one for one in self.draft.runtime.candidates if one.value.name == name]
        if not name or not version or (self.draft.runtime.candidates and not known):
            return
        same = [one for one in known if one.value.version == version]
        value = (
            max(same, key=lambda one: one.confidence).value
            if same
            else Runtime(name=name, version=version, constraint=version)
        )
        why = Phrase(en=f"{self.path} uses {name} {version}.", zh=f"{self.path} 使用 {name} {version}。")
        state(self.draft.runtime, value, self.sure - less, f"{self.truth}.runtime", why, self.cite(at))

    def health(self, path: object, at: int | str | None) -> None:
        """Add the path that says whether it is well; what stands behind its host name does not count."""
        if not isinstance(path, str) or not path.startswith("/") or any(sign in path for sign in " '\"\\$`{}<>"):
            return
        known = [one.value for one in self.draft.health.candidates if one.value.path == path]
        why = Phrase(en=f"{self.path} asks {path}.", zh=f"{self.path} 检查 {path}。")
        state(
            self.draft.health, (known or [Probe(path=path)])[0], self.sure, f"{self.truth}.health", why, self.cite(at)
        )

    def build(self, given: object, at: int | str | None, *, install: bool = False) -> None:
        """Propose a build or install command: ours, with its caches and paths, is taken where there is one."""
        main = taken(given).main if isinstance(given, str) else None
        if main is None or idles(main):
            return
        target = self.draft.install if install else self.draft.build
        why = Phrase(en=f"{self.path} builds it so.", zh=f"{self.path} 用这条命令构建它。")
        what = "install" if install else "build"
        target.add(Commands(each=(main,)), min(self.sure, DEVELOPMENT), f"{self.truth}.{what}", why, self.cite(at))

    def output(self, folder: object, at: int | str | None) -> None:
        """Add the folder that is published; a rule of a framework that found another stands beside it."""
        if isinstance(folder, str) and folder.strip("./ ") and ".." not in folder and not folder.startswith("/"):
            plain = folder.strip().removeprefix("./").rstrip("/")
            why = Phrase(en=f"{self.path} publishes {plain}.", zh=f"{self.path} 发布 {plain}。")
            known = [
                one.value for one in self.draft.output.candidates if one.value.rstrip("/").removeprefix("./") == plain
            ]
            state(self.draft.output, (known or [plain])[0], self.sure, f"{self.truth}.output", why, self.cite(at))

    def variable(
        self,
        name: object,
        at: int | str | None,
        *,
        value: object = None,
        secret: bool = False,
        required: bool = False,
        build_time: bool = False,
    ) -> None:
        """Add a variable, unless it is known. PORT is the port that the program listens on."""
        if not isinstance(name, str) or not name.replace("_", "a").isalnum() or name[0].isdigit():
            return
        text = (
            ""
            if value is None or isinstance(value, dict | list)
            else str(value).lower()
            if isinstance(value, bool)
            else str(value)
        )
        if name in {"PORT", "SERVER_PORT", "HTTP_PORT", "ASPNETCORE_HTTP_PORTS"}:
            self.port(text, at)
        if name == "ASPNETCORE_URLS":
            self.port(text.split(";")[0].rstrip("/").rpartition(":")[2], at)
        if name in OWN or any(one.name == name for one in self.draft.variables):
            return
        hidden = secret or is_secret(name)
        shown = "" if hidden or "${" in text or "\n" in text else text
        why = Phrase(en=f"{self.path} sets {name}.", zh=f"{self.path} 设置了 {name}。")
        made = Variable(name=name, required=required, secret=hidden, build_time=build_time, default=shown)
        self.draft.variables.add(made, self.sure, f"{self.truth}.variable", why, self.cite(at))

    def service(self, name: str, at: int | str | None, *, version: str = "", variables: tuple[str, ...] = ()) -> None:
        """Add a service; one that a dependency has named already gains its version and its variables."""
        family = next((one for one in _FAMILIES if name in one), {name})
        known = next((one for one in self.draft.services.found.values() if one.value.name in family), None)
        why = Phrase(en=f"{self.path} runs {name} beside it.", zh=f"{self.path} 同时运行 {name}。")
        if known is not None:
            if known.value.version:
                return
            held = self.draft.services.found
            made = Service(name=name, version=version, variables=known.value.variables or variables)
            inside = [(key, one) for key, one in held.items() if key != known.value]
            held.clear()
            for ground in known.grounds:
                self.draft.services.add(made, known.confidence, ground.rule, ground.why, *ground.evidence)
            self.draft.services.add(made, self.sure, f"{self.truth}.service", why, self.cite(at))
            held.update(inside)
            return
        made = Service(name=name, version=version, variables=variables)
        self.draft.services.add(made, self.sure, f"{self.truth}.service", why, self.cite(at))

    def volume(self, path: object, at: int | str | None, purpose: str = "") -> None:
        """Add a folder that must be kept; what tools fill (``node_modules``) need not be."""
        if (
            not isinstance(path, str)
            or not path.startswith("/")
            or path.rstrip("/").rpartition("/")[2] in _FILLED
            or path == "/"
        ):
            return
        kept = path.rstrip("/")
        if any(one.path == kept for one in self.draft.volumes):
            return
        why = Phrase(en=f"{self.path} keeps {kept}.", zh=f"{self.path} 保留 {kept}。")
        self.draft.volumes.add(
            Volume(path=kept, purpose=purpose), self.sure, f"{self.truth}.volume", why, self.cite(at)
        )

    def package(self, name: str, at: int | str | None, *, building: bool = False) -> None:
        """Add a Debian package."""
        target = self.draft.build_packages if building else self.draft.system_packages
        why = Phrase(en=f"{self.path} installs {name}.", zh=f"{self.path} 安装了 {name}。")
        target.add(name, self.sure, f"{self.truth}.package", why, self.cite(at))


_FILLED = frozenset(
    {
        "node_modules", ".next", "target", "vendor", ".venv", "venv", "dist", "build", ".cache", "cache",
        "__pycache__", ".nuxt", "tmp", "_build", "deps", ".gradle", ".m2", "bundle", "obj", "bin", "docker.sock",
        ".git", "app", "src", "code", "localtime", "timezone", "run", "site-packages", "node", ".npm",
        ".pnpm-store", "pkg", "mod",
    }
)  # fmt: skip
"""Names of folders that are made anew, or are the source itself."""


_GIVEN = re.compile(
    r"(?:\b(?:key|name)\"?\s*:\s*[\"']?(?P<listed>\w+)[\"']?\s*,\s*\"?value\"?\s*:|(?P<name>[A-Za-z_]\w*)[\"']?\s*[:=])\s*(?=\S)"
)
"""Where a line gives a value to a name, in the forms of YAML, JSON, TOML and shells."""


def _shown(quote: str) -> str:
    """Return a line up to the first value of a secret, by the name that it is given to."""
    for found in _GIVEN.finditer(quote):
        if is_secret(found["listed"] or found["name"]):
            return quote[: found.end()].rstrip()
    return quote


def _is_ours(draft: Draft) -> bool:
    """Say whether our image brings the server: Apache with PHP in it."""
    best = draft.start.best
    return best is not None and best.argv[:1] == ("apache2-foreground",)


def state(weighing: Weighing[T], value: T, sure: float, rule: str, why: Phrase, *evidence: Evidence | None) -> None:
    """Add a candidate; behind one that says otherwise with the same weight, as its rival."""
    others = [
        one.confidence for one in weighing.candidates if one.value != value and abs(one.confidence - sure) < TIE + 1e-9
    ]
    weighing.add(value, min(sure, max(others) - YIELDS) if others else sure, rule, why, *evidence)
