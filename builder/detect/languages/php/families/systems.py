"""Finished programs to be put online as they are: shops, wikis, forums, content systems."""

from builder.detect.languages.php.extensions import usual
from builder.detect.languages.php.families.project import Project, framework, public_of, serve
from builder.draft import Draft

_PACKAGES = {
    "typo3/cms-core": ("typo3", ("gd", "intl", "zip", "mysqli", "pdo_mysql")),
    "typo3/minimal": ("typo3", ("gd", "intl", "zip", "mysqli", "pdo_mysql")),
    "magento/product-community-edition": ("magento", ("bcmath", "gd", "intl", "pdo_mysql", "soap", "sockets", "xsl",
                                                      "zip")),
    "mage-os/product-community-edition": ("magento", ("bcmath", "gd", "intl", "pdo_mysql", "soap", "sockets", "xsl",
                                                      "zip")),
    "craftcms/cms": ("craft", ("bcmath", "gd", "intl", "pdo_mysql", "pdo_pgsql", "zip")),
    "getkirby/cms": ("kirby", ("gd", "intl")),
    "silverstripe/framework": ("silverstripe", ("gd", "intl", "mysqli", "pdo_mysql")),
    "silverstripe/recipe-cms": ("silverstripe", ("gd", "intl", "mysqli", "pdo_mysql")),
    "neos/neos": ("neos", ("pdo_mysql", "gd")),
    "flarum/core": ("flarum", ("gd", "pdo_mysql")),
    "contao/core-bundle": ("contao", ("gd", "intl", "pdo_mysql")),
    "contao/manager-bundle": ("contao", ("gd", "intl", "pdo_mysql")),
    "pimcore/pimcore": ("pimcore", ("exif", "gd", "intl", "pdo_mysql", "zip")),
    "october/rain": ("october", ("gd", "pdo_mysql", "zip")),
    "winter/storm": ("winter", ("gd", "pdo_mysql", "zip")),
    "bolt/core": ("bolt", ("exif", "gd", "intl", "pdo_mysql")),
    "concrete5/core": ("concrete", ("gd", "pdo_mysql", "zip")),
    "concretecms/core": ("concrete", ("gd", "pdo_mysql", "zip")),
}  # fmt: skip
_MARKS = {
    "lib/moodlelib.php": ("moodle", ("gd", "intl", "mysqli", "pgsql", "soap", "zip", "exif")),
    "includes/WebStart.php": ("mediawiki", ("intl", "mysqli", "gd")),
    "libraries/src/Version.php": ("joomla", ("gd", "mysqli", "pdo_mysql", "zip")),
    "libraries/joomla/version.php": ("joomla", ("gd", "mysqli", "pdo_mysql", "zip")),
    "lib/private/Server.php": ("nextcloud", ("gd", "intl", "pdo_mysql", "pdo_pgsql", "zip", "bcmath", "gmp", "exif")),
    "phpbb/di/container_builder.php": ("phpbb", ("gd", "mysqli")),
    "classes/PrestaShopAutoload.php": ("prestashop", ("gd", "intl", "pdo_mysql", "zip")),
    "system/src/Grav/Common/Grav.php": ("grav", ("gd", "zip")),
    "core/Piwik.php": ("matomo", ("gd", "mysqli", "pdo_mysql")),
    "catalog/controller/startup/startup.php": ("opencart", ("gd", "mysqli", "zip")),
    "kirby/bootstrap.php": ("kirby", ("gd", "intl")),
}  # fmt: skip
"""Files of programs that are not put together by Composer."""


def system(project: Project, draft: Draft) -> bool:
    """Look for a finished program."""
    package, public = project.composer.first(*_PACKAGES), public_of(project)
    mark = project.place.has(*_MARKS)
    if package and project.composer.type in {"", "project"}:
        name, extensions = _PACKAGES[package]
        if public is None and name == "magento":
            public = "pub"
        if public is None and name in {"typo3", "silverstripe"}:
            public = "public"
    elif mark and public is not None:
        (name, extensions), package = _MARKS[mark], ""
    else:
        return False
    if public is None:
        return False
    evidence = framework(project, draft, name, package, "" if package else mark)
    serve(draft, public, evidence)
    usual(draft, extensions, name, evidence)
    return True
