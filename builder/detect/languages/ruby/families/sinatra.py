"""Sinatra: an application in a config.ru, or a file that serves itself."""

import re

from builder.detect.languages.ruby.families.project import ALL, Project, framework, listens, rack_command, web, well
from builder.detect.languages.ruby.sources import inherits, requires
from builder.draft import Draft
from builder.plan import Command

_MAIN = ("app.rb", "server.rb", "main.rb", "web.rb", "application.rb", "index.rb", "run.rb", "myapp.rb", "api.rb")
_USED = ("sinatra", "sinatra/base", "sinatra/reloader", "sinatra/contrib", "sinatra/json", "sinatra/activerecord")


def sinatra(project: Project, draft: Draft) -> bool:
    """Look for a Sinatra application."""
    place, gemfile = project.place, project.gemfile
    gem = gemfile.runs("sinatra", "sinatra-contrib", "padrino")
    if project.gemspec or gem == "padrino":
        return False
    if gem and place.has("config.ru"):
        evidence = framework(project, draft, "sinatra", gem)
        web(draft, rack_command(project, 9292), "ruby.sinatra", evidence)
        listens(project, draft, 9292, "config/puma.rb", "puma.rb", "config/unicorn.rb")
        well(project, draft, *project.files[:40])
        return True
    if gemfile.file and not gem:
        return False
    file = next((one for one in _candidates(project) if requires(place, one) & set(_USED)), "")
    if not file:
        return False
    evidence = framework(project, draft, "sinatra", gem, file)
    before = " ".join(project.prefix)
    number = listens(project, draft, 4567, file)
    classic = "sinatra" in requires(place, file) and not inherits(place, file, "Sinatra::Base")
    command = Command(line=f"{before} ruby {file} -o {ALL} -p ${{PORT:-{number}}}".strip())
    web(draft, command if classic else Command(argv=(*project.prefix, "ruby", file)), "ruby.sinatra", evidence)
    well(project, draft, *project.files[:40])
    return True


def _candidates(project: Project) -> list[str]:
    top = [one for one in project.files if one.count("/") < 2 and re.search("sinatra", project.place.text(one))]
    return sorted(top, key=lambda one: (one.count("/"), _MAIN.index(one) if one in _MAIN else len(_MAIN), one))
