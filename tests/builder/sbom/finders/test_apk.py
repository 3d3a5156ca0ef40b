"""Alpine packages."""

from pathlib import Path

import pytest

from tests.builder.sbom.making import purls, taken

INSTALLED = """\
C:Q1abc=
P:musl
V:1.2.5-r10
A:x86_64
L:MIT
o:musl
F:lib
R:ld-musl-x86_64.so.1

P:libcrypto3
V:3.5.1-r0
A:x86_64
L:Apache-2.0
o:openssl

P:no-version
"""


@pytest.mark.parametrize("place", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_installed_packages_are_found(place: str, tmp_path: Path) -> None:
    found = taken(tmp_path, {place: INSTALLED, "etc/os-release": "ID=alpine\nVERSION_ID=3.22.1\n"})
    assert purls(found) == [
        "pkg:apk/alpine/libcrypto3@3.5.1-r0?arch=x86_64&distro=alpine-3.22.1&upstream=openssl",
        "pkg:apk/alpine/musl@1.2.5-r10?arch=x86_64&distro=alpine-3.22.1",
    ]
    assert [one.licenses for one in found.components] == [("Apache-2.0",), ("MIT",)]
