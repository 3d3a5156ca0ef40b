"""Debian packages that crates need: those that link C libraries, and those that generate code while building."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from builder.detect.languages.rust.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What linking a crate takes. ``unless``: crates that it depends on when it brings its own copy."""

    build: tuple[str, ...]
    run: tuple[str, ...] = ()
    unless: frozenset[str] = frozenset()


SYSTEM: dict[str, Needs] = {
    "openssl-sys": Needs(
        build=("pkg-config", "libssl-dev"), run=("libssl3", "ca-certificates"), unless=frozenset({"openssl-src"})
    ),
    "pq-sys": Needs(build=("libpq-dev",), run=("libpq5",), unless=frozenset({"pq-src"})),
    "libpq-sys": Needs(build=("libpq-dev",), run=("libpq5",)),
    "mysqlclient-sys": Needs(
        build=("default-libmysqlclient-dev",), run=("libmariadb3",), unless=frozenset({"mysqlclient-src"})
    ),
    "libsqlite3-sys": Needs(build=("pkg-config", "libsqlite3-dev"), run=("libsqlite3-0",), unless=frozenset({"cc"})),
    "librocksdb-sys": Needs(build=("clang", "libclang-dev")),
    "clang-sys": Needs(build=("clang", "libclang-dev")),
    "cmake": Needs(build=("cmake",)),
    "alsa-sys": Needs(build=("pkg-config", "libasound2-dev"), run=("libasound2",)),
    "libudev-sys": Needs(build=("pkg-config", "libudev-dev"), run=("libudev1",)),
    "libdbus-sys": Needs(build=("pkg-config", "libdbus-1-dev"), run=("libdbus-1-3",), unless=frozenset({"cc"})),
    "yeslogic-fontconfig-sys": Needs(build=("pkg-config", "libfontconfig1-dev"), run=("libfontconfig1",)),
    "servo-fontconfig-sys": Needs(build=("pkg-config", "libfontconfig1-dev"), run=("libfontconfig1",)),
    "freetype-sys": Needs(build=("pkg-config", "libfreetype6-dev"), run=("libfreetype6",), unless=frozenset({"cc"})),
    "opencv": Needs(build=("clang", "libclang-dev", "libopencv-dev"), run=("libopencv-dev",)),
    "leptonica-sys": Needs(build=("pkg-config", "libleptonica-dev"), run=("liblept5",)),
    "tesseract-sys": Needs(build=("pkg-config", "libtesseract-dev"), run=("libtesseract5", "tesseract-ocr-eng")),
    "gdal-sys": Needs(build=("pkg-config", "libgdal-dev"), run=("libgdal32",)),
    "proj-sys": Needs(build=("pkg-config", "libproj-dev", "cmake"), run=("libproj25",)),
    "geos-sys": Needs(build=("libgeos-dev",), run=("libgeos-c1v5",), unless=frozenset({"geos-src"})),
    "libgssapi-sys": Needs(build=("libkrb5-dev", "libclang-dev"), run=("libgssapi-krb5-2",)),
    "odbc-sys": Needs(build=("unixodbc-dev",), run=("unixodbc",)),
    "pcap": Needs(build=("libpcap-dev",), run=("libpcap0.8",)),
    "pcsc-sys": Needs(build=("pkg-config", "libpcsclite-dev"), run=("libpcsclite1",)),
    "nettle-sys": Needs(build=("pkg-config", "nettle-dev", "libclang-dev"), run=("libnettle8", "libhogweed6")),
    "libxml": Needs(build=("pkg-config", "libxml2-dev"), run=("libxml2",)),
    "zmq-sys": Needs(build=("pkg-config", "libzmq3-dev"), run=("libzmq5",), unless=frozenset({"zeromq-src"})),
    "ffmpeg-sys-next": Needs(
        build=("clang", "libclang-dev", "pkg-config", "libavcodec-dev", "libavformat-dev", "libavutil-dev",
               "libavfilter-dev", "libavdevice-dev", "libswscale-dev", "libswresample-dev"),
        run=("ffmpeg",),
    ),
    "gstreamer-sys": Needs(
        build=("pkg-config", "libgstreamer1.0-dev", "libgstreamer-plugins-base1.0-dev"),
        run=("libgstreamer1.0-0", "gstreamer1.0-plugins-base"),
    ),
    "libheif-sys": Needs(build=("pkg-config", "libheif-dev"), run=("libheif1",)),
    "magick_rust": Needs(build=("clang", "libclang-dev", "pkg-config", "libmagickwand-dev"), run=("imagemagick",)),
    "libvips": Needs(build=("pkg-config", "libvips-dev"), run=("libvips42",)),
    "cairo-sys-rs": Needs(build=("pkg-config", "libcairo2-dev"), run=("libcairo2",)),
    "pango-sys": Needs(build=("pkg-config", "libpango1.0-dev"), run=("libpango-1.0-0", "libpangocairo-1.0-0")),
    "libsystemd-sys": Needs(build=("pkg-config", "libsystemd-dev"), run=("libsystemd0",)),
    "sasl2-sys": Needs(build=("pkg-config", "libsasl2-dev"), run=("libsasl2-2",), unless=frozenset({"cc"})),
    "rdma-sys": Needs(build=("libibverbs-dev", "librdmacm-dev", "libclang-dev"), run=("libibverbs1", "librdmacm1")),
    "onig_sys": Needs(build=("pkg-config", "libonig-dev"), run=("libonig5",), unless=frozenset({"cc"})),
}  # fmt: skip
"""By crate, with the packages of Debian 12 that the images are made of."""

_IMPLIED: dict[str, str] = {
    "openssl": "openssl-sys", "native-tls": "openssl-sys", "tokio-native-tls": "openssl-sys",
    "hyper-tls": "openssl-sys", "diesel/postgres": "pq-sys", "diesel/mysql": "mysqlclient-sys",
    "diesel/sqlite": "libsqlite3-sys", "sqlite": "libsqlite3-sys", "rusqlite": "libsqlite3-sys",
    "rocksdb": "librocksdb-sys", "libdbus": "libdbus-sys", "zmq": "zmq-sys", "reqwest": "openssl-sys",
    "actix-web/openssl": "openssl-sys", "bindgen": "clang-sys", "cpal": "alsa-sys",
    "sqlx/runtime-tokio-native-tls": "openssl-sys", "sqlx/tls-native-tls": "openssl-sys",
}  # fmt: skip
"""Crates that link a library by another crate, where no lock file tells which."""

_PROTOCOL_COMPILERS = frozenset(
    {"prost-build", "tonic-build", "tonic-prost-build", "protobuf-codegen", "grpcio-compiler"}
)
_BRING_PROTOC = frozenset({"protoc-bin-vendored", "protobuf-src", "protox", "protobuf-codegen-pure"})

TLS = frozenset({"rustls", "rustls-native-certs", "native-tls", "openssl", "reqwest", "hyper-rustls", "webpki-roots"})


def needed(manifest: Manifest, locked: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, Needs]]:
    """Tell the crates that need packages of the system, with those packages."""
    linked = set(locked) if locked else set(_direct(manifest))
    for crate, needs in SYSTEM.items():
        if crate in linked and not needs.unless & (locked.get(crate, frozenset()) | _own_copies(linked)):
            yield crate, needs
    builders = {one.crate for one in manifest.build_dependencies} & _PROTOCOL_COMPILERS
    if builders and not linked & _BRING_PROTOC:
        yield min(builders), Needs(build=("protobuf-compiler",))
    if linked & TLS:
        yield min(linked & TLS), Needs(build=(), run=("ca-certificates",))


def _own_copies(linked: set[str]) -> frozenset[str]:
    return frozenset(one for one in linked if one.endswith("-src"))


def _direct(manifest: Manifest) -> Iterator[str]:
    for one in (*manifest.dependencies, *manifest.build_dependencies):
        if one.optional and one.alias not in manifest.default_features and one.crate not in manifest.default_features:
            continue
        yield one.crate
        features = manifest.features_of(one.crate)
        if any(feature in {"vendored", "bundled", "bundled-full"} or "vendored" in feature for feature in features):
            yield from ("openssl-src", "pq-src") if one.crate in {"openssl", "native-tls", "openssl-sys"} else ()
            continue
        if one.crate == "reqwest" and (not one.default or ("rustls-tls" in features and not one.default)):
            continue
        for feature in ("", *sorted(features)):
            implied = _IMPLIED.get(f"{one.crate}/{feature}" if feature else one.crate)
            if implied:
                yield implied
