"""Drupal: by Composer, or its own archive."""

from builder.detect.languages.php.extensions import usual
from builder.detect.languages.php.families.project import PUBLIC, Project, framework, serve, task, volume
from builder.draft import Draft
from builder.grounds import CODE
from builder.plan import Service
from core.phrase import Phrase

_CORE = ("drupal/core-recommended", "drupal/core", "drupal/recommended-project", "drupal/drupal")


def drupal(project: Project, draft: Draft) -> bool:
    """Look for a site; modules and themes of Drupal are not."""
    place, composer = project.place, project.composer
    package = composer.first(*_CORE)
    unpacked = place.has("core/lib/Drupal.php", "includes/bootstrap.inc", "web/core/lib/Drupal.php")
    if not unpacked and not (package and composer.type in {"", "project"}):
        return False
    public = _root(project)
    evidence = framework(project, draft, "drupal", package, "" if package else unpacked)
    serve(draft, public, evidence)
    usual(draft, ("gd", "pdo_mysql", "zip"), "Drupal", evidence)
    why = Phrase(en="Drupal keeps its content in a database.", zh="Drupal 的内容保存在数据库中。")
    draft.services.add(Service(name="mysql"), CODE, "php.drupal.store", why, evidence)
    files = f"/app/{public}/sites/default/files".replace("//", "/")
    volume(draft, files, "uploads", Phrase(en="Uploaded files lie there.", zh="上传的文件位于该处。"), evidence)
    if composer.first("drush/drush"):
        task(draft, "migrate", "vendor/bin/drush updatedb --yes", composer.cite("drush/drush"))
        task(draft, "schedule", "vendor/bin/drush cron", composer.cite("drush/drush"), schedule="0 * * * *")
    return True


def _root(project: Project) -> str:
    """Return the web root that the scaffold names, else the folder that has one."""
    scaffold = project.composer.extra.get("drupal-scaffold")
    places = scaffold.get("locations") if isinstance(scaffold, dict) else None
    root = places.get("web-root") if isinstance(places, dict) else None
    if isinstance(root, str):
        return root.strip("./")
    paths = project.composer.extra.get("installer-paths")
    for path in paths if isinstance(paths, dict) else ():
        if str(path).endswith("/core"):
            return str(path).removesuffix("/core").strip("./")
    place = project.place
    if place.has("index.php") or place.has("core/lib/Drupal.php"):
        return ""
    return next((one for one in PUBLIC if place.has(f"{one}/index.php") or project.holds(f"{one}/sites")), "web")
