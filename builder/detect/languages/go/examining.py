"""What the rules for Go make of a module: one draft for each program that it holds, one for a library."""

import re
from collections.abc import Sequence
from posixpath import basename

from builder.detect.languages.go.manifest import Directive, directives, without_major
from builder.detect.languages.go.programs import Package, Read, listens, packages, reached, reads, routes, subcommand
from builder.detect.shared.health import health_path
from builder.detect.shared.pins import pins
from builder.detect.shared.services import add_service
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT, LOCKED, STATED
from builder.look import Place
from builder.plan import Command, Commands, Kind, Probe, Runtime
from builder.provider import Workspace
from builder.versions import RELEASES, release_of
from core.evidence import Evidence
from core.phrase import Phrase

FRAMEWORKS = {
    "github.com/gin-gonic/gin": "gin", "github.com/labstack/echo": "echo", "github.com/gofiber/fiber": "fiber",
    "github.com/go-chi/chi": "chi", "github.com/gorilla/mux": "gorilla", "github.com/beego/beego": "beego",
    "github.com/kataras/iris": "iris", "github.com/valyala/fasthttp": "fasthttp",
    "connectrpc.com/connect": "connect",
    "google.golang.org/grpc": "grpc", "github.com/danielgtaylor/huma": "huma",
    "github.com/gobuffalo/buffalo": "buffalo",
}  # fmt: skip
"""By module without its major version; the first that a program imports is its framework."""

PORTS = {"gin": 8080}
"""Ports that a framework listens on when nothing is said (gin: ``Run()`` without an address)."""

_BESIDE = frozenset(
    {"internal", "tools", "tool", "hack", "scripts", "script", "gen", "generate", "generator", "build", "ci"}
)
"""Folders whose programs help to make the module: nobody puts them online."""

SUBCOMMANDS = frozenset({"github.com/spf13/cobra", "github.com/urfave/cli"})
COMMAND_LINES = frozenset({"github.com/spf13/cobra", "github.com/urfave/cli", "github.com/alecthomas/kong", "flag"})
SCREENS = frozenset({"fyne.io/fyne", "github.com/wailsapp/wails", "gioui.org/app", "github.com/hajimehoshi/ebiten"})


def drafts(place: Place, workspace: Workspace | None) -> Sequence[Draft]:
    """Return the programs of a module, or the library that it is."""
    stated = tuple(directives(place.text("go.mod")))
    module = next((one.words[0] for one in stated if one.verb == "module" and one.words), "")
    known = packages(place)
    base = basename(without_major(module))
    programs = [one for one in known if one.mains and not _BESIDE.intersection(one.path.split("/"))]
    programs.sort(key=lambda one: (basename(one.path) != base and one.path != "", one.path.count("/"), one.path))
    serving = [one for one in programs if _serves(module, one, known)]
    chosen = serving or programs[:1]
    made = [_program(place, workspace, stated, module, one, known) for one in chosen]
    return made or ([_library(place, stated, module)] if known else [])


def _program(
    place: Place,
    workspace: Workspace | None,
    stated: Sequence[Directive],
    module: str,
    package: Package,
    known: tuple[Package, ...],
) -> Draft:
    draft = _begun(place, stated, _name(place, module, package), workspace)
    files = [name for one in reached(module, package, known) for name in one.files]
    imports = {without_major(name) for one in reached(module, package, known) for name in one.imports}
    evidence = place.cite(package.mains[0], "func main(")
    _framework(place, draft, stated, imports)
    _listening(place, draft, files)
    _kind(place, draft, module, package, known)
    if draft.kind.best == Kind.WEB:
        _usual_port(draft)
        _health(place, draft, files)
    target = f"./{package.path}" if package.path else "."
    build = Command(argv=("go", "build", "-trimpath", "-ldflags=-s -w", "-o", f"/out/{draft.name}", target))
    draft.build.add(
        Commands(each=(build,)),
        DECLARED,
        "go.build.main",
        Phrase(en=f"{package.mains[0]} holds func main.", zh=f"{package.mains[0]} 中有 func main。"),
        evidence,
    )
    _started(place, draft, files, imports, evidence)
    draft.output.add(
        f"/out/{draft.name}",
        DECLARED,
        "go.output",
        Phrase(en="go build writes it there.", zh="go build 写到那里。"),
        evidence,
    )
    for file in files:
        for one in reads(place, file):
            _variable(place, draft, one)
    add_examples(place, draft)
    if "os/exec" in imports:
        draft.traits.add(
            "go.children",
            CODE,
            "go.children",
            Phrase(en="It starts other programs.", zh="它会启动其他程序。"),
            evidence,
        )
    if "C" in imports or "github.com/mattn/go-sqlite3" in imports:
        draft.traits.add(
            "go.cgo",
            CODE,
            "go.cgo",
            Phrase(en="It calls C, so it needs a C library beside it.", zh="它调用了 C，因此需要 C 库。"),
            evidence,
        )
    return draft


def _started(place: Place, draft: Draft, files: Sequence[str], imports: set[str], evidence: Evidence | None) -> None:
    """Add how it is started: by the subcommand that serves, where it has several."""
    told = subcommand(place, files) if imports & SUBCOMMANDS else None
    if told is not None:
        word, file, line = told
        draft.start.add(
            Command(argv=(f"/app/{draft.name}", word)),
            CODE,
            "go.start.subcommand",
            Phrase(en=f"Its subcommand {word} serves.", zh=f"子命令 {word} 提供服务。"),
            place.cite(file, line),
        )
        return
    draft.start.add(
        Command(argv=(f"/app/{draft.name}",)),
        DECLARED,
        "go.start.program",
        Phrase(en="The program that is built is started.", zh="启动构建出的程序。"),
        evidence,
    )


def _begun(place: Place, stated: Sequence[Directive], name: str, workspace: Workspace | None) -> Draft:
    draft = Draft(name=name, path=place.path, provider="go", context=workspace.path if workspace else place.path)
    manifest = place.cite_file("go.mod")
    draft.language.add(
        "go", STATED, "go.module", Phrase(en="go.mod makes it a Go module.", zh="go.mod 表明这是 Go 模块。"), manifest
    )
    draft.package_manager.add(
        "go", STATED, "go.modules", Phrase(en="Go modules hold its dependencies.", zh="依赖由 Go 模块管理。"), manifest
    )
    download = Command(argv=("go", "mod", "download"))
    if place.has("go.sum") or any(one.verb == "require" for one in stated):
        draft.install.add(
            Commands(each=(download,)),
            LOCKED,
            "go.install.sum",
            Phrase(en="go.sum fixes what is downloaded.", zh="go.sum 固定了下载内容。"),
            place.cite_file("go.sum") or manifest,
        )
    _runtime(place, draft, stated)
    for one in stated:
        if one.verb == "require" and one.words and not one.indirect:
            add_service(draft, "go", without_major(one.words[0]), place.cite("go.mod", one.line))
    return draft


def _runtime(place: Place, draft: Draft, stated: Sequence[Directive]) -> None:
    for pin in pins(place, "go"):
        if pin.numbers:
            draft.runtime.add(
                Runtime(name="go", version=release_of("go", ".".join(map(str, pin.numbers))), constraint=pin.text),
                STATED,
                "go.version.pinned",
                Phrase(en=f"A version file names {pin.text}.", zh=f"版本文件指定了 {pin.text}。"),
                pin.evidence,
            )
            return
    for verb, confidence in (("toolchain", LOCKED), ("go", DECLARED)):
        for one in stated:
            if one.verb == verb and one.words:
                version = release_of("go", one.words[0].removeprefix("go"))
                draft.runtime.add(
                    Runtime(name="go", version=version, constraint=one.words[0]),
                    confidence,
                    f"go.version.{verb}",
                    Phrase(en=f"go.mod asks for Go {version}.", zh=f"go.mod 要求 Go {version}。"),
                    place.cite("go.mod", one.line),
                )
    if draft.runtime.best is None:
        usual = RELEASES["go"].usual
        draft.runtime.add(
            Runtime(name="go", version=usual),
            DEFAULT,
            "go.version.usual",
            Phrase(en=f"Nothing asks for a version: {usual} is taken.", zh=f"没有指定版本：采用 {usual}。"),
        )


def _framework(place: Place, draft: Draft, stated: Sequence[Directive], imports: set[str]) -> None:
    lines = {without_major(one.words[0]): one.line for one in stated if one.verb == "require" and one.words}
    for module, name in FRAMEWORKS.items():
        if any(one == module or one.startswith(f"{module}/") for one in imports):
            draft.framework.add(
                name,
                DECLARED,
                "go.framework.import",
                Phrase(en=f"It imports {module}.", zh=f"它引用了 {module}。"),
                place.cite("go.mod", lines[module]) if module in lines else None,
            )
            return


def _serves(module: str, package: Package, known: tuple[Package, ...]) -> bool:
    imports = {without_major(name) for one in reached(module, package, known) for name in one.imports}
    return "net/http" in imports or any(name in imports for name in FRAMEWORKS)


def _kind(place: Place, draft: Draft, module: str, package: Package, known: tuple[Package, ...]) -> None:
    imports = {without_major(name) for one in reached(module, package, known) for name in one.imports}
    evidence = place.cite(package.mains[0], "func main(")
    if imports & SCREENS:
        draft.kind.add(
            Kind.DESKTOP, DECLARED, "go.kind.screen", Phrase(en="It draws windows.", zh="它会绘制窗口。"), evidence
        )
    elif draft.framework.best or draft.port.best:
        draft.kind.add(
            Kind.WEB, CODE, "go.kind.listens", Phrase(en="It serves requests.", zh="它处理网络请求。"), evidence
        )
    elif "net/http" in imports and not imports & COMMAND_LINES:
        draft.kind.add(
            Kind.WEB, CONVENTION, "go.kind.http", Phrase(en="It imports net/http.", zh="它引用了 net/http。"), evidence
        )
    else:
        draft.kind.add(
            Kind.CLI, CONVENTION, "go.kind.program", Phrase(en="It serves nothing.", zh="它不提供网络服务。"), evidence
        )


_WEIGHTS = {"call": CODE, "named": 0.8, "kind": 0.74, "value": 0.6}
"""Of a port by how the code names it."""

_NEAR = re.compile(r"(^|/)(cmd|main|server?s?|http|https|web|api|app|config|conf|settings|serve|listen\w*)(/|\.go$|$)")
_FAR = 0.12
"""What a port loses that stands far from where programs listen: among clients of others."""


def _listening(place: Place, draft: Draft, files: Sequence[str]) -> None:
    for file in files:
        far = 0.0 if "/" not in file or _NEAR.search(file) else _FAR
        for one in listens(place, file):
            evidence = place.cite(one.file, one.line)
            weight = _WEIGHTS[one.said] - (0.0 if one.sure else far)
            draft.port.add(
                one.port,
                min(weight, 0.55) if one.port == 443 else weight,  # TLS ends before the pod
                "go.port.listens",
                Phrase(en=f"The code names port {one.port}.", zh=f"代码中写了端口 {one.port}。"),
                evidence,
            )
            if one.sure:
                host = one.host or "0.0.0.0"  # noqa: S104 - what the code says, not what we open
                why = Phrase(en=f"It listens on {host}.", zh=f"它监听 {host}。")
                draft.bind.add(host, CODE, "go.bind.listens", why, evidence)


def _usual_port(draft: Draft) -> None:
    framework = draft.framework.best
    if framework in PORTS:
        draft.port.add(
            PORTS[framework],
            CONVENTION,
            "go.port.framework",
            Phrase(en=f"{framework} listens there unless told otherwise.", zh=f"{framework} 默认监听该端口。"),
        )
    else:
        draft.port.add(
            8080, DEFAULT, "go.port.usual", Phrase(en="Go servers usually listen there.", zh="Go 服务通常监听该端口。")
        )


def _health(place: Place, draft: Draft, files: Sequence[str]) -> None:
    found = {path: (file, line) for file in reversed(files) for path, line in routes(place, file)}
    if path := health_path(found):
        why = Phrase(en=f"The code answers {path}.", zh=f"代码提供了 {path}。")
        draft.health.add(Probe(path=path), CODE, "go.health.route", why, place.cite(*found[path]))


def _variable(place: Place, draft: Draft, one: Read) -> None:
    add_read(draft, one.name, place.cite(one.file, one.line), default=one.default, required=False)


def _library(place: Place, stated: Sequence[Directive], module: str) -> Draft:
    draft = _begun(place, stated, basename(without_major(module)) or place.name or "library", None)
    draft.kind.add(
        Kind.LIBRARY,
        DECLARED,
        "go.kind.library",
        Phrase(en="No package of the module is a program.", zh="模块中没有可执行的包。"),
        place.cite_file("go.mod"),
    )
    return draft


def _name(place: Place, module: str, package: Package) -> str:
    return basename(package.path) or basename(without_major(module)) or place.name or "app"
