"""What the rules for Rust make of a package: a draft for each program that serves, one for anything else."""

from collections.abc import Sequence
from posixpath import basename

from builder.detect.languages.rust.browser import FrontEnd, add_static, front_end_of
from builder.detect.languages.rust.files import add_files
from builder.detect.languages.rust.kinds import kind_of
from builder.detect.languages.rust.libraries import needed
from builder.detect.languages.rust.lock import crates, linked
from builder.detect.languages.rust.manifest import Manifest, manifest
from builder.detect.languages.rust.programs import Program, programs
from builder.detect.languages.rust.purposes import (
    FIRMWARE,
    HOSTED,
    WINDOWS,
)
from builder.detect.languages.rust.serving import add_bind, add_health, add_port, command
from builder.detect.languages.rust.toolchain import add_runtime
from builder.detect.shared.services import add_service
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, LOCKED, STATED
from builder.look import Place
from builder.plan import Command, Commands, Kind, Task
from builder.provider import Workspace
from core.phrase import Phrase

_TASKS = {"migrate": "migrate", "migration": "migrate", "migrations": "migrate", "seed": "seed", "worker": "worker"}


def drafts(place: Place, workspace: Workspace | None) -> Sequence[Draft]:
    """Return what the package makes."""
    package = manifest(place)
    front = front_end_of(place, package)
    if front and not front.server:
        draft = _begun(place, package, package.name, workspace)
        _framework(place, draft, front.framework, front.framework)
        add_static(draft, front)
        return [draft]
    found = list(programs(place, package))
    if not found:
        return [_library(place, package, workspace)]
    windows = sorted(linked(place, (one.crate for one in package.dependencies if package.uses(one))) & WINDOWS)
    made = [(one, kind_of(one, package, windows)) for one in found]
    online = [one for one in made if one[1][0].deployable]
    if not online:
        return [_program(place, package, workspace, made[0][0], made[0][1], front)]
    serving = [one for one in online if one[1][0] == Kind.WEB] or online
    results = [_program(place, package, workspace, one, kind, front) for one, kind in serving]
    for one, kind in made:
        if kind[0] != Kind.WEB and (purpose := _TASKS.get(one.target.name.replace("-", "_").split("_")[-1])):
            _task(place, results[0], one, purpose)
    return results


def _program(
    place: Place,
    package: Manifest,
    workspace: Workspace | None,
    program: Program,
    kind: tuple[Kind, float, str, Phrase],
    front: FrontEnd | None,
) -> Draft:
    draft = _begun(place, package, program.target.name, workspace)
    evidence = place.cite(program.target.file, "fn main") or place.cite_file(program.target.file)
    draft.kind.add(*kind, evidence)
    if program.framework:
        _framework(place, draft, program.framework.crate, program.framework.name)
    if kind[0] == Kind.WEB:
        add_port(place, draft, program)
        add_bind(place.look, draft, program)
        add_health(place.look, draft, program)
    if kind[0].deployable:
        add_files(place, draft, program)
    if front and front.server and front.tool == "cargo-leptos":
        _leptos(place, draft, package, front)
    else:
        _built(place, draft, package, program, workspace)
    why = Phrase(en="The program that is built is started.", zh="启动构建出的程序。")
    start = command(program) if kind[0] == Kind.WEB else Command(argv=(f"/app/{program.target.name}",))
    if kind[0] == Kind.JOB:
        start = Command(argv=(f"/app/{program.target.name}", "up"))
    draft.start.add(start, DECLARED, "rust.start.program", why, evidence)
    for facts in program.found:
        for one in facts.reads:
            cited = place.look.cite(facts.path, one.line)
            add_read(draft, one.name, cited, default=one.default, required=False if one.build else None)
        for option in facts.options:
            if option.variable:
                cited = place.look.cite(facts.path, option.line)
                add_read(draft, option.variable, cited, default=option.default, required=False)
    add_examples(place, draft)
    return draft


def _built(place: Place, draft: Draft, package: Manifest, program: Program, workspace: Workspace | None) -> None:
    target = program.target
    line = ["cargo", "build", "--release"]
    if place.above("Cargo.lock"):
        line.append("--locked")
    if workspace and len(workspace.members) > 1:
        line += ["-p", package.name]
    line += ["--bin", target.name]
    if missing := [one for one in target.needs if one not in package.default_features]:
        line += ["--features", ",".join(missing)]
    why = Phrase(en=f"{target.file} holds the program.", zh=f"程序位于 {target.file}。")
    evidence = place.cite_file(target.file)
    draft.build.add(Commands(each=(Command(argv=tuple(line)),)), DECLARED, "rust.build.program", why, evidence)
    draft.output.add(f"target/release/{target.name}", DECLARED, "rust.output", why, evidence)


def _leptos(place: Place, draft: Draft, package: Manifest, front: FrontEnd) -> None:
    why = Phrase(en="cargo-leptos builds the server and the browser's part.", zh="cargo-leptos 构建服务端和浏览器端。")
    line = Command(argv=("cargo", "leptos", "build", "--release"))
    draft.build.add(Commands(each=(line,)), DECLARED, "rust.build.cargo-leptos", why, front.evidence)
    draft.output.add(f"target/release/{draft.name}", DECLARED, "rust.output", why, front.evidence)
    draft.traits.add("rust.tool:cargo-leptos", DECLARED, "rust.build.cargo-leptos", why, front.evidence)
    draft.traits.add(f"rust.site:{front.output}", DECLARED, "rust.build.cargo-leptos", why, front.evidence)
    settings = package.metadata.get("leptos")
    address = settings.get("site-addr") if isinstance(settings, dict) else None
    port = address.rpartition(":")[2] if isinstance(address, str) else ""
    if port.isdigit():
        cited = place.cite("Cargo.toml", "site-addr")
        where = Phrase(en=f"Its settings name port {port}.", zh=f"设置中写了端口 {port}。")
        draft.port.add(int(port), DECLARED, "rust.port.leptos", where, cited)
    for setting in (f"LEPTOS_SITE_ADDR=0.0.0.0:{port or 3000}", "LEPTOS_SITE_ROOT=site", "LEPTOS_ENV=PROD"):
        draft.traits.add(f"rust.set:{setting}", DECLARED, "rust.leptos", why, front.evidence)


def _begun(place: Place, package: Manifest, name: str, workspace: Workspace | None) -> Draft:
    draft = Draft(name=name, path=place.path, provider="rust", context=workspace.path if workspace else place.path)
    stated = place.cite_file("Cargo.toml")
    sources = stated or place.cite_file(place.has("main.rs", "src/main.rs"))
    draft.language.add(
        "rust",
        STATED if stated else CODE,
        "rust.package",
        Phrase(en="Cargo.toml makes it a Rust package.", zh="Cargo.toml 表明这是 Rust 包。"),
        sources,
    )
    draft.package_manager.add(
        "cargo",
        STATED if stated else CONVENTION,
        "rust.cargo",
        Phrase(en="Cargo builds it.", zh="由 Cargo 构建。"),
        sources,
    )
    lock = place.above("Cargo.lock")
    fetch = ("cargo", "fetch", "--locked") if lock else ("cargo", "fetch")
    draft.install.add(
        Commands(each=(Command(argv=fetch),)),
        LOCKED if lock else CONVENTION,
        "rust.install.lock" if lock else "rust.install.free",
        Phrase(en="Cargo.lock fixes what is downloaded.", zh="Cargo.lock 固定了下载内容。")
        if lock
        else Phrase(
            en="No Cargo.lock: the newest fitting crates are taken.", zh="没有 Cargo.lock：采用符合要求的最新版本。"
        ),
        place.look.cite_file(lock) if lock else stated,
    )
    add_runtime(place, draft, package)
    _dependencies(place, draft, package)
    return draft


def _dependencies(place: Place, draft: Draft, package: Manifest) -> None:
    for one in package.dependencies:
        if one.optional and not {one.alias, one.crate} & package.default_features:
            continue
        evidence = place.cite("Cargo.toml", one.crate)
        add_service(draft, "crates", one.crate, evidence)
        for feature in sorted(package.features_of(one.crate)):
            add_service(draft, "crates", f"{one.crate}/{feature}", evidence)
    lock = place.above("Cargo.lock")
    for crate, needs in needed(package, crates(place)):
        evidence = place.look.cite(lock, f'name = "{crate}"') if lock else place.cite("Cargo.toml", crate)
        for names, into in ((needs.build, draft.build_packages), (needs.run, draft.system_packages)):
            for name in names:
                why = Phrase(en=f"{crate} needs {name}.", zh=f"{crate} 需要 {name}。")
                into.add(name, LOCKED, "rust.packages.crate", why, evidence)


def _framework(place: Place, draft: Draft, crate: str, name: str) -> None:
    if name:
        plain = crate.replace("_", "-")
        draft.framework.add(
            name,
            DECLARED,
            "rust.framework.crate",
            Phrase(en=f"It is built on {plain}.", zh=f"它基于 {plain}。"),
            place.cite("Cargo.toml", plain) or place.cite("Cargo.toml", crate),
        )


def _task(place: Place, draft: Draft, program: Program, purpose: str) -> None:
    name = program.target.name
    draft.tasks.add(
        Task(name=name, purpose=purpose, command=Command(argv=(f"/app/{name}",))),
        CONVENTION,
        "rust.task.program",
        Phrase(en=f"The package has a program called {name}.", zh=f"包中有名为 {name} 的程序。"),
        place.cite_file(program.target.file),
    )


def _library(place: Place, package: Manifest, workspace: Workspace | None) -> Draft:
    draft = _begun(place, package, package.name or basename(place.path), workspace)
    names = {one.crate for one in package.dependencies if not one.optional}
    if hosted := sorted(names & (HOSTED | FIRMWARE)):
        why = Phrase(en=f"Another system loads it ({hosted[0]}).", zh=f"它由其他系统加载（{hosted[0]}）。")
        draft.kind.add(Kind.OTHER, DECLARED, "rust.kind.hosted", why, place.cite("Cargo.toml", hosted[0]))
    else:
        why = Phrase(en="The package holds no program.", zh="包中没有可执行程序。")
        draft.kind.add(Kind.LIBRARY, DECLARED, "rust.kind.library", why, place.cite_file("Cargo.toml"))
    return draft
