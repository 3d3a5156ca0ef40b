"""Git repositories: what is told, fetched and refused."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kb.sources import (
    SourceEmpty,
    SourceError,
    SourceGone,
    SourceInvalid,
    SourceRefused,
    SourceTooLarge,
    SourceUnavailable,
)
from kb.sources.git import GitOptions, GitSource
from kb.sources.git_mirror import Mirror
from kb.sources.git_places import place
from kb.sources.git_runs import GitLimits
from kb.sources.opening import check
from kb.sources.options import parse
from tests.kb.sources.repositories import commit, git, repository
from tests.kb.sources.serving import Reply, Site, listed, names, serving, stamps

FILES: dict[str, str | bytes] = {
    "README.md": "# Top",
    "docs/a.md": "# A",
    "docs/deep/b.md": "# B",
    "docs/.hidden/c.md": "# C",
    "logo.png": b"\x89PNG",
}


def source(
    url: str, cache: Path, limits: GitLimits | None = None, max_bytes: int = 10_000, **options: Any
) -> GitSource:
    chosen = parse(GitOptions, "git", {"url": url, **options})
    mirror = Mirror(
        place(chosen.url),
        chosen.ref,
        cache / "mirror.git",
        limits=limits or GitLimits(seconds=30.0),
        allow_private=True,
        resolve=names(),
    )
    return GitSource(chosen, mirror, max_bytes=max_bytes, max_documents=100)


def uri(folder: Path, path: str, ref: str = "HEAD") -> str:
    return f"git+{folder.as_uri()}#{ref}:{path}"


async def test_readable_files_of_the_newest_commit_are_told_and_read(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    found = source(repo.as_uri(), tmp_path / "cache")
    items, troubles = await listed(found)
    assert set(items) == {uri(repo, "README.md"), uri(repo, "docs/a.md"), uri(repo, "docs/deep/b.md")}
    assert not troubles
    fetched = await found.fetch(uri(repo, "docs/a.md"))
    assert (fetched.data, fetched.name) == (b"# A", "docs/a.md")
    assert not (tmp_path / "cache" / "mirror.git" / "hooks").exists()


async def test_only_what_changed_is_fetched(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    first, _ = await listed(source(repo.as_uri(), tmp_path / "cache"))
    commit(repo, {"docs/a.md": "# A2", "docs/new.md": "# N", "README.md": None})
    found = source(repo.as_uri(), tmp_path / "cache")
    second, _ = await listed(found, stamps(first))
    assert set(second) == {uri(repo, name) for name in ("docs/a.md", "docs/deep/b.md", "docs/new.md")}
    assert second[uri(repo, "docs/deep/b.md")].stamp == first[uri(repo, "docs/deep/b.md")].stamp
    assert second[uri(repo, "docs/a.md")].stamp != first[uri(repo, "docs/a.md")].stamp
    assert (await found.fetch(uri(repo, "docs/a.md"))).data == b"# A2"


async def test_files_that_are_not_wanted_are_never_brought_here(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"docs/a.md": "# A", "big.bin": b"\x00" + bytes(range(256)) * 4000})
    await listed(source(repo.as_uri(), tmp_path / "cache"))
    missing = git(tmp_path / "cache" / "mirror.git", "rev-list", "--objects", "--missing=print", "refs/sextant/current")
    assert missing.count("?") == 1


async def test_a_server_that_gives_no_single_files_is_read_all_the_same(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    git(repo, "config", "uploadpack.allowFilter", "false")
    git(repo, "config", "uploadpack.allowAnySHA1InWant", "false")
    found = source(repo.as_uri(), tmp_path / "cache")
    items, _ = await listed(found)
    assert len(items) == 3
    assert (await found.fetch(uri(repo, "README.md"))).data == b"# Top"


async def test_a_server_that_filters_but_refuses_single_files_is_read_all_the_same(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    git(repo, "config", "uploadpack.allowAnySHA1InWant", "false")
    found = source(repo.as_uri(), tmp_path / "cache")
    items, _ = await listed(found)
    assert len(items) == 3
    assert (await found.fetch(uri(repo, "README.md"))).data == b"# Top"


async def test_another_process_reads_what_this_one_listed(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", FILES)
    await listed(source(repo.as_uri(), tmp_path / "cache"))
    fetched = await source(repo.as_uri(), tmp_path / "cache").fetch(uri(repo, "docs/a.md"))
    assert fetched.data == b"# A"
    fresh = await source(repo.as_uri(), tmp_path / "other").fetch(uri(repo, "docs/a.md"))
    assert fresh.data == b"# A"


async def test_a_branch_a_tag_and_a_commit_are_refs_and_versions(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"a.md": "one"})
    git(repo, "tag", "v1.0")
    old = git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "--quiet", "-b", "release/2")
    commit(repo, {"a.md": "two"})
    for ref, text in (("v1.0", b"one"), ("release/2", b"two"), (old, b"one"), ("main", b"one")):
        found = source(repo.as_uri(), tmp_path / "cache" / ref.replace("/", "-"), ref=ref)
        items, _ = await listed(found)
        assert list(items) == [uri(repo, "a.md", ref)]
        fetched = await found.fetch(uri(repo, "a.md", ref))
        assert (fetched.data, fetched.version) == (text, ref)


async def test_a_path_and_patterns_narrow_the_tree(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {**FILES, "docs/tool.go": "package x", "docsx/no.md": "no"})
    cache = tmp_path / "cache"
    below, _ = await listed(source(repo.as_uri(), cache, path="docs/"))
    assert set(below) == {uri(repo, "docs/a.md"), uri(repo, "docs/deep/b.md")}
    chosen, _ = await listed(source(repo.as_uri(), cache, path="docs", include=["*.go", "deep/"], exclude=["a.md"]))
    assert set(chosen) == {uri(repo, "docs/tool.go"), uri(repo, "docs/deep/b.md")}
    single, _ = await listed(source(repo.as_uri(), cache, path="docs/tool.go"))
    assert set(single) == {uri(repo, "docs/tool.go")}
    with pytest.raises(SourceGone, match="nowhere"):
        await listed(source(repo.as_uri(), cache, path="nowhere"))


async def test_links_and_submodules_are_left_out(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", {"x.md": "x"})
    repo = repository(tmp_path / "repo", {"a.md": "a"})
    (repo / "passwd.md").symlink_to("/etc/passwd")
    (repo / "loop.md").symlink_to("loop.md")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", inner.as_uri(), "sub.md")
    commit(repo, {})
    items, _ = await listed(source(repo.as_uri(), tmp_path / "cache"))
    assert set(items) == {uri(repo, "a.md")}


async def test_odd_names_are_told_and_read(tmp_path: Path) -> None:
    odd = ["a b#c?.md", "中文.md", "-x.md", "50%41.md"]
    repo = repository(tmp_path / "repo", dict.fromkeys(odd, "text"))
    commit(repo, {os.fsdecode(b"\xff.md"): "no text"})
    found = source(repo.as_uri(), tmp_path / "cache")
    items, _ = await listed(found)
    assert {(await found.fetch(one)).name for one in items} == {*odd, "?.md"}
    assert all(one.isascii() for one in items)


async def test_large_files_and_lfs_pointers_are_refused_one_by_one(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    repo = repository(tmp_path / "repo", {"a.md": "x" * 20_000, "b.md": pointer, "c.md": "fine"})
    found = source(repo.as_uri(), tmp_path / "cache")
    await listed(found)
    with pytest.raises(SourceTooLarge):
        await found.fetch(uri(repo, "a.md"))
    with pytest.raises(SourceError, match="LFS"):
        await found.fetch(uri(repo, "b.md"))
    assert (await found.fetch(uri(repo, "c.md"))).data == b"fine"
    with pytest.raises(SourceGone):
        await found.fetch(uri(repo, "../c.md"))


async def test_missing_repositories_and_refs_are_told_apart(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"a.md": "a"})
    with pytest.raises(SourceGone, match="no repository"):
        await listed(source((tmp_path / "none").as_uri(), tmp_path / "cache"))
    with pytest.raises(SourceGone, match="no branch"):
        await listed(source(repo.as_uri(), tmp_path / "cache2", ref="nosuch"))


async def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"a.md": "a"})
    await listed(source(repo.as_uri(), tmp_path / "cache"))
    mirror = tmp_path / "cache" / "mirror.git"
    for left in ("shallow.lock", "config.lock", "refs/sextant/current.lock", "objects/pack/tmp_pack_x"):
        (mirror / left).write_bytes(b"")
    commit(repo, {"a.md": "b"})
    found = source(repo.as_uri(), tmp_path / "cache")
    await listed(found)
    assert (await found.fetch(uri(repo, "a.md"))).data == b"b"


async def test_a_damaged_copy_is_made_anew(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"a.md": "a"})
    await listed(source(repo.as_uri(), tmp_path / "cache"))
    for pack in (tmp_path / "cache" / "mirror.git" / "objects").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            pack.write_bytes(b"damage")
    commit(repo, {"a.md": "b"})
    found = source(repo.as_uri(), tmp_path / "cache")
    await listed(found)
    assert (await found.fetch(uri(repo, "a.md"))).data == b"b"


async def test_a_server_that_says_nothing_is_given_up_and_git_ends(tmp_path: Path) -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until git is gone
        gone.set()
        writer.close()

    gone = asyncio.Event()
    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        chosen = parse(GitOptions, "git", {"url": f"http://repo.test:{port}/a/b.git"})
        mirror = Mirror(
            place(chosen.url),
            "",
            tmp_path / "m.git",
            limits=GitLimits(seconds=0.5),
            allow_private=True,
            resolve=names(repo_test="127.0.0.1"),
        )
        found = GitSource(chosen, mirror, max_bytes=1000, max_documents=10)
        with pytest.raises(SourceUnavailable, match="longer than"):
            await listed(found)
        async with asyncio.timeout(10):
            await gone.wait()


async def test_a_name_with_a_private_address_is_refused_before_git_runs(tmp_path: Path) -> None:
    for url in ("https://repo.test/a/b.git", "git@repo.test:a/b.git", "https://127.0.0.1/a/b.git", "https://[::1]/a/b"):
        chosen = parse(GitOptions, "git", {"url": url})
        resolve = names(repo_test="10.0.0.7")
        mirror = Mirror(
            place(chosen.url), "", tmp_path / "m.git", limits=GitLimits(), allow_private=False, resolve=resolve
        )
        with pytest.raises(SourceRefused, match="not public"):
            await listed(GitSource(chosen, mirror, max_bytes=1000, max_documents=10))
        assert not (tmp_path / "m.git").exists()


async def test_without_git_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="not installed") as raised:
        await listed(source("https://repo.test/a/b.git", tmp_path / "cache"))
    assert "Install git" in raised.value.next_step


async def test_hooks_and_settings_of_the_machine_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    mark = tmp_path / "mark"
    (home / ".gitconfig").write_text(
        f'[url "file:///elsewhere/"]\n insteadOf = file:///\n[core]\n fsmonitor = "touch {mark}"\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "url.file:///elsewhere/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "file:///")
    repo = repository(tmp_path / "repo", {"a.md": "a"})
    items, _ = await listed(source(repo.as_uri(), tmp_path / "cache"))
    assert len(items) == 1
    assert not mark.exists()


@dataclass(frozen=True, kw_only=True)
class Answer:
    id: str
    reply: Reply
    error: type[SourceError]
    said: str


ANSWERS = (
    Answer(
        id="moved", reply=Reply(status=301, headers={"Location": "/other/info/refs"}), error=SourceRefused, said="moved"
    ),
    Answer(
        id="inside",
        reply=Reply(status=302, headers={"Location": "http://169.254.169.254/x/info/refs"}),
        error=SourceRefused,
        said="moved",
    ),
    Answer(id="missing", reply=Reply(status=404), error=SourceGone, said="no repository"),
    Answer(
        id="private",
        reply=Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'}),
        error=SourceRefused,
        said="not public",
    ),
    Answer(id="down", reply=Reply(status=503), error=SourceUnavailable, said="does not answer"),
    Answer(id="no-git", reply=Reply(text="hello"), error=SourceGone, said="no branch"),
)


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.id)
async def test_answers_of_a_forge_become_clear_errors(case: Answer, tmp_path: Path) -> None:
    site = Site({"/a/b.git/info/refs": case.reply})
    async with serving(site) as port:
        chosen = parse(GitOptions, "git", {"url": f"http://repo.test:{port}/a/b.git"})
        found, resolve = place(chosen.url), names(repo_test="127.0.0.1")
        mirror = Mirror(found, "", tmp_path / "m.git", limits=GitLimits(), allow_private=True, resolve=resolve)
        with pytest.raises(case.error, match=case.said):
            await listed(GitSource(chosen, mirror, max_bytes=1000, max_documents=10))
        assert sum(site.seen.values()) <= 2
        assert set(site.hosts) == {f"repo.test:{port}"}


async def test_ssh_is_held_to_the_address_that_was_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "ssh").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$0.args"\nexit 255\n', encoding="utf-8")
    (programs / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    chosen = parse(GitOptions, "git", {"url": "ssh://me@repo.test:2222/a/b.git"})
    resolve = names(repo_test="93.184.215.14")
    mirror = Mirror(place(chosen.url), "", tmp_path / "m.git", limits=GitLimits(), allow_private=False, resolve=resolve)
    with pytest.raises(SourceError):
        await listed(GitSource(chosen, mirror, max_bytes=1000, max_documents=10))
    said = (programs / "ssh.args").read_text(encoding="utf-8").split("\n")
    for option in (
        "HostName=93.184.215.14",
        "HostKeyAlias=[repo.test]:2222",
        "StrictHostKeyChecking=yes",
        "BatchMode=yes",
    ):
        assert option in said
    assert said[:2] == ["-F", "/dev/null"]
    assert "me@repo.test" in said


HOSTILE_URLS = (
    "--upload-pack=touch x",
    "-oProxyCommand=touch x",
    "ext::sh -c touch% x",
    "ext::sh",
    "fd::17",
    "git://repo.test/a.git",
    "ftp://repo.test/a.git",
    "ssh://-oProxyCommand=x/a",
    "ssh://-x@repo.test/a",
    "-x@repo.test:a.git",
    "git@-x:a.git",
    "https://user:word@repo.test/a.git",
    "https://token@repo.test/a.git",
    "https://repo.test/a.git\n--x",
    "https://repo.test/a b.git",
    "https://repo.test/",
    "https://re`x`po.test/a",
    "ssh://git@repo.test/-x",
    "file://host/a",
    "/srv/repo.git",
    "../repo",
    "",
)


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_addresses_that_git_would_take_for_more_are_refused(url: str) -> None:
    with pytest.raises(SourceInvalid):
        check("git", {"url": url})


@pytest.mark.parametrize(
    "ref", ["--output=x", "-x", "a..b", "a:b", "+a", "a b", "a~1", "a^", "@{-1}", "a.lock", "a//b", "*", "a\nb"]
)
def test_refs_that_git_would_take_for_more_are_refused(ref: str) -> None:
    with pytest.raises(SourceInvalid):
        check("git", {"url": "https://repo.test/a/b.git", "ref": ref})


@pytest.mark.parametrize("path", ["../x", "a/../../x", ":(top)x", "*.md", "a\nb", "a\\b"])
def test_paths_that_lead_out_are_refused(path: str) -> None:
    with pytest.raises(SourceInvalid):
        check("git", {"url": "https://repo.test/a/b.git", "path": path})


async def test_a_repository_with_nothing_to_read_says_what_was_looked_at(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"main.go": "package main", "logo.png": b"\x89PNG"})
    with pytest.raises(SourceEmpty, match=r"2 files looked at \(1 \.go, 1 \.png\)") as raised:
        await listed(source(repo.as_uri(), tmp_path / "cache"))
    assert "--include" in raised.value.next_step
    items, _ = await listed(source(repo.as_uri(), tmp_path / "cache", include=["*.go"]))
    assert set(items) == {uri(repo, "main.go")}
