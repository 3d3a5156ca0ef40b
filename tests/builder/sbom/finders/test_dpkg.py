"""Debian packages."""

from pathlib import Path

from tests.builder.sbom.making import OS_RELEASE, purls, taken

STATUS = """\
Package: libc6
Status: install ok installed
Priority: optional
Maintainer: Somebody <x@example.org>
Architecture: amd64
Source: glibc
Version: 2.36-9+deb12u10
Description: library
 Version: 6.6.6
 .
 Package: nothing

Package: perl-base
Status: install ok installed
Architecture: amd64
Source: perl (5.36.0-7+deb12u2)
Version: 1:5.36.0-7+b1

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: no-version
Status: install ok installed
"""


def test_installed_packages_are_found_with_their_sources(tmp_path: Path) -> None:
    found = taken(tmp_path, {"var/lib/dpkg/status": STATUS, "etc/os-release": OS_RELEASE})
    assert purls(found) == [
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12&upstream=glibc",
        "pkg:deb/debian/perl-base@1:5.36.0-7%2Bb1?arch=amd64&distro=debian-12&upstream=perl%405.36.0-7%2Bdeb12u2",
    ]
    assert found.components[0].group == "debian"


def test_images_without_dpkg_keep_a_file_for_each_package(tmp_path: Path) -> None:
    found = taken(
        tmp_path,
        {
            "var/lib/dpkg/status.d/base-files": "Package: base-files\nVersion: 12.4\nArchitecture: arm64\n",
            "var/lib/dpkg/status.d/base-files.md5sums": "Package: sums\nVersion: 1\n",
            "somewhere/var/lib/dpkg/status": STATUS,
        },
    )
    assert purls(found) == ["pkg:deb/debian/base-files@12.4?arch=arm64"]


def test_a_broken_status_gives_what_it_holds(tmp_path: Path) -> None:
    text = "\n\n:::\nPackage:\n\nVersion: 1\n\nPackage: a\nVersion: 1\nStatus: install ok installed\n\x00\xff\n"
    assert purls(taken(tmp_path, {"var/lib/dpkg/status": text.encode("latin-1")})) == ["pkg:deb/debian/a@1"]
