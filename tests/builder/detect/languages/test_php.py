"""PHP: small trees, and what the plan must say of them."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from builder.detect.languages.php import PHP
from builder.detect.languages.php.constraints import spans
from builder.detect.planning import plan
from builder.detect.shared.clients_packagist import CLIENTS
from builder.plan import SERVICES, Component, Kind
from builder.tree import Tree

FRONT = "<?php\nrequire __DIR__ . '/../vendor/autoload.php';\n$app->run();\n"
PAGE = "<!DOCTYPE html>\n<html><body><?php echo 1; ?></body></html>\n"


def composer(require: dict[str, str], **more: object) -> str:
    """Return a composer.json."""
    return json.dumps({"require": require, **more}, indent=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A tree and the fields that count."""

    id: str
    files: dict[str, str | bytes]
    kind: Kind = Kind.WEB
    framework: str | None = None
    php: str | None = None
    start: str | None = "apache2-foreground"
    port: int | None = 8080
    public: str | None = None
    manager: str | None = "composer"
    extensions: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    health: str | None = None


def refused(name: str, kind: Kind, files: dict[str, str | bytes], **more: Any) -> Case:
    """Return a case that cannot be put online."""
    return Case(id=name, kind=kind, files=files, start=None, port=None, **more)


LARAVEL: dict[str, str | bytes] = {
    "composer.json": composer({"php": "^8.2", "laravel/framework": "^12.0"}, type="project"),
    "artisan": "#!/usr/bin/env php\n<?php\n",
    "public/index.php": FRONT,
    "bootstrap/app.php": "<?php\nreturn Application::configure()->withRouting(web: 'x', health: '/up')->create();\n",
    "config/app.php": "<?php\nreturn ['url' => env('APP_URL', 'http://localhost'), 'token' => env('MAIL_TOKEN')];\n",
    "database/migrations/1.php": "<?php\n",
    "app/Jobs/Send.php": "<?php\n",
    "routes/console.php": "<?php\nSchedule::command('x')->daily();\n",
    ".env.example": "DB_CONNECTION=pgsql\nQUEUE_CONNECTION=redis\n",
}

CASES = (
    Case(
        id="laravel-with-queue-and-schedule", files=LARAVEL, framework="laravel", php="8.4", public="public",
        extensions=frozenset({"pdo_pgsql", "redis", "bcmath"}), health="/up",
        variables=frozenset({"APP_KEY", "APP_URL", "MAIL_TOKEN"}), tasks=frozenset({"migrate", "worker", "schedule"}),
    ),
    Case(
        id="laravel-8-is-not-put-on-php-8.4", framework="laravel", php="8.1", public="public",
        files={"composer.json": composer({"php": "^7.3|^8.0", "laravel/framework": "^8.75"}), "artisan": "",
               "public/index.php": FRONT},
    ),
    Case(
        id="lumen", framework="lumen", php="8.2", public="public",
        files={"composer.json": composer({"php": "^8.0", "laravel/lumen-framework": "^9.0"}), "bootstrap/app.php": "",
               "public/index.php": FRONT},
    ),
    refused("laravel-zero", Kind.CLI, {
        "composer.json": composer({"laravel-zero/framework": "^11"}), "bootstrap/app.php": "<?php\n",
    }, framework="laravel-zero-is-none"),
    refused("package-for-laravel", Kind.LIBRARY, {
        "composer.json": composer({"illuminate/support": "^11"}, name="a/b", autoload={"psr-4": {"A\\": "src/"}}),
        "src/A.php": "<?php\nclass A {}\n",
    }),
    Case(
        id="symfony-with-messenger", framework="symfony", php="8.4", public="public", health="/health",
        variables=frozenset({"DATABASE_URL"}), tasks=frozenset({"worker"}),
        files={
            "composer.json": composer({"php": ">=8.2", "symfony/framework-bundle": "7.2.*", "symfony/messenger": "*"}),
            "bin/console": "", "public/index.php": "<?php\nuse App\\Kernel;\n", "src/Kernel.php": "<?php\n",
            "src/Controller/A.php": "<?php\nclass A { #[Route('/health')] public function a() {} }\n",
            "config/packages/doctrine.yaml": "doctrine: {dbal: {url: '%env(resolve:DATABASE_URL)%'}}\n",
            "config/packages/messenger.yaml": "framework: {messenger: {transports: {async: 'x://y', failed: 'd://'}}}\n",
        },
    ),
    Case(
        id="symfony-5.4-bears-php-8.3-at-most", framework="symfony", php="8.3", public="public",
        files={"composer.json": composer({"php": ">=7.2.5", "symfony/framework-bundle": "5.4.*"}), "bin/console": "",
               "public/index.php": FRONT},
    ),
    Case(
        id="wordpress-core", framework="wordpress", manager=None, public=".",
        extensions=frozenset({"mysqli", "gd"}), variables=frozenset({"WORDPRESS_DB_HOST", "WORDPRESS_AUTH_KEY"}),
        files={"index.php": "<?php require 'wp-blog-header.php';\n", "wp-includes/version.php": "<?php\n",
               "wp-config-sample.php": "<?php\n"},
    ),
    Case(
        id="bedrock", framework="wordpress", php="8.4", public="web",
        files={"composer.json": composer({"php": ">=8.1", "roots/wordpress": "6.7"}, type="project"),
               "web/index.php": FRONT, "config/application.php": "<?php\n"},
    ),
    Case(
        id="wordpress-below-a-public-folder", framework="wordpress", manager=None, public="public_html",
        files={"public_html/index.php": "<?php require 'x';\n", "public_html/wp-includes/version.php": "<?php\n",
               "public_html/wp-config-sample.php": "<?php\n"},
    ),
    Case(
        id="wordpress-by-composer-without-a-page-of-its-own", framework="wordpress", public="wp",
        files={"composer.json": composer({"johnpbloch/wordpress": "^6"}, type="project",
                                         extra={"wordpress-install-dir": "wp"}), "wp-config.php": "<?php\n"},
    ),
    refused("content-of-a-site", Kind.OTHER, {
        "composer.json": composer({"wpackagist-plugin/x": "1"}), "wp-content/themes/a/functions.php": "<?php\n",
    }),
    refused("app-of-nextcloud", Kind.OTHER, {
        "composer.json": composer({}), "appinfo/info.xml": "<info/>", "lib/A.php": "<?php\n",
    }),
    Case(
        id="public-folder-one-level-down", public="src/public",
        files={"composer.json": composer({"php": "^8.1"}), "src/public/index.php": FRONT},
    ),
    Case(
        id="page-of-html-that-calls-php", manager=None, public=".",
        files={"index.html": "<form action='api/send.php'>", "api/send.php": "<?php\nmail($_POST['a'], 'b', 'c');\n"},
    ),
    refused("wordpress-plugin", Kind.OTHER, {
        "hello.php": "<?php\n/**\n * Plugin Name: Hello\n */\n", "index.php": "<?php // Silence is golden.\n",
    }, manager=None),
    refused("wordpress-theme", Kind.OTHER, {
        "style.css": "/*\nTheme Name: Paper\n*/\n", "index.php": "<?php get_header();\n",
    }, manager=None),
    refused("drupal-module", Kind.OTHER, {
        "composer.json": composer({}, type="drupal-module", name="drupal/x"), "x.module.php": "<?php\n",
    }),
    refused("bundle-of-symfony", Kind.LIBRARY, {
        "composer.json": composer({"symfony/framework-bundle": "^7"}, type="symfony-bundle"), "src/B.php": "<?php\n",
    }),
    Case(
        id="drupal-by-composer-without-sources", framework="drupal", public="web", tasks=frozenset({"migrate"}),
        files={"composer.json": composer(
            {"drupal/core-recommended": "^11", "drush/drush": "^13"}, type="project",
            extra={"drupal-scaffold": {"locations": {"web-root": "web/"}}},
        )},
    ),
    Case(
        id="codeigniter-4", framework="codeigniter", php="8.4", public="public", tasks=frozenset({"migrate"}),
        files={"composer.json": composer({"php": "^8.1", "codeigniter4/framework": "^4.0"}), "spark": "",
               "public/index.php": FRONT, "app/Config/App.php": "<?php\n", "app/Database/Migrations/1.php": "<?php\n"},
    ),
    Case(
        id="codeigniter-3-without-composer", framework="codeigniter", public=".", manager=None,
        files={"index.php": "<?php require 'x';\n", "system/core/CodeIgniter.php": "<?php\n",
               "application/config/config.php": "<?php\n"},
    ),
    Case(
        id="slim-with-health", framework="slim", php="8.4", public="public", health="/healthz",
        files={"composer.json": composer({"php": "^7.4 || ^8.0", "slim/slim": "^4.10"}), "public/index.php": FRONT,
               "app/routes.php": "<?php\n$app->get('/healthz', H::class);\n"},
    ),
    Case(
        id="laminas", framework="laminas", php="8.3", public="public",
        files={"composer.json": composer({"php": "~8.1.0 || ~8.2.0 || ~8.3.0", "laminas/laminas-mvc": "^3.8"}),
               "public/index.php": FRONT},
    ),
    Case(
        id="yii-2-basic", framework="yii", public="web", tasks=frozenset({"migrate"}),
        files={"composer.json": composer({"php": ">=7.4.0", "yiisoft/yii2": "~2.0.45"}), "web/index.php": FRONT,
               "yii": ""},
    ),
    Case(
        id="yii-2-advanced-shows-its-frontend", framework="yii", public="frontend/web",
        files={"composer.json": composer({"yiisoft/yii2": "~2.0.45"}, type="project"),
               "frontend/config/main.php": "<?php\n", "backend/config/main.php": "<?php\n"},
    ),
    Case(
        id="cakephp", framework="cakephp", public="webroot",
        files={"composer.json": composer({"cakephp/cakephp": "^5.1"}), "webroot/index.php": FRONT, "bin/cake": "",
               "index.php": FRONT},
    ),
    Case(
        id="hyperf-runs-by-itself", framework="hyperf", start="php bin/hyperf.php start", port=9502,
        files={"composer.json": composer({"hyperf/framework": "~3.1"}), "bin/hyperf.php": "<?php\n",
               "config/autoload/server.php": "<?php\nreturn ['servers' => [['host' => '0.0.0.0', 'port' => 9502]]];\n"},
    ),
    Case(
        id="webman-runs-by-itself", framework="webman", start="php start.php start", port=8787,
        files={"composer.json": composer({"workerman/webman-framework": "^2"}), "start.php": "<?php\n"},
    ),
    Case(
        id="reactphp-names-its-port", framework="reactphp", start="php server.php", port=8000,
        files={"composer.json": composer({"react/http": "^1.11"}),
               "server.php": "<?php\n$s = new React\\Socket\\SocketServer('0.0.0.0:8000');\n"},
    ),
    Case(
        id="bot-is-a-worker", kind=Kind.WORKER, framework="discord-php", start="php bot.php", port=None,
        files={"composer.json": composer({"team-reflex/discord-php": "^10"}), "bot.php": "<?php\n"},
    ),
    Case(
        id="plain-pages-with-mysql", manager=None, public=".", extensions=frozenset({"mysqli"}),
        variables=frozenset({"DB_HOST"}),
        files={"index.php": PAGE, "db.php": "<?php\n$d = new mysqli(getenv('DB_HOST'));\n"},
    ),
    Case(
        id="plain-public-folder-with-a-data-source-name", manager=None, public="public",
        extensions=frozenset({"pdo_pgsql"}),
        files={"public/index.php": FRONT, "src/db.php": "<?php\n$dsn = 'pgsql:host=' . $h;\n$d = new PDO($dsn);\n"},
    ),
    Case(
        id="extension-of-the-manifest", php="8.4", extensions=frozenset({"intl", "gd"}),
        files={"composer.json": composer({"php": "^8.3", "ext-intl": "*", "ext-gd": "*", "ext-json": "*"}),
               "public/index.php": FRONT},
    ),
    refused("library", Kind.LIBRARY, {
        "composer.json": composer({"php": "^8.1"}, type="library", name="a/b", autoload={"psr-4": {"A\\": "src/"}}),
        "src/A.php": "<?php\nclass A {}\n", "index.php": PAGE,
    }, php="8.4"),
    refused("console-tool", Kind.CLI, {
        "composer.json": composer({"symfony/console": "^7"}, name="a/tool", bin=["bin/tool"]), "src/A.php": "<?php\n",
    }),
    refused("script-alone", Kind.CLI, {"convert.php": "<?php\necho strtoupper($argv[1]);\n"}, manager=None),
    Case(
        id="version-file-wins", php="8.2", public="public",
        files={"composer.json": composer({"php": ">=8.0"}), "public/index.php": FRONT, ".php-version": "8.2.10\n"},
    ),
    Case(
        id="platform-of-a-supported-release-is-taken", php="8.2", public="public",
        files={"composer.json": composer({"php": ">=8.0"}, config={"platform": {"php": "8.2.4"}}),
               "public/index.php": FRONT},
    ),
    Case(
        id="locked-packages-bound-the-version", php="8.1", public="public",
        files={"composer.json": composer({"php": ">=7.4", "a/b": "^1"}), "public/index.php": FRONT,
               "composer.lock": json.dumps({"packages": [{"name": "a/b", "require": {"php": ">=7.4 <8.2"}}]})},
    ),
    Case(
        id="open-constraint-of-old-times", php="7.4", public="public",
        files={"composer.json": composer({"php": ">=5.6"}), "public/index.php": FRONT},
    ),
    Case(id="broken-manifest", files={"composer.json": '{"require": {', "public/index.php": FRONT}, public="public"),
    Case(id="manifest-is-a-list", files={"composer.json": "[1, 2]", "index.php": PAGE}, public="."),
    Case(
        id="manifest-with-wrong-types", public="public",
        files={"composer.json": '{"require": ["php"], "bin": 3, "extra": [], "config": 1, "repositories": "x"}',
               "public/index.php": FRONT},
    ),
    Case(
        id="byte-order-mark-and-latin-1", manager=None, public=".",
        files={"index.php": b"\xef\xbb\xbf" + PAGE.encode(), "a.php": b"<?php // caf\xe9\necho 1;\n"},
    ),
    Case(id="unclosed-php", files={"index.php": "<?php if (true) { echo <<<X\n", "b.php": "<?php }}}"}, manager=None),
)  # fmt: skip


def component(files: dict[str, str | bytes]) -> Component:
    """Return the one component of a tree."""
    found = plan(Tree.of(files), providers=(PHP,)).components
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_php_is_planned(case: Case) -> None:
    found = component(case.files)
    assert found.language.value == "php"
    assert found.kind.value == case.kind
    if case.framework and case.kind.deployable:
        assert found.framework.value == case.framework
    assert (found.start.value.text if found.start.value else None) == case.start
    assert found.port.value == case.port
    assert found.package_manager.value == case.manager
    if case.php:
        assert found.runtime.value is not None
        assert found.runtime.value.version == case.php
    if case.public:
        assert found.output.value == case.public
    traits = {one.value for one in found.traits}
    assert {f"php.ext.{one}" for one in case.extensions} <= traits
    assert case.variables <= {one.value.name for one in found.variables}
    assert case.tasks <= {one.value.name for one in found.tasks}
    assert (found.health.value.path if found.health.value else None) == case.health


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """A tree and the folders in which components are found."""

    id: str
    files: dict[str, str | bytes]
    paths: list[str] = field(default_factory=list)


FOLDERS = (
    Several(id="nothing-of-php", files={"package.json": "{}", "src/a.js": ""}, paths=[""]),
    Several(id="manifest-that-packages-a-script", files={"composer.json": composer({}), "dist/a.js": ""}, paths=[""]),
    Several(
        id="site-beside-a-front-end", paths=["backend"],
        files={"frontend/package.json": "{}", "backend/index.php": PAGE},
    ),
    Several(
        id="page-below-another-language", paths=[""],
        files={"package.json": "{}", "src/mail/index.php": PAGE, "src/a.js": ""},
    ),
    Several(
        id="dependencies-are-no-programs", paths=[""],
        files={"composer.json": composer({"a/b": "1"}), "index.php": PAGE, "vendor/a/b/composer.json": composer({})},
    ),
    Several(
        id="two-services", paths=["api", "shop"],
        files={"api/composer.json": composer({"slim/slim": "^4"}), "api/public/index.php": FRONT,
               "shop/index.php": PAGE},
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.id)
def test_php_is_found_where_it_is_a_program(case: Several) -> None:
    found = plan(Tree.of(case.files), providers=(PHP,)).components
    assert sorted(one.path for one in found) == case.paths
    if case.id.startswith(("nothing", "manifest-that", "page-below")):
        assert all(one.provider == "" for one in found)


@pytest.mark.parametrize(
    ("constraint", "allowed", "excluded"),
    [
        ("^8.1", ["8.1", "8.4"], ["8.0", "9.0"]),
        ("~7.4", ["7.4"], ["8.0", "7.3"]),
        ("~8.2.0", ["8.2"], ["8.3"]),
        (">=7.2 <8.3", ["7.4", "8.2"], ["8.3"]),
        (">= 7.4, < 8.2", ["8.1"], ["8.2"]),
        ("7.4 - 8.2", ["7.4", "8.2"], ["8.3"]),
        ("8.1.*", ["8.1"], ["8.2"]),
        ("^7.3 || ^8.0", ["7.4", "8.4"], ["9.0"]),
        ("8.1.2", ["8.1"], ["8.2"]),
        ("^8.1@dev", ["8.3"], ["8.0"]),
        ("*", [], []),
    ],
)
def test_constraints_of_composer_are_understood(constraint: str, allowed: list[str], excluded: list[str]) -> None:
    held = spans(constraint)
    assert all(any(one.meets(release) for one in held) for release in allowed)
    assert not any(one.meets(release) for one in held for release in excluded)


def test_every_client_is_of_a_service_that_plans_know() -> None:
    assert set(CLIENTS.values()) <= set(SERVICES)
    assert all(name == name.lower() for name in CLIENTS)
