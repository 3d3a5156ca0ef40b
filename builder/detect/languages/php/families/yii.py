"""Yii: the basic and the advanced template of version 2, version 1, and Yii 3."""

from builder.detect.languages.php.extensions import usual
from builder.detect.languages.php.families.project import Project, framework, public_of, serve, task, writable
from builder.draft import Draft

_PACKAGES = ("yiisoft/yii2", "yiisoft/yii", "yiisoft/yii-runner-http", "yiisoft/yii-http")
_SIDES = ("frontend", "api", "backend")
"""The parts of the advanced template that users see, the one that is meant first."""


def yii(project: Project, draft: Draft) -> bool:
    """Look for a Yii application."""
    place, composer = project.place, project.composer
    package = composer.first(*_PACKAGES)
    mark = "protected/yiic.php" if place.has("protected/yiic.php") else ""
    side = next((f"{one}/web" for one in _SIDES if place.has(f"{one}/web/index.php", f"{one}/config/main.php")), None)
    public = public_of(project)
    if public is None and composer.type != "library":
        public = side
    if not (package or mark) or public is None:
        return False
    evidence = framework(project, draft, "yii", package, "" if package else mark)
    serve(draft, public, evidence)
    usual(draft, ("intl", "pdo_mysql", "gd"), "Yii", evidence)
    base = public.removesuffix("/web") if public.endswith("/web") else ""
    assets = f"{public}/assets" if public else "assets"
    if mark:
        writable(draft, evidence, "protected/runtime", assets)
    elif package == "yiisoft/yii2":
        writable(draft, evidence, f"{base}/runtime".lstrip("/"), assets)
    else:
        writable(draft, evidence, "runtime", assets)
    if place.has("yii"):
        task(draft, "migrate", "php yii migrate --interactive=0", place.cite_file("yii"))
    return True
