"""Laminas MVC and Mezzio, and Zend Framework, from which they came."""

from builder.detect.languages.php.extensions import usual
from builder.detect.languages.php.families.project import Project, framework, public_of, serve, writable
from builder.draft import Draft

_PACKAGES = {
    "laminas/laminas-mvc": "laminas", "laminas-api-tools/api-tools": "laminas", "mezzio/mezzio": "mezzio",
    "zendframework/zend-mvc": "laminas", "zendframework/zend-expressive": "mezzio",
    "zendframework/zendframework": "laminas", "zendframework/zendframework1": "laminas",
    "laminas/laminas-skeleton-installer": "laminas", "laminas/laminas-development-mode": "laminas",
}  # fmt: skip


def laminas(project: Project, draft: Draft) -> bool:
    """Look for a Laminas, Mezzio or Zend Framework application."""
    package, public = project.composer.first(*_PACKAGES), public_of(project)
    if not package or public is None or project.composer.type == "library":
        return False
    evidence = framework(project, draft, _PACKAGES[package], package)
    serve(draft, public, evidence)
    usual(draft, ("intl",), "Laminas", evidence)
    writable(draft, evidence, "data/cache")
    return True
