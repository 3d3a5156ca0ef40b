"""Everything else that a config.ru starts: Roda, Grape, Cuba, Padrino, plain Rack; servers without one."""

from builder.detect.languages.ruby.families.project import Project, framework, listens, rack_command, web, well
from builder.detect.languages.ruby.sources import requires
from builder.draft import Draft
from builder.plan import Command

_GEMS = {
    "roda": ("roda", 9292), "grape": ("grape", 9292), "padrino": ("padrino", 3000), "cuba": ("cuba", 9292),
    "hanami-router": ("hanami", 2300), "hanami-api": ("hanami", 2300), "syro": ("syro", 9292),
    "camping": ("camping", 3301), "ramaze": ("ramaze", 7000), "smashing": ("smashing", 3030),
    "dashing": ("dashing", 3030), "gollum": ("gollum", 4567), "rage-rb": ("rage", 3000), "dry-web-roda": ("roda", 9292),
    "nancy": ("nancy", 9292), "rack-app": ("rack-app", 9292), "angelo": ("angelo", 4567), "agoo": ("agoo", 6464),
}  # fmt: skip
_OWN = {"smashing": ("smashing", "start"), "rage-rb": ("rage", "s", "-b", "0.0.0.0")}  # noqa: S104 - in the image
_STANDALONE = {"webrick": 8000, "agoo": 6464, "socket": 2000}


def rack(project: Project, draft: Draft) -> bool:
    """Look for a Rack application."""
    place, gemfile = project.place, project.gemfile
    gem = gemfile.runs(*_GEMS)
    if project.gemspec and not place.has("Procfile"):
        return False
    if place.has("config.ru"):
        name, usual = _GEMS.get(gem, ("rack", 9292))
        evidence = framework(project, draft, name, gem, "config.ru")
        number = listens(project, draft, usual, "config/puma.rb", "puma.rb", "config/unicorn.rb")
        own = _OWN.get(gem)
        command = Command(argv=(*project.prefix, *own)) if own else rack_command(project, number)
        web(draft, command, "ruby.rack", evidence)
        well(project, draft, "config.ru", *project.files[:40])
        return True
    for file in (one for one in project.files if "/" not in one):
        used = requires(place, file) & set(_STANDALONE)
        if used == {"socket"} and "TCPServer" not in place.text(file):
            continue
        if used and (gemfile.runs(*used) or not gemfile.file or used == {"socket"}):
            name = min(used)
            evidence = framework(project, draft, name, gemfile.runs(name), file)
            web(draft, Command(argv=(*project.prefix, "ruby", file)), "ruby.server", evidence)
            listens(project, draft, _STANDALONE[name], file)
            return True
    return False
