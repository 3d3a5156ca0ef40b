"""Hanami 1 and 2."""

from builder.detect.languages.ruby.families.project import Project, framework, listens, rack_command, task, web, well
from builder.draft import Draft
from builder.grounds import CONVENTION
from builder.plan import Command, Commands
from core.phrase import Phrase


def hanami(project: Project, draft: Draft) -> bool:
    """Look for a Hanami application."""
    place, gemfile = project.place, project.gemfile
    gem = gemfile.runs("hanami", "hanami-router")
    if gem != "hanami" or not place.has("config.ru", "config/app.rb", "config/environment.rb"):
        return False
    evidence = framework(project, draft, "hanami", gem)
    web(draft, rack_command(project, 2300), "ruby.hanami", evidence)
    listens(project, draft, 2300, "config/puma.rb")
    well(project, draft, "config/routes.rb", *(one for one in project.files if one.endswith("/routes.rb")))
    if gemfile.runs("hanami-db", "rom-sql", "hanami-model"):
        task(draft, "migrate", ("bundle", "exec", "hanami", "db", "migrate"), evidence)
    if gemfile.runs("hanami-assets") and place.has("package.json"):
        draft.build.add(
            Commands(each=(Command(argv=("bundle", "exec", "hanami", "assets", "compile")),)),
            CONVENTION,
            "ruby.hanami.assets",
            Phrase(en="Hanami makes the files that browsers load.", zh="Hanami 生成浏览器加载的文件。"),
            gemfile.cite("hanami-assets"),
        )
    return True
