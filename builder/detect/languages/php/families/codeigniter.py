"""CodeIgniter 4 (``spark``, public folder) and 3 (``application`` beside ``system``)."""

from builder.detect.languages.php.extensions import usual
from builder.detect.languages.php.families.project import Project, framework, public_of, serve, task, writable
from builder.draft import Draft

_PACKAGES = ("codeigniter4/framework", "codeigniter4/codeigniter4", "codeigniter/framework")


def codeigniter(project: Project, draft: Draft) -> bool:
    """Look for a CodeIgniter application."""
    place, composer = project.place, project.composer
    package, public = composer.first(*_PACKAGES), public_of(project)
    mark = place.has("spark", "system/core/CodeIgniter.php", "application/config/config.php", "app/Config/App.php")
    if public is None or not mark or not (package or mark != "spark"):
        return False
    evidence = framework(project, draft, "codeigniter", package, "" if package else mark)
    serve(draft, public, evidence)
    usual(draft, ("intl", "mysqli"), "CodeIgniter", evidence)
    if place.has("spark"):
        writable(draft, evidence, "writable/cache", "writable/logs", "writable/session", "writable/debugbar")
        if any(True for _ in project.in_folder("app/Database/Migrations")):
            task(draft, "migrate", "php spark migrate --all", evidence)
    else:
        writable(draft, evidence, "application/cache", "application/logs")
    return True
