"""``sextant build files --from-compose``: manifests of all services of a compose project."""

import sys

from builder.compose import load, names
from builder.compose.manifests import composed
from builder.manifests import Options
from builder.recipe import Generated
from builder.source.opening import Opened
from cli.building_files import Writing
from core.errors import UsageError


def composed_files(source: Opened, writing: Writing) -> list[Generated]:
    """Return the manifests; say on standard error what has no counterpart. Raises ``ComposeBroken``, ``UsageError``."""
    if not names(source.tree):
        raise UsageError(
            f"{source.named} has no compose file at its top.",
            next_step="Leave --from-compose out, or name its folder with --subfolder.",
        )
    found = composed(load(source.tree), Options(namespace=writing.namespace) if writing.namespace else Options())
    for note in (*found.refused, *found.notes):
        service = f"{note.service}: " if note.service else ""
        sys.stderr.write(f"{note.evidence.source}: {service}{note.text.en}\n")
    return sorted(found.files, key=lambda file: file.path)
