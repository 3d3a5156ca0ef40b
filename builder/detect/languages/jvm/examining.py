"""What the rules make of a module of the Java virtual machine: one draft, or none for what only holds others."""

from collections.abc import Sequence
from posixpath import basename

from builder.detect.languages.jvm.data import add_services, add_volumes
from builder.detect.languages.jvm.frameworks import FAMILIES
from builder.detect.languages.jvm.java import add_runtime
from builder.detect.languages.jvm.maven import outermost_parent
from builder.detect.languages.jvm.model import Project
from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.places import project_of, with_siblings
from builder.detect.languages.jvm.saying import add_health
from builder.detect.languages.jvm.settings import Settings
from builder.detect.languages.jvm.sources import Sources
from builder.detect.shared.health import health_route, speaks_of_health
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, STATED
from builder.look import Place
from builder.parsing.code import of_type, string_of
from builder.plan import Command, Commands, Kind
from builder.provider import Workspace
from core.phrase import Phrase

_INSTALLS = {
    "maven": ("mvn", "-B", "dependency:go-offline"), "gradle": ("gradle", "--no-daemon", "dependencies"),
    "sbt": ("sbt", "-batch", "update"), "lein": ("lein", "deps"), "clojure": ("clojure", "-P"),
}  # fmt: skip


def drafts(place: Place, workspace: Workspace | None) -> Sequence[Draft]:
    """Return what a folder holds."""
    look = place.look
    project, others = project_of(look, place.path, workspace)
    sources = Sources(place)
    if project is None:
        if not sources.files:
            return ()
        ant = place.has("build.xml")
        manifest = place.file(ant or sources.files[0])
        project = Project(
            tool="none", path=place.path, manifest=manifest, name=place.name, evidence=look.cite_file(manifest)
        )
    elif _holds_others(project, workspace, sources):
        return ()
    context = workspace.path if workspace and workspace.tool == project.tool else place.path
    if project.tool == "maven":
        upper = outermost_parent(look, place.path)
        context = min(context, upper, key=len)
    if workspace is not None and (project.main_class or project.packaging != "jar" or sources.mains):
        project = with_siblings(look, project, workspace)
    module = Module(place=place, project=project, context=context, sources=sources, settings=Settings(place))
    return (_examined(module, others),)


def _holds_others(project: Project, workspace: Workspace | None, sources: Sources) -> bool:
    """Say whether a manifest is only there for its modules, or for those that inherit from it."""
    if project.tool == "maven" and project.packaging == "pom":
        return bool(project.modules) or workspace is not None
    if project.modules and not sources.files:
        return True
    return project.tool == "gradle" and workspace is not None and not sources.files and not project.plugins


def _examined(module: Module, others: tuple[str, ...]) -> Draft:
    place, project = module.place, module.project
    draft = Draft(name=project.name or place.name or "app", path=place.path, provider="jvm", context=module.context)
    _language(module, draft)
    _tool(module, draft, others)
    add_runtime(place, draft, project)
    next(family for family in FAMILIES if family(module, draft))
    if draft.kind.best is not None and draft.kind.best.deployable:
        add_services(module, draft)
        add_volumes(module, draft)
        _variables(module, draft)
    if draft.kind.best == Kind.WEB and draft.health.best is None:
        _health(module, draft)
    return draft


def _language(module: Module, draft: Draft) -> None:
    sizes = module.sources.languages
    evidence = module.project.evidence
    if sizes:
        language = sizes.most_common(1)[0][0]
        share = round(100 * sizes[language] / max(sizes.total(), 1))
        why = Phrase(en=f"{share} % of its sources are {language}.", zh=f"其源代码的 {share} % 是 {language}。")
        draft.language.add(language, DECLARED, "jvm.language.sources", why, evidence)
        return
    usual = {"sbt": "scala", "lein": "clojure", "clojure": "clojure"}.get(module.project.tool, "java")
    kotlin = any(
        one.id.startswith(("org.jetbrains.kotlin", "kotlin", "kotlin-maven")) for one in module.project.plugins
    )
    language = "kotlin" if kotlin else usual
    why = Phrase(en=f"Its build is one of {language}.", zh=f"其构建文件属于 {language}。")
    draft.language.add(language, CONVENTION, "jvm.language.build", why, evidence)


def _tool(module: Module, draft: Draft, others: tuple[str, ...]) -> None:
    project = module.project
    if project.tool == "none":
        if ant := module.place.has("build.xml"):
            why = Phrase(en="build.xml is Ant's.", zh="build.xml 属于 Ant。")
            draft.package_manager.add("ant", DECLARED, "jvm.tool.ant", why, module.place.cite_file(ant))
        return
    why = Phrase(
        en=f"{basename(project.manifest)} is a build file of {project.tool}.",
        zh=f"{basename(project.manifest)} 是 {project.tool} 的构建文件。",
    )
    draft.package_manager.add(project.tool, STATED, f"jvm.tool.{project.tool}", why, project.evidence)
    for other in others:
        also = Phrase(en=f"There is a build file of {other} too.", zh=f"另有 {other} 的构建文件。")
        draft.package_manager.add(other, CONVENTION, f"jvm.tool.{other}", also)
    argv = _INSTALLS[project.tool]
    if project.tool == "gradle" and project.wrapper:
        argv = ("sh", "./gradlew", *argv[1:])
    draft.install.add(
        Commands(each=(Command(argv=argv),)),
        CONVENTION,
        f"jvm.install.{project.tool}",
        Phrase(en="It fetches the libraries before the sources are copied.", zh="在复制源代码之前下载依赖。"),
        project.evidence,
    )


def _variables(module: Module, draft: Draft) -> None:
    for setting in module.settings.all.values():
        for name, default in setting.variables:
            add_read(draft, name, module.settings.cite(setting), default=default)
    for read in module.sources.reads:
        add_read(draft, read.name, module.place.cite(read.file, read.line), default=read.default, required=False)
    add_examples(module.place, draft)


def _health(module: Module, draft: Draft) -> None:
    """Look for a route that is named for it in the files that hold such a word."""
    told = [one for one in module.sources.files[:200] if speaks_of_health(module.place.text(one))]
    for file in told[:5]:
        root = module.place.syntax(file) if not file.endswith((".clj", ".cljc")) else None
        for node in of_type(root, "string_literal", "string") if root is not None else ():
            text = string_of(node) or ""
            if path := health_route(text, anywhere=True):
                add_health(draft, path, module.place.cite(file, node.start_point[0] + 1), sure=CODE)
                return
