"""What the rules make of a folder of .NET: one draft for each project in it; tests have none beside programs."""

import re
from collections.abc import Sequence
from posixpath import basename, dirname, join

from builder.detect.languages.dotnet.kinds import Verdict, referenced, verdict
from builder.detect.languages.dotnet.listening import add_listening
from builder.detect.languages.dotnet.msbuild import SUFFIXES, Project, line_of, project
from builder.detect.languages.dotnet.places import closure, context_of, is_test, named_as_test, projects_in
from builder.detect.languages.dotnet.sources import Sources
from builder.detect.shared.clients_nuget import service_of
from builder.detect.shared.pins import pins
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT, STATED
from builder.look import Look, Place
from builder.plan import Command, Commands, Kind, Runtime, Service, Variable, Volume
from builder.provider import Workspace
from builder.versions import RELEASES, numbers
from core.evidence import Evidence
from core.phrase import Phrase

_TARGET = re.compile(r"^net(?:coreapp)?(\d+\.\d+)(?:-\w+[\d.]*)?$")
_WORDS: dict[Kind, Phrase] = {
    Kind.WEB: Phrase(en="It serves requests.", zh="它处理网络请求。"),
    Kind.STATIC: Phrase(en="It runs in the browser.", zh="它在浏览器中运行。"),
    Kind.WORKER: Phrase(en="It runs for ever without a port.", zh="它持续运行，不监听端口。"),
    Kind.CLI: Phrase(en="It is a program that serves nothing.", zh="它是不提供网络服务的程序。"),
    Kind.LIBRARY: Phrase(en="It has no program.", zh="其中没有可执行的程序。"),
    Kind.DESKTOP: Phrase(en="It draws windows.", zh="它会绘制窗口。"),
    Kind.MOBILE: Phrase(en="It is built for telephones.", zh="它面向手机构建。"),
    Kind.OTHER: Phrase(en="Something else loads it, or it needs Windows.", zh="它由其他程序加载，或需要 Windows。"),
}


def drafts(place: Place, workspace: Workspace | None) -> Sequence[Draft]:
    """Return what a folder holds."""
    look = place.look
    found = []
    for one in projects_in(look, place.path):
        if is_test(one) and _programs(look):
            continue
        if any(name.startswith(("Microsoft.Build.NoTargets", "Microsoft.Build.Traversal")) for name in one.sdks):
            continue
        draft = _examined(place, one, workspace)
        if draft is not None:
            found.append(draft)
    deployable = [one for one in found if one.kind.best is not None and one.kind.best.deployable]
    return deployable or found[:1]


def _programs(look: Look) -> bool:
    return any(not named_as_test(path) for path in look.tree.ending(*SUFFIXES))


def _examined(place: Place, one: Project, workspace: Workspace | None) -> Draft | None:
    look = place.look
    sources = Sources(place)
    said = verdict(one, sources)
    if said.kind == Kind.STATIC and _hosted(look, one):
        return None  # a server of the same tree publishes it
    if is_test(one):
        said = Verdict(kind=Kind.OTHER, rule="dotnet.kind.tests", setting="Project")
    parts = closure(look, one)
    draft = Draft(
        name=one.assembly.rpartition(".")[2] if one.assembly.count(".") > 2 else one.assembly,
        path=place.path,
        provider="dotnet",
        context=context_of(look, parts, workspace),
    )
    manifest = look.cite_file(one.path)
    language = Phrase(
        en=f"{basename(one.path)} is a project of {one.language}.", zh=f"{basename(one.path)} 是 {one.language} 项目。"
    )
    draft.language.add(one.language, STATED, "dotnet.language", language, manifest)
    why = Phrase(en="NuGet holds its packages.", zh="依赖由 NuGet 管理。")
    draft.package_manager.add("nuget", STATED, "dotnet.nuget", why, manifest)
    evidence = _evidence(place, one, said)
    draft.kind.add(said.kind, said.confidence, said.rule, _WORDS[said.kind], evidence)
    if said.framework:
        using = Phrase(en=f"It uses {said.framework}.", zh=f"它使用 {said.framework}。")
        draft.framework.add(said.framework, said.confidence, f"dotnet.framework.{said.framework}", using, evidence)
    _runtime(place, draft, one)
    _commands(place, draft, one, said, manifest)
    if said.kind == Kind.WEB:
        add_listening(place, draft, sources)
    _beside(place, draft, parts, sources)
    return draft


def _hosted(look: Look, one: Project) -> bool:
    others = [
        found for path in look.tree.ending(*SUFFIXES) if path != one.path and (found := project(look, path)) is not None
    ]
    return referenced([other for other in others if "Microsoft.NET.Sdk.Web" in other.sdks], one.path)


def _evidence(place: Place, one: Project, said: Verdict) -> Evidence | None:
    look = place.look
    if said.item is not None and said.item.evidence is not None:
        return said.item.evidence
    if said.file:
        return place.cite(said.file, said.word)
    if said.setting in {"Project", ""}:
        return look.cite(one.path, "<Project") or look.cite_file(one.path)
    return line_of(look, one, said.setting) or look.cite_file(one.path)


def _runtime(place: Place, draft: Draft, one: Project) -> None:
    look = place.look
    versions = [(found[1], text) for text in one.targets if (found := _TARGET.match(text))]
    setting = "TargetFrameworks" if one.get("TargetFrameworks") else "TargetFramework"
    if versions:
        version, text = max(versions, key=lambda pair: numbers(pair[0]))
        draft.runtime.add(
            Runtime(name="dotnet", version=version, constraint=text),
            DECLARED,
            "dotnet.version.target",
            Phrase(en=f"It is built for {text}.", zh=f"它面向 {text} 构建。"),
            line_of(look, one, setting),
        )
    sdk = _sdk(place)
    if sdk:
        version, exact, evidence = sdk
        pinned = Phrase(en=f"The SDK {exact} is named.", zh=f"指定了 SDK {exact}。")
        draft.traits.add(f"dotnet.sdk:{version}", DECLARED, "dotnet.sdk", pinned, evidence)
        if not versions:
            draft.runtime.add(
                Runtime(name="dotnet", version=version, constraint=exact), CODE, "dotnet.version.sdk", pinned, evidence
            )
    if not versions and not sdk:
        usual = RELEASES["dotnet"].usual
        text = ";".join(one.targets) or one.get("TargetFrameworkVersion")
        draft.runtime.add(
            Runtime(name="dotnet", version=usual, constraint=text),
            DEFAULT,
            "dotnet.version.usual",
            Phrase(en=f"No release is named: {usual} is taken.", zh=f"没有指定版本：采用 {usual}。"),
        )


def _sdk(place: Place) -> tuple[str, str, Evidence | None] | None:
    path = place.above("global.json")
    given = place.look.json(path).get("sdk") if path else None
    exact = given.get("version") if isinstance(given, dict) else None
    if isinstance(exact, str) and re.match(r"\d+\.\d+", exact):
        return ".".join(exact.split(".")[:2]), exact, place.look.cite(path, exact)
    for pin in pins(place, "dotnet"):
        if len(pin.numbers) > 1:
            return f"{pin.numbers[0]}.{pin.numbers[1]}", pin.text, pin.evidence
    return None


def _commands(place: Place, draft: Draft, one: Project, said: Verdict, manifest: Evidence | None) -> None:
    path = one.path[len(draft.context) + 1 :] if draft.context else one.path
    locked = ("--locked-mode",) if join(dirname(one.path), "packages.lock.json") in place.tree else ()
    restore = Command(argv=("dotnet", "restore", path, *locked))
    why = Phrase(
        en="It fetches the packages of the project and of those that it references.", zh="下载该项目及其引用项目的包。"
    )
    draft.install.add(Commands(each=(restore,)), DECLARED, "dotnet.restore", why, manifest)
    if not said.kind.deployable:
        return
    several = ("-f", _published(one)) if one.get("TargetFrameworks") and _published(one) else ()
    publish = Command(argv=("dotnet", "publish", path, "-c", "Release", *several, "-o", "/out", "--no-restore"))
    made = Phrase(en="dotnet publish makes what runs.", zh="dotnet publish 生成可运行的内容。")
    draft.build.add(Commands(each=(publish,)), DECLARED, "dotnet.publish", made, manifest)
    if said.kind == Kind.STATIC:
        draft.output.add("/out/wwwroot", DECLARED, "dotnet.output.wasm", made, manifest)
        spa = Phrase(en="The program in the browser answers all paths.", zh="所有路径由浏览器中的程序应答。")
        draft.traits.add("static.spa", CONVENTION, "dotnet.spa", spa, manifest)
        return
    draft.output.add("/out", DECLARED, "dotnet.output", made, manifest)
    alone = one.true("PublishAot") or (one.true("PublishSingleFile") and one.true("SelfContained"))
    argv = (f"./{one.assembly}",) if alone else ("dotnet", f"{one.assembly}.dll")
    started = Phrase(en="The program that is published is started.", zh="启动发布出的程序。")
    draft.start.add(
        Command(argv=argv), DECLARED, "dotnet.start", started, line_of(place.look, one, "AssemblyName") or manifest
    )
    traits = {
        "dotnet.aot": one.true("PublishAot"),
        "dotnet.alone": alone,
        "dotnet.invariant": one.true("InvariantGlobalization"),
    }
    for trait, holds in traits.items():
        if holds:
            draft.traits.add(trait, DECLARED, trait, made, manifest)
    if one.get("SpaRoot") or any("npm" in command or "yarn" in command for command in one.commands):
        node = Phrase(en="Its build calls npm.", zh="其构建会调用 npm。")
        draft.build_packages.add("npm", CODE, "dotnet.node", node, line_of(place.look, one, "SpaRoot"))


def _published(one: Project) -> str:
    found = [(numbers(match[1]), text) for text in one.targets if (match := _TARGET.match(text))]
    return max(found)[1] if found else ""


def _beside(place: Place, draft: Draft, parts: Sequence[Project], sources: Sources) -> None:
    for part in parts:
        for one in part.packages:
            service = service_of(one.name)
            if service and all(known.name != service for known in draft.services):
                why = Phrase(
                    en=f"It depends on {one.name}, a client of {service}.",
                    zh=f"依赖 {one.name}，即 {service} 的客户端。",
                )
                draft.services.add(Service(name=service), DECLARED, "nuget.service.client", why, one.evidence)
    for read in sources.reads:
        if re.fullmatch(r"[A-Za-z_][\w.\-]*", read.name):
            add_read(draft, read.name, place.cite(read.file, read.line), default=read.default, required=False)
    _connections(place, draft)
    add_examples(place, draft)


def _connections(place: Place, draft: Draft) -> None:
    """Add what appsettings.json calls connection strings: each may be replaced by a variable, and most must be."""
    given = place.json("appsettings.json").get("ConnectionStrings")
    for name, value in given.items() if isinstance(given, dict) else ():
        if not isinstance(value, str) or not re.fullmatch(r"\w+", str(name)):
            continue
        evidence = place.cite("appsettings.json", re.compile(rf'"{name}"\s*:'))
        file = re.search(r"(?:Data Source|DataSource|Filename)\s*=\s*([^;:]+\.(?:db3?|sqlite3?))", value, re.IGNORECASE)
        if file:
            folder = dirname(file[1].strip().replace("\\", "/"))
            path = folder if folder.startswith("/") else f"/app/{folder}".rstrip("/")
            why = Phrase(en=f"Its database is the file {file[1]}.", zh=f"数据库是文件 {file[1]}。")
            draft.volumes.add(Volume(path=path, purpose="database"), CODE, "dotnet.volume.sqlite", why, evidence)
            continue
        variable = f"ConnectionStrings__{name}"
        if all(known.name != variable for known in draft.variables):
            why = Phrase(en=f"The configuration names the connection {name}.", zh=f"配置中有连接 {name}。")
            draft.variables.add(
                Variable(name=variable, required=True, secret=True), DECLARED, "dotnet.connection", why, evidence
            )
