"""Statements on how an image came about."""

import hashlib
import json
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from builder.provenance import Build, Material, Source, folder_hash, statement
from tests.builder.sbom.making import laid

SHA = "a" * 64
BUILD = Build(
    name="ghcr.io/team/shop:1",
    id="sha256:" + "1" * 64,
    digest="sha256:" + "2" * 64,
    source=Source(uri="https://git.example.org/team/shop.git", commit="c" * 40, path="services/api"),
    dockerfile="FROM docker.io/library/python:3.12\n",
    bases=(
        Material(image="docker.io/library/python:3.12", digest=f"sha256:{SHA}"),
        Material(image="docker.io/library/debian:bookworm-slim"),
    ),
    arguments=("VITE_API", "HTTP_PROXY", "VITE_API"),
    secrets=("npmrc",),
    version="0.1.0",
    run="r-1",
    began=datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=timezone(timedelta(hours=2))),
    ended=datetime(2026, 1, 2, 3, 5, 5, tzinfo=timezone(timedelta(hours=2))),
)


def read(build: Build) -> Any:
    return json.loads(statement(build))


def test_a_statement_says_what_was_built_of_what_by_whom_and_when() -> None:
    assert read(BUILD) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {
                "name": "ghcr.io/team/shop:1",
                "digest": {"sha256": "2" * 64},
                "annotations": {"digestOf": "manifest"},
            }
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://sextant.dev/builder/dockerfile/v1",
                "externalParameters": {
                    "source": "https://git.example.org/team/shop.git",
                    "path": "services/api",
                    "dockerfile": {"sha256": hashlib.sha256(BUILD.dockerfile.encode()).hexdigest()},
                    "arguments": ["HTTP_PROXY", "VITE_API"],
                    "secrets": ["npmrc"],
                },
                "internalParameters": {"executor": "buildah"},
                "resolvedDependencies": [
                    {
                        "name": "source",
                        "uri": "git+https://git.example.org/team/shop.git",
                        "digest": {"gitCommit": "c" * 40},
                    },
                    {
                        "name": "base",
                        "uri": f"pkg:oci/python@sha256:{SHA}?repository_url=docker.io%2Flibrary%2Fpython&tag=3.12",
                        "digest": {"sha256": SHA},
                    },
                    {
                        "name": "base",
                        "uri": "pkg:oci/debian?repository_url=docker.io%2Flibrary%2Fdebian&tag=bookworm-slim",
                    },
                ],
            },
            "runDetails": {
                "builder": {"id": "https://sextant.dev/builder", "version": {"sextant": "0.1.0"}},
                "metadata": {
                    "invocationId": "r-1",
                    "startedOn": "2026-01-02T01:04:05Z",
                    "finishedOn": "2026-01-02T01:05:05Z",
                },
            },
        },
    }
    assert statement(BUILD) == statement(BUILD)


def test_without_a_manifest_the_subject_is_the_configuration() -> None:
    (one,) = read(replace(BUILD, digest=""))["subject"]
    assert one["digest"] == {"sha256": "1" * 64}
    assert one["annotations"] == {"digestOf": "configuration"}


def test_a_pasted_source_is_known_by_its_hash_alone() -> None:
    definition = read(replace(BUILD, source=Source(folder=SHA), bases=()))["predicate"]["buildDefinition"]
    assert definition["resolvedDependencies"] == [{"name": "source", "digest": {"dirHash": SHA}}]
    assert "source" not in definition["externalParameters"]


@dataclass(frozen=True, kw_only=True)
class Address:
    id: str
    uri: str
    shown: str


ADDRESSES = (
    Address(id="plain", uri="https://example.org/a.git", shown="https://example.org/a.git"),
    Address(id="token", uri="https://c4n4ry@example.org/a.git", shown="https://example.org/a.git"),
    Address(id="password", uri="https://me:c4n4ry@example.org:8443/a", shown="https://example.org:8443/a"),
    Address(id="query", uri="https://example.org/a?token=c4n4ry#c4n4ry", shown="https://example.org/a"),
    Address(id="scp", uri="git@example.org:team/a.git", shown="ssh://git@example.org/team/a.git"),
    Address(id="ssh", uri="ssh://git:c4n4ry@example.org/a.git", shown="ssh://git@example.org/a.git"),
    Address(id="ipv6", uri="http://[::1]:80/a", shown="http://[::1]:80/a"),
    Address(id="folder", uri="/home/me/c4n4ry", shown=""),
    Address(id="file", uri="file:///home/me/c4n4ry", shown=""),
    Address(id="broken", uri="https://[c4n4ry", shown=""),
    Address(id="broken-port", uri="https://example.org:c4n4ry/a", shown=""),
)


@pytest.mark.parametrize("case", ADDRESSES, ids=lambda case: case.id)
def test_an_address_is_shown_without_what_may_be_a_credential(case: Address) -> None:
    text = statement(replace(BUILD, source=Source(uri=case.uri)))
    definition = json.loads(text)["predicate"]["buildDefinition"]
    assert definition["externalParameters"].get("source", "") == case.shown
    assert b"c4n4ry" not in text


def test_a_base_that_is_no_reference_is_named_as_it_stands() -> None:
    definition = read(replace(BUILD, bases=(Material(image="${BASE}"),)))["predicate"]["buildDefinition"]
    assert definition["resolvedDependencies"][1] == {"name": "base", "uri": "${BASE}"}


def test_the_hash_of_a_folder_is_that_of_in_toto(tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", {"b": "1", "a/x": "2", "a.txt": "3", "\u00e9": "4", "A": "5"})
    command = "find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum | sha256sum | cut -f1 -d' '"
    expected = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=True)
    assert folder_hash(folder) == expected.stdout.strip()


def test_what_does_not_reach_a_build_does_not_change_the_hash(tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", {"b": "1"})
    before = folder_hash(folder)
    laid(folder, {".git/HEAD": "x", "node_modules/x/y": "z"})
    (folder / "link").symlink_to("b")
    (folder / "nowhere").symlink_to("/nothing")
    assert folder_hash(folder) == before
    laid(folder, {"b": "2"})
    assert folder_hash(folder) != before


def test_a_moment_is_written_in_utc() -> None:
    metadata = read(replace(BUILD, began=datetime(2026, 1, 1, tzinfo=UTC)))["predicate"]["runDetails"]["metadata"]
    assert metadata["startedOn"] == "2026-01-01T00:00:00Z"
