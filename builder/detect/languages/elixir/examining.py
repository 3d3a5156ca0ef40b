"""What the rules for Elixir make of a Mix project: one draft, for an umbrella too."""

from collections.abc import Sequence
from posixpath import join

from builder.detect.languages.elixir.configured import EARLIER, RUNTIME, reads
from builder.detect.languages.elixir.families import Project, decide, release_of, tasks
from builder.detect.languages.elixir.manifest import Mix, mix_of
from builder.detect.languages.elixir.versions import runtime
from builder.detect.shared.services import add_service
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, LOCKED, STATED
from builder.look import Place
from builder.plan import Command, Commands, Kind, Variable
from builder.provider import Workspace
from core.evidence import Evidence
from core.phrase import Phrase

MAX_MEMBERS = 60
"""Applications of an umbrella that are read."""


def drafts(place: Place, _workspace: Workspace | None) -> Sequence[Draft]:
    """Return the one component that a Mix project is; a lone script is a tool."""
    if not place.has("mix.exs"):
        return _script(place)
    mix = mix_of(place)
    files = tuple(one for one in place.sources(".ex") if not one.startswith(("deps/", "_build/")))
    project = Project(mix=mix, members=tuple(_members(place, mix)), files=files)
    release = release_of(project)
    draft = Draft(name=mix.app or place.name or release, path=place.path, provider="elixir", context=mix.context)
    manifest = place.cite_file("mix.exs")
    made = Phrase(en="mix.exs makes it an Elixir project.", zh="mix.exs 表明这是 Elixir 项目。")
    draft.language.add("elixir", STATED, "elixir.mix", made, manifest)
    held = Phrase(en="Mix holds its dependencies.", zh="依赖由 Mix 管理。")
    draft.package_manager.add("mix", STATED, "elixir.mix", held, manifest)
    runtime(mix, draft)
    decide(project, draft)
    if draft.kind.best in {Kind.WEB, Kind.WORKER}:
        _install(project, draft)
        _built(project, draft, release, manifest)
        tasks(project, draft, release)
        _needs(project, draft)
    return [draft]


def _members(place: Place, mix: Mix) -> list[Mix]:
    if not mix.apps_path:
        return []
    folders = place.tree.folders(place.file(mix.apps_path))[:MAX_MEMBERS]
    found = (place.look.at(join(place.file(mix.apps_path), one)) for one in folders)
    return [mix_of(one) for one in found if one.has("mix.exs")]


def _install(project: Project, draft: Draft) -> None:
    place = project.mix.place
    locked = place.cite_file("mix.lock")
    if all(one.bare for one in project.all) and not locked:
        return
    command = Command(argv=("mix", "deps.get", "--only", "prod"))
    why = (
        Phrase(en="mix.lock fixes what is installed.", zh="mix.lock 固定了安装内容。")
        if locked
        else Phrase(en="Without a lock file Mix chooses the versions.", zh="没有锁文件，由 Mix 选择版本。")
    )
    rule = "elixir.install.lock" if locked else "elixir.install.mix"
    draft.install.add(Commands(each=(command,)), LOCKED if locked else DECLARED, rule, why,
                      locked or place.cite_file("mix.exs"))  # fmt: skip


def _built(project: Project, draft: Draft, release: str, evidence: Evidence | None) -> None:
    """Add how it is compiled and started: a release, unless its configuration is only known where it runs."""
    place = project.mix.place
    lines: list[tuple[str, ...]] = [("mix", "compile")]
    deploys = [one for one in project.all if "assets.deploy" in one.aliases]
    if deploys:
        lines.append(("mix", "assets.deploy"))
    elif project.needs("phoenix") and (place.has("assets/package.json") or place.tree.has_folder(place.file(
            "priv/static"))):  # fmt: skip
        lines.append(("mix", "phx.digest"))
    if _late(project):
        words = ("mix", "phx.server") if draft.framework.best == "phoenix" else ("mix", "run", "--no-halt")
        words = (*words, "--no-compile")  # it was compiled while the image was built, whose files are read-only
        why = Phrase(
            en="Its configuration reads variables while it is compiled: Mix starts it from its source.",
            zh="其配置在编译时读取环境变量：由 Mix 从源码启动。",
        )
        draft.traits.add("elixir.source", CODE, "elixir.start.source", why, place.cite_file(_late(project)))
        draft.start.add(Command(argv=words), CODE, "elixir.start.source", why, place.cite_file(_late(project)))
    else:
        named = (release,) if project.mix.releases[1:] or project.mix.apps_path else ()
        lines.append(("mix", "release", *named))
        if release in project.mix.borrows:
            why = Phrase(en="The release brings no Erlang of its own.", zh="该发行版不自带 Erlang。")
            draft.traits.add("elixir.borrows", DECLARED, "elixir.release.erts", why, project.mix.cite("include_erts"))
        overlay = place.has("rel/overlays/bin/server")
        command = Command(argv=("/app/bin/server",)) if overlay else Command(argv=(f"/app/bin/{release}", "start"))
        why = Phrase(en="The release is started.", zh="启动构建出的发行版。")
        draft.start.add(command, CONVENTION, "elixir.start.release", why, place.cite_file(overlay) or evidence)
        written = Phrase(en="mix release writes it there.", zh="mix release 写到那里。")
        draft.output.add(f"_build/prod/rel/{release}", CONVENTION, "elixir.output", written, evidence)
    why = Phrase(en="Mix compiles it for production.", zh="由 Mix 进行生产编译。")
    each = tuple(Command(argv=line) for line in lines)
    draft.build.add(Commands(each=each), CONVENTION, "elixir.build", why, evidence)


def _late(project: Project) -> str:
    """Return the file of configuration that needs variables while compiling, where nothing is read at start."""
    place = project.mix.place
    if project.mix.apps_path and not project.mix.releases:
        return "mix.exs"  # an umbrella has no release unless it says of what
    if place.has(*RUNTIME):
        return ""
    for file in EARLIER:
        if place.has(file) and any(True for _ in reads(place, file)):
            return file
    return ""


def _needs(project: Project, draft: Draft) -> None:
    """Add services and variables."""
    place = project.mix.place
    for mix in project.all:
        for name, one in mix.dependencies.items():
            if one.runs and not one.inside:
                add_service(draft, "hex", name, mix.cite(name))
    for file in (*RUNTIME, *EARLIER, *project.files[:60]):
        if "get_env" in place.text(file) or "fetch_env" in place.text(file) or "env!" in place.text(file):
            for read in reads(place, file):
                required = read.needed and file in RUNTIME
                add_read(draft, read.name, place.cite(file, read.line), default=read.default, required=required)
    if draft.framework.best == "phoenix" and all(one.name != "SECRET_KEY_BASE" for one in draft.variables):
        why = Phrase(en="Phoenix signs cookies with it.", zh="Phoenix 用它对 cookie 签名。")
        secret = Variable(name="SECRET_KEY_BASE", required=True, secret=True)
        draft.variables.add(secret, CONVENTION, "elixir.phoenix.secret", why, project.mix.cite("phoenix"))
    add_examples(place, draft)


def _script(place: Place) -> Sequence[Draft]:
    """Return a tool for a folder with scripts only."""
    scripts = place.names(".exs", ".ex")
    if not scripts:
        return []
    draft = Draft(name=place.name or "app", path=place.path, provider="elixir", context=place.path)
    evidence = place.cite_file(scripts[0])
    draft.language.add(
        "elixir", CODE, "elixir.sources", Phrase(en="It is written in Elixir.", zh="它用 Elixir 编写。"), evidence
    )
    why = Phrase(en="It is a script, and no Mix project.", zh="它是脚本，不是 Mix 项目。")
    draft.kind.add(Kind.CLI, CONVENTION, "elixir.kind.script", why, evidence)
    runtime(mix_of(place), draft)
    return [draft]
