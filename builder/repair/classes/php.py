# ruff: noqa: E501 - a table: each row stands together
"""Composer and PHP."""

from builder.repair import remedies
from builder.repair.model import ANY, LIKELY, known

_NAME = ("Correct the name or version in composer.json.", "请更正 composer.json 中的名称或版本。")

CLASSES = (
    known("composer.php-release", (r"requires php (?P<wanted>[\d<>=^~.*| ]+?) but your php version", r"requires php (?P<wanted>[\d<>=^~.*| ]+?) -> your php version"), ("A package asks for another PHP.", "有软件包要求其他版本的 PHP。"), ("Take that release.", "请使用该版本。"), repair=remedies.runtime("php")),
    known("composer.extension-missing", r"requires (?:PHP extension )?ext-(?P<name>\w+) .*(?:it is missing from your system|->)", ("An extension of PHP is not installed.", "缺少 PHP 扩展。"), ("Name it under require as ext-…, so that it is installed.", "请在 require 中写明 ext-…，以便安装。")),
    known("composer.lock-outdated", r"(?:The lock file is not up to date with the latest changes in composer\.json|Required package \S+ .*is not present in the lock file)", ("composer.lock does not match composer.json.", "composer.lock 与 composer.json 不一致。"), ("Commit the composer.lock that an update writes.", "请提交更新后生成的 composer.lock。"), certainty=LIKELY, repair=remedies.loosen("composer")),
    known("composer.manifest-invalid", r"\"\S*composer\.json\" does not contain valid JSON", ("composer.json is not valid JSON.", "composer.json 不是有效的 JSON。"), ("Correct it.", "请更正。")),
    known("composer.manifest-missing", r"^Composer could not find a composer\.json file in ", ("There is no composer.json where Composer runs.", "Composer 运行的目录中没有 composer.json。"), ("Build from the folder that holds it.", "请在其所在目录构建。")),
    known("composer.package-not-found", r"Root composer\.json requires (?P<name>[\w./-]+)(?: \S+)?, (?:it could not be found|found \S+ but)", ("No version of a package fits, or there is none.", "没有符合要求的版本，或不存在。"), _NAME),
    known("composer.unresolvable", r"Your requirements could not be resolved to an installable set of packages", ("Requirements cannot be met together.", "依赖要求无法同时满足。"), ("Look at the problems listed below it.", "请看其下列出的问题。"), certainty=LIKELY),
    known("composer.script-failed", r"^Script .* (?:handling the \S+ event returned with error code|returned with error code)", ("A script of composer.json failed.", "composer.json 的脚本失败。"), ("Look at its own lines above; often it needs files that are copied later.", "请看其上的输出；通常需要之后才复制的文件。"), certainty=LIKELY),
    known("php.autoload-missing", r"Failed opening required '(?P<path>[^']*vendor/autoload\.php)'", ("Dependencies of PHP are not installed in the image.", "镜像中没有安装 PHP 依赖。"), ("Run composer install while building, and keep vendor.", "请在构建时运行 composer install 并保留 vendor。"), where=ANY),
    known("php.function-missing", r"Call to undefined function (?P<name>\w+)\(\)", ("A function is not there: often its extension is not installed.", "函数不存在：通常缺少扩展。"), ("Name the extension in composer.json.", "请在 composer.json 中写明扩展。"), where=ANY, certainty=LIKELY),
    known("php.class-missing", r"Uncaught Error: Class \"(?P<name>[^\"]+)\" not found", ("A class is not there: its extension or package is not installed.", "类不存在：缺少扩展或软件包。"), ("Name it in composer.json.", "请写入 composer.json。"), where=ANY, certainty=LIKELY),
    known("php.driver-missing", r"PDOException: could not find driver", ("PHP's driver of the database is not installed.", "缺少 PHP 数据库驱动。"), ("Name ext-pdo_mysql, ext-pdo_pgsql or ext-pdo_sqlite in composer.json.", "请在 composer.json 中写明 ext-pdo_mysql 等。"), where=ANY),
    known("php.memory", r"Allowed memory size of \d+ bytes exhausted", ("PHP used up the memory that it may use.", "PHP 用尽了允许的内存。"), ("Raise memory_limit.", "请提高 memory_limit。"), where=ANY, repair=remedies.variable("COMPOSER_MEMORY_LIMIT", "-1")),
    known("php.parse", r"PHP Parse error: ", ("A file is not valid PHP for this release.", "文件不是此版本的有效 PHP。"), ("Correct it, or take the release that it is written for.", "请更正，或使用对应的版本。"), where=ANY),
    known("php.file-missing", r"^Could not open input file: (?P<path>\S+)", ("PHP is started with a file that is not there.", "PHP 启动的文件不存在。"), ("Name the right file; scripts of Composer run before sources are copied.", "请指定正确的文件；Composer 脚本在复制源码之前运行。"), where=ANY, repair=remedies.copied),
    known("laravel.key", r"(?:No application encryption key has been specified|Unsupported cipher or incorrect key length)", ("Laravel needs APP_KEY.", "Laravel 需要 APP_KEY。"), ("Give APP_KEY as a secret.", "请以密钥形式提供 APP_KEY。"), where=ANY),
)  # fmt: skip
