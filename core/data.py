"""Find the data files that ship with the product: runbooks, the demo snapshot.

A checkout holds them in ``datasets/`` beside the packages; the wheel carries a copy in ``core/_data/``.
"""

from pathlib import Path, PurePosixPath

_PACKAGE = Path(__file__).parent

DEMO = "demo/shop.tar.zst"
"""The bundled recording, so that there is something to ask without a cluster."""


def data_file(relative: str) -> Path:
    """Return the path of ``datasets/<relative>``, a file or a folder.

    ``relative`` has forward slashes and stays inside the folder. Raises ``FileNotFoundError`` when this installation
    does not hold it, or when the path would lead out of the folder.
    """
    inside = PurePosixPath(relative)
    if inside.is_absolute() or ".." in inside.parts or "\\" in relative or "\0" in relative:
        message = f"{relative!r} is not a path inside the product's data"
        raise FileNotFoundError(message)
    for root in (_PACKAGE.parent / "datasets", _PACKAGE / "_data"):
        path = root / inside
        if path.exists():
            return path
    message = f"the data file {relative!r} is missing from this installation: install the package again"
    raise FileNotFoundError(message)
