"""Take the inventory of an image: every finder over every file, within bounds."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import assert_never

from builder.sbom.finder import Broken, Finder
from builder.sbom.finders import FINDERS
from builder.sbom.image_files import Bound, Exhausted, File, ImageFiles
from builder.sbom.limits import DEFAULT, MIB, Limits
from builder.sbom.model import Component, Inventory
from builder.sbom.words import shown
from core.phrase import Phrase

MAX_PATHS = 20
"""Places of one component that are kept: the same package may lie in every folder of a workspace."""

MAX_UNREAD = 100


def components(root: Path) -> tuple[Component, ...]:
    """Return what is in the image whose files lie below ``root``. Blocks: call it in a thread."""
    return inventory(root).components


def inventory(root: Path, limits: Limits = DEFAULT, *, finders: Iterable[Finder] = FINDERS) -> Inventory:
    """Return what is in the image, and what the list cannot say. Blocks for up to ``limits.seconds``.

    Nothing below ``root`` is executed or written to, and no link is followed. Raises ``OSError`` where ``root`` itself
    cannot be opened.
    """
    found = _Found(limits=limits)
    with ImageFiles(root, limits) as files:
        gaps: list[Phrase] = []
        system = None
        try:
            system = files.system
            for file in files.walk():
                for finder in finders:
                    if finder.wants(file):
                        found.take(finder, file, files)
        except Exhausted as exc:
            gaps.append(_told(exc.bound, limits))
        if files.too_deep:
            gaps.append(_told("depth", limits))
    return Inventory(
        components=found.sorted(), system=system, gaps=tuple(gaps), unread=tuple(found.unread)[:MAX_UNREAD]
    )


@dataclass(slots=True, kw_only=True)
class _Found:
    """Components by their package URL, with all the places that say so."""

    limits: Limits
    each: dict[str, Component] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)

    def take(self, finder: Finder, file: File, files: ImageFiles) -> None:
        """Take what one file says; one that cannot be read says nothing."""
        try:
            for one in finder.find(file, files):
                self._add(one if one.paths else replace(one, paths=(shown(file.path),)))
        except (Broken, OSError, ValueError):
            self.unread[shown(file.path)] = None

    def _add(self, one: Component) -> None:
        known = self.each.get(one.purl)
        if known is None:
            if len(self.each) >= self.limits.components:
                raise Exhausted("components")
            self.each[one.purl] = one
        elif len(known.paths) < MAX_PATHS:
            paths = tuple(sorted({*known.paths, *one.paths}))
            self.each[one.purl] = replace(known, paths=paths, licenses=known.licenses or one.licenses)

    def sorted(self) -> tuple[Component, ...]:
        """Return them in an order that does not depend on where they were found."""
        return tuple(self.each[key] for key in sorted(self.each))


def _told(bound: Bound, limits: Limits) -> Phrase:
    match bound:
        case "seconds":
            en, zh = f"more than {limits.seconds:g} s would be needed", f"所需时间超过 {limits.seconds:g} 秒"
        case "entries":
            en, zh = f"it holds more than {limits.entries:,} files", f"文件超过 {limits.entries:,} 个"
        case "read_bytes":
            size = limits.read_bytes // MIB
            en, zh = f"more than {size:,} MiB would have to be read", f"需要读取的内容超过 {size:,} MiB"
        case "depth":
            en, zh = f"folders deeper than {limits.depth}", f"目录深度超过 {limits.depth} 层"
        case "components":
            en, zh = f"it holds more than {limits.components:,} components", f"组件超过 {limits.components:,} 个"
        case _:
            assert_never(bound)
    return Phrase(en=f"Not all of the image was looked at: {en}.", zh=f"镜像没有全部检查：{zh}。")
