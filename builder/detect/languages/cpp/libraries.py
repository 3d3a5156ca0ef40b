"""Debian packages of what build files look for: CMake's packages, pkg-config's modules, libraries by their names."""

from collections.abc import Iterable, Iterator

from builder.detect.languages.cpp.build import Need

PACKAGES: dict[str, tuple[str, str]] = {
    "openssl": ("libssl-dev", "libssl3"), "libssl": ("libssl-dev", "libssl3"), "ssl": ("libssl-dev", "libssl3"),
    "libcrypto": ("libssl-dev", "libssl3"), "crypto": ("libssl-dev", "libssl3"),
    "zlib": ("zlib1g-dev", "zlib1g"), "z": ("zlib1g-dev", "zlib1g"),
    "curl": ("libcurl4-openssl-dev", "libcurl4"), "libcurl": ("libcurl4-openssl-dev", "libcurl4"),
    "boost": ("libboost-dev", ""), "boost/system": ("libboost-system-dev", "libboost-system1.74.0"),
    "boost/filesystem": ("libboost-filesystem-dev", "libboost-filesystem1.74.0"),
    "boost/thread": ("libboost-thread-dev", "libboost-thread1.74.0"),
    "boost/program_options": ("libboost-program-options-dev", "libboost-program-options1.74.0"),
    "boost/regex": ("libboost-regex-dev", "libboost-regex1.74.0"),
    "boost/json": ("libboost-json-dev", "libboost-json1.74.0"),
    "boost/url": ("libboost-url-dev", "libboost-url1.74.0"),
    "boost/date_time": ("libboost-date-time-dev", "libboost-date-time1.74.0"),
    "boost/coroutine": ("libboost-coroutine-dev", "libboost-coroutine1.74.0"),
    "boost/context": ("libboost-context-dev", "libboost-context1.74.0"),
    "boost/serialization": ("libboost-serialization-dev", "libboost-serialization1.74.0"),
    "boost/log": ("libboost-log-dev", "libboost-log1.74.0"),
    "boost_system": ("libboost-system-dev", "libboost-system1.74.0"),
    "boost_filesystem": ("libboost-filesystem-dev", "libboost-filesystem1.74.0"),
    "boost_thread": ("libboost-thread-dev", "libboost-thread1.74.0"),
    "drogon": ("libdrogon-dev", "libdrogon1"), "trantor": ("libtrantor-dev", "libtrantor1"),
    "jsoncpp": ("libjsoncpp-dev", "libjsoncpp25"), "nlohmann_json": ("nlohmann-json3-dev", ""),
    "rapidjson": ("rapidjson-dev", ""), "cjson": ("libcjson-dev", "libcjson1"),
    "libcjson": ("libcjson-dev", "libcjson1"),
    "jansson": ("libjansson-dev", "libjansson4"), "json-c": ("libjson-c-dev", "libjson-c5"),
    "fmt": ("libfmt-dev", "libfmt9"), "spdlog": ("libspdlog-dev", "libspdlog1.10"),
    "cxxopts": ("libcxxopts-dev", ""), "cli11": ("libcli11-dev", ""), "gflags": ("libgflags-dev", "libgflags2.2"),
    "glog": ("libgoogle-glog-dev", "libgoogle-glog0v6"), "absl": ("libabsl-dev", "libabsl20220623"),
    "httplib": ("libcpp-httplib-dev", "libcpp-httplib0.11"),
    "cpp-httplib": ("libcpp-httplib-dev", "libcpp-httplib0.11"),
    "libmicrohttpd": ("libmicrohttpd-dev", "libmicrohttpd12"), "microhttpd": ("libmicrohttpd-dev", "libmicrohttpd12"),
    "cpprestsdk": ("libcpprest-dev", "libcpprest2.10"), "cpprest": ("libcpprest-dev", "libcpprest2.10"),
    "libpistache": ("libpistache-dev", "libpistache0"), "pistache": ("libpistache-dev", "libpistache0"),
    "poco": ("libpoco-dev", "libpoconet94"), "civetweb": ("libcivetweb-dev", "libcivetweb1"),
    "libwebsockets": ("libwebsockets-dev", "libwebsockets17"), "websockets": ("libwebsockets-dev", "libwebsockets17"),
    "websocketpp": ("libwebsocketpp-dev", ""), "asio": ("libasio-dev", ""),
    "libevent": ("libevent-dev", "libevent-2.1-7"), "event": ("libevent-dev", "libevent-2.1-7"),
    "libevent_core": ("libevent-dev", "libevent-2.1-7"), "libuv": ("libuv1-dev", "libuv1"),
    "uv": ("libuv1-dev", "libuv1"),
    "libev": ("libev-dev", "libev4"), "ev": ("libev-dev", "libev4"), "libulfius": ("libulfius-dev", "libulfius2.7"),
    "ulfius": ("libulfius-dev", "libulfius2.7"), "libh2o": ("libh2o-dev", "libh2o0.13"),
    "grpc": ("libgrpc++-dev protobuf-compiler-grpc", "libgrpc++1.51"), "grpc++": ("libgrpc++-dev", "libgrpc++1.51"),
    "protobuf": ("libprotobuf-dev protobuf-compiler", "libprotobuf32"), "zmq": ("libzmq3-dev", "libzmq5"),
    "zeromq": ("libzmq3-dev", "libzmq5"), "libzmq": ("libzmq3-dev", "libzmq5"), "cppzmq": ("cppzmq-dev", "libzmq5"),
    "postgresql": ("libpq-dev", "libpq5"), "libpq": ("libpq-dev", "libpq5"), "pq": ("libpq-dev", "libpq5"),
    "libpqxx": ("libpqxx-dev", "libpqxx-6.4"), "pqxx": ("libpqxx-dev", "libpqxx-6.4"),
    "mysqlclient": ("default-libmysqlclient-dev", "libmariadb3"),
    "mysql": ("default-libmysqlclient-dev", "libmariadb3"),
    "mariadb": ("libmariadb-dev", "libmariadb3"), "sqlite3": ("libsqlite3-dev", "libsqlite3-0"),
    "hiredis": ("libhiredis-dev", "libhiredis0.14"), "redis++": ("libhiredis-dev", "libhiredis0.14"),
    "libmongoc-1.0": ("libmongoc-dev", "libmongoc-1.0-0"), "rdkafka": ("librdkafka-dev", "librdkafka1"),
    "rabbitmq": ("librabbitmq-dev", "librabbitmq4"), "librabbitmq": ("librabbitmq-dev", "librabbitmq4"),
    "libuuid": ("uuid-dev", "libuuid1"), "uuid": ("uuid-dev", "libuuid1"),
    "libsodium": ("libsodium-dev", "libsodium23"),
    "sodium": ("libsodium-dev", "libsodium23"), "libxml2": ("libxml2-dev", "libxml2"),
    "xml2": ("libxml2-dev", "libxml2"),
    "expat": ("libexpat1-dev", "libexpat1"), "yaml-cpp": ("libyaml-cpp-dev", "libyaml-cpp0.7"),
    "pcre": ("libpcre3-dev", "libpcre3"), "libpcre2-8": ("libpcre2-dev", "libpcre2-8-0"),
    "pcre2-8": ("libpcre2-dev", "libpcre2-8-0"), "pcre2": ("libpcre2-dev", "libpcre2-8-0"),
    "libzstd": ("libzstd-dev", "libzstd1"), "zstd": ("libzstd-dev", "libzstd1"), "lz4": ("liblz4-dev", "liblz4-1"),
    "liblz4": ("liblz4-dev", "liblz4-1"), "brotli": ("libbrotli-dev", "libbrotli1"),
    "lzma": ("liblzma-dev", "liblzma5"),
    "liblzma": ("liblzma-dev", "liblzma5"), "bzip2": ("libbz2-dev", "libbz2-1.0"), "bz2": ("libbz2-dev", "libbz2-1.0"),
    "libarchive": ("libarchive-dev", "libarchive13"), "readline": ("libreadline-dev", "libreadline8"),
    "ncurses": ("libncurses-dev", "libncurses6"), "curses": ("libncurses-dev", "libncurses6"),
    "glib-2.0": ("libglib2.0-dev", "libglib2.0-0"), "gio-2.0": ("libglib2.0-dev", "libglib2.0-0"),
    "libnghttp2": ("libnghttp2-dev", "libnghttp2-14"), "gnutls": ("libgnutls28-dev", "libgnutls30"),
    "mbedtls": ("libmbedtls-dev", "libmbedtls14"), "libsystemd": ("libsystemd-dev", "libsystemd0"),
    "lua": ("liblua5.4-dev", "liblua5.4-0"), "lua5.4": ("liblua5.4-dev", "liblua5.4-0"),
    "luajit": ("libluajit-5.1-dev", "libluajit-5.1-2"), "opencv": ("libopencv-dev", "libopencv-dev"),
    "opencv4": ("libopencv-dev", "libopencv-dev"), "eigen3": ("libeigen3-dev", ""), "gmp": ("libgmp-dev", "libgmp10"),
    "jpeg": ("libjpeg-dev", "libjpeg62-turbo"), "png": ("libpng-dev", "libpng16-16"),
    "libpng": ("libpng-dev", "libpng16-16"),
    "freetype2": ("libfreetype-dev", "libfreetype6"), "freetype": ("libfreetype-dev", "libfreetype6"),
    "magic": ("libmagic-dev", "libmagic1"), "crypt": ("libcrypt-dev", "libcrypt1"), "tbb": ("libtbb-dev", "libtbb12"),
    "wt": ("libwt-dev libwthttp-dev", "libwthttp4.8.0"), "oatpp": ("", ""), "qt5": ("qtbase5-dev", "libqt5core5a"),
    "qt6": ("qt6-base-dev", "libqt6core6"), "gtest": ("libgtest-dev", ""), "catch2": ("catch2", ""),
    "restinio": ("", ""), "sdl2": ("libsdl2-dev", "libsdl2-2.0-0"), "maxminddb": ("libmaxminddb-dev", "libmaxminddb0"),
    "libmaxminddb": ("libmaxminddb-dev", "libmaxminddb0"), "oniguruma": ("libonig-dev", "libonig5"),
    "cap": ("libcap-dev", "libcap2"), "pam": ("libpam0g-dev", "libpam0g"), "tls": ("libtls-dev", "libtls26"),
}  # fmt: skip
"""By name in lower case: what building needs, what running needs (Debian 12)."""

SERVICES: dict[str, str] = {
    "postgresql": "postgresql", "libpq": "postgresql", "pq": "postgresql", "libpqxx": "postgresql",
    "pqxx": "postgresql",
    "mysqlclient": "mysql", "mysql": "mysql", "mariadb": "mariadb", "hiredis": "redis", "redis++": "redis",
    "libmongoc-1.0": "mongodb", "mongocxx": "mongodb", "libmongocxx": "mongodb", "rdkafka": "kafka",
    "cppkafka": "kafka", "rabbitmq": "rabbitmq", "librabbitmq": "rabbitmq", "amqpcpp": "rabbitmq",
    "cnats": "nats", "libmemcached": "memcached", "memcached": "memcached", "clickhouse-cpp": "clickhouse",
    "awssdk": "object-storage", "aws-sdk-cpp": "object-storage",
}  # fmt: skip
"""By the same names: the service that a library is a client of."""


def packages_of(needs: Iterable[Need]) -> Iterator[tuple[Need, tuple[str, ...], tuple[str, ...]]]:
    """Tell what each need takes of Debian, once each: to build, to run. What is not known is left out."""
    told: set[str] = set()
    for one in needs:
        name = one.name.lower()
        found = PACKAGES.get(name)
        if found and name not in told and any(found):
            told.add(name)
            yield one, tuple(found[0].split()), tuple(found[1].split())
