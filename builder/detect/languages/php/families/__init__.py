"""Frameworks of PHP, one family a file. ``FAMILIES`` holds them in the order in which they are asked."""

from builder.detect.languages.php.families.cakephp import cakephp
from builder.detect.languages.php.families.codeigniter import codeigniter
from builder.detect.languages.php.families.drupal import drupal
from builder.detect.languages.php.families.extensions_of import extension_of
from builder.detect.languages.php.families.laminas import laminas
from builder.detect.languages.php.families.laravel import laravel
from builder.detect.languages.php.families.plain import plain
from builder.detect.languages.php.families.project import Family
from builder.detect.languages.php.families.servers import server
from builder.detect.languages.php.families.slim import slim
from builder.detect.languages.php.families.symfony import symfony
from builder.detect.languages.php.families.systems import system
from builder.detect.languages.php.families.wordpress import wordpress
from builder.detect.languages.php.families.yii import yii

FAMILIES: tuple[Family, ...] = (
    wordpress, extension_of, server, drupal, laravel, system, symfony, cakephp, codeigniter, yii, laminas, slim, plain,
)  # fmt: skip
