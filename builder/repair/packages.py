# ruff: noqa: E501 - a table: each row stands together
"""System packages by what failures name: headers, shared libraries, commands, modules of pkg-config. Debian 12's names."""

from builder.detect.languages.cpp.libraries import PACKAGES as MODULES

HEADERS: dict[str, tuple[str, str]] = {
    "libpq-fe.h": ("libpq-dev", "libpq5"), "pg_config.h": ("libpq-dev", "libpq5"), "postgres_ext.h": ("libpq-dev", "libpq5"),
    "mysql.h": ("default-libmysqlclient-dev", "libmariadb3"), "mysql/mysql.h": ("default-libmysqlclient-dev", "libmariadb3"),
    "sqlite3.h": ("libsqlite3-dev", "libsqlite3-0"), "ffi.h": ("libffi-dev", "libffi8"),
    "openssl/ssl.h": ("libssl-dev", "libssl3"), "openssl/opensslv.h": ("libssl-dev", "libssl3"),
    "openssl/err.h": ("libssl-dev", "libssl3"), "openssl/crypto.h": ("libssl-dev", "libssl3"),
    "zlib.h": ("zlib1g-dev", "zlib1g"), "bzlib.h": ("libbz2-dev", "libbz2-1.0"), "lzma.h": ("liblzma-dev", "liblzma5"),
    "zstd.h": ("libzstd-dev", "libzstd1"), "lz4.h": ("liblz4-dev", "liblz4-1"), "snappy-c.h": ("libsnappy-dev", "libsnappy1v5"),
    "libxml/xmlversion.h": ("libxml2-dev", "libxml2"), "libxml/parser.h": ("libxml2-dev", "libxml2"),
    "libxslt/xslt.h": ("libxslt1-dev", "libxslt1.1"), "libxml/xpath.h": ("libxml2-dev", "libxml2"),
    "jpeglib.h": ("libjpeg-dev", "libjpeg62-turbo"), "png.h": ("libpng-dev", "libpng16-16"), "tiff.h": ("libtiff-dev", "libtiff6"),
    "webp/decode.h": ("libwebp-dev", "libwebp7"), "ft2build.h": ("libfreetype-dev", "libfreetype6"),
    "gif_lib.h": ("libgif-dev", "libgif7"), "cairo.h": ("libcairo2-dev", "libcairo2"), "pango/pango.h": ("libpango1.0-dev", "libpango-1.0-0"),
    "vips/vips8": ("libvips-dev", "libvips42"), "vips/vips.h": ("libvips-dev", "libvips42"),
    "curl/curl.h": ("libcurl4-openssl-dev", "libcurl4"), "yaml.h": ("libyaml-dev", "libyaml-0-2"),
    "ldap.h": ("libldap-dev", "libldap-2.5-0"), "lber.h": ("libldap-dev", "libldap-2.5-0"), "sasl/sasl.h": ("libsasl2-dev", "libsasl2-2"),
    "krb5.h": ("libkrb5-dev", "libkrb5-3"), "gssapi/gssapi.h": ("libkrb5-dev", "libgssapi-krb5-2"),
    "sql.h": ("unixodbc-dev", "unixodbc"), "readline/readline.h": ("libreadline-dev", "libreadline8"),
    "ncurses.h": ("libncurses-dev", "libncursesw6"), "curses.h": ("libncurses-dev", "libncursesw6"), "uuid/uuid.h": ("uuid-dev", "libuuid1"),
    "gmp.h": ("libgmp-dev", "libgmp10"), "mpfr.h": ("libmpfr-dev", "libmpfr6"), "mpc.h": ("libmpc-dev", "libmpc3"),
    "event.h": ("libevent-dev", "libevent-2.1-7"), "event2/event.h": ("libevent-dev", "libevent-2.1-7"), "ev.h": ("libev-dev", "libev4"),
    "uv.h": ("libuv1-dev", "libuv1"), "pcap.h": ("libpcap-dev", "libpcap0.8"), "pcap/pcap.h": ("libpcap-dev", "libpcap0.8"),
    "magic.h": ("libmagic-dev", "libmagic1"), "sodium.h": ("libsodium-dev", "libsodium23"), "zmq.h": ("libzmq3-dev", "libzmq5"),
    "librdkafka/rdkafka.h": ("librdkafka-dev", "librdkafka1"), "libmemcached/memcached.h": ("libmemcached-dev", "libmemcached11"),
    "portaudio.h": ("portaudio19-dev", "libportaudio2"), "sndfile.h": ("libsndfile1-dev", "libsndfile1"), "alsa/asoundlib.h": ("libasound2-dev", "libasound2"),
    "gdal.h": ("libgdal-dev", "libgdal32"), "geos_c.h": ("libgeos-dev", "libgeos-c1v5"), "proj.h": ("libproj-dev", "libproj25"),
    "hdf5.h": ("libhdf5-dev", "libhdf5-103-1"), "cblas.h": ("libopenblas-dev", "libopenblas0"), "enchant.h": ("libenchant-2-dev", "libenchant-2-2"),
    "archive.h": ("libarchive-dev", "libarchive13"), "git2.h": ("libgit2-dev", "libgit2-1.5"), "systemd/sd-daemon.h": ("libsystemd-dev", "libsystemd0"),
    "libudev.h": ("libudev-dev", "libudev1"), "usb.h": ("libusb-dev", "libusb-0.1-4"), "libusb.h": ("libusb-1.0-0-dev", "libusb-1.0-0"),
    "dbus/dbus.h": ("libdbus-1-dev", "libdbus-1-3"), "glib.h": ("libglib2.0-dev", "libglib2.0-0"), "expat.h": ("libexpat1-dev", "libexpat1"),
    "pcre.h": ("libpcre3-dev", "libpcre3"), "pcre2.h": ("libpcre2-dev", "libpcre2-8-0"), "oniguruma.h": ("libonig-dev", "libonig5"),
    "zip.h": ("libzip-dev", "libzip4"), "idn2.h": ("libidn2-dev", "libidn2-0"), "xmlsec/xmlsec.h": ("libxmlsec1-dev", "libxmlsec1-openssl"),
    "boost/version.hpp": ("libboost-dev", ""), "Eigen/Dense": ("libeigen3-dev", ""), "nlohmann/json.hpp": ("nlohmann-json3-dev", ""),
    "linux/types.h": ("libc6-dev", ""), "stdio.h": ("libc6-dev", ""), "stdlib.h": ("libc6-dev", ""), "limits.h": ("libc6-dev", ""),
    "assert.h": ("libc6-dev", ""), "Python.h": ("python3-dev", ""), "ruby.h": ("ruby-dev", ""),
}  # fmt: skip
"""By the name in ``#include``: what building needs, and what running needs then."""

LIBRARIES: dict[str, str] = {
    "libGL.so.1": "libgl1", "libgthread-2.0.so.0": "libglib2.0-0", "libglib-2.0.so.0": "libglib2.0-0", "libSM.so.6": "libsm6",
    "libXext.so.6": "libxext6", "libXrender.so.1": "libxrender1", "libX11.so.6": "libx11-6", "libxcb.so.1": "libxcb1",
    "libpq.so.5": "libpq5", "libmariadb.so.3": "libmariadb3", "libmysqlclient.so.21": "libmariadb3", "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3", "libgomp.so.1": "libgomp1", "libstdc++.so.6": "libstdc++6", "libgcc_s.so.1": "libgcc-s1",
    "libffi.so.8": "libffi8", "libxml2.so.2": "libxml2", "libxslt.so.1": "libxslt1.1", "libjpeg.so.62": "libjpeg62-turbo",
    "libpng16.so.16": "libpng16-16", "libwebp.so.7": "libwebp7", "libtiff.so.6": "libtiff6", "libcairo.so.2": "libcairo2",
    "libpango-1.0.so.0": "libpango-1.0-0", "libpangocairo-1.0.so.0": "libpangocairo-1.0-0", "libgobject-2.0.so.0": "libglib2.0-0",
    "libmagic.so.1": "libmagic1", "libsndfile.so.1": "libsndfile1", "libportaudio.so.2": "libportaudio2", "libodbc.so.2": "unixodbc",
    "libcurl.so.4": "libcurl4", "libsqlite3.so.0": "libsqlite3-0", "libyaml-0.so.2": "libyaml-0-2", "libgdal.so.32": "libgdal32",
    "libgeos_c.so.1": "libgeos-c1v5", "libproj.so.25": "libproj25", "libnss3.so": "libnss3", "libnspr4.so": "libnspr4",
    "libatk-1.0.so.0": "libatk1.0-0", "libatk-bridge-2.0.so.0": "libatk-bridge2.0-0", "libcups.so.2": "libcups2", "libdrm.so.2": "libdrm2",
    "libgbm.so.1": "libgbm1", "libasound.so.2": "libasound2", "libxkbcommon.so.0": "libxkbcommon0", "libXcomposite.so.1": "libxcomposite1",
    "libXdamage.so.1": "libxdamage1", "libXfixes.so.3": "libxfixes3", "libXrandr.so.2": "libxrandr2", "libzbar.so.0": "libzbar0",
    "librdkafka.so.1": "librdkafka1", "libsodium.so.23": "libsodium23", "libzmq.so.5": "libzmq5", "libldap-2.5.so.0": "libldap-2.5-0",
    "libz.so.1": "zlib1g", "libbz2.so.1.0": "libbz2-1.0", "liblzma.so.5": "liblzma5", "libuuid.so.1": "libuuid1", "libvips.so.42": "libvips42",
    "libatomic.so.1": "libatomic1", "libopenblas.so.0": "libopenblas0", "libtcmalloc.so.4": "libgoogle-perftools4", "libncursesw.so.6": "libncursesw6",
    "libexpat.so.1": "libexpat1", "libusb-1.0.so.0": "libusb-1.0-0", "libfontconfig.so.1": "libfontconfig1", "libfreetype.so.6": "libfreetype6",
    "libicuuc.so.72": "libicu72", "libunwind.so.8": "libunwind8", "libsystemd.so.0": "libsystemd0", "libdbus-1.so.3": "libdbus-1-3",
}  # fmt: skip
"""By the name that the loader misses."""

COMMANDS: dict[str, str] = {
    "git": "git", "make": "make", "gcc": "gcc", "cc": "gcc", "g++": "g++", "c++": "g++", "cmake": "cmake", "ninja": "ninja-build",
    "python3": "python3", "python": "python-is-python3", "curl": "curl", "wget": "wget", "unzip": "unzip", "zip": "zip", "xz": "xz-utils",
    "tar": "tar", "gzip": "gzip", "bzip2": "bzip2", "patch": "patch", "pkg-config": "pkg-config", "autoconf": "autoconf",
    "autoreconf": "autoconf", "automake": "automake", "aclocal": "automake", "libtoolize": "libtool", "libtool": "libtool", "bison": "bison",
    "flex": "flex", "protoc": "protobuf-compiler", "rsync": "rsync", "ssh": "openssh-client", "perl": "perl", "ffmpeg": "ffmpeg",
    "convert": "imagemagick", "gs": "ghostscript", "pdftotext": "poppler-utils", "tesseract": "tesseract-ocr", "dot": "graphviz",
    "psql": "postgresql-client", "pg_isready": "postgresql-client", "pg_dump": "postgresql-client", "mysql": "default-mysql-client",
    "redis-cli": "redis-tools", "nc": "netcat-openbsd", "file": "file", "ps": "procps", "jq": "jq", "clang": "clang", "llvm-config": "llvm",
    "swig": "swig", "nasm": "nasm", "yasm": "yasm", "gettext": "gettext", "msgfmt": "gettext", "envsubst": "gettext-base", "node": "nodejs",
    "npm": "npm", "bash": "bash", "hg": "mercurial", "svn": "subversion", "pg_config": "libpq-dev", "mysql_config": "default-libmysqlclient-dev",
    "wkhtmltopdf": "wkhtmltopdf", "chromium": "chromium", "locale-gen": "locales", "xsltproc": "xsltproc", "hostname": "hostname",
    "gosu": "gosu", "sqlite3": "sqlite3", "ld": "binutils", "strip": "binutils", "meson": "meson", "openssl": "openssl", "brotli": "brotli",
}  # fmt: skip
"""By the command that a shell does not find."""

_ALPINE: dict[str, str] = {
    "libpq-dev": "postgresql-dev", "libpq5": "libpq", "default-libmysqlclient-dev": "mariadb-dev", "libmariadb3": "mariadb-connector-c",
    "libssl-dev": "openssl-dev", "libssl3": "libssl3", "zlib1g-dev": "zlib-dev", "zlib1g": "zlib", "libffi-dev": "libffi-dev", "libffi8": "libffi",
    "libc6-dev": "musl-dev", "libsqlite3-dev": "sqlite-dev", "libsqlite3-0": "sqlite-libs", "libxml2-dev": "libxml2-dev", "libxslt1-dev": "libxslt-dev",
    "libxslt1.1": "libxslt", "libjpeg-dev": "libjpeg-turbo-dev", "libjpeg62-turbo": "libjpeg-turbo", "libgl1": "mesa-gl", "libglib2.0-0": "glib",
    "libgomp1": "libgomp", "libgcc-s1": "libgcc", "pkg-config": "pkgconf", "python-is-python3": "python3", "libyaml-dev": "yaml-dev", "libyaml-0-2": "yaml",
    "ninja-build": "samurai", "xz-utils": "xz", "openssh-client": "openssh-client", "protobuf-compiler": "protoc", "libcurl4-openssl-dev": "curl-dev",
    "libcurl4": "libcurl", "libgmp-dev": "gmp-dev", "libvips-dev": "vips-dev", "libvips42": "vips", "libmagic1": "libmagic", "procps": "procps",
    "netcat-openbsd": "netcat-openbsd", "postgresql-client": "postgresql-client", "default-mysql-client": "mysql-client", "libicu72": "icu-libs",
}  # fmt: skip
"""What Alpine calls them, where it calls them otherwise."""

_SAME = frozenset({
    "git", "make", "gcc", "g++", "cmake", "python3", "curl", "wget", "unzip", "zip", "tar", "patch", "autoconf", "automake", "libtool", "bison", "flex",
    "rsync", "perl", "ffmpeg", "imagemagick", "ghostscript", "graphviz", "file", "jq", "clang", "bash", "gettext", "ca-certificates", "tzdata", "nodejs",
    "npm", "openssl", "binutils", "sqlite", "brotli", "libstdc++",
})  # fmt: skip


def alpine(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return Alpine's names of Debian packages; empty where one of them is not known there."""
    found = tuple(_ALPINE.get(name) or (name if name in _SAME else "") for name in names)
    return found if all(found) else ()


def module(name: str) -> tuple[str, str]:
    """Return the packages of a module of pkg-config or a package of CMake, for building and running."""
    return MODULES.get(name) or MODULES.get(name.lower()) or ("", "")
