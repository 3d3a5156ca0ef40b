"""What nobody puts online: gems, command-line tools, scripts, parts of other programs."""

from builder.detect.languages.ruby.families.project import Project, kind
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Kind
from core.phrase import Phrase

_HELPERS = frozenset({"console", "setup", "rake", "rspec", "rubocop", "test", "bundle", "rails", "ci", "lint", "dev"})
"""Names of programs below ``bin`` that serve those who work on a gem."""

_CONSOLE = ("thor", "gli", "slop", "commander", "dry-cli", "optimist", "tty-prompt", "clamp", "cri", "highline",
            "mercenary", "tty-option")  # fmt: skip
_SCREENS = ("gosu", "gtk3", "gtk4", "gtk2", "fxruby", "ruby2d", "shoes", "glimmer-dsl-libui", "glimmer-dsl-swt",
            "dragonruby", "tk", "qtbindings", "ruby-sdl2")  # fmt: skip
_CONFIGURES = {"metadata.rb": "Chef cookbook", "metadata.json": "Puppet module", "Berksfile": "Chef cookbook",
               "Vagrantfile": "Vagrant", "Puppetfile": "Puppet code", "init.rb": "Redmine plugin"}  # fmt: skip


def rest(project: Project, draft: Draft) -> bool:
    """Say what it is that no framework claims. It always is something."""
    place, gemfile = project.place, project.gemfile
    if screen := gemfile.runs(*_SCREENS):
        why = Phrase(en=f"{screen} draws windows.", zh=f"{screen} 会绘制窗口。")
        kind(draft, Kind.DESKTOP, DECLARED, "ruby.kind.screen", why, gemfile.cite(screen))
        return True
    if project.gemspec:
        _gem(project, draft)
        return True
    for file, what in _CONFIGURES.items():
        if place.has(file) and not (file == "metadata.json" and "dependencies" not in place.json(file)):
            why = Phrase(en=f"{file} makes it a part of something else: {what}.", zh=f"{file} 表明它属于：{what}。")
            kind(draft, Kind.OTHER, CONVENTION, "ruby.kind.configures", why, place.cite_file(file))
            return True
    scripts = [one for one in project.files if "/" not in one]
    if gemfile.runs(*_CONSOLE) or scripts or place.tree.has_folder(place.file("bin")):
        why = Phrase(en="It has programs, and nothing that serves.", zh="它有程序，但不提供服务。")
        cited = gemfile.cite(gemfile.runs(*_CONSOLE)) if gemfile.runs(*_CONSOLE) else None
        cited = cited or (place.cite_file(scripts[0]) if scripts else place.cite_file(gemfile.file))
        kind(draft, Kind.CLI, CONVENTION, "ruby.kind.scripts", why, cited)
    elif project.files:
        why = Phrase(en="It has sources, and no program.", zh="只有源代码，没有程序。")
        kind(draft, Kind.LIBRARY, CONVENTION, "ruby.kind.sources", why, place.cite_file(project.files[0]))
    else:
        return False
    return True


def _gem(project: Project, draft: Draft) -> None:
    place, gem = project.place, project.gemspec
    if gem is None:
        return
    programs = [
        name for folder in ("exe", "bin") for name in place.tree.names(place.file(folder))
        if name.partition(".")[0] not in _HELPERS or name == gem.name
    ]  # fmt: skip
    evidence = place.cite_file(gem.file)
    needs = {name for name, _ in gem.dependencies}
    if programs and (gem.name in programs or needs & set(_CONSOLE)):
        why = Phrase(en=f"The gem brings the program {programs[0]}.", zh=f"该 gem 提供程序 {programs[0]}。")
        kind(draft, Kind.CLI, DECLARED, "ruby.kind.executable", why, evidence)
    else:
        why = Phrase(en="The gemspec makes it a gem that others require.", zh="gemspec 表明这是供他人引用的 gem。")
        kind(draft, Kind.LIBRARY, DECLARED, "ruby.kind.gem", why, evidence)
