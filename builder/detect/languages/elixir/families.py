"""What Elixir programs are: Phoenix, Plug with Bandit or Cowboy, workers and bots, Nerves, tools and libraries."""

from collections.abc import Sequence
from dataclasses import dataclass

from builder.detect.languages.elixir.configured import EARLIER, RUNTIME, health, port
from builder.detect.languages.elixir.manifest import Mix
from builder.detect.languages.elixir.terms import arguments_of
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.parsing.code import line_of, of_type, written
from builder.plan import Command, Kind, Probe, Task
from core.evidence import Evidence
from core.phrase import Phrase

_SERVERS = ("bandit", "plug_cowboy", "cowboy", "elli", "ace", "raxx", "mochiweb", "ranch", "grpc", "thousand_island")
_WORKERS = ("broadway", "broadway_kafka", "broadway_rabbitmq", "gen_stage", "kafka_ex", "brod", "amqp", "exq", "oban",
            "quantum", "nostrum", "ex_gram", "nadia", "alchemy", "telegex", "slack", "coxir", "tortoise", "emqtt",
            "flow", "honeydew", "rihanna")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A Mix project: that of the folder, and of an umbrella the applications too. ``files`` are all its sources."""

    mix: Mix
    members: tuple[Mix, ...]
    files: tuple[str, ...]

    @property
    def all(self) -> tuple[Mix, ...]:
        """The project's manifests."""
        return (self.mix, *self.members)

    def needs(self, *names: str) -> tuple[str, Mix] | None:
        """Return the first of these dependencies with the manifest that names it."""
        return next(((name, one) for name in names for one in self.all if one.needs(name)), None)

    @property
    def library(self) -> bool:
        """Whether it is made for the package registry and starts nothing that serves."""
        return self.mix.package and not any(self.mix.place.has(one) for one in (*RUNTIME, "config/prod.exs"))


def decide(project: Project, draft: Draft) -> None:
    """Say what the project is, and with it framework, port and health."""
    mix = project.mix
    if nerves := project.needs("nerves", "scenic"):
        _kind(draft, Kind.OTHER, DECLARED, "elixir.kind.nerves", nerves[1].cite(nerves[0]),
              Phrase(en="It is firmware for a device.", zh="它是设备固件。"))  # fmt: skip
    elif mix.escript and not project.needs("phoenix"):
        _kind(draft, Kind.CLI, DECLARED, "elixir.kind.escript", mix.cite("escript"),
              Phrase(en="mix.exs makes it a command-line tool.", zh="mix.exs 将它构建为命令行工具。"))  # fmt: skip
    elif any(found(project, draft) for found in (_phoenix, _plug, _socket, _worker)):
        return
    elif any(one.starts for one in project.all) and not mix.package:
        _kind(draft, Kind.WORKER, CONVENTION, "elixir.kind.application", mix.cite("mod"),
              Phrase(en="It starts processes that do not end.", zh="它启动持续运行的进程。"))  # fmt: skip
    else:
        _kind(draft, Kind.LIBRARY, DECLARED, "elixir.kind.library", mix.place.cite_file("mix.exs"),
              Phrase(en="It starts nothing: others depend on it.", zh="它不启动程序：供其他程序依赖。"))  # fmt: skip


def _phoenix(project: Project, draft: Draft) -> bool:
    found = project.needs("phoenix")
    if not found or project.library or not any(one.starts for one in project.all):
        return False
    evidence = found[1].cite("phoenix")
    draft.framework.add(
        "phoenix", DECLARED, "elixir.framework.phoenix",
        Phrase(en="It depends on Phoenix.", zh="它依赖 Phoenix。"), evidence,
    )  # fmt: skip
    _web(draft, "elixir.phoenix", evidence)
    _listens(project, draft, 4000)
    return True


def _plug(project: Project, draft: Draft) -> bool:
    found = project.needs(*_SERVERS)
    if not found or project.library or not any(one.starts for one in project.all):
        return False
    name, mix = found
    evidence = mix.cite(name)
    shown = "plug" if name in {"bandit", "plug_cowboy", "cowboy"} else name
    draft.framework.add(
        shown, DECLARED, f"elixir.framework.{shown}",
        Phrase(en=f"It depends on {name}.", zh=f"它依赖 {name}。"), evidence,
    )  # fmt: skip
    _web(draft, "elixir.plug", evidence)
    _listens(project, draft, 50051 if name == "grpc" else 4000)
    return True


def _socket(project: Project, draft: Draft) -> bool:
    """Say whether it opens a socket itself, without a library."""
    if project.library or not any(one.starts for one in project.all):
        return False
    place = project.mix.place
    for file in project.files:
        if "gen_tcp" not in place.text(file):
            continue
        root = place.syntax(file)
        for node in of_type(root, "call") if root else ():
            if written(node.child_by_field_name("target")) == ":gen_tcp.listen":
                _web(draft, "elixir.socket", place.cite(file, line_of(node)))
                _listens(project, draft, 4000)
                return True
    return False


def _worker(project: Project, draft: Draft) -> bool:
    found = project.needs(*_WORKERS)
    if not found or project.library or not any(one.starts for one in project.all):
        return False
    name, mix = found
    _kind(draft, Kind.WORKER, CODE, "elixir.kind.worker", mix.cite(name),
          Phrase(en=f"{name} waits for work and does not end.", zh=f"{name} 持续等待任务，不会结束。"))  # fmt: skip
    return True


def _web(draft: Draft, rule: str, evidence: Evidence | None) -> None:
    _kind(draft, Kind.WEB, DECLARED, f"{rule}.kind", evidence,
          Phrase(en="It serves requests.", zh="它处理网络请求。"))  # fmt: skip
    draft.bind.add(
        "0.0.0.0", CONVENTION, f"{rule}.bind",  # noqa: S104 - where it listens in the image
        Phrase(en="It listens on all addresses in production.", zh="生产环境监听所有地址。"), evidence,
    )  # fmt: skip


def _listens(project: Project, draft: Draft, usual: int) -> None:
    place = project.mix.place
    servers = [one for one in project.files if one.endswith(("application.ex", "endpoint.ex", "server.ex"))]
    rest = [one for one in project.files if one not in servers]
    for file in (*RUNTIME, *EARLIER, *servers, *rest[:40]):
        if "port" in place.text(file).lower() and (found := port(place, file)):
            number, line = found
            why = Phrase(en=f"{file} names port {number}.", zh=f"{file} 中写了端口 {number}。")
            draft.port.add(number, CODE, "elixir.port.configured", why, place.cite(file, line))
            break
    else:
        why = Phrase(en=f"Such servers usually listen on {usual}.", zh=f"此类服务通常监听 {usual}。")
        draft.port.add(usual, CONVENTION, "elixir.port.usual", why)
    routers = (one for one in project.files if "router" in one or "endpoint" in one)
    if route := health(place, routers):
        path, file, line = route
        why = Phrase(en=f"{path} answers.", zh=f"{path} 会应答。")
        draft.health.add(Probe(path=path), CODE, "elixir.health", why, place.cite(file, line))


def release_of(project: Project) -> str:
    """Return the name of the release that is made."""
    mix = project.mix
    if mix.releases:
        return mix.releases[0]
    if mix.app:
        return mix.app
    started = [one for one in project.members if one.starts]
    web = next((one for one in started if one.needs("phoenix", *_SERVERS)), None)
    chosen = web or next(iter(started), None)
    return (chosen.app if chosen else "") or mix.place.name or "app"


def tasks(project: Project, draft: Draft, release: str) -> None:
    """Add the migrations of Ecto: by the module that releases use for it, else by Mix."""
    place = project.mix.place
    if not project.needs("ecto_sql", "ash_postgres"):
        return
    file = next((one for one in project.files if one.endswith("/release.ex")), "")
    overlay = place.has("rel/overlays/bin/migrate")
    words: Sequence[str]
    released = draft.start.best is not None and draft.start.best.argv[:1] != ("mix",)
    if overlay:
        words, evidence = ("/app/bin/migrate",), place.cite_file(overlay)
    elif file:
        module = "".join(part.capitalize() for part in release.split("_"))
        words, evidence = (f"/app/bin/{release}", "eval", f"{module}.Release.migrate"), place.cite_file(file)
    elif released and (found := _repository(project)):
        application, module, file = found
        run = f"{{:ok, _, _}} = Ecto.Migrator.with_repo({module}, &Ecto.Migrator.run(&1, :up, all: true))"
        words = (f"/app/bin/{release}", "eval", f"Application.load(:{application}); {run}")
        evidence = place.cite_file(file)
    else:
        words, evidence = ("mix", "ecto.migrate"), project.mix.cite("ecto_sql")
    made = Task(name="migrate", purpose="migrate", command=Command(argv=tuple(words)))
    why = Phrase(en="Ecto changes the database before a new version runs.", zh="新版本运行前由 Ecto 迁移数据库。")
    draft.tasks.add(made, CONVENTION, "elixir.task.migrate", why, evidence)


def _repository(project: Project) -> tuple[str, str, str] | None:
    """Return the application, module and file of Ecto's repository."""
    for file in (one for one in project.files if one.endswith("repo.ex")):
        root = project.mix.place.syntax(file)
        for node in root.named_children if root else ():
            if written(node.child_by_field_name("target")) != "defmodule":
                continue
            given = arguments_of(node)
            for pair in of_type(node, "pair"):
                key, held = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if given and written(key).strip() == "otp_app:":
                    return written(held).lstrip(":"), written(given[0]), file
    return None


def _kind(draft: Draft, kind: Kind, confidence: float, rule: str, evidence: Evidence | None, why: Phrase) -> None:
    draft.kind.add(kind, confidence, rule, why, evidence)
