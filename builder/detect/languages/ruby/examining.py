"""What the rules for Ruby make of a folder: the server, site, worker, gem or tool that it is."""

from collections.abc import Sequence
from posixpath import basename

from builder.detect.languages.ruby.families import FAMILIES
from builder.detect.languages.ruby.families.project import Project
from builder.detect.languages.ruby.gemfile import Gemfile, Gemspec, gemfile_of, gemspec_of
from builder.detect.languages.ruby.packages import packages
from builder.detect.languages.ruby.sources import reads, template_reads
from builder.detect.languages.ruby.versions import runtime
from builder.detect.shared.services import add_service
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, DECLARED, LOCKED, STATED
from builder.look import Place
from builder.plan import Command, Commands, Kind
from builder.provider import Workspace
from core.phrase import Phrase

TOOLS = frozenset(
    {
        "fastlane", "cocoapods", "danger", "xcpretty", "jazzy", "rubocop", "mdl", "rake", "activesupport", "xcodeproj",
        "xcode-install", "concurrent-ruby", "abbrev", "bigdecimal", "mutex_m", "logger", "base64", "nkf", "benchmark",
        "cocoapods-binary", "ostruct", "slather", "synx", "bundler", "scss_lint", "scss-lint", "overcommit",
        "travis", "capistrano", "ceedling", "licensed", "html-proofer", "kitchen-terraform", "test-kitchen", "inspec",
        "serverspec", "fpm", "package_cloud", "github_changelog_generator", "asciidoctor", "asciidoctor-pdf", "sass",
        "compass", "mixlib-versioning", "tilt", "bundler-audit", "dotenv", "json", "rouge", "coderay", "kramdown",
    }
)  # fmt: skip
"""Gems that people of other languages install to work on their project: with nothing else it is no Ruby program."""

MAX_READ = 60
"""Sources in which variables are looked for, those of the configuration first."""


def drafts(place: Place, _workspace: Workspace | None) -> Sequence[Draft]:
    """Return the one component that a folder with Ruby is, or none where Ruby only serves another language."""
    gemfile, gemspec = gemfile_of(place), gemspec_of(place)
    files = tuple(one for one in place.sources(".rb") if not one.startswith(("vendor/", "node_modules/")))
    if _only_tools(place, gemfile, gemspec):
        return []
    project = Project(place=place, gemfile=gemfile, gemspec=gemspec, files=files)
    draft = Draft(name=_name(place, gemspec), path=place.path, provider="ruby", context=place.path)
    _language(project, draft)
    runtime(gemfile, gemspec, draft)
    _install(project, draft)
    next((family for family in FAMILIES if family(project, draft)), None)
    kind = draft.kind.best
    if kind is None:
        return []
    if kind.deployable:
        packages(gemfile, draft)
        _needs(project, draft, kind)
    return [draft]


def _only_tools(place: Place, gemfile: Gemfile, gemspec: Gemspec | None) -> bool:
    """Say whether a Gemfile holds nothing but tools of another language's project."""
    names = {one.name for one in gemfile.gems.values() if one.runs}
    plain = all(name in TOOLS or name.startswith(("danger-", "fastlane-", "cocoapods-", "rubocop")) for name in names)
    return (
        bool(gemfile.file)
        and gemspec is None
        and plain
        and not place.has("config.ru", "app.rb", "main.rb", "config/application.rb", "server.rb")
    )


def _name(place: Place, gemspec: Gemspec | None) -> str:
    return gemspec.name if gemspec else basename(place.path) or "app"


def _language(project: Project, draft: Draft) -> None:
    place = project.place
    file = project.gemfile.file or (project.gemspec.file if project.gemspec else "") or place.has("config.ru")
    if file:
        why = Phrase(en=f"{file} makes it a Ruby project.", zh=f"{file} 表明这是 Ruby 项目。")
        draft.language.add("ruby", STATED, "ruby.manifest", why, place.cite_file(file))
    else:
        mark = project.files[0] if project.files else "_config.yml"
        why = Phrase(en="Ruby runs it.", zh="由 Ruby 运行。")
        draft.language.add("ruby", CODE, "ruby.sources", why, place.cite_file(mark))


def _install(project: Project, draft: Draft) -> None:
    place, gemfile = project.place, project.gemfile
    if not gemfile.file and not project.gemspec:
        return
    locked = place.cite_file(gemfile.lock) if gemfile.lock else None
    evidence = locked or place.cite_file(gemfile.file or (project.gemspec.file if project.gemspec else ""))
    held = Phrase(en="Bundler holds its gems.", zh="依赖由 Bundler 管理。")
    draft.package_manager.add("bundler", STATED, "ruby.bundler", held, evidence)
    if gemfile.file:
        why = (
            Phrase(en=f"{gemfile.lock} fixes what is installed.", zh=f"{gemfile.lock} 固定了安装内容。")
            if locked
            else Phrase(en="Without a lock file Bundler chooses the versions.", zh="没有锁文件，由 Bundler 选择版本。")
        )
        commands = [Command(argv=("bundle", "install"))]
        if gemfile.platforms and not any("linux" in one or one in {"ruby", "java"} for one in gemfile.platforms):
            commands.insert(0, Command(argv=("bundle", "lock", "--add-platform", "x86_64-linux", "aarch64-linux")))
        rule = "ruby.install.lock" if locked else "ruby.install.gemfile"
        draft.install.add(Commands(each=tuple(commands)), LOCKED if locked else DECLARED, rule, why, evidence)


def _needs(project: Project, draft: Draft, kind: Kind) -> None:
    """Add services and variables."""
    place, gemfile = project.place, project.gemfile
    if kind == Kind.STATIC:
        return
    for name, gem in gemfile.gems.items():
        if gem.runs:
            add_service(draft, "rubygems", name, gemfile.cite(name))
    order = sorted(project.files, key=lambda one: (not one.startswith("config/"), one.count("/")))
    for file in order[:MAX_READ]:
        if "ENV" in place.text(file):
            for one in reads(place.syntax(file)):
                add_read(draft, one.name, place.cite(file, one.line), default=one.default, required=False)
    for path in place.tree.below(place.file("config"), suffixes=(".yml", ".yaml"), depth=0):
        file = place.relative(path)
        if "ENV" in place.text(file):
            for one in template_reads(place, file):
                add_read(draft, one.name, place.cite(file, one.line), default=one.default, required=False)
    add_examples(place, draft)
