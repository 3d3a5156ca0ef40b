"""A source tree as data: every path with its size, and the content of a file when it is asked for.

Detection reads trees and nothing else, so that it runs alike on a directory, an archive and a test's dictionary.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import basename, dirname, join

MAX_TEXT_BYTES = 1024 * 1024
"""What is read of one file. Manifests and sources that people write are far smaller; generated ones say nothing."""

Reader = Callable[[str], bytes | None]
"""Give the first ``MAX_TEXT_BYTES`` of a file, None where it cannot be read."""


@dataclass(frozen=True)
class Tree:
    """All files below one folder. Paths are relative, with ``/``, in order; links and device files are left out.

    ``executable`` holds the paths that may be executed, ``left_out`` the folders that were not looked into
    (``node_modules``, ``.git``) and ``note`` what the reader of a plan must know (files were cut off by a limit).
    """

    sizes: Mapping[str, int]
    read: Reader = field(repr=False)
    executable: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()

    @classmethod
    def of(cls, files: Mapping[str, str | bytes], *, executable: frozenset[str] = frozenset()) -> "Tree":
        """Return a tree that holds these files: what pasted files and tests are."""
        held = {path: one.encode() if isinstance(one, str) else one for path, one in sorted(files.items())}
        return cls(
            sizes={path: len(data) for path, data in held.items()},
            read=held.get,
            executable=executable,
        )

    def __contains__(self, path: str) -> bool:
        return path in self.sizes

    def text(self, path: str) -> str | None:
        """Return the text of a file, None where there is none or it is binary. Broken UTF-8 is replaced."""
        if path not in self.sizes:
            return None
        if path not in self._texts:
            data = self.read(path)
            self._texts[path] = None if data is None else _decoded(data[:MAX_TEXT_BYTES])
        return self._texts[path]

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names of the files directly in a folder (empty: the top)."""
        return self._by_folder.get(folder, ((), ()))[0]

    def folders(self, folder: str) -> tuple[str, ...]:
        """Return the names of the folders directly in a folder."""
        return self._by_folder.get(folder, ((), ()))[1]

    def has_folder(self, folder: str) -> bool:
        """Say whether the folder holds anything."""
        return folder in self._by_folder

    def below(self, folder: str, *, suffixes: tuple[str, ...] = (), depth: int | None = None) -> Iterator[str]:
        """Tell the paths below a folder, those of upper folders first; ``depth`` 0 is the folder itself."""
        todo = [(folder, 0)]
        for place, level in todo:
            for name in self.names(place):
                if not suffixes or name.endswith(suffixes):
                    yield join(place, name)
            if depth is None or level < depth:
                todo.extend((join(place, name), level + 1) for name in self.folders(place))

    def named(self, *names: str) -> tuple[str, ...]:
        """Return the paths of all files with one of these names, in order."""
        return tuple(sorted(path for name in names for path in self._by_name.get(name, ())))

    def ending(self, *suffixes: str) -> tuple[str, ...]:
        """Return the paths of all files whose name ends with one of these suffixes, in order."""
        return tuple(path for path in self.sizes if path.endswith(suffixes))

    @cached_property
    def _texts(self) -> dict[str, str | None]:
        return {}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.sizes:
            found.setdefault(basename(path), []).append(path)
        return found

    @cached_property
    def _by_folder(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        files: dict[str, list[str]] = {"": []}
        folders: dict[str, dict[str, None]] = {"": {}}
        for path in self.sizes:
            folder = dirname(path)
            files.setdefault(folder, []).append(basename(path))
            while folder and folder not in folders.setdefault(dirname(folder), {}):
                folders[dirname(folder)][folder] = None
                folder = dirname(folder)
        return {
            one: (tuple(files.get(one, ())), tuple(basename(inner) for inner in folders.get(one, {})))
            for one in files.keys() | folders.keys()
        }


_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))
_BINARY_WITHIN = 8_000
"""Bytes in which a zero means that a file is no text: as Git judges."""


def _decoded(data: bytes) -> str | None:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.removeprefix(mark).decode(name, "replace")
    return None if b"\0" in data[:_BINARY_WITHIN] else data.decode("utf-8", "replace")
