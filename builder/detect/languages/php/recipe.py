"""The image of a PHP program: Apache with PHP in it for sites, the command line's PHP for programs of their own."""

from collections.abc import Iterator
from posixpath import join

from builder.detect.languages.php import serving
from builder.detect.languages.php.extensions import EXTENSIONS
from builder.detect.shared.node_assets import build_steps, dependency_steps, node_stages, node_steps
from builder.detect.shared.spans import numbers_of
from builder.errors import PlanIncomplete
from builder.plan import Command, Component
from builder.recipe import Base, Copy, Final, Generated, Packages, Recipe, Run, Set, Stage, Step
from builder.tree import Tree

APP = "/app"
CACHES = ("/tmp/composer",)  # noqa: S108 - a folder of the image

_EXTENSION_FOLDERS = ("/usr/local/lib/php/extensions/", "/usr/local/etc/php/conf.d/")

SITE_FILE, SETTINGS_FILE, WORDPRESS_FILE = "apache.sextant.conf", "php.sextant.ini", "wp-config.sextant.php"


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    runtime, start = component.runtime.value, component.start.value
    if runtime is None or start is None:
        raise PlanIncomplete(f"{component.name}: runtime and start must be known before it can be built.")
    site = component.output.value is not None  # however a Procfile starts it elsewhere, Apache serves it here
    base = Base(image="docker.io/library/php", tag=_tag(runtime.version, site=site))
    stages = (*node_stages(component), *_composer(component), _build(component, tree, base))
    extensions = _extensions(component)
    steps: list[Step] = []
    if component.system_packages:
        steps.append(Packages(names=tuple(one.value for one in component.system_packages)))
    steps.extend(Copy(sources=(one,), to=one, stage="build") for one in (_EXTENSION_FOLDERS if extensions else ()))
    steps.append(Copy(sources=(SETTINGS_FILE,), to="/usr/local/etc/php/conf.d/zz-sextant.ini"))
    line = 'cp "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"'
    if site:
        steps.append(Copy(sources=(SITE_FILE,), to="/etc/apache2/ports.conf"))
        line += " && a2enmod -q rewrite headers expires && a2dissite -q 000-default"
    steps.append(Run(line=line))
    steps.append(Copy(sources=(f"{APP}/",), to=f"{APP}/", stage="build"))
    return Recipe(
        stages=stages,
        final=Final(
            base=base,
            steps=tuple(steps),
            command=Command(argv=("apache2-foreground",)) if site else start,
            directory=APP,
            environment=_environment(component, site=site),
            writable=_kept(component),
            health_tool="php",
            reaps=site,
            stop_signal="SIGWINCH" if site else "SIGTERM",
        ),
        files=tuple(_files(component, tree, site=site)),
    )


def _tag(version: str, *, site: bool) -> str:
    """Return the image's tag; older releases of PHP were never built on newer Debian."""
    numbers, form = numbers_of(version), "apache" if site else "cli"
    if len(numbers) < 2:
        return f"{version}-{form}"
    return f"{version}-{form}" + ("-bookworm" if numbers >= (8,) else "-bullseye" if numbers >= (7, 3) else "")


def _composer(component: Component) -> tuple[Stage, ...]:
    if component.install.value is None:
        return ()
    old = component.runtime.value is not None and numbers_of(component.runtime.value.version) < (7, 2)
    base = Base(image="docker.io/library/composer", tag="2.2" if old else "2")
    return (Stage(name="composer", base=base, steps=()),)


def _build(component: Component, tree: Tree, base: Base) -> Stage:
    install = component.install.value
    tools = ("git", "unzip") if install else ()
    names = tuple(dict.fromkeys((*tools, *(one.value for one in component.build_packages))))
    steps: list[Step] = [Packages(names=names)] if names else []
    steps.extend(Run(line=line) for line in _extension_lines(component))
    steps.extend(node_steps(component))
    if install is not None:
        steps.append(Copy(sources=("/usr/bin/composer",), to="/usr/bin/composer", stage="composer"))
        steps.append(Set(variables=(("COMPOSER_ALLOW_SUPERUSER", "1"), ("COMPOSER_CACHE_DIR", CACHES[0]))))
        if not _needs_source(component, tree):
            names = tuple(one for one in ("composer.json", "composer.lock") if join(component.path, one) in tree)
            steps.append(Copy(sources=names, to=f"{APP}/"))
            steps.append(Run(line=f"{install.text} --no-scripts --no-autoloader", caches=CACHES))
    steps.extend(dependency_steps(component, tree, APP))
    steps.append(Copy(sources=(".",), to=f"{APP}/"))
    if _configured(component):
        public = component.output.value or "."
        steps.append(Copy(sources=(WORDPRESS_FILE,), to=join(APP, "" if public == "." else public, "wp-config.php")))
    if prepared := _prepared(component):
        steps.append(Run(line=" && ".join(prepared)))
    if component.framework.value == "symfony":
        steps.append(Set(variables=(("APP_ENV", "prod"), ("APP_DEBUG", "0"))))
    last = [one.text for one in (install, component.build.value) if one is not None]
    if last:
        steps.append(Run(line=" && ".join(last), caches=CACHES if install else ()))
    steps.extend(build_steps(component, APP))
    return Stage(name="build", base=base, steps=tuple(steps), directory=APP)


def _extensions(component: Component) -> list[str]:
    names = (one.value.removeprefix("php.ext.") for one in component.traits if one.value.startswith("php.ext."))
    return [name for name in names if name in EXTENSIONS]


def _extension_lines(component: Component) -> list[str]:
    """Return the lines that compile the extensions: those of PHP's own sources, then those of PECL."""
    names = _extensions(component)
    own = [name for name in names if not EXTENSIONS[name].pecl]
    foreign = [name for name in names if EXTENSIONS[name].pecl]
    lines = [f"docker-php-ext-configure {name} {EXTENSIONS[name].configure}" for name in own if
             EXTENSIONS[name].configure]  # fmt: skip
    if own:
        lines.append(f'docker-php-ext-install -j"$(nproc)" {" ".join(own)}')
    if foreign:
        wanted = " ".join(EXTENSIONS[name].pecl for name in foreign)
        lines.append(f"pecl install {wanted} && docker-php-ext-enable {' '.join(foreign)}")
    return [" && ".join(lines)] if lines else []


def _needs_source(component: Component, tree: Tree) -> bool:
    """Say whether installing reads the project's own files: packages by path, patches, plugins in the tree."""
    text = tree.text(join(component.path, "composer.json")) or ""
    return '"path"' in text or "composer-patches" in text or "merge-plugin" in text


def _prepared(component: Component) -> list[str]:
    """Return lines that make what the source lacks: folders that are written to, the environment's name."""
    lines = []
    if folders := _writable(component):
        lines.append(f"mkdir -p {' '.join(folders)}")
    if component.framework.value == "symfony":
        lines.append('{ test -f .env || printf \'<?php return ["APP_ENV" => "prod"];\' > .env.local.php; }')
    return lines


def _writable(component: Component) -> tuple[str, ...]:
    words = (one.value for one in component.traits if one.value.startswith("php.writable."))
    return tuple(dict.fromkeys(one.removeprefix("php.writable.") for one in words))


def _kept(component: Component) -> tuple[str, ...]:
    """Return all folders that the program writes to: for a while, and for good."""
    passing = (join(APP, one) for one in _writable(component))
    return tuple(dict.fromkeys(("/tmp", *passing, *(one.value.path for one in component.volumes))))  # noqa: S108


def _files(component: Component, tree: Tree, *, site: bool) -> Iterator[Generated]:
    yield Generated(path=SETTINGS_FILE, text=serving.SETTINGS)
    if site:
        public = component.output.value or "."
        inside = "" if public == "." else public
        ruled = join(component.path, inside, ".htaccess") in tree
        fallback = not ruled and component.framework.value is not None
        yield Generated(path=SITE_FILE, text=serving.site(join(APP, inside).rstrip("/"), fallback=fallback))
    if _configured(component):
        yield Generated(path=WORDPRESS_FILE, text=serving.WORDPRESS)


def _configured(component: Component) -> bool:
    """Say whether the image is given a configuration of WordPress."""
    return any(one.value == "wordpress.configure" for one in component.traits)


def _environment(component: Component, *, site: bool) -> tuple[tuple[str, str], ...]:
    found = [("PORT", str(component.port.value))] if component.port.value else []
    if site:
        found += [("APACHE_RUN_DIR", "/tmp"), ("APACHE_LOCK_DIR", "/tmp"), ("APACHE_PID_FILE", "/tmp/apache2.pid")]  # noqa: S108
    framework = component.framework.value
    if framework in {"laravel", "lumen"}:
        found += [("APP_ENV", "production"), ("LOG_CHANNEL", "stderr")]
        if any(one.value == "laravel.sqlite" for one in component.traits):
            found.append(("DB_DATABASE", "/data/database.sqlite"))
    if framework == "symfony":
        found += [("APP_ENV", "prod"), ("APP_DEBUG", "0")]
    if framework == "codeigniter":
        found.append(("CI_ENVIRONMENT", "production"))
    return tuple(found)
