"""What the rules for Gleam make of a project: a server, a page, a library or a tool."""

import re
from collections.abc import Sequence

from builder.detect.languages.gleam.manifest import Manifest, manifest_of
from builder.detect.languages.gleam.sources import has_main, imports, port, reads
from builder.detect.shared.pins import pins
from builder.detect.shared.services import add_service
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT, LOCKED, STATED
from builder.look import Place
from builder.plan import Command, Commands, Kind, Runtime
from builder.provider import Workspace
from builder.versions import RELEASES, release_of
from core.evidence import Evidence
from core.phrase import Phrase

_FRAMEWORKS = {"wisp": ("wisp", 8000), "mist": ("mist", 4000), "ewe": ("ewe", 8080), "glen": ("glen", 8000),
               "elli": ("elli", 3000), "gleam_elli": ("elli", 3000), "gleam_cowboy": ("cowboy", 3000),
               "glee": ("glee", 8080), "dream": ("dream", 3000), "glimr": ("glimr", 8000)}  # fmt: skip
_WORKERS = ("discord_gleam", "telega", "shimmer", "carotte", "franz", "repeatedly", "m25", "bg_jobs")
_CONSOLE = ("argv", "glint", "clip", "gleamyshell", "spinner", "glearray_cli")


def drafts(place: Place, _workspace: Workspace | None) -> Sequence[Draft]:
    """Return the one component that a Gleam project is."""
    manifest = manifest_of(place)
    draft = Draft(name=manifest.name, path=place.path, provider="gleam", context=manifest.context)
    evidence = place.cite_file("gleam.toml")
    made = Phrase(en="gleam.toml makes it a Gleam project.", zh="gleam.toml 表明这是 Gleam 项目。")
    draft.language.add("gleam", STATED, "gleam.manifest", made, evidence)
    held = Phrase(en="Gleam holds its dependencies.", zh="依赖由 Gleam 管理。")
    draft.package_manager.add("gleam", STATED, "gleam.manifest", held, evidence)
    _runtime(manifest, draft)
    files = tuple(one for one in place.sources(".gleam") if one.startswith("src/"))
    used = {name for one in files[:100] for name in imports(place, one)}
    main = next((one for one in (f"src/{manifest.name}.gleam", *files) if has_main(place, one)), "")
    _decide(manifest, draft, used, files, main)
    if draft.kind.best in {Kind.WEB, Kind.WORKER, Kind.STATIC}:
        _needs(manifest, draft, files)
    return [draft]


def _runtime(manifest: Manifest, draft: Draft) -> None:
    for pin in pins(manifest.place, "gleam"):
        if pin.numbers:
            why = Phrase(en=f"A version file names {pin.text}.", zh=f"版本文件指定了 {pin.text}。")
            version = release_of("gleam", ".".join(map(str, pin.numbers)))
            made = Runtime(name="gleam", version=version, constraint=pin.text)
            draft.runtime.add(made, STATED, "gleam.version.pinned", why, pin.evidence)
            return
    usual = RELEASES["gleam"].usual
    if manifest.gleam:
        why = Phrase(en=f"gleam.toml asks for {manifest.gleam}.", zh=f"gleam.toml 要求 {manifest.gleam}。")
        made = Runtime(name="gleam", version=usual, constraint=manifest.gleam)
        draft.runtime.add(made, DECLARED, "gleam.version.manifest", why, manifest.cite("gleam"))
        return
    why = Phrase(en=f"Nothing asks for a version: {usual} is taken.", zh=f"没有指定版本：采用 {usual}。")
    draft.runtime.add(Runtime(name="gleam", version=usual), DEFAULT, "gleam.version.usual", why)


def _decide(manifest: Manifest, draft: Draft, used: set[str], files: Sequence[str], main: str) -> None:
    place = manifest.place
    server = manifest.first(*_FRAMEWORKS)
    serves = server and any(
        one == name or one.startswith(f"{name}/") for one in used for name in ("mist", "wisp", *_FRAMEWORKS)
    )
    page = manifest.first("lustre")
    if server and serves and main and not (manifest.published and _library(manifest, main)):
        _server(manifest, draft, server, files, main)
    elif page and main and not manifest.published:
        _page(manifest, draft, place.cite(main, has_main(place, main)))
    elif (name := manifest.first(*_WORKERS)) and main and not manifest.published:
        why = Phrase(en=f"{name} waits for work and does not end.", zh=f"{name} 持续等待任务，不会结束。")
        draft.kind.add(Kind.WORKER, CODE, "gleam.kind.worker", why, manifest.cite(name))
        _shipment(manifest, draft)
    elif main and (manifest.first(*_CONSOLE) or not manifest.published):
        why = Phrase(en="It has a main function and serves nothing.", zh="它有 main 函数，但不提供服务。")
        draft.kind.add(Kind.CLI, CONVENTION, "gleam.kind.program", why, place.cite(main, has_main(place, main)))
    else:
        why = Phrase(en="It has no main function: other programs import it.", zh="没有 main 函数：供其他程序引用。")
        draft.kind.add(Kind.LIBRARY, DECLARED, "gleam.kind.library", why, place.cite_file("gleam.toml"))


def _library(manifest: Manifest, main: str) -> bool:
    """Say whether what is published starts nothing by its own name."""
    return main != f"src/{manifest.name}.gleam"


def _server(manifest: Manifest, draft: Draft, package: str, files: Sequence[str], main: str) -> None:
    place = manifest.place
    name, usual = _FRAMEWORKS[package]
    evidence = manifest.cite(package)
    draft.framework.add(
        name, DECLARED, f"gleam.framework.{name}", Phrase(en=f"It uses {package}.", zh=f"它使用 {package}。"), evidence
    )
    serves = Phrase(en="It serves requests.", zh="它处理网络请求。")
    draft.kind.add(Kind.WEB, DECLARED, "gleam.kind.server", serves, evidence)
    usual = 4000 if "mist" in manifest.requires else usual
    for file in (main, *(one for one in files if one != main)):
        if found := port(place, file):
            number, line = found
            why = Phrase(en=f"{file} names port {number}.", zh=f"{file} 中写了端口 {number}。")
            draft.port.add(number, CODE, "gleam.port.listens", why, place.cite(file, line))
            break
    else:
        why = Phrase(en=f"Its server listens on {usual} unless told otherwise.", zh=f"其服务器默认监听 {usual}。")
        draft.port.add(usual, CONVENTION, "gleam.port.usual", why, evidence)
    bound = next((one for one in files if re.search(r"\bbind\(", place.text(one))), "")
    why = Phrase(en="It listens on all addresses.", zh="它监听所有地址。")
    draft.bind.add("0.0.0.0", CODE if bound else CONVENTION, "gleam.bind", why,  # noqa: S104 - in the image
                   place.cite(bound, "bind(") if bound else evidence)  # fmt: skip
    _shipment(manifest, draft)


def _page(manifest: Manifest, draft: Draft, evidence: Evidence | None) -> None:
    cited = manifest.cite("lustre")
    draft.framework.add(
        "lustre", DECLARED, "gleam.framework.lustre", Phrase(en="It uses lustre.", zh="它使用 lustre。"), cited
    )
    why = Phrase(en="Lustre makes a page that runs in the browser.", zh="Lustre 生成在浏览器中运行的页面。")
    draft.kind.add(Kind.STATIC, CODE, "gleam.kind.page", why, cited, evidence)
    newer = "lustre_dev_tools" in _development(manifest) and not manifest.place.has("index.html")
    words = ("gleam", "run", "-m", "lustre/dev", "build", *(() if newer else ("app",)), "--minify")
    built = Phrase(en="Lustre's tools build it.", zh="由 lustre 工具构建。")
    draft.build.add(Commands(each=(Command(argv=words),)), CONVENTION, "gleam.build.page", built, cited)
    output = "dist" if newer else "priv/static"
    written = Phrase(en=f"It is written to {output}.", zh=f"写入 {output}。")
    draft.output.add(output, CONVENTION, "gleam.output.page", written, cited)
    _dependencies(manifest, draft)


def _development(manifest: Manifest) -> set[str]:
    data = manifest.place.toml("gleam.toml")
    held = data.get("dev-dependencies") or data.get("dev_dependencies")
    return set(held) if isinstance(held, dict) else set()


def _shipment(manifest: Manifest, draft: Draft) -> None:
    """Add build and start: a shipment for Erlang, the compiled module for JavaScript."""
    evidence = manifest.place.cite_file("gleam.toml")
    _dependencies(manifest, draft)
    build: tuple[str, ...]
    if manifest.target == "javascript":
        build, start = ("gleam", "build"), ("gleam", "run")
        output = "build/dev/javascript"
    else:
        build, start = ("gleam", "export", "erlang-shipment"), ("/app/entrypoint.sh", "run")
        output = "build/erlang-shipment"
    why = Phrase(en="Gleam compiles it for production.", zh="由 Gleam 进行生产编译。")
    draft.build.add(Commands(each=(Command(argv=build),)), CONVENTION, "gleam.build", why, evidence)
    draft.output.add(output, CONVENTION, "gleam.output", why, evidence)
    started = Phrase(en="What was compiled is started.", zh="启动编译结果。")
    draft.start.add(Command(argv=start), CONVENTION, "gleam.start", started, evidence)


def _dependencies(manifest: Manifest, draft: Draft) -> None:
    locked = manifest.place.cite_file("manifest.toml")
    why = Phrase(en="Gleam fetches what is required.", zh="由 Gleam 获取依赖。")
    command = Commands(each=(Command(argv=("gleam", "deps", "download")),))
    evidence = locked or manifest.place.cite_file("gleam.toml")
    draft.install.add(command, LOCKED if locked else DECLARED, "gleam.install", why, evidence)


def _needs(manifest: Manifest, draft: Draft, files: Sequence[str]) -> None:
    for name in manifest.requires:
        add_service(draft, "hex", name, manifest.cite(name))
    for file in files[:60]:
        for name, line in reads(manifest.place, file):
            add_read(draft, name, manifest.place.cite(file, line), default=None, required=False)
    add_examples(manifest.place, draft)
