"""From options to adapters, and from what people type to options."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import ClusterNotConfigured
from kb.records.model import SourceKind, SourceRecord
from kb.sources import SourceInvalid, SourceRefused
from kb.sources.guessing import guess
from kb.sources.opening import OPTIONS, Surroundings, check, open_source
from tests.kb.sources.repositories import repository
from tests.kb.sources.serving import listed


def record(kind: SourceKind, options: dict[str, Any] | None = None) -> SourceRecord:
    return SourceRecord(id="s1", name="s", kind=kind, options=options or {}, created_at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("directory", {"path": "/srv/docs/../docs"}, {"path": "/srv/docs"}),
        ("web", {"url": "HTTPS://Docs.Test#x", "max_depth": 10}, {"url": "https://docs.test/"}),
        ("git", {"url": " https://h.test/a.git ", "path": "/docs/"}, {"url": "https://h.test/a.git", "path": "docs"}),
        ("openapi", {"location": "https://h.test/openapi.json"}, {"location": "https://h.test/openapi.json"}),
        ("crds", {}, {}),
        ("seed", {}, {}),
        ("directory", {"path": "/a", "include": ["*.md"]}, {"path": "/a", "include": ["*.md"]}),
    ],
)
def test_options_come_back_in_their_normal_form(kind: str, options: dict[str, Any], expected: dict[str, Any]) -> None:
    assert check(kind, options) == expected
    assert check(kind, expected) == expected


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("nope", {}, "no kind of source 'nope'"),
        ("web", {}, "url: it must be given"),
        ("web", {"url": "https://h.test", "depth": 1}, "depth: there is no such option"),
        ("web", {"url": "https://h.test", "max_pages": "9"}, "max_pages: Input should be a valid integer"),
        ("web", {"url": "https://h.test", "max_pages": 0}, "max_pages: .* greater than or equal to 1"),
        ("web", {"url": "ftp://h.test"}, "not written as https://HOST/PATH"),
        ("web", {"url": "https://user:word@h.test"}, "user name or password"),
        ("web", {"url": "https://h.test", "include": ["docs"]}, "not the beginning of a path"),
        ("directory", {"path": ""}, "empty"),
        ("directory", {"path": "a\0b"}, "control character"),
        ("directory", {"path": "a", "include": "*.md"}, "include: "),
        ("directory", {"path": "a", "include": ["*"] * 300}, "include: "),
        ("upload", {"path": "a"}, "no such option"),
        ("openapi", {"location": "ftp://x/y"}, "neither"),
        ("crds", {"builtin": object()}, "no plain values"),
        ("crds", {"builtin": 1}, "valid boolean"),
    ],
)
def test_options_that_do_not_fit_are_named(kind: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(SourceInvalid, match=said) as raised:
        check(kind, options)
    assert raised.value.next_step
    assert "word" not in raised.value.message.replace("password", "")


@pytest.mark.parametrize(
    ("typed", "kind", "options", "name"),
    [
        ("https://docs.test/en/", "web", {"url": "https://docs.test/en/"}, "docs.test/en"),
        ("http://docs.test:8080#top", "web", {"url": "http://docs.test:8080/"}, "docs.test:8080"),
        (
            "https://h.test/y.git#v1:sub/path",
            "git",
            {"url": "https://h.test/y.git", "ref": "v1", "path": "sub/path"},
            "y/sub/path",
        ),
        ("https://h.test/y.git", "git", {"url": "https://h.test/y.git"}, "y"),
        ("git@h.test:a/x.git", "git", {"url": "git@h.test:a/x.git"}, "a/x"),
        ("git@h.test:x.git#main", "git", {"url": "git@h.test:x.git", "ref": "main"}, "x"),
        ("ssh://git@h.test/a/x", "git", {"url": "ssh://git@h.test/a/x"}, "a/x"),
        ("https://github.com/a/b", "git", {"url": "https://github.com/a/b"}, "a/b"),
        ("https://github.com/a/b/", "git", {"url": "https://github.com/a/b"}, "a/b"),
        (
            "https://github.com/a/b#main:docs",
            "git",
            {"url": "https://github.com/a/b", "ref": "main", "path": "docs"},
            "a/b/docs",
        ),
        (
            "https://github.com/a/b/tree/main/docs/en",
            "git",
            {"url": "https://github.com/a/b", "ref": "main", "path": "docs/en"},
            "a/b/docs/en",
        ),
        (
            "https://github.com/a/b/blob/v1/README.md",
            "git",
            {"url": "https://github.com/a/b", "ref": "v1", "path": "README.md"},
            "a/b/README.md",
        ),
        ("https://gitlab.com/g/s/p/-/tree/main", "git", {"url": "https://gitlab.com/g/s/p", "ref": "main"}, "s/p"),
        (
            "https://github.com/a/b/issues/3",
            "web",
            {"url": "https://github.com/a/b/issues/3"},
            "github.com/a/b/issues/3",
        ),
        (
            "https://github.com/topics/kubernetes",
            "web",
            {"url": "https://github.com/topics/kubernetes"},
            "github.com/topics/kubernetes",
        ),
        (
            "https://h.test/v1/openapi.json",
            "openapi",
            {"location": "https://h.test/v1/openapi.json"},
            "h.test/v1/openapi.json",
        ),
        ("https://h.test/swagger.yaml", "openapi", {"location": "https://h.test/swagger.yaml"}, "h.test/swagger.yaml"),
        ("/srv/docs", "directory", {"path": "/srv/docs"}, "docs"),
        ("file:///srv/my%20docs", "directory", {"path": "/srv/my docs"}, "my docs"),
        ("file:///srv/repo.git#main", "git", {"url": "file:///srv/repo.git", "ref": "main"}, "srv/repo"),
        ("/srv/openapi.yaml", "openapi", {"location": "/srv/openapi.yaml"}, "openapi.yaml"),
        ("crds", "crds", {}, "crds"),
        ("Events", "events", {}, "events"),
        ("diagnoses", "diagnoses", {}, "diagnoses"),
        ("seed", "seed", {}, "seed"),
    ],
)
def test_what_people_type_is_understood(typed: str, kind: str, options: dict[str, Any], name: str) -> None:
    assert guess(typed) == (kind, options, name)


def test_relative_paths_become_whole_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "notes.md").touch()
    for typed in ("docs", "./docs", "docs/"):
        assert guess(typed) == ("directory", {"path": str(tmp_path / "docs")}, "docs")
    assert guess("notes.md") == ("directory", {"path": str(tmp_path / "notes.md")}, "notes.md")
    assert guess(".") == ("directory", {"path": str(tmp_path)}, tmp_path.name)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "nothing",
        "docs.test/en",
        "--upload-pack=x",
        "ext::sh -c x",
        "git://h.test/x",
        "https://u:word@h.test/a.git",
        "a\nb",
        "https://",
    ],
)
def test_what_is_no_source_is_refused(typed: str) -> None:
    with pytest.raises(SourceInvalid) as raised:
        guess(typed)
    assert "word@" not in raised.value.message


def test_a_host_without_its_scheme_is_answered_with_it() -> None:
    with pytest.raises(SourceInvalid, match="Did you mean https://docs"):
        guess("docs.test/en")


SAMPLES: dict[SourceKind, dict[str, Any]] = {
    "directory": {"path": "/srv/docs"},
    "upload": {},
    "git": {"url": "https://h.test/a/b.git"},
    "web": {"url": "https://h.test/"},
    "openapi": {"location": "https://h.test/openapi.json"},
    "events": {},
    "diagnoses": {},
    "seed": {},
}


@pytest.mark.parametrize("kind", SAMPLES)
async def test_every_kind_opens_without_touching_anything(kind: SourceKind, tmp_path: Path) -> None:
    around = Surroundings(cache_folder=tmp_path / "cache", allow_local_paths=True)
    await open_source(record(kind, SAMPLES[kind]), around).close()
    assert not (tmp_path / "cache").exists()


def test_every_kind_has_options() -> None:
    assert set(OPTIONS) == {*SAMPLES, "crds"}


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("directory", {"path": "/srv/docs"}),
        ("openapi", {"location": "/srv/openapi.json"}),
        ("git", {"url": "file:///srv/a.git"}),
        ("git", {"url": "http://h.test/a.git"}),
    ],
)
def test_what_the_installation_forbids_is_refused(kind: SourceKind, options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(SourceRefused) as raised:
        open_source(record(kind, options), Surroundings(cache_folder=tmp_path))
    assert raised.value.next_step


def test_without_a_cluster_there_are_no_kinds(tmp_path: Path) -> None:
    with pytest.raises(ClusterNotConfigured):
        open_source(record("crds"), Surroundings(cache_folder=tmp_path))


async def test_a_repository_is_opened_and_read(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo.git", {"docs/a.md": "# A"})
    kind, options, _ = guess(f"{repo.as_uri()}#main:docs")
    around = Surroundings(cache_folder=tmp_path / "cache", allow_local_paths=True)
    found = open_source(record(kind, options), around)
    items, _ = await listed(found)
    (uri,) = items
    assert (await found.fetch(uri)).data == b"# A"
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0
