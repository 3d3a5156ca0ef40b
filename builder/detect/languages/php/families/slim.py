"""Small frameworks with a front controller: Slim, Flight, Fat-Free, Leaf, ThinkPHP, Phalcon and their like."""

from builder.detect.languages.php.families.project import Project, framework, healthy, public_of, serve, writable
from builder.detect.languages.php.sources import health
from builder.draft import Draft
from builder.grounds import CODE

_PACKAGES = {
    "slim/slim": "slim", "mikecao/flight": "flight", "flightphp/core": "flight", "bcosca/fatfree": "fat-free",
    "bcosca/fatfree-core": "fat-free", "leafs/leaf": "leaf", "topthink/framework": "thinkphp",
    "klein/klein": "klein", "league/route": "league-route", "nette/application": "nette", "nette/bootstrap": "nette",
    "api-platform/core": "api-platform", "spiral/framework": "spiral", "silex/silex": "silex",
    "phalcon/incubator": "phalcon", "ext-phalcon": "phalcon", "fuel/core": "fuelphp", "kohana/core": "kohana",
    "bearframework/bearframework": "bear", "bear/package": "bear", "utopia-php/framework": "utopia",
    "tempest/framework": "tempest", "nikic/fast-route": "fast-route", "aura/router": "aura",
    "altorouter/altorouter": "altorouter", "bramus/router": "bramus", "pecee/simple-router": "simple-router",
    "framework-x/framework-x": "framework-x", "clue/framework-x": "framework-x",
}  # fmt: skip
_WRITES = {"nette": ("temp", "log"), "thinkphp": ("runtime",), "fat-free": ("tmp",), "tempest": (".tempest",)}


def slim(project: Project, draft: Draft) -> bool:
    """Look for an application of a small framework."""
    package, public = project.composer.first(*_PACKAGES), public_of(project)
    if not package or public is None or project.composer.type == "library":
        return False
    if package == "ext-phalcon" and project.place.has("config.m4"):
        return False
    name = _PACKAGES[package]
    evidence = framework(project, draft, name, package)
    serve(draft, public, evidence)
    writable(draft, evidence, *_WRITES.get(name, ()))
    if found := health(project.place, iter(project.files)):
        path, file, line = found
        healthy(draft, path, CODE, project.place.cite(file, line))
    return True
