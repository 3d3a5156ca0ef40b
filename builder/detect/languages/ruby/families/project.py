"""What all families of Ruby share: the project, its web server, and how a draft is made of it."""

from collections.abc import Callable
from dataclasses import dataclass

from builder.detect.languages.ruby.gemfile import Gemfile, Gemspec
from builder.detect.languages.ruby.sources import health, port
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.look import Place
from builder.plan import Command, Kind, Probe, Task, Volume
from core.evidence import Evidence
from core.phrase import Phrase

ALL = "0.0.0.0"  # noqa: S104 - the address that a server in a container listens on


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder with Ruby in it. ``files`` are its sources, upper folders first."""

    place: Place
    gemfile: Gemfile
    gemspec: Gemspec | None
    files: tuple[str, ...]

    @property
    def prefix(self) -> tuple[str, ...]:
        """What stands before a command: Bundler where there is a Gemfile."""
        return ("bundle", "exec") if self.gemfile.file else ()


Family = Callable[[Project, Draft], bool]
"""Looks whether a project is of its kind; if so it adds what it knows and says True."""


def framework(project: Project, draft: Draft, name: str, gem: str, file: str = "") -> Evidence | None:
    """Add the framework by its gem, or by the file that uses it; return the evidence."""
    evidence = project.gemfile.cite(gem) if gem else None
    evidence = evidence or (project.place.cite(file, name) or project.place.cite_file(file) if file else None)
    why = Phrase(en=f"It uses {gem or name}.", zh=f"它使用 {gem or name}。")
    draft.framework.add(name, DECLARED if gem else CODE, f"ruby.framework.{name}", why, evidence)
    return evidence


def web(draft: Draft, command: Command, rule: str, evidence: Evidence | None, confidence: float = DECLARED) -> None:
    """Make the draft a server."""
    serves = Phrase(en="It serves requests.", zh="它处理网络请求。")
    draft.kind.add(Kind.WEB, confidence, f"{rule}.kind", serves, evidence)
    started = Phrase(en=f"`{command.text}` starts it.", zh=f"由 `{command.text}` 启动。")
    draft.start.add(command, CODE, f"{rule}.start", started, evidence)
    listens = Phrase(en="It listens on all addresses.", zh="它监听所有地址。")
    draft.bind.add(ALL, CONVENTION, f"{rule}.bind", listens, evidence)


def kind(draft: Draft, value: Kind, confidence: float, rule: str, why: Phrase, evidence: Evidence | None) -> None:
    """Say what the draft is."""
    draft.kind.add(value, confidence, rule, why, evidence)


def listens(project: Project, draft: Draft, usual: int, *files: str) -> int:
    """Add the port that one of these files sets, else the usual one; return it."""
    for file in files:
        if project.place.has(file) and (found := port(project.place, file)):
            number, line = found
            why = Phrase(en=f"{file} names port {number}.", zh=f"{file} 中写了端口 {number}。")
            draft.port.add(number, CODE, "ruby.port.configured", why, project.place.cite(file, line))
            return number
    why = Phrase(en=f"Its server listens on {usual} unless told otherwise.", zh=f"其服务器默认监听 {usual}。")
    draft.port.add(usual, CONVENTION, "ruby.port.usual", why)
    return usual


def rack_command(project: Project, usual: int) -> Command:
    """Return how the web server that the project has serves its config.ru."""
    gemfile, place, before = project.gemfile, project.place, project.prefix
    settings = place.has("config/puma.rb", "puma.rb")
    unicorn = place.has("config/unicorn.rb", "unicorn.rb")
    if (gemfile.has("puma") or not gemfile.file) and settings:
        return Command(argv=(*before, "puma", "-C", settings))
    line = " ".join(before) + " " if before else ""
    if gemfile.runs("unicorn") and unicorn:
        return Command(argv=(*before, "unicorn", "-c", unicorn))
    if gemfile.has("puma"):
        return Command(line=f"{line}puma -b tcp://{ALL}:${{PORT:-{usual}}}")
    for name, words in (
        ("falcon", f"falcon serve --bind http://{ALL}:${{PORT:-{usual}}}"),
        ("unicorn", f"unicorn -o {ALL} -p ${{PORT:-{usual}}}"),
        ("thin", f"thin start -a {ALL} -p ${{PORT:-{usual}}} -e production"),
        ("iodine", f"iodine -b {ALL} -p ${{PORT:-{usual}}}"),
        ("passenger", f"passenger start --port ${{PORT:-{usual}}} --environment production"),
    ):
        if gemfile.runs(name):
            return Command(line=line + words)
    return Command(line=f"{line}rackup --host {ALL} --port ${{PORT:-{usual}}} --env production config.ru")


def well(project: Project, draft: Draft, *files: str) -> None:
    """Add the route that tells whether the server is well."""
    if found := health(project.place, iter(files)):
        path, file, line = found
        why = Phrase(en=f"{path} answers.", zh=f"{path} 会应答。")
        draft.health.add(Probe(path=path), CODE, "ruby.health", why, project.place.cite(file, line))


def task(
    draft: Draft, purpose: str, words: tuple[str, ...], evidence: Evidence | None, *, schedule: str = "", name: str = ""
) -> None:
    """Add a command that runs beside the program."""
    command = Command(argv=words)
    why = Phrase(en=f"`{command.text}` does it.", zh=f"由 `{command.text}` 完成。")
    made = Task(name=name or purpose, purpose=purpose, command=command, schedule=schedule)
    draft.tasks.add(made, CONVENTION, f"ruby.task.{purpose}", why, evidence)


def volume(draft: Draft, path: str, purpose: str, why: Phrase, evidence: Evidence | None) -> None:
    """Add a folder that must survive a restart."""
    draft.volumes.add(Volume(path=path, purpose=purpose), CONVENTION, "ruby.volume", why, evidence)
