"""Themes, plugins, modules and bundles: they run inside of another program, never by themselves."""

import re

from builder.detect.languages.php.families.project import Project, not_run
from builder.draft import Draft
from builder.grounds import DECLARED, STATED
from builder.plan import Kind
from core.evidence import Evidence
from core.phrase import Phrase

_HOSTS = (
    "wordpress", "drupal", "typo3", "magento", "magento2", "moodle", "mediawiki", "shopware", "prestashop", "craft",
    "october", "winter", "concrete5", "concretecms", "silverstripe", "neos", "oxideshop", "opencart", "joomla", "grav",
    "kirby", "bolt", "contao", "phpbb", "pimcore", "flarum", "statamic", "omeka", "omeka-s", "vanilla", "piwik",
    "matomo", "redaxo", "modx", "elgg", "textpattern", "cms", "ilias", "dolibarr", "roundcube", "mautic", "sulu",
    "yii2", "cakephp", "symfony", "akaunting", "oro",
)  # fmt: skip
_PARTS = (
    "plugin", "theme", "module", "muplugin", "dropin", "profile", "custom-module", "custom-theme", "extension", "skin",
    "component", "template", "library", "language", "block", "bundle", "platform-plugin", "vendormodule", "package",
    "cms-extension", "addon", "local", "mod", "auth", "tool", "filter", "report", "format", "recipe", "adminmodule",
)  # fmt: skip
_LIBRARIES = frozenset({"symfony-bundle", "cakephp-plugin", "yii2-extension", "composer-plugin", "metapackage",
                        "phpcodesniffer-standard", "phpstan-extension", "rector-extension", "psalm-plugin",
                        "composer-installer", "composer-custom-installer", "pest-plugin", "wordpress-package",
                        "typo3-cms-framework", "laravel-package", "php-ext", "php-ext-zend"})  # fmt: skip
"""Types that other programs require, as they require a library."""

_HEADER = re.compile(r"^[\s/*#@]*(Plugin|Theme) Name:\s*\S", re.MULTILINE)
HEAD_BYTES = 8192
"""WordPress looks for the header of a plugin or theme in so much of a file."""


def extension_of(project: Project, draft: Draft) -> bool:
    """Look for something that is installed into another program."""
    place, composer = project.place, project.composer
    evidence = place.cite("composer.json", re.compile(r'"type"\s*:'))
    if composer.type in _LIBRARIES and (composer.type != "composer-plugin" or "class" in composer.extra):
        why = Phrase(en=f"Its type is {composer.type}.", zh=f"其类型为 {composer.type}。")
        not_run(draft, Kind.LIBRARY, STATED, "php.kind.type", why, evidence)
        return True
    host, _, part = composer.type.partition("-")
    if host in _HOSTS and part in _PARTS:
        _other(draft, composer.type, evidence)
        return True
    if place.has("wp-config.php", "wp-config-sample.php"):
        return False
    for file in ("style.css", *(name for name in place.names(".php"))):
        if _HEADER.search(place.text(file)[:HEAD_BYTES]):
            _other(draft, "WordPress plugin or theme", place.cite(file, re.compile(r"(Plugin|Theme) Name:")))
            return True
    for mark, what in _marks(project):
        if mark:
            _other(draft, what, place.cite_file(mark))
            return True
    return False


def _marks(project: Project) -> tuple[tuple[str, str], ...]:
    """Return the files by which programs know their extensions."""
    place = project.place
    drupal = next((one for one in place.names(".info.yml", ".info") if _drupal(project, one)), "")
    typo3 = place.has("ext_emconf.php")
    moodle = "version.php" if "$plugin->component" in place.text("version.php") else ""
    magento = "registration.php" if place.has("etc/module.xml") and place.has("registration.php") else ""
    mediawiki = "extension.json" if place.json("extension.json").get("manifest_version") else ""
    content = next((one for one in project.files if one.startswith(("wp-content/", "content/themes/"))), "")
    nextcloud = place.has("appinfo/info.xml") if not place.has("index.php") else ""
    grav = place.has("blueprints.yaml") if not place.has("index.php") else ""
    icinga = place.has("module.info") if place.has("configuration.php", "run.php") else ""
    october = "plugin.yaml" if place.has("Plugin.php") and place.has("plugin.yaml") else ""
    joomla = next((one for one in place.names(".xml") if _joomla(project, one)), "")
    return (
        (drupal, "Drupal module"),
        (typo3, "TYPO3 extension"),
        (moodle, "Moodle plugin"),
        (magento, "Magento module"),
        (content if not place.has("index.php") else "", "content of a WordPress site"),
        (nextcloud, "Nextcloud app"),
        (grav, "Grav plugin or theme"),
        (icinga, "Icinga module"),
        (october, "October plugin"),
        (mediawiki, "MediaWiki extension"),
        (joomla, "Joomla extension"),
    )


def _drupal(project: Project, name: str) -> bool:
    data = project.place.yaml(name)
    return isinstance(data, dict) and data.get("type") in {"module", "theme", "profile"}


def _joomla(project: Project, name: str) -> bool:
    root = project.place.xml(name)
    return root is not None and root.tag in {"extension", "install"} and bool(root.get("type"))


def _other(draft: Draft, what: str, evidence: Evidence | None) -> None:
    why = Phrase(en=f"It is a part of another program: {what}.", zh=f"它是其他程序的组成部分：{what}。")
    not_run(draft, Kind.OTHER, DECLARED + 0.01, "php.kind.extension", why, evidence)
