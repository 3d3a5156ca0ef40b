"""PHP's extensions: which a project needs, and what building and running each takes on Debian."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builder.detect.languages.php.manifest import Composer
from builder.detect.languages.php.sources import MAX_BYTES, calls
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, LOCKED
from builder.look import Place
from builder.parsing.code import line_of, of_type, written
from core.evidence import Evidence
from core.phrase import Phrase

BUILT_IN = frozenset(
    {
        "core", "ctype", "curl", "date", "dom", "fileinfo", "filter", "ftp", "hash", "iconv", "json", "libxml",
        "mbstring", "mysqlnd", "openssl", "pcre", "pdo", "pdo_sqlite", "phar", "posix", "random", "readline",
        "reflection", "session", "simplexml", "sodium", "spl", "sqlite3", "standard", "tokenizer", "xml", "xmlreader",
        "xmlwriter", "zlib",
    }
)  # fmt: skip
"""Those that the usual images hold already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """How an extension is made. ``pecl`` is the package's name there, empty for one of PHP's own sources."""

    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    configure: str = ""
    pecl: str = ""


EXTENSIONS: dict[str, Extension] = {
    "amqp": Extension(build=("librabbitmq-dev",), run=("librabbitmq4",), pecl="amqp"),
    "apcu": Extension(pecl="apcu"),
    "bcmath": Extension(),
    "bz2": Extension(build=("libbz2-dev",), run=("libbz2-1.0",)),
    "calendar": Extension(),
    "ds": Extension(pecl="ds"),
    "event": Extension(build=("libevent-dev", "libssl-dev"), run=("libevent-2.1-7", "libevent-openssl-2.1-7"),
                       pecl="event"),
    "exif": Extension(),
    "gd": Extension(
        build=("libfreetype-dev", "libjpeg62-turbo-dev", "libpng-dev", "libwebp-dev"),
        run=("libfreetype6", "libjpeg62-turbo", "libpng16-16", "libwebp7"),
        configure="--with-freetype --with-jpeg --with-webp",
    ),
    "gettext": Extension(),
    "gmp": Extension(build=("libgmp-dev",), run=("libgmp10",)),
    "grpc": Extension(build=("zlib1g-dev",), pecl="grpc"),
    "igbinary": Extension(pecl="igbinary"),
    "imagick": Extension(build=("libmagickwand-dev",), run=("libmagickwand-6.q16-6",), pecl="imagick"),
    "imap": Extension(build=("libc-client-dev", "libkrb5-dev"), run=("libc-client2007e",),
                      configure="--with-kerberos --with-imap-ssl"),
    "intl": Extension(build=("libicu-dev",), run=("libicu72",)),
    "ldap": Extension(build=("libldap2-dev",), run=("libldap-2.5-0",)),
    "mailparse": Extension(pecl="mailparse"),
    "memcached": Extension(build=("libmemcached-dev", "libssl-dev", "zlib1g-dev"),
                           run=("libmemcached11", "libmemcachedutil2"), pecl="memcached"),
    "mongodb": Extension(build=("libssl-dev",), pecl="mongodb"),
    "msgpack": Extension(pecl="msgpack"),
    "mysqli": Extension(),
    "opcache": Extension(),
    "pcntl": Extension(),
    "pdo_mysql": Extension(),
    "pdo_pgsql": Extension(build=("libpq-dev",), run=("libpq5",)),
    "pgsql": Extension(build=("libpq-dev",), run=("libpq5",)),
    "protobuf": Extension(pecl="protobuf"),
    "rdkafka": Extension(build=("librdkafka-dev",), run=("librdkafka1",), pecl="rdkafka"),
    "redis": Extension(pecl="redis"),
    "shmop": Extension(),
    "soap": Extension(build=("libxml2-dev",)),
    "sockets": Extension(),
    "ssh2": Extension(build=("libssh2-1-dev",), run=("libssh2-1",), pecl="ssh2-1.4.1"),
    "swoole": Extension(build=("libssl-dev",), pecl="swoole"),
    "sysvmsg": Extension(),
    "sysvsem": Extension(),
    "sysvshm": Extension(),
    "tidy": Extension(build=("libtidy-dev",), run=("libtidy5deb1",)),
    "uuid": Extension(build=("uuid-dev",), run=("libuuid1",), pecl="uuid"),
    "xdebug": Extension(pecl="xdebug"),
    "xsl": Extension(build=("libxslt1-dev",), run=("libxslt1.1",)),
    "yaml": Extension(build=("libyaml-dev",), run=("libyaml-0-2",), pecl="yaml"),
    "zip": Extension(build=("libzip-dev",), run=("libzip4",)),
}  # fmt: skip

_LEFT_OUT = frozenset({"xdebug", "opcache"})
"""For development, or always there."""

_FUNCTIONS: tuple[tuple[str, str], ...] = (
    ("mysqli_", "mysqli"), ("pg_connect", "pgsql"), ("pg_pconnect", "pgsql"), ("imagecreate", "gd"),
    ("imagettf", "gd"), ("bcadd", "bcmath"), ("bcsub", "bcmath"), ("bcmul", "bcmath"), ("bcdiv", "bcmath"),
    ("bccomp", "bcmath"), ("exif_read_data", "exif"), ("ldap_connect", "ldap"), ("imap_open", "imap"),
    ("gmp_init", "gmp"), ("pcntl_", "pcntl"), ("socket_create", "sockets"), ("numfmt_", "intl"),
    ("collator_create", "intl"), ("idn_to_ascii", "intl"), ("bzcompress", "bz2"), ("ssh2_connect", "ssh2"),
    ("apcu_", "apcu"), ("yaml_parse", "yaml"), ("cal_days_in_month", "calendar"), ("easter_date", "calendar"),
    ("msg_get_queue", "sysvmsg"), ("sem_get", "sysvsem"), ("shmop_open", "shmop"), ("bindtextdomain", "gettext"),
)  # fmt: skip

_CLASSES = {
    "mysqli": "mysqli", "ZipArchive": "zip", "Redis": "redis", "Memcached": "memcached", "SoapClient": "soap",
    "SoapServer": "soap", "Imagick": "imagick", "NumberFormatter": "intl", "IntlDateFormatter": "intl",
    "Collator": "intl", "MessageFormatter": "intl", "XSLTProcessor": "xsl", "AMQPConnection": "amqp", "tidy": "tidy",
    "RdKafka\\Producer": "rdkafka", "RdKafka\\KafkaConsumer": "rdkafka", "MongoDB\\Driver\\Manager": "mongodb",
}  # fmt: skip

_SOURCE_NAME = re.compile(r"\s*(mysql|pgsql):(?:host|dbname|unix_socket|port|user)")
_MARKS: tuple[tuple[str, str], ...] = (
    *_FUNCTIONS,
    *((f"{before}{name}", extension) for name, extension in _CLASSES.items() for before in ("new ", "new \\")),
    *((f"{driver}:{key}", f"pdo_{driver}") for driver in ("mysql", "pgsql") for key in ("host", "dbname", "unix")),
)
"""Text without which an extension is not used: only files with a mark are parsed."""

MAX_FILES = 120
"""Sources that are looked through for functions of extensions."""

MAX_TRIES = 3
"""Files that are parsed for one hint: where it only stands in comments there, it is none."""

_SERVICES = {"pgsql": "postgresql", "pdo_pgsql": "postgresql", "mysqli": "mysql", "pdo_mysql": "mysql",
             "redis": "redis", "memcached": "memcached", "mongodb": "mongodb", "amqp": "rabbitmq",
             "rdkafka": "kafka"}  # fmt: skip
"""The services that an extension is the client of."""


def service_of(extension: str) -> str:
    """Return the service that an extension is the client of, empty for none."""
    return _SERVICES.get(extension, "")


def add_extension(draft: Draft, name: str, confidence: float, rule: str, why: Phrase, evidence: Evidence | None) -> str:
    """Add an extension and what it takes; return its name, empty where nothing must be done for it."""
    plain = {"zend-opcache": "opcache"}.get(name, name)
    if plain in BUILT_IN or plain in _LEFT_OUT or plain not in EXTENSIONS:
        return ""
    draft.traits.add(f"php.ext.{plain}", confidence, rule, why, evidence)
    for package in EXTENSIONS[plain].build:
        draft.build_packages.add(package, confidence, rule, why, evidence)
    for package in EXTENSIONS[plain].run:
        draft.system_packages.add(package, confidence, rule, why, evidence)
    return plain


def required(composer: Composer, draft: Draft) -> Iterator[tuple[str, Evidence | None]]:
    """Add the extensions that composer.json and the locked packages require; tell those of composer.json."""
    for package in composer.requires:
        if package.startswith("ext-"):
            name, evidence = package[4:].replace("-", "_"), composer.cite(package)
            why = Phrase(en=f"composer.json requires {package}.", zh=f"composer.json 要求 {package}。")
            if found := add_extension(draft, name, DECLARED, "php.extension.required", why, evidence):
                yield found, evidence
    for package, locked in composer.locked.items():
        for one in locked.requires:
            if one.startswith("ext-"):
                why = Phrase(en=f"The locked package {package} requires {one}.", zh=f"锁定的包 {package} 要求 {one}。")
                evidence = composer.place.cite("composer.lock", f'"{one}"')
                add_extension(draft, one[4:].replace("-", "_"), LOCKED, "php.extension.locked", why, evidence)


def used(place: Place, draft: Draft, files: Sequence[str]) -> Iterator[tuple[str, Evidence | None]]:
    """Add the extensions whose functions and classes the code uses, and tell them."""
    seen: set[str] = set()
    tried: Counter[str] = Counter()
    for file in files[:MAX_FILES]:
        text = place.text(file)
        wanted = set() if len(text) > MAX_BYTES else _marked(text, seen, tried)
        if not wanted:
            continue
        tried.update(wanted)
        for name, said, line in _uses(place, file, wanted):
            if name in seen:
                continue
            seen.add(name)
            evidence = place.cite(file, line)
            why = Phrase(en=f"The code uses {said}.", zh=f"代码使用了 {said}。")
            if found := add_extension(draft, name, CODE, "php.extension.used", why, evidence):
                yield found, evidence


def usual(draft: Draft, names: Sequence[str], framework: str, evidence: Evidence | None) -> None:
    """Add the extensions that a framework's documentation asks for."""
    for name in names:
        why = Phrase(en=f"{framework} asks for {name}.", zh=f"{framework} 需要 {name}。")
        add_extension(draft, name, CONVENTION, "php.extension.framework", why, evidence)


def _marked(text: str, seen: set[str], tried: Counter[str]) -> set[str]:
    """Return the extensions that a text may use; that it does, the syntax tree must say."""
    open_ones = ((mark, name) for mark, name in _MARKS if name not in seen and tried[name] < MAX_TRIES)
    return {name for mark, name in open_ones if mark in text}


def _uses(place: Place, file: str, wanted: set[str]) -> Iterator[tuple[str, str, int]]:
    """Tell the extensions that a file uses, what says so, and the line."""
    sources = {one for one in wanted if one.startswith("pdo_")}
    for one in calls(place, file) if wanted - sources else ():
        name = _CLASSES.get(one.name, "") if one.made == "object" else ""
        if one.made == "function":
            name = next((extension for start, extension in _FUNCTIONS if one.name.startswith(start)), "")
        if name:
            yield name, one.name, one.line
    root = place.syntax(file) if sources else None
    for node in of_type(root, "string_content") if root else ():
        if found := _SOURCE_NAME.match(written(node)):
            yield f"pdo_{found[1]}", f"{found[1]}:", line_of(node)
