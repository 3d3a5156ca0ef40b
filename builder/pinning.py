"""Base images by digest: which are asked for, and the same files with the digests that registries gave."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from builder.build.configured import authfile_of, network_of, registries_of
from builder.files import Prepared, written_out
from builder.registry import Credentials, Resolved, bases, digests
from builder.tree import Tree
from core.settings import BuildSettings


async def resolved(found: Sequence[Prepared], settings: BuildSettings, login: Path | None = None) -> Resolved:
    """Ask for the digests of all base images; ``missing`` says of which there is none, and why.

    ``login`` is a file with credentials, where the settings name none. Raises ``CredentialsUnreadable``; nothing that a
    registry does is an error.
    """
    login = authfile_of(settings, login)
    given = Credentials.of_file(login) if login is not None else Credentials()
    return await digests(
        dict.fromkeys(name for one in found if one.ours for name in bases(one.text)),
        registries=registries_of(settings),
        network=network_of(settings),
        credentials=given,
        certificates=Path(settings.registry_certificates) if settings.registry_certificates else None,
    )


def pinned(found: Sequence[Prepared], tree: Tree, known: Mapping[str, str]) -> tuple[Prepared, ...]:
    """Return the same files with the digests that are known."""
    return tuple(
        written_out(one.component, one.recipe, tree, one.dockerfile, digests=known) if one.ours else one
        for one in found
    )
