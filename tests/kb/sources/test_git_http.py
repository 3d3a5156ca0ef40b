"""A repository over smart HTTP, as forges serve it: git's own server program behind a loopback site."""

import asyncio
import os
from collections import Counter
from pathlib import Path

from aiohttp import web

from kb.sources.git import GitOptions, GitSource
from kb.sources.git_mirror import Mirror
from kb.sources.git_places import place
from kb.sources.git_runs import GitLimits
from kb.sources.options import parse
from tests.kb.sources.repositories import commit, repository
from tests.kb.sources.serving import Site, listed, names, serving, stamps


def backend(root: Path, seen: Counter[str]) -> Site:
    """Make a site that hands requests to ``git http-backend``."""

    async def answer(request: web.Request) -> web.Response:
        seen[request.path] += 1
        settings = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "GIT_PROJECT_ROOT": str(root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        }
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec("git", "http-backend", stdin=pipe, stdout=pipe, env=settings)
        said, _ = await process.communicate(await request.read())
        head, _, body = said.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200").split()[0])
        return web.Response(status=status, headers=headers, body=body)

    return Site({f"/repo/.git{path}": answer for path in ("/info/refs", "/git-upload-pack")})


async def test_changed_files_alone_travel_over_http(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "root" / "repo", {"docs/a.md": "# A", "docs/b.md": "# B", "big.bin": os.urandom(300_000)}
    )
    seen: Counter[str] = Counter()
    async with serving(backend(tmp_path / "root", seen)) as port:
        chosen = parse(GitOptions, "git", {"url": f"http://repo.test:{port}/repo/.git", "path": "docs"})
        resolve = names(repo_test="127.0.0.1")

        def source() -> GitSource:
            folder, limits = tmp_path / "cache" / "m.git", GitLimits(seconds=30.0)
            mirror = Mirror(place(chosen.url), "", folder, limits=limits, allow_private=True, resolve=resolve)
            return GitSource(chosen, mirror, max_bytes=10_000, max_documents=100)

        found = source()
        first, _ = await listed(found)
        assert {(await found.fetch(uri)).data for uri in first} == {b"# A", b"# B"}
        unchanged = Counter(seen)
        await listed(source(), stamps(first))
        assert seen.total() - unchanged.total() <= 3  # what is new is asked once, and nothing is
        commit(repo, {"docs/a.md": "# A2"})
        second, _ = await listed(source(), stamps(first))
        changed = [uri for uri in second if second[uri].stamp != first[uri].stamp]
        assert [uri.rpartition(":")[2] for uri in changed] == ["docs/a.md"]
        assert (await source().fetch(changed[0])).data == b"# A2"
    size = sum(path.stat().st_size for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert size < 200_000  # the large file never came
