"""Runtimes that no package manager knows."""

from pathlib import Path

from tests.builder.sbom.making import purls, taken

NODE = "#define NODE_MAJOR_VERSION 22\n#define NODE_MINOR_VERSION 21\n#define NODE_PATCH_VERSION 0\n"
FILES: dict[str, str | bytes] = {
    "usr/local/include/node/node_version.h": f"#ifndef X\n{NODE}#endif\n",
    "usr/local/include/python3.12/patchlevel.h": '#define PY_VERSION      \t"3.12.4"\n',
    "usr/local/include/php/main/php_version.h": '#define PHP_VERSION "8.3.1"\n',
    "usr/local/lib/ruby/3.3.0/x86_64-linux/rbconfig.rb": '  CONFIG["RUBY_PROGRAM_VERSION"] = "3.3.0"\n',
    "opt/java/openjdk/release": 'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="21.0.2"\n',
    "usr/local/go/VERSION": "go1.22.1\ntime 2024-01-01\n",
    "usr/local/lib/erlang/releases/26/OTP_VERSION": "26.2.1\n",
}


def test_runtimes_of_official_images_are_found(tmp_path: Path) -> None:
    found = taken(tmp_path, FILES)
    assert purls(found) == [
        "pkg:generic/erlang@26.2.1",
        "pkg:generic/go@1.22.1",
        "pkg:generic/node@22.21.0",
        "pkg:generic/openjdk@21.0.2",
        "pkg:generic/php@8.3.1",
        "pkg:generic/python@3.12.4",
        "pkg:generic/ruby@3.3.0",
    ]
    assert {one.kind for one in found.components} == {"platform"}


def test_headers_of_a_distribution_and_others_are_not_taken_for_one(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "usr/include/node/node_version.h": NODE,
        "app/release": 'JAVA_VERSION="1"',
        "app/VERSION": "go1.0",
    }
    assert not taken(tmp_path, files).components


def test_a_file_without_its_words_is_named(tmp_path: Path) -> None:
    found = taken(tmp_path, {"usr/local/include/node/node_version.h": "#define NODE_MAJOR_VERSION 22\n"})
    assert found.unread == ("usr/local/include/node/node_version.h",)
