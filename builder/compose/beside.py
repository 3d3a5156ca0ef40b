"""Files of the tree beside the compose file: what services mount, and what their Dockerfiles say."""

import re
from dataclasses import replace
from posixpath import join
from typing import Final

from builder.compose.model import Project, Service
from builder.parsing.dockerfile import dockerfile
from builder.tree import Tree

MAX_MOUNTED: Final = 512 * 1024
"""Bytes of a mounted file: a ConfigMap may have 1 MiB in all."""

MAX_IN_FOLDER: Final = 20
"""Files of a mounted folder that become one ConfigMap."""


def with_files(project: Project, tree: Tree, texts: dict[str, str]) -> Project:
    """Return the project with the texts of what it mounts, and what its Dockerfiles say."""
    files: dict[str, str] = {}
    folders: dict[str, tuple[str, ...]] = {}
    wanted = [mount.source for one in project.services for mount in one.mounts if mount.kind == "bind" and mount.source]
    wanted += [one.file for one in project.configs.values() if one.file]
    for path in wanted:
        inner = tree.names(path)
        if path in tree:
            _take(tree, path, files)
        elif _small(tree, path) and all(_take(tree, join(path, name), files) for name in inner):
            folders[path] = inner
    users: dict[str, str] = {}
    exposed: dict[str, tuple[int, ...]] = {}
    for one in project.services:
        users[one.name], exposed[one.name] = _image(one, tree)
    return replace(project, files=files, folders=folders, users=users, exposed=exposed, texts=texts)


def _small(tree: Tree, path: str) -> bool:
    return path != "." and 0 < len(tree.names(path)) <= MAX_IN_FOLDER and not tree.folders(path)


def _take(tree: Tree, path: str, files: dict[str, str]) -> bool:
    content = tree.text(path) if tree.sizes.get(path, 0) <= MAX_MOUNTED else None
    if content is None or "\ufffd" in content:
        return False
    files[path] = content
    return True


def _image(one: Service, tree: Tree) -> tuple[str, tuple[int, ...]]:
    """Return the last USER and the ports of the Dockerfile that a service is built by."""
    if one.build is None:
        return "", ()
    content = one.build.inline or tree.text(one.build.dockerfile) or ""
    found = dockerfile(content)
    if found is None:
        return "", ()
    stage = found.stage(one.build.target)
    user = found.last(stage, "USER")
    numbers = [
        int(word.partition("/")[0])
        for each in found.chain(stage)
        for instruction in each.of("EXPOSE")
        for word in instruction.text.split()
        if re.fullmatch(r"\d{1,5}(/tcp)?", word)
    ]
    return (user.text.strip() if user is not None else ""), tuple(dict.fromkeys(numbers))
