"""CakePHP: ``webroot``, ``bin/cake``, migrations."""

from builder.detect.languages.php.extensions import usual
from builder.detect.languages.php.families.project import Project, framework, serve, task, writable
from builder.draft import Draft


def cakephp(project: Project, draft: Draft) -> bool:
    """Look for a CakePHP application (versions 2 and later)."""
    place, composer = project.place, project.composer
    package = composer.first("cakephp/cakephp")
    root = next((one for one in ("webroot", "app/webroot") if place.has(f"{one}/index.php")), "")
    known = package or place.has("lib/Cake/bootstrap.php", "bin/cake", "app/Config/core.php")
    if not root or not known:
        return False
    evidence = framework(project, draft, "cakephp", package, "" if package else f"{root}/index.php")
    serve(draft, root, evidence)
    usual(draft, ("intl", "pdo_mysql"), "CakePHP", evidence)
    folder = "tmp" if root == "webroot" else "app/tmp"
    writable(draft, evidence, *(f"{folder}/cache/{one}" for one in ("models", "persistent", "views")), f"{folder}/logs",
             *(("logs",) if root == "webroot" else ()))  # fmt: skip
    if composer.first("cakephp/migrations"):
        task(draft, "migrate", "php bin/cake.php migrations migrate", composer.cite("cakephp/migrations"))
    return True
