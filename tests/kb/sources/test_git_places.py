"""Addresses of repositories and of the files in them."""

from dataclasses import dataclass

import pytest

from kb.sources.git_places import naming, place


@dataclass(frozen=True, kw_only=True)
class Shown:
    id: str
    url: str
    ref: str = ""
    uri: str


SHOWN = (
    Shown(id="github", url="https://github.com/a/b.git", uri="https://github.com/a/b/blob/HEAD/docs/x%20y.md"),
    Shown(id="github-ssh", url="git@github.com:a/b.git", ref="v1", uri="https://github.com/a/b/blob/v1/docs/x%20y.md"),
    Shown(
        id="gitlab-subgroup",
        url="https://gitlab.com/g/s/p.git",
        ref="main",
        uri="https://gitlab.com/g/s/p/-/blob/main/docs/x%20y.md",
    ),
    Shown(
        id="own-gitlab",
        url="https://gitlab.test:8443/g/p",
        uri="https://gitlab.test:8443/g/p/-/blob/HEAD/docs/x%20y.md",
    ),
    Shown(
        id="codeberg",
        url="https://codeberg.org/a/b",
        ref="main",
        uri="https://codeberg.org/a/b/src/branch/main/docs/x%20y.md",
    ),
    Shown(
        id="unknown", url="https://git.test/a/b.git", ref="r/1", uri="git+https://git.test/a/b.git#r/1:docs/x%20y.md"
    ),
    Shown(id="scp", url="me@git.test:b.git", uri="git+me@git.test:b.git#HEAD:docs/x%20y.md"),
)


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: case.id)
def test_a_file_is_named_by_its_page_where_the_forge_is_known(case: Shown) -> None:
    named = naming(place(case.url), case.ref)
    assert named.uri("docs/x y.md") == case.uri
    assert named.path(case.uri) == "docs/x y.md"
    assert named.path("https://elsewhere.test/x") is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("git@host.test:a/b.git", "git@host.test:a/b.git"),
        ("git@host.test:/srv/b.git", "ssh://git@host.test/srv/b.git"),
        ("ssh://host.test:2222/b.git", "ssh://git@host.test:2222/b.git"),
        ("git+https://host.test/b.git", "https://host.test/b.git"),
        ("https://[2606:4700::1]:8443/b", "https://[2606:4700::1]:8443/b"),
        ("file:///srv/my%20repo.git", "file:///srv/my%20repo.git"),
    ],
)
def test_an_address_keeps_its_meaning(text: str, url: str) -> None:
    assert place(text).url == url
    assert place(url).url == url
