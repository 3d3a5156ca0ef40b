"""Symfony: the console, Doctrine's migrations, Messenger, assets; its variables stand in YAML."""

import re
from collections.abc import Iterator

from builder.detect.languages.php.extensions import add_extension, usual
from builder.detect.languages.php.families.project import Project, framework, healthy, public_of, serve, task, writable
from builder.detect.languages.php.sources import health
from builder.detect.shared.variables import add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION
from builder.plan import Command, Commands
from core.evidence import Evidence
from core.phrase import Phrase

_PACKAGES = ("symfony/framework-bundle", "symfony/symfony", "symfony/runtime", "shopware/core", "sylius/sylius")
_READ = re.compile(r"%env\((?:[a-z_]+:)*(?:default:([\w.]*):)?(?:[a-z_]+:)*([A-Z][A-Z0-9_]*)\)%")


def symfony(project: Project, draft: Draft) -> bool:
    """Look for a Symfony application."""
    place, composer = project.place, project.composer
    package = composer.first(*_PACKAGES)
    public = public_of(project)
    if not package or (public is None and not place.has("bin/console", "web/app.php", "src/Kernel.php")):
        return False
    if public is None:
        public = "web" if place.has("web/app.php") else "public"
    if not place.has("bin/console", "app/console", "src/Kernel.php", f"{public}/index.php", "config/bundles.php"):
        return False
    evidence = framework(project, draft, "symfony", package)
    serve(draft, public, evidence)
    usual(draft, ("intl",), "Symfony", evidence)
    writable(draft, evidence, "var")
    if composer.first("doctrine/orm", "doctrine/doctrine-bundle", "symfony/orm-pack"):
        _store(project, draft, evidence)
    if composer.first("symfony/asset-mapper") and place.has("importmap.php"):
        _build(draft, composer.cite("symfony/asset-mapper"))
    _beside(project, draft, evidence)
    if found := health(place, project.in_folder("src/Controller")):
        path, where, line = found
        healthy(draft, path, CODE, place.cite(where, line))
    for name, file, default in _variables(project):
        add_read(draft, name, place.cite(file, name), default=default)
    return True


def _store(project: Project, draft: Draft, evidence: Evidence | None) -> None:
    """Add the driver that the configuration names; both usual ones where it names none."""
    for file in ("config/packages/doctrine.yaml", "app/config/config.yml"):
        text = project.place.yaml(file)
        held = text.get("doctrine") if isinstance(text, dict) else None
        dbal = held.get("dbal") if isinstance(held, dict) else None
        driver = dbal.get("driver") if isinstance(dbal, dict) else None
        if driver in {"pdo_mysql", "pdo_pgsql"}:
            why = Phrase(en=f"Doctrine's driver is {driver}.", zh=f"Doctrine 的驱动是 {driver}。")
            add_extension(draft, driver, CONVENTION, "php.symfony.driver", why, project.place.cite(file, driver))
            return
    usual(draft, ("pdo_mysql", "pdo_pgsql"), "Doctrine", evidence)


def _build(draft: Draft, evidence: Evidence | None) -> None:
    lines = ("importmap:install", "asset-map:compile")
    draft.build.add(
        Commands(each=tuple(Command(argv=("php", "bin/console", line)) for line in lines)),
        CONVENTION,
        "php.symfony.assets",
        Phrase(en="AssetMapper writes the files that browsers load.", zh="AssetMapper 生成浏览器加载的文件。"),
        evidence,
    )


def _beside(project: Project, draft: Draft, evidence: Evidence | None) -> None:
    composer = project.composer
    if package := composer.first("doctrine/doctrine-migrations-bundle", "symfony/orm-pack"):
        line = "php bin/console doctrine:migrations:migrate --no-interaction --allow-no-migration"
        task(draft, "migrate", line, composer.cite(package))
    package, names = composer.first("symfony/messenger", "symfony/scheduler"), _transports(project)
    if package and names:
        line = f"php bin/console messenger:consume {' '.join(names)} --time-limit=3600"
        task(draft, "worker", line, composer.cite(package) or evidence)


def _transports(project: Project) -> list[str]:
    """Return the names of Messenger's transports that somebody must read."""
    data = project.place.yaml("config/packages/messenger.yaml")
    for key in ("framework", "messenger", "transports"):
        data = data.get(key) if isinstance(data, dict) else None
    found = []
    for name, one in (data or {}).items() if isinstance(data, dict) else ():
        address = one.get("dsn", "") if isinstance(one, dict) else one
        if isinstance(address, str) and not address.startswith(("sync:", "in-memory:")) and name != "failed":
            found.append(str(name))
    return found


def _variables(project: Project) -> Iterator[tuple[str, str, str | None]]:
    """Tell the variables that the YAML of the configuration reads, the file, and the default if it has one."""
    place = project.place
    for path in place.tree.below(place.file("config"), suffixes=(".yaml", ".yml"), depth=1):
        file = place.relative(path)
        values = place.yaml(file)
        defaults = values.get("parameters") if isinstance(values, dict) else None
        for text in _texts(values):
            for fallback, name in _READ.findall(text):
                given = defaults.get(f"env({name})", fallback or None) if isinstance(defaults, dict) else fallback
                yield name, file, None if given in {None, ""} else str(given)


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth < 12:  # deeper values are no configuration
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one, depth + 1)
