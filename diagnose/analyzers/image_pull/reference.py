"""Image references taken apart: registry host, repository, tag, digest."""

import re
from dataclasses import dataclass

DEFAULT_HOST = "docker.io"

_UNEXPANDED = re.compile(r"\$\{[^}]{0,80}\}|\$\([^)]{0,80}\)|\$[A-Za-z_]\w{0,60}|\{\{.{0,80}?\}\}|<[^>]{1,60}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An image reference. ``host`` is ``docker.io`` where the text names none (``given`` is then false)."""

    host: str
    given: bool
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """Host and repository as people write them: the default host is left out when it was."""
        return f"{self.host}/{self.repository}" if self.given else self.repository

    @property
    def official(self) -> bool:
        """Whether it is an image of one word on the default host: those are public."""
        return self.host == DEFAULT_HOST and "/" not in self.repository.removeprefix("library/")

    @property
    def owner(self) -> str:
        """The first part of the repository's path."""
        return self.repository.partition("/")[0]

    @property
    def version(self) -> str:
        """The tag or digest, ``latest`` where neither is written."""
        return self.digest or self.tag or "latest"

    def with_tag(self, tag: str) -> str:
        """Write the reference with another tag."""
        return f"{self.name}:{tag}"


def parse(image: str) -> Reference:
    """Read a reference; never fails, whatever the text."""
    body, _, digest = image.partition("@")
    head, slash, rest = body.partition("/")
    given = bool(slash) and ("." in head or ":" in head or head == "localhost")
    host, path = (head, rest) if given else (DEFAULT_HOST, body)
    base, colon, tag = path.rpartition(":")
    if not colon or "/" in tag:
        base, tag = path, ""
    return Reference(host=host, given=given, repository=base, tag=tag, digest=digest)


def canonical(image: str) -> str:
    """Write host and repository in full, so that two spellings of one repository are equal."""
    reference = parse(image)
    path = reference.repository
    if reference.host in {DEFAULT_HOST, "index.docker.io", "registry-1.docker.io"}:
        path = path if "/" in path else f"library/{path}"
        return f"{DEFAULT_HOST}/{path}"
    return f"{reference.host}/{path}"


def fault_of(image: str) -> tuple[str, str, str]:
    """Say what makes a reference invalid, in English and Chinese, and the corrected form (empty when it is a guess)."""
    if not image.strip():
        return "it is empty", "为空", ""
    if match := _UNEXPANDED.search(image):
        return f"{match[0]} was not replaced by a value", f"{match[0]} 没有被替换为实际值", ""
    if "://" in image:
        fixed = image.partition("://")[2]
        return "a reference has no https:// in front", "镜像引用前不能有 https://", fixed
    if image != image.strip() or " " in image:
        return "it holds a space", "含有空格", image.replace(" ", "")
    if image.endswith((":", "@")):
        return "nothing follows the last sign", "末尾符号之后没有内容", image.rstrip(":@")
    reference = parse(image)
    if reference.repository != reference.repository.lower():
        fixed = image.replace(reference.repository, reference.repository.lower(), 1)
        return "the repository has upper-case letters", "镜像库名称含有大写字母", fixed
    if image.count("@") > 1 or (
        reference.digest and not re.fullmatch(r"[a-z0-9+._-]+:[0-9a-f]{32,128}", reference.digest)
    ):
        return f"@{reference.digest[:40]} is no digest", f"@{reference.digest[:40]} 不是摘要", ""
    if reference.tag and not re.fullmatch(r"\w[\w.-]{0,127}", reference.tag, re.ASCII):
        return (
            f"the tag {reference.tag} has signs that a tag may not have",
            f"标签 {reference.tag} 含有不允许的字符",
            "",
        )
    return "its form is not that of a reference", "格式不是镜像引用", ""
